import Estimation
import LinearAlgebra
import Regression

/// Variances that take errors as independent, from cells where cells suffice. Every parameter counts.
struct Independent {
    var fit: Fit

    /// σ² v'v with σ² = RSS/(N − k).
    func homoskedastic() throws(EstimationError) -> CovarianceOfEstimates {
        let model = try leastSquares(.iid)
        let freedom = try residualDegreesOfFreedom()
        var matrix = fit.weights.crossProduct()
        let variance = model.residualSumOfSquares / freedom
        for i in matrix.storage.indices { matrix.storage[i] *= variance }
        return CovarianceOfEstimates(
            kind: .iid, matrix: matrix, degreesOfFreedom: fit.estimands.map { _ in freedom })
    }

    /// N/(N − k) Σ v²e² over rows. Rows of one cell share v, so their Σe² is the cell's own square and Syy.
    func heteroskedastic() throws(EstimationError) -> CovarianceOfEstimates {
        _ = try leastSquares(.hc1)
        let moments = fit.design.moments
        let hasSpread = moments.n.contains { $0 > 1 }
        if hasSpread && moments.variableCount > 1 {
            throw .rowsNeeded(variance: "hc1", reason: "a covariate varies within cells")
        }
        // Equal weights within a cell: Σw² = (Σw)²/n.
        let isEven = moments.n.indices.allSatisfy { c in
            abs(moments.squaredWeight[c] * moments.n[c] - moments.weight[c] * moments.weight[c])
                <= 1e-9 * moments.weight[c] * moments.weight[c]
        }
        guard isEven else { throw .rowsNeeded(variance: "hc1", reason: "weights vary within cells") }
        let freedom = try residualDegreesOfFreedom()
        let e = fit.residual(0)
        let q = moments.variableCount
        var scores = fit.weights
        for c in 0..<fit.rows.cellCount {
            let spread = moments.within[c * q * (q + 1) / 2]
            let size = ((e[c] * e[c] + spread) / moments.n[c]).squareRoot()
            for k in 0..<scores.columns { scores[c, k] *= size }
        }
        var matrix = scores.crossProduct()
        let factor = fit.design.observationCount / freedom
        for i in matrix.storage.indices { matrix.storage[i] *= factor }
        return CovarianceOfEstimates(
            kind: .hc1, matrix: matrix, degreesOfFreedom: fit.estimands.map { _ in freedom })
    }

    private func leastSquares(_ kind: VarianceKind) throws(EstimationError) -> LeastSquares {
        guard case .leastSquares(let model) = fit.basis else {
            throw .unsupported(variance: kind.rawValue, estimator: fit.estimator.rawValue, instead: "cr1")
        }
        return model
    }

    private func residualDegreesOfFreedom() throws(EstimationError) -> Double {
        let freedom = fit.design.observationCount - Double(fit.parameterCount)
        guard freedom > 0 else {
            throw .tooFewRows(rows: Int(fit.design.observationCount), parameters: fit.parameterCount)
        }
        return freedom
    }
}
