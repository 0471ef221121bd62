import Attainment
import Reporting
import Schemas
import Tables

/// Official measures that one row of a pupil gives, to be added to the row as columns.
public struct MeasuresRequest: Sendable {
    /// The columns with a pupil's grades by element of Attainment 8; one named twice is a double award, and fills two places.
    public struct Grades: Sendable, Equatable {
        public var english: [String] = []
        public var maths: [String] = []
        public var ebacc: [String] = []
        public var open: [String] = []
        public init() {}

        var all: [String] { english + maths + ebacc + open }
    }

    public var data: DataRequest
    public var grades = Grades()
    /// Sessions missed and possible.
    public var sessions: (missed: String, possible: String)?
    /// Scaled scores of key stage 2.
    public var keyStage2: (reading: String, maths: String)?

    public init(data: DataRequest) { self.data = data }
}

/// One `measures`: the rows as they were, with the measures behind them.
public enum MeasuresRun {
    public struct Answer: Sendable {
        public var text: String
        public var warnings: [Warning]
        /// What was added, with the number of rows that have it.
        public var sentences: [String]
    }

    private static let periodName = "period of the row"

    /// - Throws: `RequestError` where an added column is there already, `SchemaError.noThreshold` for years without a
    ///   definition of persistent absence, and what reading throws.
    public static func answer(_ request: MeasuresRequest) throws -> Answer {
        let kept = try keptColumns(request.data)
        var columns = kept.names.map { ColumnRequest("copy of \($0)", source: .column($0), role: .text) }
        let grades = distinct(request.grades.all)
        for name in grades {
            columns.append(
                ColumnRequest(name, role: try request.data.points.map { .points(try $0.grades(of: name)) } ?? .number))
        }
        for name in distinct(numbers(request)) {
            guard !grades.contains(name) else {
                throw RequestError.conflicting("\(name) is named as a grade and as a number; it can be one of them")
            }
            columns.append(ColumnRequest(name, role: .number))
        }
        if let time = request.data.timeColumn() {
            columns.append(ColumnRequest(periodName, source: time.source, role: .key))
        }
        var read = ReadRequest(files: request.data.files, columns: columns)
        read.form = request.data.form
        read.missing = request.data.missing
        read.filters = request.data.filters
        read.threads = request.data.threads
        read.isLenient = request.data.isLenient
        read.rejects = request.data.rejects
        let (table, report) = try TableReader.read(read)
        var added: [(name: String, cells: [ResultTable.Cell])] = []
        if !request.grades.all.isEmpty { added += attainment8(request.grades, table) }
        if let sessions = request.sessions {
            added += try absence(sessions, table, isTimed: request.data.timeName != nil)
        }
        if let scores = request.keyStage2 { added.append(("ks2_average", average(scores, table))) }
        for (name, _) in added where kept.names.contains(name) {
            throw RequestError.conflicting("the files have a column \(name) already")
        }
        let copies = kept.names.indices.map { table.columns[$0] }
        let result = ResultTable(
            columns: (kept.names + added.map(\.name)).map { ResultTable.Column($0) },
            rows: (0..<table.rowCount).map { row in
                copies.map { .text($0.text(row) ?? "") } + added.map { $0.cells[row] }
            })
        let sentences = added.map { name, cells in
            "\(name): \(Numeral.count(Double(cells.count { $0 != .missing }))) of \(Numeral.count(Double(cells.count))) rows"
        }
        return Answer(
            text: CSVWriter(isRaw: true).write(result, threads: request.data.threads),
            warnings: report.warnings + kept.warnings, sentences: sentences)
    }

    /// The columns that every file has, under the schema's names where there is one.
    private static func keptColumns(_ data: DataRequest) throws -> (names: [String], warnings: [Warning]) {
        let all = try data.files.map { file in
            if let view = file.view {
                return view.columns.filter { !$0.columns.isEmpty }.map(\.name) + file.constants.keys.sorted()
            }
            return try headers(of: file, form: data.form) + file.constants.keys.sorted()
        }
        guard let first = all.first else { return ([], []) }
        let names = first.filter { name in all.allSatisfy { $0.contains(name) } }
        let left = distinct(all.flatMap { $0 }).filter { !names.contains($0) }
        guard !left.isEmpty else { return (names, []) }
        return (
            names,
            [
                Warning(
                    "columns-left-out",
                    "\(left.count) \(left.count == 1 ? "column is" : "columns are") not in every file and left out: "
                        + left.prefix(10).joined(separator: ", ") + (left.count > 10 ? ", …" : ""))
            ]
        )
    }

