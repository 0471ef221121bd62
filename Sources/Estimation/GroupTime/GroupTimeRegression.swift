import LinearAlgebra
import Panels
import Regression

extension GroupTimeFindings {
    /// Beyond this many values of its regressors the regression is not formed.
    static let regressionLimit = 20_000_000

    /// One regression of all comparisons side by side: in each, a constant for every arm (for every arm and period, where rows
    /// are not matched), and with outcome regression the covariates, arm by arm, about their means among those whose effect it
    /// is. An effect is the treated arm's constant less those of the arms compared with.
    ///
    /// - Returns: nil where propensity scores enter, or it would be too large.
    func asRegression(
        _ method: AdjustmentMethod, _ means: [GroupTimeFinding.Mean]
    ) throws(EstimationError) -> Fit? {
        let design = sample.design
        guard sample.covariateCount == 0 || method == .regression else { return nil }
        let blocks = parts.flatMap { part in
            part.effects.comparisons.indices.flatMap { arms(part, $0).map { (part.part, $0) } }
        }
        let count = blocks.reduce(0) { $0 + $1.1.rows.cells.count }
        guard count * blocks.count * (1 + sample.covariateCount) <= Self.regressionLimit else { return nil }
        var regression = DerivedRegression(
            outcome: blocks.flatMap(\.1.rows.outcome), weight: blocks.flatMap(\.1.rows.weight),
            cell: blocks.flatMap(\.1.rows.cells), regressors: [])
        /// By part and comparison: constants of arms with the factors by which they enter its effect.
        var effects: [Estimand.Part: [Int: [(regressor: Int, factor: Double)]]] = [:]
        var first = 0
        for (part, arm) in blocks {
            let rows = first..<first + arm.rows.cells.count
            func add(_ name: String, _ role: ColumnLabel.Role, _ values: [Double]) {
                var column = [Double](repeating: 0, count: count)
                column.replaceSubrange(rows, with: values)
                regression.regressors.append(RowRegressor(name, column, role: role))
            }
            effects[part, default: [:]][arm.comparison, default: []].append(
                (regression.regressors.count, arm.factor))
            add(arm.name, .treatment, arm.rows.cells.map { _ in 1 })
            let x = sample.covariates(arm.rows.cells)
            for j in 1..<max(x.columns, 1) {
                add("\(sample.covariateNames[j]), \(arm.name)", .nuisance, x.column(j).map { $0 - arm.centre[j] })
            }
            first = rows.upperBound
        }
        let fit = try regression.fit(
            CallawaySantAnna.name, design,
            asked: means.map { mean in
                var contrast: [Int: Double] = [:]
                for (part, sign, figure) in mean.terms {
                    for (k, weight) in figure.weights.enumerated() where weight != 0 {
                        for entry in effects[part]?[k] ?? [] {
                            contrast[entry.regressor] = sign * weight * entry.factor
                        }
                    }
                }
                return .init(estimand: mean.estimand, contrast: contrast, cellWeights: mean.cellWeights.dense)
            }, untreated: { _ in self.untreatedOutcome })
        // A covariate that an arm's few units leave no room for would move its constant.
        let size = regression.outcome.reduce(0) { max($0, abs($1)) }
        let agrees = zip(fit.estimates, means).allSatisfy { abs($0 - $1.estimate) <= 1e-8 * size }
        return fit.estimands.count == means.count && agrees ? fit : nil
    }

    /// The rows that one constant stands for.
    private struct Arm {
        var comparison: Int
        var name: String
        var rows: GroupTimeSample.ArmRows
        /// How the constant enters the effect.
        var factor: Double
        /// Per covariate: where the constant is taken.
        var centre: [Double]
    }

    private func arms(_ part: GroupTimeFinding, _ k: Int) -> [Arm] {
        let comparison = part.effects.comparisons[k]
        let side: Bool? = part.part == .everyone ? nil : part.part == .group
        let own = sample.rows(of: GroupTimeArm(.cohort, isGroup: side), comparison)
        // With covariates peers stand for the group.
        let target = sample.rows(of: GroupTimeArm(.cohort, isGroup: side.map { _ in true }), comparison)
        let centre = centre(target)
        let name =
            "\(sample.design.label(ofOrdinal: comparison.cohort)) in \(sample.design.periods[comparison.period].label)"
        let others: [(GroupTimeArm.Starts, Double)] =
            part.part == .everyone ? [(.comparison, 1)] : part.compared[k].map { (.only($0.start), $0.share) }
        return own.map { rows in
            Arm(
                comparison: k, name: "effect on \(name)", rows: rows, factor: rows.sign,
                centre: part.part == .peers ? centre : self.centre([rows]))
        }
            + others.flatMap { starts, share in
                sample.rows(of: GroupTimeArm(starts, isGroup: side), comparison).map { rows in
                    Arm(
                        comparison: k, name: "comparison with \(name)", rows: rows, factor: -share * rows.sign,
                        centre: centre)
                }
            }
    }

    /// The covariates' weighted means.
    private func centre(_ parts: [GroupTimeSample.ArmRows]) -> [Double] {
        let x = sample.covariates(parts.flatMap(\.cells))
        let weight = parts.flatMap(\.weight)
        let total = weight.reduce(0, +)
        return (0..<x.columns).map { dot(weight, x.column($0)) / total }
    }
}
