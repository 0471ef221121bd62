import Estimation
import Panels

/// The headline of an analysis made again on other data: the same estimator, variance and options.
struct SameEstimate: Sendable {
    let estimator: EstimatorName
    let kind: VarianceKind
    let options: AnalysisOptions

    init(_ estimated: DidAnalysis.Estimated, _ options: AnalysisOptions) {
        estimator = estimated.fit.estimator
        kind = estimated.covariance.kind
        var same = options
        same.estimator = estimator
        same.vcov = kind
        self.options = same
    }

    func callAsFunction(_ design: Design) throws(EstimationError) -> (fit: Fit, effect: Effect) {
        let found = try DidAnalysis.estimate(design, options)
        let table = EffectTable(fit: found.fit, covariance: found.covariance, options: options)
        return (found.fit, table.effect(0))
    }

    /// The effect, or why there is none.
    func result(_ design: Design) -> DiagnosticEstimate {
        do {
            return DiagnosticEstimate(effect: try self(design).effect, reason: nil)
        } catch {
            return DiagnosticEstimate(effect: nil, reason: error.message)
        }
    }
}

/// An estimate that a diagnostic made, or why it has none.
public struct DiagnosticEstimate: Sendable, Equatable {
    public var effect: Effect?
    public var reason: String?

    public init(effect: Effect?, reason: String?) {
        self.effect = effect
        self.reason = reason
    }

    /// True where the interval lies on one side of zero.
    public var isClear: Bool {
        guard let lower = effect?.lower, let upper = effect?.upper else { return false }
        return lower > 0 || upper < 0
    }

    /// `1.2 (95% interval −0.3 to 2.7)`.
    func text(level: Double) -> String {
        guard let estimate = effect?.estimate else { return "none" }
        guard let lower = effect?.lower, let upper = effect?.upper else { return PlainNumber.text(estimate) }
        return
            "\(PlainNumber.text(estimate)) (\(PlainNumber.text(100 * level))% interval \(PlainNumber.text(lower)) to "
            + "\(PlainNumber.text(upper)))"
    }
}

extension Design {
    /// The same cells with other starts, treated from each on.
    func starting(_ start: [Int?]) -> Design {
        var moved = self
        moved.start = start
        moved.isTreated = isTreated(under: start)
        moved.eventTime = eventTime(under: start)
        return moved
    }

    /// Pupils of treated cells at each event time, the fewest; nil where pupils are not known or nothing is treated.
    var fewestTreatedPupils: Double? {
        guard let pupils else { return nil }
        var sums: [Int: Double] = [:]
        for c in isTreated.indices where isTreated[c] { sums[eventTime[c] ?? 0, default: 0] += pupils[c] }
        return sums.values.min()
    }
}
