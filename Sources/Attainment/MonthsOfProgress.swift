import Tables

/// A table that turns effect sizes into additional months of progress. It is named wherever months are shown.
public struct MonthsOfProgress: Sendable, Equatable {
    /// What `--months` calls it.
    public var key: String
    public var name: String
    /// Where the table was read, and in which year.
    public var source: String
    public var yearRead: String
    /// The largest effect size, to two decimals, of 0, 1, 2 … months; beyond the last it is one month more.
    public var upperBounds: [Double]

    /// The tables of `Resources/months.csv`, in its order.
    public static let all: [MonthsOfProgress] = {
        var tables: [MonthsOfProgress] = []
        for fields in EmbeddedTable.rows(PackageResources.months_csv, fields: 6) {
            if tables.last?.key != fields[0] {
                tables.append(
                    MonthsOfProgress(
                        key: fields[0], name: fields[1], source: fields[2], yearRead: fields[3], upperBounds: []))
            }
            if let bound = Double(fields[5]) { tables[tables.count - 1].upperBounds.append(bound) }
        }
        return tables
    }()

    /// The table of the Teaching and Learning Toolkit.
    public static let toolkit: MonthsOfProgress = {
        guard let table = named("eef-toolkit") else { preconditionFailure("the program was built without its tables") }
        return table
    }()

    public static func named(_ key: String) -> MonthsOfProgress? { all.first { $0.key == key } }

    /// Whole months for an effect size in standard deviations of pupils; those of negative effects mirror the positive.
    ///
    /// The effect size is rounded to two decimals first, as the table is stated.
    public func months(for effectSize: Double) -> Int {
        let hundredths = (abs(effectSize) * 100).rounded()
        let months = upperBounds.firstIndex { hundredths <= ($0 * 100).rounded() } ?? upperBounds.count
        return effectSize < 0 ? -months : months
    }
}
