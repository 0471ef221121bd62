import Foundation
import LinearAlgebra
import Regression

/// The probability of being among the treated given covariates, by logit, and the weights that make comparison rows stand for
/// the treated ones.
struct PropensityScore {
    /// w p/(1 − p) for comparison rows, 0 for treated ones and for those trimmed.
    let comparisonWeight: [Double]
    /// Of the logit.
    private let coefficients: [Double]
    private let isTreated: [Bool]
    private let weight: [Double]
    private let covariates: Matrix
    /// w(D − p) by row.
    private let score: [Double]
    /// [E(w p(1 − p) XX')]⁻¹ over the kept covariates, 0 elsewhere.
    private let inverse: Matrix

    /// Comparison rows this likely to be treated have nobody to stand for.
    static let trim = 0.995
    /// A probability of 1 has no odds.
    static let ceiling = 1 - 1e-6

    /// - Throws: `.regression(.separated)` where a combination of covariates tells the treated from the others.
    /// - Parameter before: the score of rows much like these, where there is one: of the very same rows it is the score, of
    ///   others its coefficients save steps. Nothing else depends on it.
    init(
        _ isTreated: [Bool], _ covariates: Matrix, weight: [Double], before: PropensityScore? = nil
    ) throws(EstimationError) {
        if let before, before.isTreated == isTreated, before.weight == weight, before.covariates == covariates {
            self = before
            return
        }
        let model = try regressing { () throws(RegressionError) in
            try Logit(isTreated.map { $0 ? 1 : 0 }, covariates, weight: weight, start: before?.coefficients)
        }
        coefficients = model.coefficients
        self.isTreated = isTreated
        self.weight = weight
        let probability = model.fitted.map { min($0, Self.ceiling) }
        comparisonWeight = weight.indices.map { i in
            isTreated[i] || probability[i] >= Self.trim ? 0 : weight[i] * probability[i] / (1 - probability[i])
        }
        score = weight.indices.map { weight[$0] * ((isTreated[$0] ? 1 : 0) - probability[$0]) }
        self.covariates = covariates
        let m = Double(weight.count)
        var inverse = model.informationInverse
        for i in inverse.storage.indices { inverse.storage[i] *= m }
        self.inverse = inverse
    }

    /// Per row: ℓ_γ'c for a mean c, with ℓ_γ = w(D − p)X'[E(w p(1 − p)XX')]⁻¹.
    func pull(of mean: [Double]) -> [Double] {
        let direction = covariates.times(inverse.times(mean))
        return score.indices.map { score[$0] * direction[$0] }
    }
}

/// Odds e^{X'γ} under which the comparison rows have exactly the treated rows' covariate means: γ minimises the convex
/// E[w((1 − D)e^{X'γ} − D X'γ)], by Newton steps that are halved until it falls.
///
/// - Source: Sant'Anna & Zhao (2020), §3.1; Graham, Pinto & Egel (2012).
struct CalibratedOdds {
    /// w e^{X'γ} for comparison rows, 0 for treated ones.
    let comparisonWeight: [Double]

    /// - Throws: `.noCalibration` where no odds give those means: the treated lie outside the comparison's range.
    init(_ isTreated: [Bool], _ covariates: Matrix, weight: [Double]) throws(EstimationError) {
        let target = covariates.transposedTimes(weight.indices.map { isTreated[$0] ? weight[$0] : 0 })
        let treated = weight.indices.reduce(0.0) { isTreated[$1] ? $0 + weight[$1] : $0 }
        let others = weight.reduce(0, +) - treated
        var gamma = [Double](repeating: 0, count: covariates.columns)
        // The constant alone: odds that give the treated total.
        gamma[0] = log(treated / others)
        var odds = Self.odds(isTreated, covariates, weight, gamma)
        for _ in 0..<100 {
            let gap = zip(target, covariates.transposedTimes(odds)).map { $0 - $1 }
            if zip(gap, target).allSatisfy({ abs($0) <= 1e-12 * max(treated, abs($1)) }) {
                comparisonWeight = odds
                return
            }
            var weighted = covariates
            for j in 0..<covariates.columns { for i in odds.indices { weighted[i, j] *= odds[i] } }
            let hessian = covariates.transposedTimes(weighted)
            let step: [Double] = try numerically { () throws(LinearAlgebraError) in
                let cholesky = try OrderedCholesky(hessian)
                let part = try cholesky.solve(cholesky.kept.map { gap[$0] })
                var whole = [Double](repeating: 0, count: gap.count)
                for (a, j) in cholesky.kept.enumerated() { whole[j] = part[a] }
                return whole
            }
            var size = 1.0
            let before = Self.objective(odds, target, gamma)
            while true {
                let next = zip(gamma, step).map { $0 + size * $1 }
                let found = Self.odds(isTreated, covariates, weight, next)
                let objective = Self.objective(found, target, next)
                if objective.isFinite, objective <= before + 1e-14 * abs(before) {
                    (gamma, odds) = (next, found)
                    break
                }
                size /= 2
                guard size > 1e-8 else { throw .noCalibration }
            }
        }
        throw .noCalibration
    }

    private static func odds(
        _ isTreated: [Bool], _ x: Matrix, _ weight: [Double], _ gamma: [Double]
    ) -> [Double] {
        let line = x.times(gamma)
        return line.indices.map { isTreated[$0] ? 0 : weight[$0] * exp(line[$0]) }
    }

    private static func objective(_ odds: [Double], _ target: [Double], _ gamma: [Double]) -> Double {
        odds.reduce(0, +) - dot(target, gamma)
    }
}
