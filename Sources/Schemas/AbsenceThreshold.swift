import Tables

/// From which share of missed sessions on absence counts as persistent or severe: it changed with the years.
public struct AbsenceThreshold: Sendable, Equatable {
    public var measure: String
    /// Percent of a pupil's possible sessions.
    public var percent: Double

    public static var measures: [String] {
        var measures: [String] = []
        for row in rows where !measures.contains(row[0]) { measures.append(row[0]) }
        return measures
    }

    private static var rows: [[String]] { EmbeddedTable.rows(PackageResources.absence_thresholds_csv, fields: 5) }

    /// - Parameter year: as in files (`201819`, `2018/19`).
    /// - Throws: `SchemaError.noThreshold` for what is no school year and for years without a definition.
    public init(_ measure: String, in year: String) throws(SchemaError) {
        let end = SchoolYear(parsing: year)?.end
        let row = Self.rows.first { row in
            guard row[0] == measure, let end, let first = Int(row[1]) else { return false }
            return first <= end && end <= Int(row[2]) ?? Int.max
        }
        guard let row, let percent = Double(row[3]) else { throw .noThreshold(measure, year: year) }
        self.measure = measure
        self.percent = percent
    }
}
