import Panels

/// How all pupils in the country are spread over results, by period where there are periods: for ranks that compare with
/// published ones.
public struct NationalRanks: Sendable, Equatable {
    private var tables: [Int?: Table] = [:]

    /// - Parameter pupils: results with the number of pupils who have each, in any order, by the ordinal of the period; under
    ///   nil where they hold for every period.
    public init(pupils: [Int?: [(value: Double, count: Double)]]) {
        tables = pupils.mapValues { rows in
            var table = Table(values: [], below: [0])
            for row in rows.sorted(by: { $0.value < $1.value }) {
                table.values.append(row.value)
                table.below.append((table.below.last ?? 0) + row.count)
            }
            return table
        }
    }

    private struct Table: Equatable {
        var values: [Double]
        /// Pupils below each value, and behind the last all of them.
        var below: [Double]
    }

    /// The share of all pupils below a result, and half of those with the same.
    ///
    /// - Returns: nil where the period has no table.
    func share(of value: Double, period: Int?) -> Double? {
        guard let table = tables[period] ?? tables[nil], let all = table.below.last, all > 0 else { return nil }
        var (low, high) = (0, table.values.count)
        while low < high {
            let middle = (low + high) / 2
            if table.values[middle] < value { low = middle + 1 } else { high = middle }
        }
        let isKnown = low < table.values.count && table.values[low] == value
        let equal = isKnown ? table.below[low + 1] - table.below[low] : 0
        return (table.below[low] + equal / 2) / all
    }
}
