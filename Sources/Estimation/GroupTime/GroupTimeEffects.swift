import Panels

/// Effects by cohort and period with the errors' parts by block, and their means over cohorts, event times and periods.
///
/// Means weight cohorts by their shares; that the shares are estimated enters the errors.
/// - Source: Callaway & Sant'Anna (2021), §3.
struct GroupTimeEffects {
    /// A figure with what each block adds to its error.
    struct Figure {
        var estimate: Double
        var contributions: [Double]
        /// Share of each comparison in the figure.
        var weights: [Int: Double]
    }

    let comparisons: [GroupTimePlan.Comparison]
    let cells: [Figure]
    let shares: CohortShares
    /// Per comparison: calendar steps since the start.
    let eventTime: [Int]

    /// The mean over comparisons, cohorts weighted by share; nil where there is none.
    func mean(_ chosen: [Int]) -> Figure? {
        guard !chosen.isEmpty else { return nil }
        let place = chosen.map { shares.cohorts.firstIndex(of: comparisons[$0].cohort) ?? 0 }
        let total = place.reduce(0.0) { $0 + shares.share[$1] }
        guard total > 0 else { return nil }
        var figure = Figure(estimate: 0, contributions: blank, weights: [:])
        for (k, g) in zip(chosen, place) { figure.add(cells[k], shares.share[g] / total) }
        // θ = Σ p_g θ_k / Σ p_g: each share moves it by (θ_k − θ)/Σ p_g.
        for (k, g) in zip(chosen, place) {
            let slope = (cells[k].estimate - figure.estimate) / total
            for b in figure.contributions.indices { figure.contributions[b] += slope * shares.contributions[g][b] }
        }
        return figure
    }

    /// The plain mean of figures.
    func plainMean(_ figures: [Figure]) -> Figure? {
        guard !figures.isEmpty else { return nil }
        var mean = Figure(estimate: 0, contributions: blank, weights: [:])
        for figure in figures { mean.add(figure, 1 / Double(figures.count)) }
        return mean
    }

    private var blank: [Double] { [Double](repeating: 0, count: cells.first?.contributions.count ?? 0) }

    // MARK: Aggregates

    private var after: [Int] { comparisons.indices.filter { comparisons[$0].isPost } }

    /// All cohorts and periods after the start, by cohort shares.
    var simple: Figure? { mean(after) }

    /// Event times that occur, ascending.
    var eventTimes: [Int] { Array(Set(eventTime)).sorted() }

    func event(_ e: Int) -> Figure? { mean(comparisons.indices.filter { eventTime[$0] == e }) }

    /// The plain mean over event times from 0.
    var overEvents: Figure? { plainMean(eventTimes.filter { $0 >= 0 }.compactMap(event)) }

    /// Periods with an effect after a start, ascending.
    var periods: [Int] { Array(Set(after.map { comparisons[$0].period })).sorted() }

    func calendar(_ t: Int) -> Figure? { mean(after.filter { comparisons[$0].period == t }) }

    var overPeriods: Figure? { plainMean(periods.compactMap(calendar)) }

    /// The plain mean over a cohort's periods after its start.
    func cohort(_ g: Int) -> Figure? {
        plainMean(after.filter { comparisons[$0].cohort == g }.map { figure($0) })
    }

    /// Cohorts' means, by their shares.
    var overCohorts: Figure? {
        let found = shares.cohorts.compactMap { g in cohort(g).map { (g, $0) } }
        let place = found.compactMap { shares.cohorts.firstIndex(of: $0.0) }
        let total = place.reduce(0.0) { $0 + shares.share[$1] }
        guard total > 0 else { return nil }
        var mean = Figure(estimate: 0, contributions: blank, weights: [:])
        for ((_, figure), g) in zip(found, place) { mean.add(figure, shares.share[g] / total) }
        for ((_, figure), g) in zip(found, place) {
            let slope = (figure.estimate - mean.estimate) / total
            for b in mean.contributions.indices { mean.contributions[b] += slope * shares.contributions[g][b] }
        }
        return mean
    }

    func figure(_ k: Int) -> Figure {
        var own = cells[k]
        own.weights = [k: 1]
        return own
    }
}

extension GroupTimeEffects.Figure {
    fileprivate mutating func add(_ other: Self, _ share: Double) {
        estimate += share * other.estimate
        for b in contributions.indices { contributions[b] += share * other.contributions[b] }
        for (k, weight) in other.weights { weights[k, default: 0] += share * weight }
    }
}
