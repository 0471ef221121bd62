import Panels

/// One treatment effect beside unit and period effects: Y = δ·D + a_unit + b_period + absorbed + covariates + ε.
///
/// Where starts differ, δ̂ mixes comparisons with units already treated (Goodman-Bacon 2021); the caller warns.
/// In a triple difference the effects are unit × group and period × group, and δ is separate for group and peers.
public struct TwoWayFixedEffects: Estimator {
    public static let name = EstimatorName.twfe

    public init() {}

    public func fit(_ design: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        let treated = design.isTreated.map { $0 ? 1.0 : 0 }
        return try TreatmentRegression(
            estimator: Self.name, design: design, effects: design.effects,
            treatment: TreatmentRegression.byPart(design, "treatment", treated), eventTime: design.eventTime,
            estimands: EstimandCells.parts(design).map { Estimand(.overall, $0) } + Self.periodEstimands(design)
        ).fit(nested: nested)
    }

    /// The effect period by period, for the counterfactual's intervals.
    static func periodEstimands(_ design: Design) -> [Estimand] {
        let periods = Array(Set(design.isTreated.indices.filter { design.isTreated[$0] }.map { design.period[$0] }))
            .sorted()
        let parts: [Estimand.Part] = design.isGroup == nil ? [.everyone] : [.group, .peers]
        return parts.flatMap { part in periods.map { Estimand(.calendar($0), part, isReported: false) } }
    }
}
