import Estimation
import LinearAlgebra
import Panels
import Probability

/// The bootstrap that carries the comparison: units drawn with replacement, the treated and the others each among themselves, the
/// comparison made anew from every sample and the estimates with it.
///
/// It is for comparisons that move smoothly with the sample, such as balancing weights; that of nearest neighbours does not follow
/// their spread.
/// - Source: Abadie & Imbens (2008), *On the failure of the bootstrap for matching estimators*, Econometrica 76.
struct RebuiltBootstrap {
    /// Samples × estimands: the estimates less that of the data; NaN where a sample has none.
    let errors: Matrix
    /// Per estimand: the spread of the errors, (Q.75 − Q.25)/1.3489795; 0 where nothing varies.
    let standardErrors: [Double]
    /// Samples from which no comparison, or no headline, could be made.
    let failed: Int
    let units: Int

    /// - Throws: `.noResampling` where fewer than half of the samples give a headline.
    init(
        _ fit: Fit, _ estimator: any Estimator, _ comparison: RebuiltComparison, estimands: [Int], draws: Int,
        seed: UInt64, threads: Int
    ) throws(EstimationError) {
        let pool = comparison.pool
        let present = pool.isPresentUnit
        let arms = [true, false].map { isTreated in
            pool.units.indices.filter { present[$0] && (pool.start[$0] != nil) == isTreated }
        }
        units = arms[0].count + arms[1].count
        let wanted = estimands.map { fit.estimands[$0] }
        let center = estimands.map { fit.estimates[$0] }
        let found = concurrently(draws, threads: threads) { draw -> [Double]? in
            var random = CounterRandom(
                seed: seed, stream: UInt64(draw) | UInt64(BootstrapWeights.Purpose.pairs.rawValue) << 56)
            var copies = [Int](repeating: 0, count: pool.units.count)
            for arm in arms {
                for _ in arm { copies[arm[random.below(arm.count)]] += 1 }
            }
            guard let design = comparison.design(pool.start, copies),
                let drawn = wanted.count == 1
                    ? try? estimator.headline(design) : try? estimator.fit(design, nested: nil)
            else { return nil }
            return zip(wanted, center).map { estimand, center in
                drawn.estimands.firstIndex(of: estimand).map { drawn.estimates[$0] - center } ?? .nan
            }
        }
        let drawn = found.filter { $0?[0].isFinite ?? false }.compactMap { $0 }
        failed = draws - drawn.count
        guard 2 * drawn.count >= draws, drawn.count > 1 else {
            throw .noResampling(
                method: "the bootstrap that makes the comparison anew",
                reason: "too few samples of schools give a comparison",
                instead: "match on fewer characteristics, or go by the interval with the comparison as it is")
        }
        errors = Matrix(rows: drawn.count, columns: wanted.indices.map { k in drawn.map { $0[k] } })
        let columns = errors
        standardErrors = wanted.indices.map { k in
            var values = columns.column(k).filter(\.isFinite)
            guard values.count > 1 else { return 0 }
            return (MultiplierBootstrap.quantile(&values, 0.75) - MultiplierBootstrap.quantile(&values, 0.25))
                / 1.3489795
        }
    }

    /// The critical value of a band that holds all of the given estimates at once; samples that lack one of them are passed over.
    func criticalValue(_ estimates: [Int], level: Double) -> Double? {
        let varying = estimates.filter { standardErrors[$0] > 0 }
        var largest = (0..<errors.rows).compactMap { b -> Double? in
            let sizes = varying.map { abs(errors[b, $0]) / standardErrors[$0] }
            return sizes.allSatisfy(\.isFinite) ? sizes.max() : nil
        }
        guard !varying.isEmpty, largest.count > 1 else { return nil }
        return MultiplierBootstrap.quantile(&largest, level)
    }
}
