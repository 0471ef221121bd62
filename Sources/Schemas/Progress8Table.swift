import Tables

/// The official table of Progress 8 of one year: prior attainment groups by key stage 2 average, and the Attainment 8 that is
/// expected of them.
///
/// A pupil's group is the first whose upper end is not below the mean of the scaled scores in reading and maths. Minimum
/// scores (since the tables called 2018) are published apart and are not in it, so that scores from it are the unadjusted
/// ones.
public struct Progress8Table: Sendable {
    public struct Group: Sendable, Equatable {
        public var from: Double
        public var to: Double
        /// In points of the element.
        public var expected: Double
    }

    public var groups: [Group]
    /// What a difference in points is divided by: 10 for the whole, 2 for English and maths, 3 for the others.
    public var divisor: Double

    /// What tables are called: `progress8-` and the year of the tables.
    public static var names: [String] {
        var names: [String] = []
        for row in rows where !names.contains("progress8-\(row[0])") { names.append("progress8-\(row[0])") }
        return names
    }

    public static var elements: [String] { elementRows.map { $0[0] } }

    private static var rows: [[String]] { EmbeddedTable.rows(PackageResources.progress8_csv, fields: 10) }
    private static var elementRows: [[String]] {
        EmbeddedTable.rows(PackageResources.progress8_elements_csv, fields: 3)
    }

    /// - Parameters:
    ///   - name: such as `progress8-2024`.
    ///   - element: `attainment8`, or one of its parts.
    /// - Throws: `SchemaError.noTable` for a year without one, with the reason where there is none; `.noElement`.
    public init(_ name: String, element: String) throws(SchemaError) {
        guard Self.names.contains(name) else {
            let end = Int(name.split(separator: "-").last ?? "")
            let absence = SchemaTables.published.absences.first { entry in
                entry.name == "progress8" && (end.map { entry.years.contains($0) } ?? false)
            }
            throw .noTable(name, known: Self.names, reason: absence?.reason)
        }
        guard let position = Self.elements.firstIndex(of: element) else {
            throw .noElement(element, known: Self.elements)
        }
        let numbers = Self.rows.filter { "progress8-\($0[0])" == name }.map { row in row.map { Double($0) ?? .nan } }
        groups = numbers.map { Group(from: $0[2], to: $0[3], expected: $0[4 + position]) }
        divisor = Double(Self.elementRows[position][1]) ?? .nan
    }
}