    private static func distinct(_ names: [String]) -> [String] {
        var found: [String] = []
        for name in names where !found.contains(name) { found.append(name) }
        return found
    }

    private static func numbers(_ request: MeasuresRequest) -> [String] {
        (request.sessions.map { [$0.missed, $0.possible] } ?? [])
            + (request.keyStage2.map { [$0.reading, $0.maths] } ?? [])
    }

    private static func attainment8(_ grades: MeasuresRequest.Grades, _ table: Table) -> [(String, [ResultTable.Cell])]
    {
        let slots = Attainment8Slots.all
        func element(_ name: String) -> Attainment8.Element {
            let found = slots.first { $0.element == name }
            return Attainment8.Element(slots: found?.slots ?? 0, weight: found?.weight ?? 0)
        }
        let measure = Attainment8(
            english: element("english"), maths: element("maths"), ebacc: element("ebacc"), open: element("open"))
        func columns(_ names: [String]) -> [Column] { names.compactMap { table.column($0) } }
        let (english, maths) = (columns(grades.english), columns(grades.maths))
        let (ebacc, open) = (columns(grades.ebacc), columns(grades.open))
        let scores = (0..<table.rowCount).map { row in
            measure.score(
                Attainment8.Results(
                    english: english.map { $0.number(row) }, maths: maths.map { $0.number(row) },
                    ebacc: ebacc.map { $0.number(row) }, open: open.map { $0.number(row) }))
        }
        func cells(_ value: (Attainment8.Score) -> Double) -> [ResultTable.Cell] {
            scores.map { $0.map { .number(value($0)) } ?? .missing }
        }
        return [
            ("attainment8", cells { $0.total }), ("attainment8_english", cells { $0.english }),
            ("attainment8_maths", cells { $0.maths }), ("attainment8_ebacc", cells { $0.ebacc }),
            ("attainment8_open", cells { $0.open }),
        ]
    }

    private static func absence(_ sessions: (missed: String, possible: String), _ table: Table, isTimed: Bool) throws
        -> [(String, [ResultTable.Cell])]
    {
        guard let missed = table.column(sessions.missed),
            let possible = table.column(sessions.possible)
        else { return [] }
        let rate = AbsenceRate()
        let rows = 0..<table.rowCount
        func pair(_ row: Int) -> (missed: Double, possible: Double)? {
            missed.number(row).flatMap { a in possible.number(row).map { (a, $0) } }
        }
        var added: [(String, [ResultTable.Cell])] = [
            (
                AbsenceRate.name,
                rows.map { row in
                    pair(row).flatMap { rate.value(missed: $0.missed, possible: $0.possible) }.map { .number($0) }
                        ?? .missing
                }
            )
        ]
        guard isTimed, let period = table.column(periodName) else { return added }
        for measure in AbsenceThreshold.measures {
            var known: [String: Double?] = [:]
            let cells = try rows.map { row -> ResultTable.Cell in
                guard let year = period.text(row), let pair = pair(row) else { return .missing }
                let percent: Double?
                if let found = known[year] {
                    percent = found
                } else {
                    percent = try threshold(measure, in: year)
                    known[year] = .some(percent)
                }
                let isIn = percent.flatMap { rate.reaches($0, missed: pair.missed, possible: pair.possible) }
                return isIn.map { .text($0 ? "Y" : "N") } ?? .missing
            }
            added.append((measure.replacing("-", with: "_"), cells))
        }
        return added
    }

    /// Nil for a year without this measure where others were told.
    private static func threshold(_ measure: String, in year: String) throws -> Double? {
        do {
            return try AbsenceThreshold(measure, in: year).percent
        } catch let error {
            guard AbsenceThreshold.measures.contains(where: { (try? AbsenceThreshold($0, in: year)) != nil }) else {
                throw error
            }
            return nil
        }
    }

    /// The mean of the scaled scores in reading and mathematics, by which Progress 8 groups pupils; none without both.
    private static func average(_ scores: (reading: String, maths: String), _ table: Table) -> [ResultTable.Cell] {
        guard let reading = table.column(scores.reading), let maths = table.column(scores.maths)
        else { return [] }
        return (0..<table.rowCount).map { row in
            reading.number(row).flatMap { a in maths.number(row).map { .number((a + $0) / 2) } } ?? .missing
        }
    }
}
