import Estimation
import Panels

/// Estimates where there is nothing to find: at other times, among other units, of other outcomes, and without the period that
/// recovery from a bad year would start from.
public struct PlaceboFindings: Sendable, Equatable {
    /// nil where they were not asked for.
    public var time: PlaceboInTime?
    public var units: PlaceboUnits?
    public var withoutLastPeriod: WithoutLastPeriod?
    /// In the order in which they were named.
    public var outcomes: [PlaceboOutcome] = []

    public init() {}

    static func run(
        _ estimated: DidAnalysis.Estimated, headline: Effect, sign: Double, options: AnalysisOptions
    ) -> PlaceboFindings {
        let again = SameEstimate(estimated, options)
        var found = PlaceboFindings()
        found.time = .run(estimated.design, again)
        found.units = .run(estimated, sign: sign, options: options)
        found.withoutLastPeriod = .run(estimated, headline: headline, again)
        return found
    }
}

extension DidAnalysis {
    /// The estimate of an outcome that the partnership cannot affect.
    /// - Parameter options: with the estimator and the variance of the analysis that it stands beside.
    public static func placebo(_ design: Design, _ options: AnalysisOptions) -> PlaceboOutcome {
        let estimate = SameEstimate(options).result(design)
        return PlaceboOutcome(
            outcome: design.outcome, estimate: estimate, fewestPupils: design.fewestPupilsOfAnArm(),
            level: options.level)
    }
}

/// The headline's estimator with an outcome that the partnership cannot affect, such as pupils' results from before it.
public struct PlaceboOutcome: Sendable, Equatable {
    public var outcome: String
    public var estimate: DiagnosticEstimate
    /// The fewest pupils of an arm before the first start or from it on; nil where pupils are not known.
    public var fewestPupils: Double?
    public var words: String

    public init(outcome: String, estimate: DiagnosticEstimate, fewestPupils: Double?, level: Double) {
        self.outcome = outcome
        self.estimate = estimate
        self.fewestPupils = fewestPupils
        guard estimate.effect?.estimate != nil else {
            words = "For \(outcome) there is no estimate" + (estimate.reason.map { ": \($0)." } ?? ".")
            return
        }
        let found =
            "For \(outcome), which the partnership cannot affect, the same estimate is \(estimate.text(level: level))"
        words =
            estimate.isClear
            ? found + ": a difference that no partnership made, so the estimate may hold one too."
            : found
                + (estimate.effect?.lower == nil
                    ? "; it has no interval."
                    : "; no effect was detected, which does not show that the two groups are alike.")
    }
}
