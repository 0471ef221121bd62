import LinearAlgebra
import Panels

/// Effects by cohort and period, and their means over cohorts, event times and periods, as linear maps: what a block of
/// clusters adds to the error of a mean is its parts in the effects and in the cohorts' shares, times the map.
///
/// Means weight cohorts by their shares; that the shares are estimated enters the errors.
/// - Source: Callaway & Sant'Anna (2021), §3.
struct GroupTimeEffects {
    /// A mean of effects.
    struct Figure {
        var estimate: Double
        /// Per comparison: its weight.
        var weights: [Double]
        /// Per cohort: what one more of its share adds to the mean.
        var slopes: [Double]

        /// The comparison whose effect it is; nil where it is a mean of several, or moves with shares.
        var onlyComparison: Int? {
            guard slopes.allSatisfy({ $0 == 0 }), let k = weights.firstIndex(where: { $0 != 0 }), weights[k] == 1,
                !weights[(k + 1)...].contains(where: { $0 != 0 })
            else { return nil }
            return k
        }
    }

    let comparisons: [GroupTimePlan.Comparison]
    /// Per comparison.
    let estimates: [Double]
    /// blocks × comparisons: what each block adds to the error of an effect.
    let contributions: Matrix
    let shares: CohortShares
    /// Per comparison: calendar steps since the start.
    let eventTime: [Int]
    /// Where given, means by event time are over the cohorts that are seen so many steps after their start, and end there.
    var balance: Int?

    /// blocks × figures: what each block adds to their errors.
    func contributions(of figures: [Figure]) -> Matrix {
        // One comparison's own figure is its column; the others are products.
        let single = figures.map(\.onlyComparison)
        let mixed = figures.indices.filter { single[$0] == nil }
        let blocks = contributions.rows
        let parts = Matrix(
            rows: blocks, columns: comparisons.count + shares.cohorts.count,
            storage: contributions.storage + shares.contributions.flatMap { $0 })
        let products = parts.times(
            Matrix(
                rows: parts.columns, columns: mixed.map { figures[$0].weights + figures[$0].slopes })
        )
        var storage: [Double] = []
        storage.reserveCapacity(blocks * figures.count)
        var next = 0
        for k in single {
            if let k {
                storage += contributions.storage[k * blocks..<(k + 1) * blocks]
            } else {
                storage += products.storage[next * blocks..<(next + 1) * blocks]
                next += 1
            }
        }
        return Matrix(rows: blocks, columns: figures.count, storage: storage)
    }

    /// One comparison's effect.
    func figure(_ k: Int) -> Figure {
        var figure = blank
        figure.estimate = estimates[k]
        figure.weights[k] = 1
        return figure
    }

    /// The mean over comparisons, cohorts weighted by share; nil where there is none.
    func mean(_ chosen: [Int]) -> Figure? {
        mean(chosen.map { (shares.cohorts.firstIndex(of: comparisons[$0].cohort) ?? 0, figure($0)) })
    }

    /// The mean of figures by the shares of their cohorts.
    private func mean(_ figures: [(cohort: Int, figure: Figure)]) -> Figure? {
        let total = figures.reduce(0) { $0 + shares.share[$1.cohort] }
        guard total > 0 else { return nil }
        var mean = blank
        for (g, figure) in figures { mean.add(figure, shares.share[g] / total) }
        // θ = Σ p_g θ_g / Σ p_g: each share moves it by (θ_g − θ)/Σ p_g.
        for (g, figure) in figures { mean.slopes[g] += (figure.estimate - mean.estimate) / total }
        return mean
    }

    /// The plain mean of figures.
    private func plainMean(_ figures: [Figure]) -> Figure? {
        guard !figures.isEmpty else { return nil }
        var mean = blank
        for figure in figures { mean.add(figure, 1 / Double(figures.count)) }
        return mean
    }

    private var blank: Figure {
        Figure(
            estimate: 0, weights: [Double](repeating: 0, count: comparisons.count),
            slopes: [Double](repeating: 0, count: shares.cohorts.count))
    }

    // MARK: Aggregates

    private var after: [Int] { comparisons.indices.filter { comparisons[$0].isPost } }

    /// All cohorts and periods after the start, by cohort shares.
    var simple: Figure? { mean(after) }

    /// Comparisons that take part in means by event time.
    private var balanced: [Int] {
        guard let balance else { return Array(comparisons.indices) }
        var last: [Int: Int] = [:]
        for k in comparisons.indices {
            last[comparisons[k].cohort] = max(last[comparisons[k].cohort] ?? eventTime[k], eventTime[k])
        }
        return comparisons.indices.filter { (last[comparisons[$0].cohort] ?? 0) >= balance && eventTime[$0] <= balance }
    }

    /// Event times that occur, ascending.
    var eventTimes: [Int] { Array(Set(balanced.map { eventTime[$0] })).sorted() }

    func event(_ e: Int) -> Figure? { mean(balanced.filter { eventTime[$0] == e }) }

    /// The plain mean over event times from 0.
    var overEvents: Figure? { plainMean(eventTimes.filter { $0 >= 0 }.compactMap(event)) }

    /// Periods with an effect after a start, ascending.
    var periods: [Int] { Array(Set(after.map { comparisons[$0].period })).sorted() }

    func calendar(_ t: Int) -> Figure? { mean(after.filter { comparisons[$0].period == t }) }

    var overPeriods: Figure? { plainMean(periods.compactMap(calendar)) }

    /// The plain mean over a cohort's periods after its start.
    func cohort(_ g: Int) -> Figure? { plainMean(after.filter { comparisons[$0].cohort == g }.map(figure)) }

    /// Cohorts' means, by their shares.
    var overCohorts: Figure? {
        mean(shares.cohorts.indices.compactMap { g in cohort(shares.cohorts[g]).map { (g, $0) } })
    }
}

extension GroupTimeEffects.Figure {
    fileprivate mutating func add(_ other: Self, _ share: Double) {
        estimate += share * other.estimate
        for k in weights.indices { weights[k] += share * other.weights[k] }
        for g in slopes.indices { slopes[g] += share * other.slopes[g] }
    }
}
