import Attainment
import Tables

/// The result of `progress`. Schema `counterpart/progress/1`.
public struct ProgressDocument: Sendable {
    public var frame: DocumentFrame
    public var results: [ValueAddedResult]
    /// What is to be said once.
    public var remarks: [String]
    public var level: Double
    /// What was done so that the result can be published; nil where no profile was named.
    public internal(set) var log: DisclosureLog?

    public init(frame: DocumentFrame, results: [ValueAddedResult], remarks: [String], level: Double) {
        self.frame = frame
        self.results = results
        self.remarks = remarks
        self.level = level
    }

    private var units: [ProgressRow] { results.flatMap(\.units) }
    private var bands: [ProgressBand] { results.flatMap(\.bands) }
    private var lines: [ProgressLine] { results.flatMap(\.lines) }

    public func render(_ form: OutputForm) -> String {
        switch form {
        case .json: json.pretty()
        case .csv: CSVWriter().write(table(forPeople: false))
        case .markdown:
            MarkdownTable().write(table(forPeople: true)) + "\n" + MarkdownTable().write(expectations)
                + words.map { "\n" + Escaping.markdown($0) + "\n" }.joined()
        case .text:
            TextTable().write(table(forPeople: true)) + "\n" + TextTable().write(expectations) + "\n"
                + words.map { Paragraph.wrapped($0) }.joined()
        }
    }

    public var json: JSONValue {
        var object = frame.opened(schema: "counterpart/progress/1")
        object.put("units", .array(units.map(Self.json)))
        object.put("bands", .array(bands.map(Self.json)))
        if !lines.isEmpty { object.put("lines", .array(lines.map(Self.json))) }
        object.put("spread", .array(results.flatMap(\.spreads).map(Self.json)))
        object.put("sentences", .array(remarks.map { .text($0) }))
        if let log { object.put("disclosure", log.json) }
        return object.value
    }

    private static func json(_ row: ProgressRow) -> JSONValue {
        var object = JSONObject()
        object.put("outcome", .text(row.outcome))
        object.put("unit", ifAny: row.unit)
        object.put("by", .object(row.by.map { .init($0.column, .text($0.value)) }))
        object.put("n", row.isSuppressed ? .null : .number(row.n))
        object.put("score", row.isSuppressed ? .null : .number(row.score))
        if !row.isSuppressed {
            object.put("standardError", ifAny: row.standardError)
            object.put("lower", ifAny: row.lower)
            object.put("upper", ifAny: row.upper)
            object.put("unadjustedScore", ifAny: row.unadjustedScore)
            object.put("shrunkScore", ifAny: row.shrunkScore)
            object.put("shrunkLower", ifAny: row.shrunkLower)
            object.put("shrunkUpper", ifAny: row.shrunkUpper)
            object.put("reliability", ifAny: row.reliability)
        }
        object.put("suppressed", .bool(row.isSuppressed))
        return object.value
    }

    private static func json(_ band: ProgressBand) -> JSONValue {
        var object = JSONObject()
        object.put("outcome", .text(band.outcome))
        object.put("time", ifAny: band.time)
        object.put("from", .number(band.from))
        object.put("to", .number(band.to))
        object.put("n", band.isSuppressed ? .null : .number(band.n))
        object.put("mean", band.isSuppressed ? .null : JSONValue(band.mean))
        if band.isSuppressed { object.put("suppressed", true) }
        return object.value
    }

    private static func json(_ spread: ProgressSpread) -> JSONValue {
        var object = JSONObject()
        object.put("outcome", .text(spread.outcome))
        object.put("time", ifAny: spread.time)
        object.put("standardDeviation", JSONValue(spread.standardDeviation))
        object.put("from", ifAny: spread.from)
        object.put("to", ifAny: spread.to)
        object.put("n", ifAny: spread.n)
        object.put("schools", ifAny: spread.schools)
        object.put("reproduced", ifAny: spread.reproduced)
        return object.value
    }

