import LinearAlgebra
import Panels
import Regression
import Tables

/// What an estimator hands to inference: a cluster's contribution to an estimate's error is Σ v·e over its rows.
///
/// Where estimates are linear in the outcome, θ̂ = v'y, and e are residuals that stand for the errors. Elsewhere the
/// influence function takes the place of v, and e is 1.
public struct Fit: Sendable {
    public let estimator: EstimatorName
    /// The cells used.
    public let design: Design
    public let rows: CompressedRows
    /// K estimands, the headline first.
    public let estimands: [Estimand]
    public let estimates: [Double]
    /// rows × K: v, or the influence of each row.
    public let weights: Matrix
    /// rows × K, or rows × 1 where all estimands share their residuals: e.
    public let residuals: Matrix
    public let basis: Basis
    /// The fixed effects of the model.
    public let effects: [CellFactor]
    /// Per cell: the mean outcome that the model expects without treatment.
    public let untreatedOutcome: [Double]
    public var warnings: [Warning]

    public enum Basis: Sendable {
        case leastSquares(LeastSquares)
        case imputation(Imputation)
        /// Known by its influence function alone; beside it, where there is one, the regression that gives the same
        /// estimates with the weights of its means taken as fixed, for variances and bootstraps that need one.
        indirect case influence(regression: Fit?)
        /// Weighted means of units found by a programme: no row has an influence of its own, `weights` and `residuals` are
        /// empty, and uncertainty comes from placebos, the jackknife or the bootstrap.
        case synthetic(SyntheticModel)
    }

    /// The residual column that belongs to estimand k.
    public func residual(_ k: Int) -> [Double] { residuals.column(residuals.columns == 1 ? 0 : k) }

    /// Per estimand: the weight of each cell in its mean; empty for coefficients.
    public let cellWeights: [CellWeights]

    /// Per cell: its weight where effects are averaged over treated cells, if not the design's own: the headline is the mean
    /// of observed − untreated under it.
    public var ledgerWeight: [Double]?

    /// Per row: the equation that it belongs to, where each estimate comes from one equation with one row a unit; then
    /// variances row by row are those of that equation. Nil elsewhere.
    public var equation: [Int]?

    /// Parameters estimated: every independent column, the fixed effects' levels included.
    public var parameterCount: Int {
        switch basis {
        case .leastSquares(let model): model.slopeCount + model.effectRank
        case .imputation(let model): model.parameterCount
        case .influence(let regression): regression?.parameterCount ?? estimands.count
        case .synthetic(let model): model.parameterCount
        }
    }
}

extension Fit {
    /// The fit with only some of its estimands, in the given order.
    public func keeping(_ chosen: [Int]) -> Fit {
        Fit(
            estimator: estimator, design: design, rows: rows, estimands: chosen.map { estimands[$0] },
            estimates: chosen.map { estimates[$0] }, weights: weights.selecting(columns: chosen),
            residuals: residuals.columns == 1 ? residuals : residuals.selecting(columns: chosen),
            basis: basis.keeping(chosen),
            effects: effects, untreatedOutcome: untreatedOutcome, warnings: warnings,
            cellWeights: chosen.map { cellWeights[$0] }, ledgerWeight: ledgerWeight, equation: equation)
    }
}

extension Fit.Basis {
    fileprivate func keeping(_ chosen: [Int]) -> Fit.Basis {
        switch self {
        case .influence(let regression): .influence(regression: regression?.keeping(chosen))
        case .synthetic(let model): .synthetic(model.keeping(chosen))
        case .leastSquares, .imputation: self
        }
    }
}

extension Fit {
    /// The regression beside estimates known by their influence, else the fit itself.
    public var asRegression: Fit {
        guard case .influence(let regression?) = basis else { return self }
        return regression
    }
}

/// A design in, a fit out.
public protocol Estimator: Sendable {
    static var name: EstimatorName { get }
    /// The fixed effects whose levels with one used row say nothing and can be set aside.
    func fixedEffects(_ design: Design) -> [CellFactor]
    /// - Parameter nested: where given, every fixed effect not nested in this factor must become explicit columns, as
    ///   CR2 asks; estimators that need no such care ignore it.
    func fit(_ design: Design, nested: CellFactor?) throws(EstimationError) -> Fit
    /// The fit with the headline first and perhaps alone, for draws that look at nothing else.
    func headline(_ design: Design) throws(EstimationError) -> Fit
}

extension Estimator {
    public func fixedEffects(_ design: Design) -> [CellFactor] { design.effects }

    public func headline(_ design: Design) throws(EstimationError) -> Fit { try fit(design, nested: nil) }
}
