import Estimation
import LinearAlgebra

/// Variances that take the errors of rows as independent with any variance: V = f · Σ v²e²/(1 − h)^d over rows.
///
/// h is a row's leverage in the whole projection, absorbed effects included. HC1: d = 0, f = N/(N − k), t with N − k degrees
/// of freedom. HC2: d = 1, HC3: d = 2, f = 1, both with the degrees of freedom of CR2 and CR3 for clusters of one row, which
/// they then equal (Bell & McCaffrey 2002; Imbens & Kolesár 2016). MacKinnon & White (1985) name them.
///
/// Rows of a cell share v and h, so a cell's own square and its Syy hold their Σe².
struct HeteroskedasticityRobust {
    var estimates: LinearEstimates

    func covariance(_ kind: VarianceKind, _ smallSample: SmallSample) throws(EstimationError) -> CovarianceOfEstimates {
        let model = try estimates.leastSquares(kind)
        try estimates.refuseSharedErrors(kind)
        if let obstacle = estimates.contents.obstacle {
            throw .rowsNeeded(variance: kind.rawValue, reason: obstacle)
        }
        guard kind != .hc1 else { return try uncorrected(smallSample) }
        let leverage = try RowLeverage(model, estimates.contents)
        let adjustment: LeverageAdjustment = kind == .hc2 ? .biasReduced : .jackknife
        let size = sizes()
        var scores = Matrix(size.count, estimates.count)
        var undefined = [CovarianceOfEstimates.Undefined?](repeating: nil, count: estimates.count)
        var freedom: [Double] = []
        for k in 0..<estimates.count {
            let v = estimates.weights.column(k)
            let a = leverage.adjusted(v, adjustment)
            let negligible = 1e-7 * dot(v, v).squareRoot()
            for c in a.indices {
                scores[c, k] = a[c] * size[c]
                // A row that only itself fits is no loss where the estimate does not rest on it.
                if kind == .hc3, leverage.room[c] == 0, abs(v[c]) > negligible {
                    undefined[k] = .indispensable("one row")
                }
            }
            freedom.append(leverage.satterthwaite(a))
        }
        return CovarianceOfEstimates(
            kind: kind, matrix: (estimates.equations?.byUnit(scores) ?? scores).crossProduct(),
            degreesOfFreedom: freedom,
            undefined: undefined)
    }

    private func uncorrected(_ smallSample: SmallSample) throws(EstimationError) -> CovarianceOfEstimates {
        let size = sizes()
        var scores = Matrix(size.count, estimates.count)
        for k in 0..<scores.columns { for c in size.indices { scores[c, k] = estimates.weights[c, k] * size[c] } }
        if let equations = estimates.equations {
            let freedom = try equations.degreesOfFreedom()
            for k in freedom.indices {
                let factor = factor(Double(equations.rows[equations.ofEstimate[k]]), freedom[k], smallSample)
                for r in size.indices { scores[r, k] *= factor.squareRoot() }
            }
            return CovarianceOfEstimates(
                kind: .hc1, matrix: equations.byUnit(scores).crossProduct(), degreesOfFreedom: freedom)
        }
        let freedom = try estimates.residualDegreesOfFreedom()
        let factor = factor(estimates.observationCount, freedom, smallSample)
        return CovarianceOfEstimates(
            kind: .hc1, matrix: scores.crossProduct().scaled(by: factor),
            degreesOfFreedom: [Double](repeating: freedom, count: estimates.count))
    }

    private func factor(_ n: Double, _ freedom: Double, _ smallSample: SmallSample) -> Double {
        switch smallSample {
        case .fixest, .stata: n / freedom
        case .clusters: n / (n - 1)
        case .none: 1
        }
    }

    /// Per cell: √(Σ we²/n), so that v² times its square is Σ v²e² over the cell's rows.
    private func sizes() -> [Double] {
        let e = estimates.residual(0)
        let contents = estimates.contents
        return (0..<contents.count).map { c in ((e[c] * e[c] + contents.spread[c]) / contents.n[c]).squareRoot() }
    }
}
