import Estimation
import LinearAlgebra
import Regression

/// The variance that takes errors as independent with one variance (with analytic weights: a variance ∝ 1/w).
struct Independent {
    var estimates: LinearEstimates

    /// σ² v'v with σ² = RSS/(N − k); every parameter counts.
    func covariance() throws(EstimationError) -> CovarianceOfEstimates {
        if let equations = estimates.equations { return try covariance(equations) }
        try estimates.refuseSharedErrors(.iid)
        let model = try estimates.leastSquares(.iid)
        let freedom = try estimates.residualDegreesOfFreedom()
        return CovarianceOfEstimates(
            kind: .iid, matrix: estimates.weights.crossProduct().scaled(by: model.residualSumOfSquares / freedom),
            degreesOfFreedom: [Double](repeating: freedom, count: estimates.count))
    }
    /// The same equation by equation; between two, with the covariance of a unit's errors in them.
    private func covariance(_ equations: Equations) throws(EstimationError) -> CovarianceOfEstimates {
        let freedom = try equations.degreesOfFreedom()
        let products = equations.byUnit(equations.own(estimates.residual(0))).crossProduct()
        var matrix = equations.byUnit(estimates.weights).crossProduct()
        for k in freedom.indices {
            for l in freedom.indices { matrix[k, l] *= products[k, l] / (freedom[k] * freedom[l]).squareRoot() }
        }
        return CovarianceOfEstimates(kind: .iid, matrix: matrix, degreesOfFreedom: freedom)
    }
}
