import Panels
import Inference
import Panels
import Tables

/// Numbers to sentences that an evaluator can defend: never "proves", never that trends "hold", zero named where it is inside.
public struct Wording: Sendable {
    public var nouns: Nouns
    /// The confidence level, such as 0.95.
    public var level: Double
    /// The threshold below which figures are withheld, for the sentence that says so.
    public var threshold: Int
    /// To what means are rounded where they are published, so that none is told with more digits than it has.
    public var rounding = FigureRounding.none

    public init(nouns: Nouns = Nouns(), level: Double = 0.95, threshold: Int = 10) {
        self.nouns = nouns
        self.level = level
        self.threshold = threshold
    }

    var percent: String { Numeral.fixed(level * 100, decimals: level * 100 == (level * 100).rounded() ? 0 : 1) + "%" }

    /// The headline: the difference the partnership made, for whom, with its interval.
    public func headline(_ effect: Effect, outcome: OutcomeName, estimand: EstimandKind, treatedUnits: Int?) -> String {
        guard let estimate = effect.estimate, !effect.isSuppressed else {
            return effect.isSuppressed
                ? "The estimate for \(outcome.title) is withheld: fewer than \(threshold) pupils stand behind it."
                : "No estimate for \(outcome.title) could be made from these data."
        }
        let claim = claim(effect, estimate, outcome: outcome, estimand: estimand)
        guard let lower = effect.lower, let upper = effect.upper else {
            let reason =
                treatedUnits == 1
                ? "one partner \(nouns.unit) cannot show its own spread" : "the estimate came without a standard error"
            let plain = "\(claim). No interval can be given: \(reason)."
            guard let chance = effect.permutationPValue, chance >= 1 - level else { return plain }
            return "The data are compatible with no effect: a difference this large would be no surprise among "
                + "\(nouns.units) without a partnership (\(Self.equation(chance))). \(plain)"
        }
        let precision = precision(effect)
        guard lower > 0 || upper < 0 else {
            let span = span(lower, upper, precision, outcome.unit, below: "lower", above: "higher")
            return
                "The data are compatible with no effect: \(Self.lowercasedFirst(claim)), but the \(percent) interval "
                + "runs from \(span) and includes zero."
        }
        let tail = estimate < 0 ? " \(outcome.unit) lower" : ""
        return "\(claim) (\(percent) interval \(range(lower, upper, precision))\(tail))."
    }

    /// An interval on one side of zero, as sizes from the smaller to the larger.
    private func range(_ lower: Double, _ upper: Double, _ precision: Precision) -> String {
        let sizes = [lower.magnitude, upper.magnitude].sorted()
        return "\(precision(sizes[0])) to \(precision(sizes[1]))"
    }

    /// An interval across zero, each end with its direction.
    private func span(
        _ lower: Double, _ upper: Double, _ precision: Precision, _ unit: String, below: String, above: String
    ) -> String {
        "\(precision(lower.magnitude)) \(unit) \(below) to \(precision(upper.magnitude)) \(unit) \(above)"
    }

    private func claim(_ effect: Effect, _ estimate: Double, outcome: OutcomeName, estimand: EstimandKind) -> String {
        let size = precision(effect)(estimate.magnitude)
        let direction = estimate < 0 ? "lower" : "higher"
        if nouns.rows == "pupils", outcome.unit == "points", !outcome.isLowerBetter {
            let who =
                estimand == .pupils
                ? "Pupils in the partner \(nouns.units)" : "In the average partner \(nouns.unit), pupils"
            return Precision.isZero(size)
                ? "\(who) scored about the same in \(outcome.title) as they would have done without the partnership "
                    + "(a difference of \(size) \(outcome.unit))"
                : "\(who) scored an estimated \(size) \(outcome.unit) \(direction) in \(outcome.title) than they would "
                    + "have done without the partnership"
        }
        let ofPupils =
            estimand == .pupils ? "of pupils in the partner \(nouns.units)" : "in the average partner \(nouns.unit)"
        let whose = nouns.rows == "pupils" ? ofPupils : "of the partner \(nouns.units)"
        let subject = outcome.isShare ? "The share with \(outcome.title)" : Self.capitalisedFirst(outcome.title)
        return Precision.isZero(size)
            ? "\(subject) \(whose) was about the same as it would have been without the partnership "
                + "(a difference of \(size) \(outcome.unit))"
            : "\(subject) \(whose) was an estimated \(size) \(outcome.unit) \(direction) than it would have been "
                + "without the partnership\(outcome.isLowerBetter ? ", and lower is better" : "")"
    }

