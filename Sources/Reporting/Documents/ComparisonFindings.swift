import Inference

/// Who compares, where the comparison was built with the estimate: how alike it is, when it was fixed, and what it did to the estimate.
public struct ComparisonFindings: Sendable {
    /// Balance before and after, counterparts and weights.
    public var group: CompareDocument
    /// The settings that made it, as `compare` prints them.
    public var settings: [JSONValue.Member]
    /// The headline against every comparison unit, as it would be without; nil where it cannot be had, with `reason`.
    public var without: Effect?
    public var reason: String?
    /// Labels of the periods whose results were read before the comparison was fixed.
    public var periods: [String]
    /// Later rows were passed over by the reader then; false where they were read and set aside.
    public var passedOver: Bool
    /// SHA-256 of the comparison's units and weights, one `unit,weight` a line.
    public var digest: String
    /// How errors carry it, and what was not run beside it.
    public var notes: [String]

    public init(
        group: CompareDocument, settings: [JSONValue.Member], without: Effect?, reason: String?, periods: [String],
        passedOver: Bool, digest: String, notes: [String]
    ) {
        self.group = group
        self.settings = settings
        self.without = without
        self.reason = reason
        self.periods = periods
        self.passedOver = passedOver
        self.digest = digest
        self.notes = notes
    }

    /// How it was made.
    var sentences: [String] { group.sentences + notes }

    /// What the comparison did to the headline.
    func moved(_ headline: Effect?, _ outcome: OutcomeName, _ wording: Wording) -> String? {
        if let reason { return "Against every comparison \(wording.nouns.unit) there is no estimate: \(reason)." }
        guard let headline, let with = headline.estimate, let without, let plain = without.estimate,
            !headline.isSuppressed
        else { return nil }
        let precision = Precision(
            estimate: plain, standardError: without.standardError, lower: without.lower, upper: without.upper,
            isProse: true)
        let whose = group.unmatched.isEmpty ? "the estimate" : "the estimate for the same partners"
        var text =
            "Against every comparison \(wording.nouns.unit) alike \(whose) would be \(precision(plain)) \(outcome.unit)"
        if let lower = without.lower, let upper = without.upper {
            text += " (\(wording.percent) interval \(precision(lower)) to \(precision(upper)))"
        }
        return text + ": the comparison built here moves it by \(precision(with - plain))."
    }

    public var json: JSONValue {
        var object = JSONObject()
        for member in settings { object.put(member.key, member.value) }
        for member in group.groupMembers { object.put(member.key, member.value) }
        object.put("fixedBeforeLaterResults", fixedJSON)
        if let without {
            var row = JSONObject()
            row.put("estimate", ifAny: without.estimate)
            row.put("standardError", ifAny: without.standardError)
            row.put("lower", ifAny: without.lower)
            row.put("upper", ifAny: without.upper)
            object.put("withoutMatching", row.value)
        }
        object.put("withoutMatchingReason", ifAny: reason)
        object.put("notes", .array(sentences.map { .text($0) }))
        return object.value
    }

    /// What a manifest keeps: that the comparison was fixed, and by what it is known.
    var fixedJSON: JSONValue {
        [
            "periodsRead": .array(periods.map { .text($0) }), "laterRowsPassedOver": .bool(passedOver),
            "sha256": .text(digest),
        ]
    }

    /// What the headline hides, this hides.
    mutating func withhold(headline: Effect?) {
        if headline?.isSuppressed ?? false { without = nil }
    }

    mutating func publish(_ rule: Disclosure) {
        without = without.map(rule.rounding.rounded)
    }

    /// For a report: small numbers withheld and figures rounded as everywhere in it.
    mutating func withhold(_ rule: Disclosure, headline: Effect?, countsPupils: Bool) -> [Disclosure.Entry] {
        withhold(headline: headline)
        var rule = rule
        if !countsPupils { rule.threshold = 0 }
        let entries = group.withhold(rule)
        group.round(rule)
        publish(rule)
        return entries
    }

    /// All counterparts or weights, unrounded.
    var counterparts: ResultTable {
        group.matches.isEmpty
            ? CompareRows.weights(group.weights.filter { !$0.isTreated }[...]) : CompareRows.matches(group.matches[...])
    }
}
