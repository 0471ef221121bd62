import LinearAlgebra
import Panels
import Regression

/// Effects by cohort and period with the cells behind them.
struct GroupTimeFinding {
    var effects: GroupTimeEffects
    var sample: GroupTimeSample
    /// Per comparison.
    var found: [GroupTimeSample.Effect]

    /// A figure that is reported.
    struct Mean {
        var estimand: Estimand
        var figure: GroupTimeEffects.Figure
    }

    /// The headline, then means of means, event times, cohorts, periods, and every cohort and period.
    var means: [Mean] {
        let cohorts = effects.shares.cohorts
        let comparisons = effects.comparisons
        let families: [(Estimand.Family, GroupTimeEffects.Figure?)] = [
            (.events, effects.overEvents), (.cohorts, effects.overCohorts), (.periods, effects.overPeriods),
        ]
        var all: [(Estimand.Kind, GroupTimeEffects.Figure?)] = [(.overall, effects.simple)]
        all += families.map { (.mean($0.0), $0.1) }
        all += effects.eventTimes.map { (.event($0), effects.event($0)) }
        all += cohorts.map { (.cohort($0), effects.cohort($0)) }
        all += effects.periods.map { (.calendar($0), effects.calendar($0)) }
        all += comparisons.indices.map { k in
            (.groupTime(cohort: comparisons[k].cohort, period: comparisons[k].period), effects.figure(k))
        }
        return all.compactMap { kind, figure in figure.map { Mean(estimand: Estimand(kind), figure: $0) } }
    }

    /// Per cell: its weight in a figure.
    func cellWeights(_ figure: GroupTimeEffects.Figure) -> [Double] {
        var weights = [Double](repeating: 0, count: sample.design.cellCount)
        for (k, weight) in figure.weights.sorted(by: { $0.key < $1.key }) {
            for entry in found[k].treated { weights[entry.cell] += weight * entry.share }
        }
        return weights
    }

    /// The headline's weights on the scale of the design's own.
    func ledgerWeight(_ headline: GroupTimeEffects.Figure) -> [Double] {
        let own = cellWeights(headline)
        let design = sample.design
        let total = own.indices.reduce(0) { own[$1] == 0 ? $0 : $0 + design.moments.weight[$1] }
        return own.indices.map { own[$0] == 0 ? design.moments.weight[$0] : own[$0] * total }
    }

    /// Per cell: the mean outcome less the cell's own effect.
    var untreatedOutcome: [Double] {
        let design = sample.design
        let q = design.moments.variableCount
        var untreated = (0..<design.cellCount).map { design.moments.mean[$0 * q] }
        for (comparison, found) in zip(effects.comparisons, found) where comparison.isPost {
            for entry in found.treated { untreated[entry.cell] -= entry.effect }
        }
        return untreated
    }

    /// Beyond this many values of its regressors the regression is not formed.
    static let regressionLimit = 20_000_000

    /// One regression of all comparisons side by side: in each, changes on a constant, the cohort, and with outcome
    /// regression also the covariates about the cohort's means, apart for the cohort and its comparison.
    ///
    /// - Returns: nil where propensity scores enter, rows are not matched, or it would be too large.
    func asRegression(_ method: AdjustmentMethod, _ means: [Mean]) throws(EstimationError) -> Fit? {
        let design = sample.design
        let p = sample.covariateCount
        guard sample.isMatched, p == 0 || method == .regression else { return nil }
        let changes = effects.comparisons.compactMap { sample.changes($0) }
        let count = changes.reduce(0) { $0 + $1.cells.count }
        guard count * changes.count * (2 + 2 * p) <= Self.regressionLimit else { return nil }
        var regression = DerivedRegression(
            outcome: changes.flatMap(\.change), weight: changes.flatMap(\.weight), cell: changes.flatMap(\.cells),
            regressors: [])
        var place: [Int] = []
        var first = 0
        for (k, part) in changes.enumerated() {
            let rows = first..<first + part.cells.count
            func add(_ name: String, _ role: ColumnLabel.Role, _ values: [Double]) {
                var column = [Double](repeating: 0, count: count)
                column.replaceSubrange(rows, with: values)
                regression.regressors.append(RowRegressor(name, column, role: role))
            }
            let comparison = effects.comparisons[k]
            let cohort = part.isTreated.map { $0 ? 1.0 : 0 }
            let name =
                "\(design.label(ofOrdinal: comparison.cohort)) in \(design.periods[comparison.period].label)"
            add("constant \(name)", .nuisance, part.cells.map { _ in 1 })
            let x = sample.covariates(part.cells)
            let weight = part.cells.indices.map { part.isTreated[$0] ? part.weight[$0] : 0 }
            let centred = (1..<max(x.columns, 1)).map { j in
                let mean = dot(weight, x.column(j)) / weight.reduce(0, +)
                return x.column(j).map { $0 - mean }
            }
            for values in centred { add("covariate \(name)", .nuisance, values) }
            place.append(regression.regressors.count)
            add("effect \(name)", .treatment, cohort)
            for values in centred {
                add("covariate and effect \(name)", .nuisance, zip(values, cohort).map { $0 * $1 })
            }
            first = rows.upperBound
        }
        let fit = try regression.fit(
            CallawaySantAnna.name, design,
            asked: means.map { mean in
                .init(
                    estimand: mean.estimand,
                    contrast: Dictionary(uniqueKeysWithValues: mean.figure.weights.map { (place[$0.key], $0.value) }),
                    cellWeights: cellWeights(mean.figure))
            }, untreated: { _ in self.untreatedOutcome })
        // A covariate that the cohort's few units leave no room for would bend the comparison's slopes.
        let size = regression.outcome.reduce(0) { max($0, abs($1)) }
        let agrees = zip(fit.estimates, means).allSatisfy { abs($0 - $1.figure.estimate) <= 1e-8 * size }
        return fit.estimands.count == means.count && agrees ? fit : nil
    }
}
