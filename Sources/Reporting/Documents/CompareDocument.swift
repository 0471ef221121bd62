import Inference
import Tables

/// The result of `compare`. Schema `counterpart/compare/1`.
public struct CompareDocument: Sendable {
    public struct Match: Sendable {
        public var unit: String
        public var comparison: String
        /// nil where it is withheld.
        public var distance: Double?
        public var weight: Double
        /// The fewer of the two units' pupils before the start; nil where they are not known.
        public var pupils: Double?

        public init(unit: String, comparison: String, distance: Double?, weight: Double, pupils: Double?) {
            self.pupils = pupils
            self.unit = unit
            self.comparison = comparison
            self.distance = distance
            self.weight = weight
        }
    }

    public struct Weight: Sendable {
        public var unit: String
        public var isTreated: Bool
        /// nil where it is withheld.
        public var weight: Double?
        /// The unit's pupils before the start; nil where they are not known.
        public var pupils: Double?

        public init(unit: String, isTreated: Bool, weight: Double?, pupils: Double? = nil) {
            self.unit = unit
            self.isTreated = isTreated
            self.weight = weight
            self.pupils = pupils
        }
    }

    /// A partner without a counterpart, or beyond every comparison school in a characteristic.
    public struct Alone: Sendable {
        public var unit: String
        public var reason: String
        /// The unit's pupils before the start; nil where they are not known.
        public var pupils: Double?

        public init(unit: String, reason: String, pupils: Double? = nil) {
            self.unit = unit
            self.reason = reason
            self.pupils = pupils
        }
    }

    public struct Rule: Sendable {
        public var text: String
        public var leftOut: Int

        public init(text: String, leftOut: Int) {
            self.text = text
            self.leftOut = leftOut
        }
    }

    public var frame: DocumentFrame
    /// One row a characteristic: before and after, in this order in both.
    public var before: [BalanceRow]
    public var after: [BalanceRow]
    public var matches: [Match] = []
    /// Those above 0, partners first.
    public var weights: [Weight] = []
    public var unmatched: [Alone] = []
    public var beyond: [Alone] = []
    public var rules: [Rule] = []
    /// Comparison schools that may compare, that do, and how many of equal weight these are worth.
    public var donors: Int
    public var used: Int
    public var effectiveSampleSize: Double
    public var sentences: [String]
    public var wording: Wording
    /// What was done so that the result can be published; nil where no profile was named.
    public private(set) var log: DisclosureLog?

    public init(
        frame: DocumentFrame, before: [BalanceRow], after: [BalanceRow], donors: Int, used: Int,
        effectiveSampleSize: Double, sentences: [String], wording: Wording
    ) {
        self.frame = frame
        self.before = before
        self.after = after
        self.donors = donors
        self.used = used
        self.effectiveSampleSize = effectiveSampleSize
        self.sentences = sentences
        self.wording = wording
    }

    public func render(_ form: OutputForm) -> String {
        switch form {
        case .json: json.pretty()
        case .csv: CSVWriter(isRaw: false).write(CompareRows.table(before, after))
        case .markdown: markdown
        case .text: text
        }
    }

    /// The comparison schools chosen, as a list that `--comparison-units` reads: the unit, and its weight beside.
    public func units(named column: String) -> String {
        let chosen = weights.filter { !$0.isTreated }
        return CSVWriter(isRaw: true).write(
            ResultTable(
                columns: [.init(column), .init("weight")],
                rows: chosen.map { [.text($0.unit), $0.weight.map { ResultTable.Cell.number($0) } ?? .suppressed] }))
    }

    /// The chart of both balances; nil where no difference can be drawn.
    public var chart: String? { BalanceChart.svg(after, before: before, id: "balance") }

    public var json: JSONValue {
        var object = frame.opened(schema: "counterpart/compare/1")
        for member in groupMembers { object.put(member.key, member.value) }
        object.put("sentences", .array(sentences.map { .text($0) }))
        if let log { object.put("disclosure", log.json) }
        return object.value
    }

    /// The group itself, without the frame of the document.
    var groupMembers: [JSONValue.Member] {
        var object = JSONObject()
        object.put("balance", .array(zip(before, after).map { CompareRows.json($0, $1) }))
        object.put("donors", .integer(donors))
        object.put("used", .integer(used))
        object.put("effectiveSampleSize", .number(effectiveSampleSize))
        object.put(
            "matches",
            .array(
                matches.map { match in
                    var entry = JSONObject()
                    entry.put("unit", .text(match.unit))
                    entry.put("comparison", .text(match.comparison))
                    entry.put("distance", ifAny: match.distance)
                    entry.put("weight", .number(match.weight))
                    return entry.value
                }))
        object.put(
            "weights",
            .array(
                weights.map { row in
                    var entry = JSONObject()
                    entry.put("unit", .text(row.unit))
                    entry.put("treated", .bool(row.isTreated))
                    if row.weight == nil { entry.put("suppressed", true) }
                    entry.put("weight", ifAny: row.weight)
                    return entry.value
                }))
        object.put("unmatched", Self.json(unmatched))
        object.put("beyond", Self.json(beyond))
        object.put(
            "rules", .array(rules.map { ["rule": .text($0.text), "leftOut": .integer($0.leftOut)] }))
        return object.members
    }

