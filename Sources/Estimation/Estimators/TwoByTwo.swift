import Panels
import Regression

/// Two groups, before and after one common start: four means.
///
/// Y = α + γ·arm + λ·post + τ·arm·post + covariates, factors and absorbed effects; τ̂ is the estimate. In a triple
/// difference every term but the covariates is separate for the group and its peers.
/// - Source: Angrist & Pischke (2009), *Mostly Harmless Econometrics*, ch. 5.
public struct TwoByTwo: Estimator {
    public static let name = EstimatorName.did2x2

    public init() {}

    public func fixedEffects(_ design: Design) -> [CellFactor] { design.absorbed }

    /// - Throws: `.startsDiffer` unless all treated units share a start.
    public func fit(_ design: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        let starts = design.treatedStarts
        guard starts.count == 1, let start = starts.first else {
            throw .startsDiffer(estimator: Self.name.rawValue, starts: starts.map(design.label))
        }
        let isTreatedUnit = design.isTreatedUnit
        let cells = 0..<design.cellCount
        let arm = cells.map { isTreatedUnit[design.unit[$0]] ? 1.0 : 0 }
        let post = cells.map { design.periods[design.period[$0]].ordinal >= start ? 1.0 : 0 }
        var nuisance = [CellColumn(name: "treated", values: arm), CellColumn(name: "post", values: post)]
        if let isGroup = design.isGroup {
            let group = isGroup.map { $0 ? 1.0 : 0 }
            nuisance += [CellColumn(name: "group", values: group)]
            nuisance += [arm, post].map { side in
                CellColumn(name: "group interaction", values: cells.map { side[$0] * group[$0] })
            }
        }
        let treated = design.isTreated.map { $0 ? 1.0 : 0 }
        return try TreatmentRegression(
            estimator: Self.name, design: design, effects: design.absorbed, nuisance: nuisance,
            treatment: TreatmentRegression.byPart(design, "treatment", treated), eventTime: design.eventTime,
            estimands: EstimandCells.parts(design).map { Estimand(.overall, $0) }
                + TwoWayFixedEffects.periodEstimands(design)
        ).fit(nested: nested)
    }
}
