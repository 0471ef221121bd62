import Inference

/// An objective of the plan beside what was found.
public struct Objective: Sendable, Equatable {
    public var text: String
    /// The change aimed at, in the outcome's unit; negative for a gap that is to narrow.
    public var target: Double?
    public var by: String?
    public var unit: String
    public var estimate: Double?
    public var lower: Double?
    public var upper: Double?
    /// Of the estimate, which decides how many digits are printed, here as elsewhere.
    public var standardError: Double?
    /// The effect is withheld, because too few pupils stand behind it.
    public var isSuppressed = false

    public init(text: String, target: Double?, by: String? = nil, unit: String = "points", effect: Effect? = nil) {
        self.text = text
        self.target = target
        self.by = by
        self.unit = unit
        isSuppressed = effect?.isSuppressed ?? false
        guard let effect, !effect.isSuppressed else { return }
        estimate = effect.estimate
        standardError = effect.standardError
        lower = effect.lower
        upper = effect.upper
    }

    mutating func withhold() {
        isSuppressed = true
        (estimate, lower, upper, standardError) = (nil, nil, nil, nil)
    }

    public enum Verdict: String, Sendable {
        case reached, reachedWithinUncertainty, notReachedButPossible, notReached, cannotBeJudged
    }

    /// Whether the estimate is at or beyond the target, and whether its interval leaves that open.
    public var verdict: Verdict {
        guard let target, target != 0, let estimate else { return .cannotBeJudged }
        let sign: Double = target < 0 ? -1 : 1
        let bounds = [lower, upper].compactMap { $0 }.map { $0 * sign }
        guard let least = bounds.min(), let most = bounds.max(), bounds.count == 2 else {
            return .cannotBeJudged
        }
        if least >= target * sign { return .reached }
        if estimate * sign >= target * sign { return .reachedWithinUncertainty }
        return most >= target * sign ? .notReachedButPossible : .notReached
    }

    /// The target beside the estimate, as one sentence or two.
    func comparison(level: String) -> String {
        let aim = target.map { "Target \(Numeral.plain($0)) \(unit)" + (by.map { " by \($0)" } ?? "") + "." }
        guard let estimate else { return aim ?? "" }
        let precision = Precision(
            estimate: estimate, standardError: standardError, lower: lower, upper: upper, isProse: true)
        let interval = lower.flatMap { low in
            upper.map { " (\(level) interval \(precision(low)) to \(precision($0)))" }
        }
        let found = "Estimated effect \(precision(estimate)) \(unit)\(interval ?? "")."
        return [aim, found].compactMap { $0 }.joined(separator: " ")
    }

    var words: String {
        guard verdict != .cannotBeJudged, let lower, let upper, lower <= 0, upper >= 0 else { return verdictWords }
        return verdictWords + " The interval does not rule out no effect."
    }

    private var verdictWords: String {
        switch verdict {
        case .reached: "Reached: the whole interval is at or beyond the target."
        case .reachedWithinUncertainty: "The estimate reaches the target, but its interval does not rule out less."
        case .notReachedButPossible:
            "The estimate falls short of the target; its interval does not rule the target out."
        case .notReached: "Not reached: the whole interval falls short of the target."
        case .cannotBeJudged where isSuppressed:
            "Cannot be judged: the estimate is withheld, because too few pupils stand behind it."
        case .cannotBeJudged where estimate == nil: "Cannot be judged: there is no estimate."
        case .cannotBeJudged where target == nil: "The plan gives no target to judge it by."
        case .cannotBeJudged: "Cannot be judged: no interval."
        }
    }
}
