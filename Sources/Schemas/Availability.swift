/// Which measures were not published in which years, and where a measure's meaning changed: looked up before use.
public enum Availability {
    /// Why a measure has no official figures in a year; nil where nothing is known against it.
    ///
    /// - Parameters:
    ///   - measure: a name of the schemas (`progress8`, `reading_progress_upper`) or the column of a published file (`P8MEA`).
    ///   - year: as in files (`202425`, `2024/25`).
    public static func absence(of measure: String, in year: String, schema: String? = nil) -> String? {
        guard let end = SchoolYear(parsing: year)?.end else { return nil }
        let tables = SchemaTables.published
        for (family, name) in meanings(of: measure, schema, tables) {
            // That a whole year is missing says nothing of files that are not of the family.
            let found = tables.absences.first { entry in
                entry.family == family && entry.years.contains(end) && entry.covers(name)
                    && (schema != nil || entry.name != "*")
            }
            if let found { return found.reason }
        }
        return nil
    }

    /// A change in what a measure means, within years.
    public struct Break: Sendable, Equatable {
        /// The first year with the new meaning, in words.
        public var year: String
        public var words: String
    }

    /// The changes that lie between the first and the last of the years.
    public static func breaks(of measure: String, in years: [String], schema: String? = nil) -> [Break] {
        let ends = years.compactMap { SchoolYear(parsing: $0)?.end }
        guard let first = ends.min(), let last = ends.max() else { return [] }
        let tables = SchemaTables.published
        var found: [Break] = []
        for (family, name) in meanings(of: measure, schema, tables) {
            for entry in tables.breaks
            where entry.family == family && entry.name == name && first < entry.year && entry.year <= last {
                let change = Break(year: SchoolYear(end: entry.year).words, words: entry.words)
                if !found.contains(change) { found.append(change) }
            }
        }
        return found
    }

    /// The measures of the schemas that a name may mean: the name itself, or that of which a published column is known.
    /// Names of tidy files are too general to be known without the schema.
    private static func meanings(of measure: String, _ schema: String?, _ tables: SchemaTables) -> [(String, String)] {
        if let schema { return [(schema, measure)] }
        let wanted = measure.lowercased()
        var found: [(String, String)] = []
        for column in tables.columns
        where column.years != nil
            && (column.name == measure || column.columns.count == 1 && column.columns[0].lowercased() == wanted)
        {
            if !found.contains(where: { $0 == (column.family, column.name) }) {
                found.append((column.family, column.name))
            }
        }
        return found
    }
}
