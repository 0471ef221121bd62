import LinearAlgebra
import Panels
import Regression

extension GroupTimeFindings {
    /// Beyond this many values of its regressors the regression is not formed.
    static let regressionLimit = 20_000_000

    /// One regression of all comparisons side by side: in each, changes on a constant for every arm, and with outcome
    /// regression on the covariates about their means among those whose effect it is, arm by arm. An effect is the constant
    /// of the treated less those of the arms compared with.
    ///
    /// - Returns: nil where propensity scores enter, rows are not matched, or it would be too large.
    func asRegression(
        _ method: AdjustmentMethod, _ means: [GroupTimeFinding.Mean]
    ) throws(EstimationError) -> Fit? {
        let design = sample.design
        guard sample.isMatched, sample.covariateCount == 0 || method == .regression else { return nil }
        let blocks = parts.flatMap { part in
            part.effects.comparisons.indices.flatMap { arms(part, $0).map { (part.part, $0) } }
        }
        let count = blocks.reduce(0) { $0 + $1.1.changes.cells.count }
        guard count * blocks.count * (1 + sample.covariateCount) <= Self.regressionLimit else { return nil }
        var regression = DerivedRegression(
            outcome: blocks.flatMap(\.1.changes.change), weight: blocks.flatMap(\.1.changes.weight),
            cell: blocks.flatMap(\.1.changes.cells), regressors: [])
        /// By part and comparison: constants of arms with the factors by which they enter its effect.
        var effects: [Estimand.Part: [Int: [(regressor: Int, factor: Double)]]] = [:]
        var first = 0
        for (part, arm) in blocks {
            let rows = first..<first + arm.changes.cells.count
            func add(_ name: String, _ role: ColumnLabel.Role, _ values: [Double]) {
                var column = [Double](repeating: 0, count: count)
                column.replaceSubrange(rows, with: values)
                regression.regressors.append(RowRegressor(name, column, role: role))
            }
            effects[part, default: [:]][arm.comparison, default: []].append(
                (regression.regressors.count, arm.factor))
            add(arm.name, .treatment, arm.changes.cells.map { _ in 1 })
            let x = sample.covariates(arm.changes.cells)
            for j in 1..<max(x.columns, 1) {
                add("\(sample.covariateNames[j]), \(arm.name)", .nuisance, x.column(j).map { $0 - arm.centre[j] })
            }
            first = rows.upperBound
        }
        let fit = try regression.fit(
            CallawaySantAnna.name, design,
            asked: means.map { mean in
                var contrast: [Int: Double] = [:]
                for (part, weights) in mean.shares {
                    for (k, weight) in weights {
                        for entry in effects[part]?[k] ?? [] { contrast[entry.regressor] = weight * entry.factor }
                    }
                }
                return .init(estimand: mean.estimand, contrast: contrast, cellWeights: mean.cellWeights)
            }, untreated: { _ in self.untreatedOutcome })
        // A covariate that an arm's few units leave no room for would move its constant.
        let size = regression.outcome.reduce(0) { max($0, abs($1)) }
        let agrees = zip(fit.estimates, means).allSatisfy { abs($0 - $1.estimate) <= 1e-8 * size }
        return fit.estimands.count == means.count && agrees ? fit : nil
    }

    /// The changes of an arm of a comparison.
    private struct Arm {
        var comparison: Int
        var name: String
        var changes: GroupTimeSample.Changes
        /// 1 for the treated, −share for those compared with.
        var factor: Double
        /// Per covariate: the mean among those whose effect it is.
        var centre: [Double]
    }

    private func arms(_ part: GroupTimeFinding, _ k: Int) -> [Arm] {
        let design = sample.design
        let comparison = part.effects.comparisons[k]
        let side: Bool? = part.part == .everyone ? nil : part.part == .group
        let name = "\(design.label(ofOrdinal: comparison.cohort)) in \(design.periods[comparison.period].label)"
        let starts: [(GroupTimeArm.Starts, Double)] =
            part.part == .everyone ? [(.comparison, 1)] : part.compared[k].map { (.only($0.start), $0.share) }
        guard let treated = sample.changes(comparison, of: GroupTimeArm(.cohort, isGroup: side)),
            let target = sample.changes(
                comparison, of: GroupTimeArm(.cohort, isGroup: side.map { _ in true }))
        else { return [] }
        let x = sample.covariates(target.cells)
        let total = target.weight.reduce(0, +)
        let centre = (0..<x.columns).map { dot(target.weight, x.column($0)) / total }
        var arms = [
            Arm(comparison: k, name: "effect on \(name)", changes: treated, factor: 1, centre: centre)
        ]
        for (start, share) in starts {
            guard let changes = sample.changes(comparison, of: GroupTimeArm(start, isGroup: side)) else {
                continue
            }
            arms.append(
                Arm(
                    comparison: k, name: "comparison with \(name)", changes: changes, factor: -share, centre: centre))
        }
        return arms
    }
}
