import Estimation
import Regression

/// CR2 and CR3 of a regression's estimates: V = Σ (a'e)² over clusters, with Satterthwaite's degrees of freedom.
///
/// CR2, a = (I − H_gg)^(−1/2) v, is unbiased where errors are independent with one variance (with analytic weights: a
/// variance ∝ 1/w). CR3, a = (I − H_gg)⁻¹ v, is the sum of squares of what leaving out each cluster changes: (G−1)/G of it
/// is the cluster jackknife about the full estimate.
/// - Source: Bell & McCaffrey (2002), Survey Methodology 28; Pustejovsky & Tipton (2018), JBES 36.
struct AdjustedLeastSquares {
    var estimates: LinearEstimates

    func covariance(_ kind: VarianceKind) throws(EstimationError) -> CovarianceOfEstimates {
        let clusters = try adjusted(kind)
        return CovarianceOfEstimates(
            kind: kind, matrix: clusters.contributions.crossProduct(),
            degreesOfFreedom: (0..<estimates.count).map {
                clusters.trace[$0] * clusters.trace[$0] / clusters.squares[$0]
            },
            undefined: clusters.undefined)
    }

    private func adjusted(_ kind: VarianceKind) throws(EstimationError) -> AdjustedClusters {
        let model = try estimates.leastSquares(kind)
        let cluster = try estimates.onlyCluster(kind)
        let clusters = ClusterRows(cluster, cell: estimates.cell)
        // Effects nested in the clusters are projected on within each; those that cross them must be columns.
        let home = EffectCodes(cluster)
        let nested = model.eliminated.filter { $0.isNested(in: home) }
        let crossing = model.eliminated.filter { !$0.isNested(in: home) }
        let dummies = try ExplicitEffects(crossing, beside: nested, estimates.contents, rows: model.matrix.rows)
        let (x, m) = ExplicitEffects.joined(model.matrix, model.gramInverse, with: dummies)
        return try AdjustedClusters(
            clusters, x: x, m: m, weights: estimates.weights,
            residual: { estimates.residual($0) }, kind == .cr3 ? .jackknife : .biasReduced)
    }
}

extension [Int] {
    /// For the level of each row (−1: none): true where the rows of every level lie within one of the blocks.
    func liesWithin(_ blocks: [[Int]], count: Int) -> Bool {
        var home = [Int?](repeating: nil, count: count)
        for (g, block) in blocks.enumerated() {
            for r in block where self[r] >= 0 {
                if let known = home[self[r]], known != g { return false }
                home[self[r]] = g
            }
        }
        return true
    }
}