    /// Withholds what tells of few pupils: rows of a balance with a small arm, and distances of small units.
    public mutating func withhold(_ rule: Disclosure) -> [Disclosure.Entry] {
        let entries = [
            rule.apply(to: &before, table: "balance before"), rule.apply(to: &after, table: "balance after"),
        ]
        func isSmall(_ pupils: Double?) -> Bool { pupils.map { rule.isFew($0) } ?? false }
        let hidden = matches.map { isSmall($0.pupils) }
        for index in matches.indices where hidden[index] { matches[index].distance = nil }
        beyond.removeAll { isSmall($0.pupils) }
        // A balancing weight is a function of the unit's values that a few known units give away: all go where one is small.
        let small = weights.map { matches.isEmpty && !$0.isTreated && isSmall($0.pupils) }
        let withheld = weights.map { !$0.isTreated && small.contains(true) }
        for index in weights.indices where withheld[index] { weights[index].weight = nil }
        return entries + [
            rule.entry("distances", primary: hidden, hidden: hidden),
            rule.entry("weights", primary: small, hidden: withheld),
        ]
    }

    /// Rounds what is shown, guards the counts of rows, and keeps the log.
    public mutating func publish(_ log: DisclosureLog, _ rule: Disclosure) {
        self.log = log
        round(rule)
        if wording.nouns.rows == "pupils" { frame.publish(rule) }
    }

    mutating func round(_ rule: Disclosure) {
        before = before.map { Self.rounded($0, rule.rounding) }
        after = after.map { Self.rounded($0, rule.rounding) }
    }

    private static func rounded(_ row: BalanceRow, _ rounding: FigureRounding) -> BalanceRow {
        var row = row
        rounding.round(&row)
        row.nTreated = row.nTreated.map { rounding.count($0) }
        row.nComparison = row.nComparison.map { rounding.count($0) }
        return row
    }

    private static func json(_ rows: [Alone]) -> JSONValue {
        .array(rows.map { ["unit": .text($0.unit), "reason": .text($0.reason)] })
    }

    private var text: String {
        var out = sentences.map { Paragraph.wrapped($0) }.joined()
        out += "\n" + TextTable().write(CompareRows.readable(before, after, minus: .hyphen))
        for warning in frame.warnings {
            out += "\n" + Paragraph.wrapped("Warning (\(warning.code)): \(warning.message)")
        }
        for (title, table) in lists {
            out += "\n\(title)\n" + TextTable().write(table).split(separator: "\n").map { "  \($0)\n" }.joined()
        }
        let last = frame.sample.words(wording.nouns) + (log?.sentences ?? [])
        return out + "\nSample\n" + last.map { Paragraph.wrapped($0, indent: 2) }.joined()
    }

    private var markdown: String {
        var out = sentences.map { Escaping.markdown($0) + "\n\n" }.joined()
        out += MarkdownTable().write(CompareRows.readable(before, after, minus: .sign))
        if !frame.warnings.isEmpty {
            out += "\n### Warnings\n\n"
            out += frame.warnings.map { "- **\(Escaping.markdown($0.code))**: \(Escaping.markdown($0.message))\n" }
                .joined()
        }
        for (title, table) in lists { out += "\n### \(title)\n\n" + MarkdownTable().write(table) }
        out += "\n### Sample\n\n"
        let last = frame.sample.words(wording.nouns) + (log?.sentences ?? [])
        return out + last.map { Escaping.markdown($0) + "\n" }.joined(separator: "\n")
    }

    /// The rest of a longer list is in the JSON.
    private static let shown = 40

    var lists: [(title: String, table: ResultTable)] {
        var lists: [(String, ResultTable)] = []
        func cut<Row>(_ title: String, _ rows: [Row]) -> String {
            rows.count > Self.shown ? "\(title) (the first \(Self.shown) of \(rows.count))" : title
        }
        if !matches.isEmpty {
            lists.append(
                (cut("Partners and their counterparts", matches), CompareRows.matches(matches.prefix(Self.shown))))
        } else if weights.contains(where: { !$0.isTreated }) {
            let others = weights.filter { !$0.isTreated }.sorted { $0.weight ?? 0 > $1.weight ?? 0 }
            lists.append((cut("Who compares, by weight", others), CompareRows.weights(others.prefix(Self.shown))))
        }
        if !unmatched.isEmpty {
            lists.append((cut("Without a counterpart", unmatched), CompareRows.alone(unmatched.prefix(Self.shown))))
        }
        if !beyond.isEmpty {
            lists.append(
                (cut("Beyond every comparison school", beyond), CompareRows.alone(beyond.prefix(Self.shown))))
        }
        if !rules.isEmpty {
            lists.append(("Rules for who may compare", CompareRows.rules(rules)))
        }
        return lists
    }
}
