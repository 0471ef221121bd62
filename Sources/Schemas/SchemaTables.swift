import Tables

/// The tables that hold everything about published files that changes from year to year: data, never code.
struct SchemaTables: Sendable {
    /// A family of published files.
    struct Family: Sendable {
        var name: String
        var title: String
        /// Columns of this name with `_18` behind it say which years the file tells of; empty where none do.
        var yearStem: String
    }

    /// The years whose files are known, and which of their rows are records of the finest kind.
    struct Edition: Sendable {
        var family: String
        /// Years in which academic years end; nil where the rows of a file say their own.
        var years: ClosedRange<Int>?
        /// The edition holds for files with this column; empty for all.
        var ifColumn: String
        var recordColumn: String
        /// `*` for any that is not blank.
        var recordValues: [String]
        var source: String
    }

    struct NamedColumn: Sendable {
        var family: String
        var name: String
        var columns: [String]
        var years: ClosedRange<Int>?
        var source: String
    }

    /// A measure that was not published, and why.
    struct Absence: Sendable {
        var family: String
        /// A measure and those whose names begin with it and `_`; `*` for all.
        var name: String
        var years: ClosedRange<Int>
        var reason: String

        func covers(_ measure: String) -> Bool { name == "*" || measure == name || measure.hasPrefix(name + "_") }
    }

    /// A measure that means something else from a year on.
    struct Break: Sendable {
        var family: String
        var name: String
        var year: Int
        var words: String
    }

    var families: [Family]
    var editions: [Edition]
    var columns: [NamedColumn]
    var absences: [Absence]
    var breaks: [Break]

    static let published = SchemaTables()

    private init() {
        families = EmbeddedTable.rows(PackageResources.families_csv, fields: 4).map {
            Family(name: $0[0], title: $0[1], yearStem: $0[2])
        }
        editions = EmbeddedTable.rows(PackageResources.editions_csv, fields: 7).map {
            Edition(
                family: $0[0], years: Self.years($0[1], $0[2]), ifColumn: $0[3], recordColumn: $0[4],
                recordValues: $0[5].split(separator: "|").map(String.init), source: $0[6])
        }
        columns = EmbeddedTable.rows(PackageResources.columns_csv, fields: 6).map {
            NamedColumn(
                family: $0[0], name: $0[1], columns: $0[2].split(separator: "+").map(String.init),
                years: Self.years($0[3], $0[4]), source: $0[5])
        }
        absences = EmbeddedTable.rows(PackageResources.absences_csv, fields: 6).compactMap { row in
            Self.years(row[2], row[3]).map {
                Absence(family: row[0], name: row[1], years: $0, reason: row[4])
            }
        }
        breaks = EmbeddedTable.rows(PackageResources.breaks_csv, fields: 5).compactMap { row in
            Int(row[2]).map { Break(family: row[0], name: row[1], year: $0, words: row[3]) }
        }
    }

    private static func years(_ first: String, _ last: String) -> ClosedRange<Int>? {
        guard let first = Int(first), let last = Int(last) else { return nil }
        return first...last
    }
}