    /// The effect on a gap. Negative narrows, and the sentence says which.
    public func gapEffect(_ effect: Effect, outcome: OutcomeName, group: String) -> String {
        guard let estimate = effect.estimate, !effect.isSuppressed else {
            return "The effect on the gap between \(group) and their peers "
                + (effect.isSuppressed
                    ? "is withheld: too few pupils stand behind it or one of its sides."
                    : "could not be estimated from these data.")
        }
        let precision = precision(effect)
        let verb = estimate < 0 ? "narrows" : "widens"
        let gap = "the gap in \(outcome.title) between \(group) and their peers"
        let size = "\(precision(estimate.magnitude)) \(outcome.unit)"
        guard let lower = effect.lower, let upper = effect.upper else {
            return "The estimate \(verb) \(gap) by \(size); no interval can be given."
        }
        guard lower > 0 || upper < 0 else {
            let span = span(lower, upper, precision, outcome.unit, below: "narrower", above: "wider")
            return "The data are compatible with no effect on \(gap): the estimate \(verb) it by \(size), but the "
                + "\(percent) interval runs from \(span) and includes zero."
        }
        let side = estimate < 0 ? "narrower" : "wider"
        return "The partnership \(verb) \(gap) by an estimated \(size) "
            + "(\(percent) interval \(range(lower, upper, precision)) \(outcome.unit) \(side))."
    }

    /// What was found before the start. Never says that trends were the same.
    public func preTrend(_ test: PreTrend) -> String {
        guard test.words.isEmpty else { return test.words }
        guard let p = test.pValue else {
            return "Whether the groups already moved apart before the start could not be tested with these periods."
        }
        return p < 1 - level
            ? "The groups were already moving apart before the start (\(Self.equation(p))): "
                + "part of the estimate may be that difference."
            : "A difference in trends before the start was not detected (\(Self.equation(p))); "
                + "a small one could still be there."
    }

    /// What the paths before the start tell: the test, what it could have seen, and whether the trend was small.
    /// - Parameter saidAbove: sentences that the reader has seen.
    func beforeTheStart(_ test: PreTrend, saidAbove: [String] = []) -> [String] {
        [preTrend(test), test.power?.words, test.equivalence?.words].compactMap { $0 }.filter {
            !saidAbove.contains($0)
        }
    }

    public func randomisation(_ test: RandomisationTest) -> String {
        let how =
            test.isEnumerated
            ? "all \(Numeral.count(Double(test.assignments))) ways of choosing the partners were tried"
            : "\(Numeral.count(Double(test.assignments))) random ways of choosing the partners were tried"
        let without =
            test.passedOver > 0
            ? ", \(Numeral.count(Double(test.passedOver))) others gave no estimate and are not counted" : ""
        return
            "If the partnership had no effect on any \(nouns.unit), a difference at least this large would appear with "
            + "probability \(Self.said(test.pValue)) (\(how)\(without); "
            + (test.pValue <= test.smallestPossible
                ? "this is the smallest that this design could give)."
                : "the smallest possible is \(Self.said(test.smallestPossible))).")
    }

    static func said(_ p: Double) -> String {
        p < 0.0005 ? "less than 0.001" : p > 0.995 ? "above 0.99" : Numeral.probability(p)
    }

    static func equation(_ p: Double) -> String {
        p < 0.0005 ? "p < 0.001" : p > 0.995 ? "p > 0.99" : "p = " + Numeral.probability(p)
    }

    /// The precision of sentences about an effect.
    func precision(_ effect: Effect) -> Precision {
        Precision(
            estimate: effect.estimate, standardError: effect.standardError, lower: effect.lower, upper: effect.upper,
            isProse: true)
    }

    /// Within a sentence: our own words lose their capital, names of outcomes keep theirs.
    static func lowercasedFirst(_ text: String) -> String {
        ["Pupils ", "In ", "The share "].contains { text.hasPrefix($0) }
            ? text.prefix(1).lowercased() + text.dropFirst() : text
    }
    package static func capitalisedFirst(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// "a", "a and b", "a, b and c".
    package static func list(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }
}
