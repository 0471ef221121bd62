import Attainment
import Tables

/// The result of `gaps`. Schema `counterpart/gaps/1`.
public struct GapsDocument: Sendable {
    public var frame: DocumentFrame
    public var gaps: [GapRow]
    /// What is to be said once, such as that pupils counted as independent.
    public var remarks: [String]
    public var level: Double
    /// `--round`: decimals in text and Markdown; nil lets the standard errors decide.
    public var decimals: Int?
    /// Low results are good: the gap is then the group's mean minus the peers'.
    public var lowerIsBetter: Bool

    public init(
        frame: DocumentFrame, gaps: [GapRow], remarks: [String] = [], level: Double = 0.95, decimals: Int? = nil,
        lowerIsBetter: Bool = false
    ) {
        self.lowerIsBetter = lowerIsBetter
        self.frame = frame
        self.gaps = gaps
        self.remarks = remarks
        self.level = level
        self.decimals = decimals
    }

    public func render(_ form: OutputForm, rawCSV: Bool = false, threads: Int = 1) -> String {
        switch form {
        case .json: json.pretty()
        case .csv: CSVWriter(isRaw: rawCSV).write(ResultRows.table(gaps), threads: threads)
        case .markdown: markdown
        case .text: text
        }
    }

    public var json: JSONValue {
        var object = frame.opened(schema: "counterpart/gaps/1")
        object.put("gaps", .array(gaps.map { ResultRows.json($0) }))
        if !remarks.isEmpty { object.put("sentences", .array(remarks.map { .text($0) })) }
        return object.value
    }

    private var table: ResultTable { ReadableTables(level: level, minus: .hyphen).gaps(gaps, decimals: decimals) }
    private var legend: String {
        (lowerIsBetter
            ? "gap = group's mean − peers' mean, as lower is better: positive where the group is behind."
            : "gap = peers' mean − group's mean: positive where the group is behind.")
            + (gaps.contains { $0.isSuppressed } ? " c: withheld, too few pupils." : "")
    }

    private var text: String {
        var out = TextTable().write(table) + "\n" + Paragraph.wrapped(legend)
        out += remarks.map { Paragraph.wrapped($0) }.joined()
        for warning in frame.warnings { out += Paragraph.wrapped("Warning (\(warning.code)): \(warning.message)") }
        return out + frame.sampleWords(Nouns()).map { Paragraph.wrapped($0) }.joined()
    }

    private var markdown: String {
        let words =
            [legend] + remarks + frame.warnings.map { "Warning (\($0.code)): \($0.message)" }
            + frame.sampleWords(Nouns())
        return MarkdownTable().write(table) + words.map { "\n" + Escaping.markdown($0) + "\n" }.joined()
    }
}
