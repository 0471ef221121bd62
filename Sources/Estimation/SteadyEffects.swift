import LinearAlgebra
import Panels
import Regression

/// The regression beside imputation in which all units of a group (start × event time, see `ImputationGroups`) share one
/// effect: unit and period effects, covariates, and one dummy a group, on all rows.
///
/// Its effects are those that imputation takes its treated residuals about. A bootstrap that imposes a null needs a model
/// to impose it on; this one holds the null θ = b with the least change of fit.
public struct SteadyEffects: Sendable {
    /// The regression's own estimate of the estimand.
    public let estimate: Double
    /// Per row of the imputation: residuals of the unrestricted regression.
    public let residuals: [Double]
    /// Per row: what one unit more of the estimate, imposed, takes off the residuals.
    public let direction: [Double]

    /// - Parameters:
    ///   - fit: an imputation.
    ///   - k: one of its estimands that averages over treated cells.
    public init(_ fit: Fit, estimand k: Int) throws(EstimationError) {
        let design = fit.design
        let groups = ImputationGroups(design)
        let columns = (0..<groups.count).map { g in
            CellColumn(name: "effect \(g + 1)", values: groups.group.map { $0 == g ? 1.0 : 0 })
        }
        let omega = fit.cellWeights[k].dense
        let rows = fit.rows
        let (model, places) = try regressing { () throws(RegressionError) in
            let all = try ModelColumns(design, rows: rows, effects: design.effects, treatment: columns)
            let model = try LeastSquares(all, rows: rows)
            return (model, all.treatmentIndices.map { model.place[$0] })
        }
        var contrast = [Double](repeating: 0, count: model.coefficients.count)
        for (place, column) in zip(places, columns) {
            let share = dot(omega, column.values)
            guard share != 0 else { continue }
            guard let place else { throw .collinearTreatment(term: column.name) }
            contrast[place] = share
        }
        let leverage = model.gramInverse.times(contrast)
        let size = dot(contrast, leverage)
        guard size > 0 else { throw .collinearTreatment(term: "treatment") }
        estimate = dot(contrast, model.coefficients)
        residuals = model.residuals
        direction = model.matrix.times(leverage).map { -$0 / size }
    }
}
