import Cells
import Tables

/// Which rows were read, which were used, and why the others were not.
public struct SampleCounts: Sendable, Equatable {
    public var rowsRead: Int
    public var rowsUsed: Int
    /// One reason a row, in the order in which reasons are tested.
    public var dropped: [DroppedRows]
    public var units: Int?
    public var treatedUnits: Int?
    public var periods: Int?
    public var clusters: Int?
    /// Missing values in number roles by column and code.
    public var missing: [MissingCount]
    /// Counts of rows below this are not told where a row is a pupil; 0 tells all. A report, which is there to be published,
    /// sets it; the answers of commands account for every row.
    public var threshold = 0
    /// To what counts of rows are rounded where rows are pupils and the result is published.
    public var rounding = FigureRounding.none

    func isFew(_ rows: Int) -> Bool { rows > 0 && rows < threshold }
    /// A count of rows for people.
    func told(_ rows: Int) -> String {
        isFew(rows) ? "fewer than \(threshold)" : Numeral.count(Double(rounding.count(rows)))
    }
    private func all(_ rows: Int) -> String { Numeral.count(Double(rounding.count(rows))) }
    func cell(_ rows: Int) -> ResultTable.Cell { isFew(rows) ? .set(told(rows)) : .integer(rounding.count(rows)) }

    private func counted(_ members: [JSONValue.Member], _ name: String, _ rows: Int) -> JSONValue {
        isFew(rows)
            ? .object(members + [.init(name, .null), .init("suppressed", true)])
            : .object(members + [.init(name, .integer(rounding.count(rows)))])
    }

    public init(
        rowsRead: Int, rowsUsed: Int, dropped: [DroppedRows] = [], units: Int? = nil, treatedUnits: Int? = nil,
        periods: Int? = nil, clusters: Int? = nil, missing: [MissingCount] = []
    ) {
        self.rowsRead = rowsRead
        self.rowsUsed = rowsUsed
        self.dropped = dropped
        self.units = units
        self.treatedUnits = treatedUnits
        self.periods = periods
        self.clusters = clusters
        self.missing = missing
    }

    public var json: JSONValue {
        var object = JSONObject()
        object.put("rowsRead", .integer(rounding.count(rowsRead)))
        object.put("rowsUsed", .integer(rounding.count(rowsUsed)))
        object.put("dropped", .array(dropped.map { counted([.init("reason", .text($0.reason))], "rows", $0.rows) }))
        object.put("units", ifAny: units)
        object.put("treatedUnits", ifAny: treatedUnits)
        object.put("periods", ifAny: periods)
        object.put("clusters", ifAny: clusters)
        if !missing.isEmpty {
            object.put(
                "missing",
                .array(
                    missing.map {
                        counted(
                            [.init("column", .text($0.column)), .init("code", .text($0.code))], "count", $0.count)
                    }))
        }
        return object.value
    }

    /// One or two sentences: rows read, used and left out; units, partners and periods.
    func words(_ nouns: Nouns) -> [String] {
        var words = ["\(all(rowsRead)) rows read, \(all(rowsUsed)) used."]
        if !dropped.isEmpty {
            let reasons = dropped.map { "\(told($0.rows)) \($0.reason)" }
            words.append("Left out: " + reasons.joined(separator: "; ") + ".")
        }
        var counts: [String] = []
        if let units {
            let partners = treatedUnits.map { " (\($0) \($0 == 1 ? "partner" : "partners"))" } ?? ""
            counts.append("\(Numeral.count(Double(units))) \(nouns.unit(units))" + partners)
        }
        if let periods { counts.append("\(periods) \(periods == 1 ? "period" : "periods")") }
        if let clusters {
            counts.append("\(Numeral.count(Double(clusters))) \(clusters == 1 ? "cluster" : "clusters")")
        }
        if !counts.isEmpty { words.append(counts.joined(separator: ", ") + ".") }
        return words
    }
}

/// What stands round the figures of every document: how it was asked for, from what, and how long it took.
public struct DocumentFrame: Sendable {
    /// In the order in which they are written. Threads are no setting.
    public var settings: [JSONValue.Member]
    /// File names and digests stand here and nowhere else.
    public var inputs: [FileReport]
    public var timings: [(name: String, seconds: Double)]
    public var sample: SampleCounts
    public var warnings: [Warning]

    public init(
        settings: [JSONValue.Member] = [], inputs: [FileReport] = [], timings: [(name: String, seconds: Double)] = [],
        sample: SampleCounts, warnings: [Warning] = []
    ) {
        self.settings = settings
        self.inputs = inputs
        self.timings = timings
        self.sample = sample
        self.warnings = warnings
    }

    /// Counts of rows as they may be published: where each row is a pupil, few are not told and the others rounded.
    mutating func publish(_ rule: Disclosure) {
        (sample.threshold, sample.rounding) = (rule.threshold, rule.rounding)
        for index in inputs.indices { inputs[index].rows = rule.rounding.count(inputs[index].rows) }
    }

    /// An object that begins with the schema and these members, ready for the figures.
    func opened(schema: String) -> JSONObject {
        var object = JSONObject()
        object.put("schema", .text(schema))
        object.put("settings", .object(settings))
        object.put("inputs", .array(inputs.map(Self.file)))
        object.put("timings", .object(timings.map { .init($0.name, .number($0.seconds)) }))
        object.put("sample", sample.json)
        object.put("warnings", Self.warnings(warnings))
        return object
    }

    package static func file(_ file: FileReport) -> JSONValue {
        var object = JSONObject()
        if let source = file.engine?.source {
            object.put("source", .text(source))
            object.put("table", .text(file.path))
        } else {
            object.put("path", .text(file.path))
            object.put("bytes", .integer(file.bytes))
        }
        object.put("rows", .integer(file.rows))
        if !file.sha256.isEmpty { object.put("sha256", .text(file.sha256)) }
        if let engine = file.engine {
            object.put("engine", .text(engine.version))
            object.put("queries", .array(engine.queries.map { .text($0) }))
        }
        if let origin = file.origin {
            object.put("schema", .text(origin.schema))
            object.put("year", ifAny: origin.year)
            object.put("columns", .object(origin.columns.map { .init($0.name, .text($0.column)) }))
        }
        return object.value
    }

    package static func warnings(_ warnings: [Warning]) -> JSONValue {
        .array(warnings.map { ["code": .text($0.code), "message": .text($0.message)] })
    }
}
