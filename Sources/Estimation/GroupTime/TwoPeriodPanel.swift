import LinearAlgebra
import Regression

/// The effect on the treated from two periods in which every unit is seen twice: the building block of group-time effects.
///
/// With ΔY the change, D treated, X covariates (a constant first), w weights, m units: outcome regression fits ΔY on X among
/// the comparison, the propensity score fits D on X by logit; the doubly robust estimate is right where either model is.
/// Influences follow, so that estimate − truth ≈ Σ ψ/m.
/// - Source: Sant'Anna & Zhao (2020); Callaway & Sant'Anna (2021), §4.
struct TwoPeriodPanel {
    let change: [Double]
    let isTreated: [Bool]
    /// Of mean 1.
    let weight: [Double]
    /// m × p, a constant first.
    let covariates: Matrix
    /// Of the covariates, for messages.
    let names: [String]
    /// The propensity score of rows much like these, where there is one.
    var before: PropensityScore?

    var count: Int { change.count }

    /// - Throws: `.regression` where the comparison's covariates do not carry the regression, or treatment is separated.
    func effect(_ method: AdjustmentMethod) throws(EstimationError) -> TwoPeriodEffect {
        guard covariates.columns > 1 else { return difference() }
        switch method {
        case .doublyRobust: return try doublyRobust()
        case .weighting: return try weighting()
        case .regression: return try regression()
        case .improved: return try improved()
        }
    }

    /// Without covariates every method is the difference of mean changes.
    private func difference() -> TwoPeriodEffect {
        let treated = ArmMean(change, treatedWeight)
        let others = ArmMean(change, comparisonWeight)
        return TwoPeriodEffect(
            estimate: treated.mean - others.mean,
            influence: (0..<count).map { treated.influence($0) - others.influence($0) },
            own: change.map { $0 - others.mean })
    }

    private var treatedWeight: [Double] { (0..<count).map { isTreated[$0] ? weight[$0] : 0 } }
    private var comparisonWeight: [Double] { (0..<count).map { isTreated[$0] ? 0 : weight[$0] } }

    private func doublyRobust() throws(EstimationError) -> TwoPeriodEffect {
        let outcome = try WeightedRegression(change, covariates, names, weight: comparisonWeight)
        let score = try PropensityScore(isTreated, covariates, weight: weight, before: before)
        let left = outcome.residual
        let treated = ArmMean(left, treatedWeight)
        let others = ArmMean(left, score.comparisonWeight)
        let lean = outcome.leverage(of: treated.meanCovariates(covariates))
        let leanOthers = outcome.leverage(of: others.meanCovariates(covariates))
        let pull = score.pull(of: others.meanProducts(covariates))
        return TwoPeriodEffect(
            estimate: treated.mean - others.mean,
            influence: (0..<count).map { i in
                treated.influence(i) - lean[i] - (others.influence(i) + pull[i] - leanOthers[i])
            }, own: left.map { $0 - others.mean }, score: score)
    }

    private func weighting() throws(EstimationError) -> TwoPeriodEffect {
        let score = try PropensityScore(isTreated, covariates, weight: weight, before: before)
        let treated = ArmMean(change, treatedWeight)
        let others = ArmMean(change, score.comparisonWeight)
        let pull = score.pull(of: others.meanProducts(covariates))
        return TwoPeriodEffect(
            estimate: treated.mean - others.mean,
            influence: (0..<count).map { treated.influence($0) - others.influence($0) - pull[$0] },
            own: change.map { $0 - others.mean }, score: score)
    }

    private func regression() throws(EstimationError) -> TwoPeriodEffect {
        let outcome = try WeightedRegression(change, covariates, names, weight: comparisonWeight)
        let treated = ArmMean(change, treatedWeight)
        let expected = ArmMean(outcome.fitted, treatedWeight)
        let lean = outcome.leverage(of: expected.meanCovariates(covariates))
        return TwoPeriodEffect(
            estimate: treated.mean - expected.mean,
            influence: (0..<count).map { treated.influence($0) - expected.influence($0) - lean[$0] },
            own: outcome.residual)
    }

    /// Nuisances chosen so that their estimation does not enter the influence.
    private func improved() throws(EstimationError) -> TwoPeriodEffect {
        let tilt = try CalibratedOdds(isTreated, covariates, weight: weight)
        let outcome = try WeightedRegression(change, covariates, names, weight: tilt.comparisonWeight)
        let share = treatedWeight.reduce(0, +) / Double(count)
        let term = (0..<count).map { i in
            (isTreated[i] ? weight[i] : -tilt.comparisonWeight[i]) * outcome.residual[i]
        }
        let estimate = term.reduce(0, +) / Double(count) / share
        let mean = ArmMean(outcome.residual, treatedWeight).mean
        return TwoPeriodEffect(
            estimate: estimate,
            influence: (0..<count).map { (term[$0] - (isTreated[$0] ? weight[$0] * estimate : 0)) / share },
            own: outcome.residual.map { $0 - mean + estimate })
    }
}

/// How covariates enter a group-time effect, by the names of the command line.
public enum AdjustmentMethod: String, Sendable, CaseIterable {
    /// Outcome regression and propensity score: right where either is.
    case doublyRobust = "dr"
    case weighting = "ipw"
    case regression = "or"
    /// Doubly robust with calibrated odds and weighted regression.
    case improved = "dr-improved"
}

/// An estimate with what each unit, or row, adds to its error: estimate − truth ≈ Σ ψ/m.
struct TwoPeriodEffect {
    var estimate: Double
    /// m.
    var influence: [Double]
    /// m: each row's own effect, whose weighted mean over treated rows is the estimate; empty where rows are not matched.
    var own: [Double] = []
    /// The propensity score, where there is one.
    var score: PropensityScore?
}

/// A Hájek mean Σωv/Σω and its influence.
struct ArmMean {
    let value: [Double]
    let weight: [Double]
    let mean: Double
    /// Σω/m.
    let share: Double

    init(_ value: [Double], _ weight: [Double]) {
        self.value = value
        self.weight = weight
        let total = weight.reduce(0, +)
        share = total / Double(value.count)
        mean = dot(weight, value) / total
    }

    /// ω(v − mean)/E[ω].
    func influence(_ i: Int) -> Double { weight[i] * (value[i] - mean) / share }

    /// E[ωX]/E[ω].
    func meanCovariates(_ x: Matrix) -> [Double] {
        x.transposedTimes(weight).map { $0 / share / Double(value.count) }
    }

    /// E[ω(v − mean)X]/E[ω].
    func meanProducts(_ x: Matrix) -> [Double] {
        x.transposedTimes(value.indices.map { weight[$0] * (value[$0] - mean) }).map {
            $0 / share / Double(value.count)
        }
    }
}
