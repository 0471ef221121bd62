import Estimation
import LinearAlgebra

/// The covariance of a fit's estimates, with the degrees of freedom that each one's t refers to.
public struct CovarianceOfEstimates: Sendable {
    /// Why an estimate has no standard error of this kind.
    public enum Undefined: Sendable, Equatable {
        /// Its two-way variance, a difference of variances, is not above 0.
        case notPositive
        /// Each cluster (or row) is left out in turn, and without this one the estimate cannot be had.
        case indispensable(String)
    }

    public let kind: VarianceKind
    /// K × K.
    public let matrix: Matrix
    /// K.
    public let degreesOfFreedom: [Double]
    /// K, or empty where every estimate has a standard error.
    public var undefined: [Undefined?] = []

    /// The standard error of estimand k; nil where it is undefined or the variance is not above 0.
    public func standardError(_ k: Int) -> Double? {
        guard !undefined.indices.contains(k) || undefined[k] == nil else { return nil }
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
        guard !kind.isSynthetic else {
            throw .doesNotTake(
                estimator: fit.estimator.rawValue, what: "--vcov \(kind.rawValue)", instead: "use --vcov cr1 or cr2")
        }
        if case .imputation(let model) = fit.basis, kind == .cr2 || kind == .cr3 {
            return try ImputationClusters(fit, model, kind).covariance()
        }
        if case .influence(let regression?) = fit.basis, kind == .cr2 || kind == .cr3 {
            return try compute(LinearEstimates(regression), kind: kind, smallSample: smallSample)
        }
        return try compute(LinearEstimates(fit), kind: kind, smallSample: smallSample)
    }

    /// The covariance of combinations of a regression's coefficients, or of other estimates that are linear in the outcome.
    ///
    /// - Throws: as for a fit.
    public static func compute(
        _ estimates: LinearEstimates, kind: VarianceKind, smallSample: SmallSample
    ) throws(EstimationError) -> CovarianceOfEstimates {
        switch kind {
        case .iid: try Independent(estimates: estimates).covariance()
        case .hc1, .hc2, .hc3: try HeteroskedasticityRobust(estimates: estimates).covariance(kind, smallSample)
        case .cr0, .cr1:
            try ClusterRobust(estimates: estimates, smallSample: kind == .cr0 ? .none : smallSample).covariance(kind)
        case .cr2, .cr3: try AdjustedLeastSquares(estimates: estimates).covariance(kind)
        case .placebo, .jackknife, .bootstrap:
            throw .doesNotTake(
                estimator: "a regression", what: "--vcov \(kind.rawValue)", instead: "use --vcov cr1 or cr2")
        }
    }
}

extension CovarianceOfEstimates {
    /// Refuses a headline that has no standard error of this kind, but where one treated unit or cluster gets none anyway.
    func checkHeadline(_ fit: Fit, _ counts: ArmCounts) throws(EstimationError) {
        switch undefined.first ?? nil {
        case .notPositive: throw .twoWayVarianceNegative(names: fit.design.clusters.map(\.name))
        case .indispensable(let name) where !counts.isSingleTreated:
            throw .indispensable(variance: kind.rawValue, name: name)
        case .indispensable, nil: break
        }
    }
}

extension Matrix {
    func scaled(by factor: Double) -> Matrix {
        var scaled = self
        for i in scaled.storage.indices { scaled.storage[i] *= factor }
        return scaled
    }
}
