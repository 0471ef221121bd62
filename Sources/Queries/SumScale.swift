import Cells
import Tables

/// How the values of a query are summed: as integers at the least scale that holds them, or as doubles less a shift.
public enum SumScale: Sendable, Equatable {
    /// Decimals of every value, and the largest magnitude of each at that scale.
    case fixed(decimals: [Int], largest: [Int])
    /// What is taken from every value; 0 for the weight.
    case double(shifts: [Double])

    var isFixed: Bool { if case .fixed = self { true } else { false } }
}

extension Profile {
    /// The scale of exact sums, or the first column that they cannot hold: more than six decimals, or w·z² from 2^63 on, by the
    /// same rule as for files.
    ///
    /// - Throws: `CellsError.valuesTooLarge` where doubles do not hold the squares either.
    func scale(_ rows: QueryRows) throws(CellsError) -> (scale: SumScale, failure: String?) {
        let decimals = rows.values.indices.map { self.decimals(of: $0, rows) }
        let largest = rows.values.indices.map { i in
            if case .indicator = rows.values[i].role { return 100 }
            // Millionths are multiples of the scale where the decimals are at most six.
            return count("z\(i)_largest") / Self.power(6 - (decimals[i] ?? 6))
        }
        let weight = rows.hasWeight ? max(largest[rows.variableCount], 1) : 1
        var failure: String?
        if rows.hasWeight, decimals[rows.variableCount] == nil || Self.product(weight, weight) == nil {
            failure = rows.values[rows.variableCount].name
        }
        for i in 0..<rows.variableCount where failure == nil {
            let isHeld = Self.product(largest[i], largest[i]).flatMap { Self.product($0, weight) } != nil
            if decimals[i] == nil || !isHeld { failure = rows.values[i].name }
        }
        if failure == nil {
            return (.fixed(decimals: decimals.map { $0 ?? 0 }, largest: largest), nil)
        }
        return (try doubles(rows), failure)
    }

    /// Sums of doubles, shifted by the means to six significant digits.
    ///
    /// - Throws: `CellsError.valuesTooLarge` where doubles do not hold the squares.
    func doubles(_ rows: QueryRows) throws(CellsError) -> SumScale {
        // 10^13 rows of such squares stay below the largest double.
        for i in rows.values.indices where !(reach(i) < 1e147) { throw .valuesTooLarge(variable: rows.values[i].name) }
        return .double(
            shifts: rows.values.indices.map { i in
                rows.hasWeight && i == rows.variableCount ? 0 : Self.short(mean(i))
            })
    }

    /// Nil where a value has more than six decimals or is too large for exact sums.
    private func decimals(of i: Int, _ rows: QueryRows) -> Int? {
        guard count("z\(i)_too_large") == 0, count("z\(i)_too_fine") == 0 else { return nil }
        if let decimals = rows.values[i].decimals { return decimals }
        return (0...5).last { count("z\(i)_not_\($0)") > 0 }.map { $0 + 1 } ?? 0
    }

    private static func power(_ decimals: Int) -> Int { (0..<decimals).reduce(1) { power, _ in power * 10 } }

    private static func product(_ a: Int, _ b: Int) -> Int? {
        let (product, overflows) = a.multipliedReportingOverflow(by: b)
        return overflows ? nil : product
    }

    private static func short(_ value: Double) -> Double {
        guard value != 0, value.isFinite else { return 0 }
        var scale = 1.0
        while abs(value) * scale < 100_000, scale < 1e12 { scale *= 10 }
        while abs(value) * scale >= 1_000_000 { scale /= 10 }
        return (value * scale).rounded() / scale
    }
}
