import Tables

/// One family of published files, read under names that stay the same from year to year.
///
/// Which column bears which name in which year, which rows are schools and which measures were not published stand in
/// tables with their sources (`Resources`). A year that the tables do not know is never read on a guess: the guess is put as
/// a question.
public struct Schema: Sendable {
    public let name: String
    private let tables: SchemaTables

    /// The schemas, in the order of the table of families.
    public static var names: [String] { SchemaTables.published.families.map(\.name) }

    /// - Throws: `SchemaError.unknownSchema`.
    public init(_ name: String) throws(SchemaError) {
        guard Self.names.contains(name) else { throw .unknownSchema(name, known: Self.names) }
        self.name = name
        tables = SchemaTables.published
    }

    /// True for a year as it may be typed: `2018`, `201718`, `2017/18`.
    public static func isYear(_ text: String) -> Bool { SchoolYear(parsing: text) != nil }

    /// The files seen through the schema.
    ///
    /// - Parameters:
    ///   - form: how they are laid out.
    ///   - year: that of files of which neither the name nor the columns say it, and of those where the two disagree.
    ///   - guess: the year as whose files those of unknown years are read.
    /// - Throws: `SchemaError`, and `TableError` for files that cannot be read.
    public func views(of files: [InputFile], form: FileForm, year: String? = nil, as guess: String? = nil) throws
        -> [InputFile]
    {
        var isYearUsed = year == nil
        var isGuessUsed = guess == nil
        let viewed = try files.map { file in
            let header = SchemaHeader(try headers(of: file, form: form))
            var viewed = file
            let own = try self.year(of: file.path, header, given: year, isUsed: &isYearUsed)
            viewed.view = try view(file.path, header, own, as: guess, isUsed: &isGuessUsed)
            if let own, hasYears { viewed.constants["year"] = own.text }
            return viewed
        }
        guard isYearUsed else { throw SchemaError.everyYearKnown(option: "--schema-year") }
        guard isGuessUsed else { throw SchemaError.everyYearKnown(option: "--schema-as") }
        return viewed
    }

    /// True where a file is about one year; else its rows say theirs.
    private var hasYears: Bool { editions.contains { $0.years != nil } }
    private var editions: [SchemaTables.Edition] { tables.editions.filter { $0.family == name } }
    private var columns: [SchemaTables.NamedColumn] { tables.columns.filter { $0.family == name } }

    private func year(of path: String, _ header: SchemaHeader, given: String?, isUsed: inout Bool) throws
        -> SchoolYear?
    {
        let stem = tables.families.first { $0.name == name }?.yearStem ?? ""
        let named = SchoolYear.all(inNameOf: path)
        let inside = SchoolYear.latest(of: stem, in: header.names)
        let agrees = named.count == 1 && (inside.map { isLatest($0, of: stem, by: named[0]) } ?? true)
        if !hasYears { return named.count == 1 ? SchoolYear(end: named[0]) : nil }
        if agrees { return SchoolYear(end: named[0]) }
        if named.isEmpty, let inside { return SchoolYear(end: inside) }
        if let year = given.flatMap({ SchoolYear(parsing: $0) }) {
            isUsed = true
            return year
        }
        guard named.count == 1, let inside else { throw SchemaError.noYear(path: path) }
        throw SchemaError.yearsDisagree(
            path: path, name: SchoolYear(end: named[0]).words, content: SchoolYear(end: inside).words)
    }

    /// True where nothing newer of the measure was published by the year: files of years without it show older figures.
    private func isLatest(_ shown: Int, of stem: String, by year: Int) -> Bool {
        guard shown < year else { return shown == year }
        let measure = columns.first { $0.columns == [stem] }?.name ?? stem
        return (shown + 1...year).allSatisfy { absence(of: measure, in: SchoolYear(end: $0)) != nil }
    }

