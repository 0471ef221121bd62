import LinearAlgebra
import Regression

/// The effect on the treated from rows of two periods that are not matched: pupils who change while schools stay, or an
/// unbalanced panel.
///
/// The doubly robust estimate is the locally efficient one: four regressions, one for each group and period.
/// - Source: Sant'Anna & Zhao (2020), §2.2 and §3.2. Its influence is the derivative of the estimate in the rows' weights;
///   DRDID 1.2.3 adds the regression term of the earlier period where it has to be taken off.
struct TwoPeriodRows {
    let outcome: [Double]
    let isTreated: [Bool]
    let isPost: [Bool]
    let weight: [Double]
    /// m × p, a constant first.
    let covariates: Matrix
    /// Of the covariates, for messages.
    let names: [String]

    var count: Int { outcome.count }

    func effect(_ method: AdjustmentMethod) throws(EstimationError) -> TwoPeriodEffect {
        guard covariates.columns > 1 else { return difference() }
        switch method {
        case .doublyRobust: return try doublyRobust()
        case .weighting: return try weighting()
        case .regression: return try regression()
        case .improved: throw .unsupportedMethod(method: method.rawValue, rows: "repeated cross-sections")
        }
    }

    private func weight(treated: Bool, post: Bool) -> [Double] {
        (0..<count).map { isTreated[$0] == treated && isPost[$0] == post ? weight[$0] : 0 }
    }

    private func difference() -> TwoPeriodEffect {
        combine { treated, post in ArmMean(outcome, weight(treated: treated, post: post)) }
    }

    /// (treated after − before) − (comparison after − before) of four means.
    private func combine(_ mean: (Bool, Bool) -> ArmMean) -> TwoPeriodEffect {
        var found = TwoPeriodEffect(estimate: 0, influence: [Double](repeating: 0, count: count))
        for (treated, post, sign) in [(true, true, 1.0), (true, false, -1), (false, true, -1), (false, false, 1)] {
            found.add(mean(treated, post), sign)
        }
        return found
    }

    private func weighting() throws(EstimationError) -> TwoPeriodEffect {
        let score = try PropensityScore(isTreated, covariates, weight: weight)
        var found = TwoPeriodEffect(estimate: 0, influence: [Double](repeating: 0, count: count))
        for post in [true, false] {
            let sign = post ? 1.0 : -1
            found.add(ArmMean(outcome, weight(treated: true, post: post)), sign)
            let others = ArmMean(outcome, masked(score.comparisonWeight, post))
            found.add(others, -sign)
            found.add(score.pull(of: others.meanProducts(covariates)), -sign)
        }
        return found
    }

    private func masked(_ values: [Double], _ post: Bool) -> [Double] {
        (0..<count).map { isPost[$0] == post ? values[$0] : 0 }
    }

    private func regression() throws(EstimationError) -> TwoPeriodEffect {
        let everyone = (0..<count).map { isTreated[$0] ? weight[$0] : 0 }
        var found = TwoPeriodEffect(estimate: 0, influence: [Double](repeating: 0, count: count))
        for post in [true, false] {
            let sign = post ? 1.0 : -1
            let model = try WeightedRegression(outcome, covariates, names, weight: weight(treated: false, post: post))
            found.add(ArmMean(outcome, weight(treated: true, post: post)), sign)
            let expected = ArmMean(model.fitted, everyone)
            found.add(expected, -sign)
            found.add(model.leverage(of: expected.meanCovariates(covariates)), -sign)
        }
        return found
    }

    private func doublyRobust() throws(EstimationError) -> TwoPeriodEffect {
        let score = try PropensityScore(isTreated, covariates, weight: weight)
        let before = try WeightedRegression(outcome, covariates, names, weight: weight(treated: false, post: false))
        let after = try WeightedRegression(outcome, covariates, names, weight: weight(treated: false, post: true))
        let left = (0..<count).map { isPost[$0] ? after.residual[$0] : before.residual[$0] }
        let everyone = (0..<count).map { isTreated[$0] ? weight[$0] : 0 }
        var found = TwoPeriodEffect(estimate: 0, influence: [Double](repeating: 0, count: count))
        for post in [true, false] {
            let sign = post ? 1.0 : -1
            let others = post ? after : before
            let own = try WeightedRegression(outcome, covariates, names, weight: weight(treated: true, post: post))
            let treated = ArmMean(left, weight(treated: true, post: post))
            let compared = ArmMean(left, masked(score.comparisonWeight, post))
            found.add(treated, sign)
            found.add(others.leverage(of: treated.meanCovariates(covariates)), -sign)
            found.add(compared, -sign)
            found.add(score.pull(of: compared.meanProducts(covariates)), -sign)
            found.add(others.leverage(of: compared.meanCovariates(covariates)), sign)
            // What the treated regression says beyond the comparison's, over all treated rows and over this period's.
            let beyond = (0..<count).map { own.fitted[$0] - others.fitted[$0] }
            let whole = ArmMean(beyond, everyone)
            let part = ArmMean(beyond, weight(treated: true, post: post))
            found.add(whole, sign)
            found.add(part, -sign)
            let shift = zip(whole.meanCovariates(covariates), part.meanCovariates(covariates)).map { $0 - $1 }
            found.add(own.leverage(of: shift), sign)
            found.add(others.leverage(of: shift), -sign)
        }
        return found
    }
}

extension TwoPeriodEffect {
    fileprivate mutating func add(_ mean: ArmMean, _ sign: Double) {
        estimate += sign * mean.mean
        for i in influence.indices { influence[i] += sign * mean.influence(i) }
    }

    fileprivate mutating func add(_ term: [Double], _ sign: Double) {
        for i in influence.indices { influence[i] += sign * term[i] }
    }
}
