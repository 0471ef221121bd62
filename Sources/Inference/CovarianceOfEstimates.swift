import Estimation
import LinearAlgebra

/// The covariance of a fit's estimates, with the degrees of freedom that each one's t refers to.
public struct CovarianceOfEstimates: Sendable {
    public let kind: VarianceKind
    /// K × K.
    public let matrix: Matrix
    /// K.
    public let degreesOfFreedom: [Double]
    /// True for estimands whose two-way variance, a difference of variances, is not above 0: they have no standard error.
    public var isNegative: [Bool] = []

    /// The standard error of estimand k; nil where the variance is not above 0.
    public func standardError(_ k: Int) -> Double? {
        guard !isNegative.indices.contains(k) || !isNegative[k] else { return nil }
        let variance = matrix[k, k]
        return variance > 0 && variance.isFinite ? variance.squareRoot() : nil
    }

    /// The covariance of a fit's estimates.
    ///
    /// - Throws: `.unsupported` where the estimator has no such variance, `.rowsNeeded` where cells do not hold what it
    ///   takes, `.oneCluster`, `.tooFewRows`, `.notInThisVersion`.
    public static func compute(
        _ fit: Fit, kind: VarianceKind, smallSample: SmallSample
    ) throws(EstimationError) -> CovarianceOfEstimates {
        switch kind {
        case .iid: try Independent(fit: fit).homoskedastic()
        case .hc1: try Independent(fit: fit).heteroskedastic()
        case .cr0, .cr1: try ClusterRobust(fit: fit, smallSample: kind == .cr0 ? .none : smallSample).covariance(kind)
        case .cr2: try BiasReducedCluster(fit: fit).covariance()
        case .hc2, .hc3, .cr3: throw .notInThisVersion("--vcov \(kind.rawValue)")
        }
    }
}