    private func view(
        _ path: String, _ header: SchemaHeader, _ year: SchoolYear?, as guess: String?, isUsed: inout Bool
    ) throws -> FileView {
        let fitting = editions.filter { $0.ifColumn.isEmpty || header.holds($0.ifColumn) }
        guard let first = fitting.first else { throw SchemaError.otherFamily(path: path, schema: name) }
        var edition = first
        var reading = year
        if let year, hasYears {
            if let known = fitting.first(where: { $0.years?.contains(year.end) ?? false }) {
                edition = known
            } else if let guess, let accepted = SchoolYear(parsing: guess),
                let known = fitting.first(where: { $0.years?.contains(accepted.end) ?? false })
            {
                isUsed = true
                (edition, reading) = (known, accepted)
            } else {
                throw question(path, header, year, fitting)
            }
        }
        let named = try namedColumns(path, header, reading: reading, of: year)
        // Files that others have trimmed to a few columns are read too.
        guard named.count(where: { !$0.columns.isEmpty }) > 2, header.holds(edition.recordColumn) else {
            throw SchemaError.otherFamily(path: path, schema: name)
        }
        return FileView(schema: name, year: year?.text, columns: named, records: Self.records(edition, header))
    }

    private static func records(_ edition: SchemaTables.Edition, _ header: SchemaHeader) -> [RowFilter] {
        let column = header.own(edition.recordColumn)
        guard edition.recordValues == ["*"] else {
            return [RowFilter(column: column, test: .isOne(of: edition.recordValues), text: "")]
        }
        return ["", " "].map { RowFilter(column: column, test: .differs($0), text: "") }
    }

    /// The refusal of an unknown year, with the known year whose columns this file has most of, the nearest of several.
    private func question(
        _ path: String, _ header: SchemaHeader, _ year: SchoolYear, _ editions: [SchemaTables.Edition]
    ) -> SchemaError {
        let known = editions.compactMap(\.years).flatMap { Array($0) }.sorted {
            (abs($0 - year.end), $0) < (abs($1 - year.end), $1)
        }
        var best: (year: Int, found: Int, absent: [String], count: Int)?
        for candidate in known {
            let names = columns.filter { $0.years?.contains(candidate) ?? true }
            let absent = names.flatMap(\.columns).filter { !header.holds($0) }
            let found = names.count(where: { $0.columns.allSatisfy(header.holds) })
            if best.map({ found > $0.found }) ?? true { best = (candidate, found, absent, names.count) }
        }
        guard let best, 3 * best.found >= best.count else { return .otherFamily(path: path, schema: name) }
        return .unknownYear(
            path: path, schema: name, year: year.words, guess: SchoolYear(end: best.year).text, found: best.found,
            of: best.count, absent: best.absent)
    }

    /// Every name of the schema, once, with the column of this file, or why there is none.
    private func namedColumns(_ path: String, _ header: SchemaHeader, reading: SchoolYear?, of year: SchoolYear?)
        throws -> [FileView.NamedColumn]
    {
        var named: [FileView.NamedColumn] = []
        for candidate in columns where !named.contains(where: { $0.name == candidate.name }) {
            let all = columns.filter { $0.name == candidate.name }
            let holding = all.filter { entry in
                entry.years.map { years in reading.map { years.contains($0.end) } ?? false } ?? true
            }
            let present = holding.filter { $0.columns.allSatisfy(header.holds) }
            if present.count > 1 {
                throw SchemaError.ambiguous(
                    path: path, name: candidate.name,
                    columns: present.map { $0.columns.map(header.own).joined(separator: "/") })
            }
            if let reason = absence(of: candidate.name, in: year) {
                named.append(.init(candidate.name, columns: [], absence: reason))
            } else if let found = present.first {
                named.append(.init(candidate.name, columns: found.columns.map(header.own)))
            } else {
                named.append(.init(candidate.name, columns: [], absence: Self.absence(holding, all, reading)))
            }
        }
        return named
    }

    private func absence(of measure: String, in year: SchoolYear?) -> String? {
        guard let year else { return nil }
        return tables.absences.first { entry in
            entry.family == name && entry.years.contains(year.end) && entry.covers(measure)
        }?.reason
    }

    private static func absence(
        _ holding: [SchemaTables.NamedColumn], _ all: [SchemaTables.NamedColumn], _ year: SchoolYear?
    ) -> String {
        guard let first = holding.first else {
            return "no column of \(year?.words ?? "this year") bears it, only those of other years: "
                + all.map { $0.columns.joined(separator: "/") }.joined(separator: ", ")
        }
        return "its column \(first.columns.joined(separator: "/")) is not in the file"
    }
}
