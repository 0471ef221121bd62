import Attainment
import Inference
import Tables

/// What one outcome's design could detect, with the variances behind it.
public struct PowerPart: Sendable {
    public var outcome: OutcomeName
    /// This design first.
    public var effects: [DetectableEffect]
    public var components: VarianceComponents
    /// Without covariates and factors; nil where there are none.
    public var unadjusted: VarianceComponents?
    /// The standard deviation of pupils' results; nil where it is not known.
    public var pupilStandardDeviation: Double?
    /// Withheld: too few pupils stand behind the variances.
    public var isSuppressed: Bool

    public init(
        outcome: OutcomeName, effects: [DetectableEffect], components: VarianceComponents,
        unadjusted: VarianceComponents?, pupilStandardDeviation: Double?, isSuppressed: Bool
    ) {
        self.outcome = outcome
        self.effects = effects
        self.components = components
        self.unadjusted = unadjusted
        self.pupilStandardDeviation = pupilStandardDeviation
        self.isSuppressed = isSuppressed
    }

    /// An effect in standard deviations of pupils.
    func effectSize(_ effect: DetectableEffect) -> Double? {
        pupilStandardDeviation.flatMap { sd in effect.minimumEffect.map { $0 / sd } }
    }

    /// In whole months of progress, for results of attainment only: not for shares, nor where lower is better.
    func months(_ effect: DetectableEffect) -> Int? {
        guard !outcome.isShare, !outcome.isLowerBetter else { return nil }
        return effectSize(effect).map { MonthsOfProgress.toolkit.months(for: $0) }
    }
}

/// The result of `power`. Schema `counterpart/power/1`.
public struct PowerDocument: Sendable {
    public var frame: DocumentFrame
    public var parts: [PowerPart]
    /// The probability with which an effect is to be found.
    public var power: Double
    public var remarks: [String]
    public var wording: Wording
    /// What was done so that the result can be published; nil where no profile was named.
    public private(set) var log: DisclosureLog?

    public init(frame: DocumentFrame, parts: [PowerPart], power: Double, remarks: [String], wording: Wording) {
        self.frame = frame
        self.parts = parts
        self.power = power
        self.remarks = remarks
        self.wording = wording
    }

    public func render(_ form: OutputForm, rawCSV: Bool = false) -> String {
        switch form {
        case .json: json.pretty()
        case .csv: CSVWriter(isRaw: rawCSV).write(PowerRows.table(parts))
        case .markdown: markdown
        case .text: text
        }
    }

    public var json: JSONValue {
        var object = frame.opened(schema: "counterpart/power/1")
        object.put("designs", .array(parts.flatMap { part in part.effects.map { PowerRows.json(part, $0) } }))
        object.put("components", .array(parts.map(PowerRows.components)))
        object.put("sentences", .array(sentences.map { .text($0) }))
        if let log { object.put("disclosure", log.json) }
        return object.value
    }

    /// Guards and rounds the counts of rows, and keeps the log. Pupils a school and period are a mean over the design.
    public mutating func publish(_ profile: DisclosureProfile) {
        let rule = Disclosure(profile)
        let hidden = parts.map(\.isSuppressed)
        log = DisclosureLog(
            profile: profile, entries: [rule.entry("detectable effects", primary: hidden, hidden: hidden)])
        if wording.nouns.rows == "pupils" { frame.publish(rule) }
    }

    public var sentences: [String] {
        parts.flatMap { PowerWords(part: $0, power: power, wording: wording).sentences } + remarks
    }

    private var text: String {
        var out = sentences.map { Paragraph.wrapped($0) }.joined()
        out += "\n" + TextTable().write(PowerRows.readable(parts))
        for warning in frame.warnings {
            out += "\n" + Paragraph.wrapped("Warning (\(warning.code)): \(warning.message)")
        }
        out += "\nWhere the spread comes from\n" + indented(TextTable().write(PowerRows.readableComponents(parts)))
        let last = frame.sampleWords(wording.nouns) + (log?.sentences ?? [])
        return out + "\nSample\n" + last.map { Paragraph.wrapped($0, indent: 2) }.joined()
    }

    private func indented(_ table: String) -> String { table.split(separator: "\n").map { "  \($0)\n" }.joined() }

    private var markdown: String {
        var out = sentences.map { Escaping.markdown($0) + "\n\n" }.joined()
        out += MarkdownTable().write(PowerRows.readable(parts))
        if !frame.warnings.isEmpty {
            out += "\n### Warnings\n\n"
            out += frame.warnings.map { "- **\(Escaping.markdown($0.code))**: \(Escaping.markdown($0.message))\n" }
                .joined()
        }
        out += "\n### Where the spread comes from\n\n" + MarkdownTable().write(PowerRows.readableComponents(parts))
        out += "\n### Sample\n\n"
        let last = frame.sampleWords(wording.nouns) + (log?.sentences ?? [])
        return out + last.map { Escaping.markdown($0) + "\n" }.joined(separator: "\n")
    }
}