    private static func json(_ line: ProgressLine) -> JSONValue {
        var object = JSONObject()
        object.put("outcome", .text(line.outcome))
        object.put("time", ifAny: line.time)
        object.put("n", .number(line.n))
        object.put("intercept", .number(line.intercept))
        object.put("slope", .number(line.slope))
        return object.value
    }

    /// For people scores have two decimals, as the official measures do.
    private func table(forPeople: Bool) -> ResultTable {
        let rows = units
        let decimals = forPeople ? 2 : nil
        let hidden = rows.map(\.isSuppressed)
        var columns = ColumnSet(by: rows.map(\.by))
        columns.text("outcome", rows.map(\.outcome))
        columns.text("unit", rows.map(\.unit))
        columns.addBy()
        columns.count("n", rows.map { $0.n }, hidden)
        func figure(_ name: String, _ values: [Double?], always: Bool = false) {
            columns.figure(name, values, hidden, always: always, decimals: decimals)
        }
        figure("score", rows.map { $0.score }, always: true)
        figure(forPeople ? "std. error" : "standardError", rows.map(\.standardError))
        figure("lower", rows.map(\.lower))
        figure("upper", rows.map(\.upper))
        figure(forPeople ? "unadjusted" : "unadjustedScore", rows.map(\.unadjustedScore))
        figure(forPeople ? "shrunk score" : "shrunkScore", rows.map(\.shrunkScore))
        figure(forPeople ? "its lower" : "shrunkLower", rows.map(\.shrunkLower))
        figure(forPeople ? "its upper" : "shrunkUpper", rows.map(\.shrunkUpper))
        figure("reliability", rows.map(\.reliability))
        if !forPeople { columns.add("suppressed", hidden.map { .text($0 ? "true" : "false") }) }
        return columns.table
    }

    /// What was expected: the bands with their means, or the lines.
    private var expectations: ResultTable {
        if bands.isEmpty, lines.isEmpty { return spreads }
        var columns = ColumnSet(by: [])
        let isLine = bands.isEmpty
        let none = lines.map { _ in false }
        let hidden = bands.map(\.isSuppressed)
        columns.text("expected", isLine ? lines.map(\.outcome) : bands.map(\.outcome))
        columns.text("period", isLine ? lines.map(\.time) : bands.map(\.time))
        if isLine {
            columns.count("n", lines.map { $0.n }, none)
            columns.figure("intercept", lines.map { $0.intercept }, none, always: true)
            columns.figure("slope", lines.map { $0.slope }, none, always: true)
        } else {
            columns.figure("prior from", bands.map { $0.from }, bands.map { _ in false }, always: true, decimals: 2)
            columns.figure("to", bands.map { $0.to }, bands.map { _ in false }, always: true, decimals: 2)
            columns.count("n", bands.map { $0.n }, hidden)
            columns.figure("mean", bands.map(\.mean), hidden, always: true, decimals: 2)
        }
        return columns.table
    }

    /// What stands behind published limits.
    private var spreads: ResultTable {
        let rows = results.flatMap(\.spreads)
        let none = rows.map { _ in false }
        var columns = ColumnSet(by: [])
        columns.text("spread of", rows.map(\.outcome))
        columns.text("period", rows.map(\.time))
        columns.figure("std. deviation", rows.map(\.standardDeviation), none, always: true, decimals: 3)
        columns.figure("from", rows.map(\.from), none, always: false, decimals: 3)
        columns.figure("to", rows.map(\.to), none, always: false, decimals: 3)
        columns.add("schools", rows.map { .init($0.schools) })
        columns.add("limits that follow", rows.map { .init($0.reproduced) })
        return columns.table
    }

    private var words: [String] {
        let hidden = units.contains { $0.isSuppressed } || bands.contains { $0.isSuppressed }
        return [
            "score = result less what is expected at this prior attainment: positive where pupils did better."
                + (hidden ? " c: withheld, too few pupils." : "")
        ] + remarks
            + frame.warnings.map { "Warning (\($0.code)): \($0.message)" } + frame.sampleWords(Nouns())
            + (log?.sentences ?? [])
    }
}
