import Estimation
import LinearAlgebra
import Regression

/// The variance that takes errors as independent with one variance (with analytic weights: a variance ∝ 1/w).
struct Independent {
    var estimates: LinearEstimates

    /// σ² v'v with σ² = RSS/(N − k); every parameter counts.
    func covariance() throws(EstimationError) -> CovarianceOfEstimates {
        let model = try estimates.leastSquares(.iid)
        let freedom = try estimates.residualDegreesOfFreedom()
        return CovarianceOfEstimates(
            kind: .iid, matrix: estimates.weights.crossProduct().scaled(by: model.residualSumOfSquares / freedom),
            degreesOfFreedom: [Double](repeating: freedom, count: estimates.count))
    }
}
