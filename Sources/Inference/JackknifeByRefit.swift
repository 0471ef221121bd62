import Estimation
import LinearAlgebra
import Panels

/// CR3 for estimates that come from no one regression: the estimator without each cluster in turn, V = Σ (θ₍₋g₎ − θ̂)².
///
/// The same as CR3 where there is a regression, but for the refit of everything: scores, cohort shares, slopes. The t refers to
/// G − 1 degrees of freedom, which is too many where few clusters are treated.
/// - Source: MacKinnon, Nielsen & Webb (2023), *Cluster-robust inference: a guide to empirical practice*.
struct JackknifeByRefit {
    let fit: Fit
    let estimator: any Estimator
    let threads: Int

    func covariance() throws(EstimationError) -> CovarianceOfEstimates {
        let cluster = try LinearEstimates(fit).onlyCluster(.cr3)
        let present = cluster.cellsByLevel.map(\.level)
        let design = fit.design
        let without = concurrently(present.count, threads: threads) { i -> [Double?] in
            let rest = design.keeping(cluster.codes.map { $0 != present[i] })
            guard (try? rest.checkEstimable(comparesWithNotYetTreated: true)) != nil,
                let again = try? estimator.fit(rest, nested: nil)
            else { return fit.estimands.map { _ in nil } }
            return fit.estimands.map { asked in again.estimands.firstIndex(of: asked).map { again.estimates[$0] } }
        }
        var matrix = Matrix(fit.estimands.count, fit.estimands.count)
        var undefined = [CovarianceOfEstimates.Undefined?](repeating: nil, count: fit.estimands.count)
        for (i, estimates) in without.enumerated() {
            let moved = zip(estimates, fit.estimates).map { new, old in new.map { $0 - old } }
            for k in moved.indices {
                guard let own = moved[k] else {
                    undefined[k] = undefined[k] ?? .indispensable(cluster.levels[present[i]])
                    continue
                }
                for l in 0...k { matrix[k, l] += own * (moved[l] ?? 0) }
            }
        }
        for k in fit.estimands.indices { for l in 0..<k { matrix[l, k] = matrix[k, l] } }
        return CovarianceOfEstimates(
            kind: .cr3, matrix: matrix,
            degreesOfFreedom: [Double](repeating: Double(present.count - 1), count: fit.estimands.count),
            undefined: undefined)
    }
}
