import Tables

/// Points of grades by a named table, such as `gcse`, `a-level` or `ucas-a-level`: what `--points` takes besides files.
public struct GradePoints: Sendable {
    public var name: String
    public var points: [String: Decimal6]
    /// Years in which academic years end; nil for the end where the table still holds.
    public var first: Int
    public var last: Int?
    /// Each once, in the order of the table.
    public var sources: [String]

    /// In the order in which they stand in the data.
    public static var names: [String] {
        var names: [String] = []
        for row in rows where names.last != row[0] { names.append(row[0]) }
        return names
    }

    private static var rows: [[String]] { EmbeddedTable.rows(PackageResources.points_csv, fields: 6) }

    /// - Returns: nil where there is no table of this name.
    public init?(_ name: String) {
        let rows = Self.rows.filter { $0[0] == name }
        guard let first = rows.first.flatMap({ Int($0[3]) }) else { return nil }
        self.name = name
        self.first = first
        last = rows.compactMap { Int($0[4]) }.max()
        points = [:]
        sources = []
        for row in rows {
            points[row[1]] = Decimal6(parsing: row[2])
            if !sources.contains(row[5]) { sources.append(row[5]) }
        }
    }

    /// Where the points come from and for which years they hold.
    public var words: String {
        let years = last.map { "\(SchoolYear(end: first).words) to \(SchoolYear(end: $0).words)" }
        return "points by the table \(name), of \(years ?? "\(SchoolYear(end: first).words) on"): "
            + sources.joined(separator: "; ")
    }
}
