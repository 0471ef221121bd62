import Estimation
import LinearAlgebra
import Panels
import Regression

/// The cluster-robust variance, V = f · Σ (v'e)² over clusters; with two levels V₁ + V₂ − V₁₂ (Cameron, Gelbach & Miller
/// 2011). The t refers to G − 1 degrees of freedom, of the smaller G.
struct ClusterRobust {
    var estimates: LinearEstimates
    var smallSample: SmallSample

    func covariance(_ kind: VarianceKind) throws(EstimationError) -> CovarianceOfEstimates {
        let levels = estimates.clusters
        guard !levels.isEmpty else {
            throw .unsupported(variance: kind.rawValue, estimator: "rows without clusters", instead: "hc1")
        }
        let counts = levels.map { Double($0.usedLevelCount) }
        for (level, count) in zip(levels, counts) where count < 2 { throw .oneCluster(name: level.name) }
        let smallest = counts.min() ?? 0
        let shared = try parameterFactor()
        var matrix = Matrix(estimates.count, estimates.count)
        func add(_ level: CellFactor, _ sign: Double) {
            let part = estimates.contributions(by: level).crossProduct()
            let factor = sign * shared * clusterFactor(Double(level.usedLevelCount), smallest: smallest)
            for i in matrix.storage.indices { matrix.storage[i] += factor * part.storage[i] }
        }
        for level in levels { add(level, 1) }
        var undefined: [CovarianceOfEstimates.Undefined?] = []
        if levels.count > 1 {
            let sum = (0..<estimates.count).map { matrix[$0, $0] }
            add(levels[0].crossed(with: levels[1]), -1)
            undefined = sum.indices.map { matrix[$0, $0] <= 1e-10 * sum[$0] ? .notPositive : nil }
            matrix = try withoutNegativeDirections(matrix)
        }
        return CovarianceOfEstimates(
            kind: kind, matrix: matrix, degreesOfFreedom: [Double](repeating: smallest - 1, count: estimates.count),
            undefined: undefined)
    }

    /// (N − 1)/(N − k), where the rule counts parameters and the estimator is a regression.
    func parameterFactor() throws(EstimationError) -> Double {
        guard estimates.regression != nil, smallSample == .fixest || smallSample == .stata else { return 1 }
        let k = smallSample == .stata ? estimates.parameterCount : estimates.parameterCountBesideNested
        let n = estimates.observationCount
        guard n > Double(k) else { throw .tooFewRows(rows: Int(n), parameters: k) }
        return (n - 1) / (n - Double(k))
    }

    private func clusterFactor(_ count: Double, smallest: Double) -> Double {
        switch smallSample {
        case .none: 1
        case .fixest, .clusters: smallest / (smallest - 1)
        case .stata: count / (count - 1)
        }
    }

    /// A difference of variances can have negative directions; they are set to zero, as fixest does.
    private func withoutNegativeDirections(_ matrix: Matrix) throws(EstimationError) -> Matrix {
        let eigen = try numerically { () throws(LinearAlgebraError) in try SymmetricEigen(matrix) }
        guard let lowest = eigen.values.first, lowest < 0 else { return matrix }
        var scaled = eigen.vectors
        for j in 0..<scaled.columns {
            for i in 0..<scaled.rows { scaled[i, j] *= max(0, eigen.values[j]).squareRoot() }
        }
        return scaled.times(scaled.transposed)
    }
}
