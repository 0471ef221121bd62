import LinearAlgebra
import Panels
import Regression
import Tables

/// What an estimator hands to inference. Every estimate is linear in the outcome, θ̂ = v'y over compressed rows, and so are
/// the residuals e that stand for the errors: a cluster's contribution to an estimate's error is v'e over its rows.
public struct Fit: Sendable {
    public let estimator: EstimatorName
    /// The cells used.
    public let design: Design
    public let rows: CompressedRows
    /// K estimands, the headline first.
    public let estimands: [Estimand]
    public let estimates: [Double]
    /// rows × K: v.
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
    }

    /// The residual column that belongs to estimand k.
    public func residual(_ k: Int) -> [Double] { residuals.column(residuals.columns == 1 ? 0 : k) }

    /// Per estimand: the weight of each cell in its mean; empty for coefficients.
    public let cellWeights: [[Double]]

    /// Parameters estimated: every independent column, the fixed effects' levels included.
    public var parameterCount: Int {
        switch basis {
        case .leastSquares(let model): model.slopeCount + model.effectRank
        case .imputation(let model): model.parameterCount
        }
    }
}

extension Fit {
    /// The fit with only some of its estimands, in the given order.
    public func keeping(_ chosen: [Int]) -> Fit {
        Fit(
            estimator: estimator, design: design, rows: rows, estimands: chosen.map { estimands[$0] },
            estimates: chosen.map { estimates[$0] }, weights: weights.selecting(columns: chosen),
            residuals: residuals.columns == 1 ? residuals : residuals.selecting(columns: chosen), basis: basis,
            effects: effects, untreatedOutcome: untreatedOutcome, warnings: warnings,
            cellWeights: chosen.map { cellWeights[$0] })
    }
}

/// One requirement: a design in, a fit out.
public protocol Estimator: Sendable {
    static var name: EstimatorName { get }
    /// - Parameter nested: where given, every fixed effect not nested in this factor must become explicit columns, as
    ///   CR2 asks; estimators that need no such care ignore it.
    func fit(_ design: Design, nested: CellFactor?) throws(EstimationError) -> Fit
}
