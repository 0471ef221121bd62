import Estimation
import LinearAlgebra
import Panels
import Probability

/// Covariances of synthetic estimates: by the spread of placebos or of bootstrap draws, or by leaving out each unit.
enum SyntheticCovariance {
    /// The mean square about the mean, (B − 1)/B times the sample covariance, as Arkhangelsky et al. define both.
    ///
    /// - Parameter degreesOfFreedom: nil for one less than the draws.
    static func spread(_ draws: [[Double]], kind: VarianceKind, degreesOfFreedom: Double?) -> CovarianceOfEstimates {
        let count = draws.first?.count ?? 0
        let n = Double(draws.count)
        let means = (0..<count).map { k in draws.reduce(0.0) { $0 + $1[k] } / n }
        var centred = Matrix(draws.count, count)
        for (b, draw) in draws.enumerated() { for k in 0..<count { centred[b, k] = draw[k] - means[k] } }
        return CovarianceOfEstimates(
            kind: kind, matrix: centred.crossProduct().scaled(by: 1 / n),
            degreesOfFreedom: [Double](repeating: degreesOfFreedom ?? n - 1, count: count))
    }

    /// V = (N − 1)/N Σ (θ₍₋i₎ − θ̄)², weights held: a comparison unit's is taken over by the others in proportion.
    ///
    /// An estimate that does not exist without some unit, such as that of one treated unit, has none.
    static func jackknife(_ fit: Fit, _ model: SyntheticModel) -> CovarianceOfEstimates {
        let outcome = model.observed
        let all = model.contrasts()
        let names = model.donorNames + (0..<model.treatedCount).map { model.name(treated: $0) }
        let without = names.indices.map { i -> [Double?] in
            guard i >= model.donorCount else {
                return model.gaps(holding: outcome.found, without: i).map { model.estimates($0, all) }
                    ?? all.map { _ in nil }
            }
            var times = [Int](repeating: 1, count: model.treatedCount)
            times[i - model.donorCount] = 0
            return model.estimates(outcome.gaps, model.contrasts(times: times))
        }
        let n = Double(names.count)
        let count = fit.estimates.count
        var undefined = [CovarianceOfEstimates.Undefined?](repeating: nil, count: count)
        var centred = Matrix(names.count, count)
        for k in 0..<count {
            if let missing = without.firstIndex(where: { $0[k] == nil }) {
                undefined[k] = .indispensable(names[missing])
                continue
            }
            let column = without.map { $0[k] ?? 0 }
            let mean = column.reduce(0, +) / n
            for i in names.indices { centred[i, k] = column[i] - mean }
        }
        return CovarianceOfEstimates(
            kind: .jackknife, matrix: centred.crossProduct().scaled(by: (n - 1) / n),
            degreesOfFreedom: [Double](repeating: n - 1, count: count), undefined: undefined)
    }

    /// Units drawn with replacement, weights found anew; draws without comparison units or without a unit of some start are
    /// drawn again.
    ///
    /// - Throws: `.noResampling` for one treated unit.
    static func bootstrap(
        _ model: SyntheticModel, draws: Int, seed: UInt64, threads: Int
    ) throws(EstimationError) -> CovarianceOfEstimates {
        let smallest = (0..<model.startCount).map { model.members(start: $0).count }.min() ?? 0
        guard smallest > 1 else {
            throw .noResampling(
                method: "the bootstrap", reason: "some start has one treated unit, which resampling cannot vary",
                instead: "use --vcov placebo")
        }
        let found = concurrently(draws, threads: threads) { b -> [Double]? in
            guard let places = resampled(model, seed: seed, draw: b) else { return nil }
            let contrasts = model.contrasts(times: places.times)
            let estimates = model.estimates(model.outcome(places).gaps, contrasts)
            return estimates.contains { $0 == nil } ? nil : estimates.compactMap { $0 }
        }.compactMap { $0 }
        guard found.count > 1 else {
            throw .noResampling(
                method: "the bootstrap", reason: "too few draws hold units of every start",
                instead: "use --vcov placebo")
        }
        return spread(
            found, kind: .bootstrap, degreesOfFreedom: Double(model.treatedCount + model.donorCount - 1))
    }

    private static func resampled(_ model: SyntheticModel, seed: UInt64, draw: Int) -> SyntheticModel.Places? {
        var random = CounterRandom(seed: seed, stream: UInt64(draw))
        var places = model.places
        let original = places.donors
        for _ in 0..<1000 {
            places.donors = []
            places.times = places.times.map { _ in 0 }
            for _ in 0..<original.count + model.treatedCount {
                let i = random.below(original.count + model.treatedCount)
                if i < original.count {
                    places.donors.append(original[i])
                } else {
                    places.times[i - original.count] += 1
                }
            }
            let hasAll = (0..<model.startCount).allSatisfy { g in
                model.members(start: g).contains { places.times[$0] > 0 }
            }
            if hasAll, !places.donors.isEmpty { return places }
        }
        return nil
    }
}
