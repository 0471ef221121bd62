import LinearAlgebra
import Panels

/// Effects by cohort and period with the cells behind them: of all rows, or in a triple difference of one side of the gap.
struct GroupTimeFinding {
    var effects: GroupTimeEffects
    var sample: GroupTimeSample
    /// Per comparison.
    var found: [GroupTimeSample.Effect]
    var part = Estimand.Part.everyone
    /// Per comparison, in a triple difference: the starts that it was compared with, nil for those that never start, and
    /// their weights.
    var compared: [[(start: Int?, share: Double)]] = []

    /// A figure that is reported, with the means that it is made of.
    struct Mean {
        var estimand: Estimand
        var estimate: Double
        var cellWeights: CellWeights
        /// The parts' figures, −1 for the group in a gap.
        var terms: [(part: Estimand.Part, sign: Double, figure: GroupTimeEffects.Figure)]
    }

    /// The headline, then means of means, event times, cohorts, periods, and every cohort and period.
    var kinds: [Estimand.Kind] {
        [.overall, .mean(.events), .mean(.cohorts), .mean(.periods)] + effects.eventTimes.map { .event($0) }
            + effects.shares.cohorts.map { .cohort($0) } + effects.periods.map { .calendar($0) }
            + effects.comparisons.map { .groupTime(cohort: $0.cohort, period: $0.period) }
    }

    /// nil where there is none.
    func figure(_ kind: Estimand.Kind) -> GroupTimeEffects.Figure? {
        switch kind {
        case .overall: effects.simple
        case .mean(.events): effects.overEvents
        case .mean(.cohorts): effects.overCohorts
        case .mean(.periods): effects.overPeriods
        case .event(let e): effects.event(e)
        case .cohort(let g): effects.cohort(g)
        case .calendar(let t): effects.calendar(t)
        case .groupTime(let cohort, let t):
            effects.comparisons.firstIndex { $0.cohort == cohort && $0.period == t }.map(effects.figure)
        case .mean, .exposure, .coefficient: nil
        }
    }

    func mean(_ kind: Estimand.Kind) -> Mean? {
        figure(kind).map { figure in
            Mean(
                estimand: Estimand(kind, part), estimate: figure.estimate, cellWeights: cellWeights(figure),
                terms: [(part, 1, figure)])
        }
    }

    func cellWeights(_ figure: GroupTimeEffects.Figure) -> CellWeights {
        CellWeights(
            count: sample.design.cellCount,
            figure.weights.indices.filter { figure.weights[$0] != 0 }.flatMap { k in
                found[k].treated.map { ($0.cell, figure.weights[k] * $0.share) }
            })
    }
}

/// The findings of all parts: everyone's alone, or those of the group and of its peers.
struct GroupTimeFindings {
    var parts: [GroupTimeFinding]
    /// Starts that comparisons left out, as there was too little to compare with.
    var leftOut: [Int?] = []

    var sample: GroupTimeSample { parts[0].sample }

    /// The means of every part; in a triple difference those of the gap first, peers less group.
    func means(threads: Int) -> [GroupTimeFinding.Mean] {
        let kinds = parts[0].kinds
        let found = parts.map { part in
            concurrently(kinds.count, threads: threads) { part.mean(kinds[$0]) }
        }
        guard parts.count == 2 else { return found[0].compactMap { $0 } }
        let gaps = kinds.indices.compactMap { k in
            found[0][k].flatMap { group in found[1][k].map { gap(kinds[k], group: group, peers: $0) } }
        }
        let lists = [gaps] + found.map { $0.compactMap { $0 } }
        return lists.flatMap { $0.prefix(1) } + lists.flatMap { $0.dropFirst() }
    }

    private func gap(
        _ kind: Estimand.Kind, group: GroupTimeFinding.Mean, peers: GroupTimeFinding.Mean
    ) -> GroupTimeFinding.Mean {
        GroupTimeFinding.Mean(
            estimand: Estimand(kind, .gap), estimate: peers.estimate - group.estimate,
            cellWeights: peers.cellWeights.minus(group.cellWeights),
            terms: peers.terms + group.terms.map { ($0.part, -$0.sign, $0.figure) })
    }

    /// blocks × means: what each block of clusters adds to their errors.
    func contributions(of means: [GroupTimeFinding.Mean]) -> Matrix {
        if parts.count == 1 { return parts[0].effects.contributions(of: means.flatMap { $0.terms.map(\.figure) }) }
        var sum = Matrix(sample.design.clusterBlocks.levels.count, means.count)
        for part in parts {
            let own = means.indices.flatMap { m in
                means[m].terms.filter { $0.part == part.part }.map { (m, $0.sign, $0.figure) }
            }
            let found = part.effects.contributions(of: own.map(\.2))
            for (j, (m, sign, _)) in own.enumerated() {
                for b in 0..<sum.rows { sum[b, m] += sign * found[b, j] }
            }
        }
        return sum
    }

    /// Per cell: the headline's weight on the scale of the design's own, the design's where it has none.
    func ledgerWeight() -> [Double] {
        let design = sample.design
        var weights = design.moments.weight
        for part in parts {
            guard let headline = part.figure(.overall) else { continue }
            let own = part.cellWeights(headline)
            let total = own.cells.reduce(0) { $0 + design.moments.weight[$1] }
            for (c, value) in zip(own.cells, own.values) { weights[c] = value * total }
        }
        return weights
    }

    /// Per cell: the mean outcome less the cell's own effect.
    var untreatedOutcome: [Double] {
        let design = sample.design
        let q = design.moments.variableCount
        var untreated = (0..<design.cellCount).map { design.moments.mean[$0 * q] }
        for part in parts {
            for (comparison, found) in zip(part.effects.comparisons, part.found) where comparison.isPost {
                for entry in found.treated { untreated[entry.cell] -= entry.effect }
            }
        }
        return untreated
    }
}
