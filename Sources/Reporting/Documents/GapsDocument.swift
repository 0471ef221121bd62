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
    /// What was done so that the result can be published; nil where no profile was named.
    public private(set) var log: DisclosureLog?

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
        if let log { object.put("disclosure", log.json) }
        return object.value
    }

    /// Rounds what is shown, guards the counts of rows, and keeps the log.
    /// - Parameter shares: outcomes that are percentages of a yes/no result.
    public mutating func publish(_ profile: DisclosureProfile, shares: Set<String>, rowsArePupils: Bool) {
        let rule = Disclosure(profile)
        let hidden = gaps.map(\.isSuppressed)
        let primary = gaps.map { row in
            rule.isSmall(row.n, mean: row.mean, isShare: false) || rule.isSmall(row.nPeers, mean: nil, isShare: false)
        }
        var entries = [rule.entry("gaps", primary: primary, hidden: hidden)]
        let series = seriesOfGaps
        let found = NearlySamePupils(
            tables: series.map { rows in
                .init(rank: 1, pupils: rows.map { (gaps[$0].by.map(\.value), gaps[$0].n + gaps[$0].nPeers) })
            }, threshold: profile.threshold
        ).toRound()
        let further = NearlySamePupils.rounding(threshold: profile.threshold, beside: profile.rounding)
        for (place, rows) in series.enumerated() {
            let rounding = found.contains(place) ? further : profile.rounding
            for index in rows where !gaps[index].isSuppressed {
                rounding.round(&gaps[index], isShare: shares.contains(gaps[index].outcome))
            }
        }
        if !found.isEmpty { entries[0].roundedTo = further.base }
        log = DisclosureLog(
            profile: profile, entries: entries,
            remarks: found.isEmpty || further == profile.rounding ? [] : [OutcomeResult.differenceWords])
        if rowsArePupils { frame.publish(rule) }
    }

    /// The rows of each outcome and group.
    private var seriesOfGaps: [[Int]] {
        var series: [[Int]] = []
        for index in gaps.indices {
            let place = series.firstIndex {
                gaps[$0[0]].outcome == gaps[index].outcome && gaps[$0[0]].group == gaps[index].group
            }
            if let place { series[place].append(index) } else { series.append([index]) }
        }
        return series
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
        let last = frame.sampleWords(Nouns()) + (log?.sentences ?? [])
        return out + last.map { Paragraph.wrapped($0) }.joined()
    }

    private var markdown: String {
        let words =
            [legend] + remarks + frame.warnings.map { "Warning (\($0.code)): \($0.message)" }
            + frame.sampleWords(Nouns()) + (log?.sentences ?? [])
        return MarkdownTable().write(table) + words.map { "\n" + Escaping.markdown($0) + "\n" }.joined()
    }
}
