import Panels

/// The standard deviation that says what is a small difference of an outcome.
struct OutcomeSpread {
    /// How results spread between units in a period: around each period's mean, over comparison units' unit × periods before
    /// the first start, every one alike. Where every unit starts at some time, over all of them.
    /// - Returns: nil where nothing varies.
    static func betweenUnits(_ design: Design) -> Double? {
        guard let first = design.treatedStarts.first else { return nil }
        let q = design.moments.variableCount
        let hasComparison = design.start.contains(nil)
        var means: [Int: WeightedMean] = [:]
        let count = design.periods.count
        for c in design.unit.indices
        where design.periods[design.period[c]].ordinal < first
            && (!hasComparison || design.start[design.unit[c]] == nil)
        {
            means[design.unit[c] * count + design.period[c], default: WeightedMean()].add(
                n: 1, weight: design.moments.weight[c], mean: design.moments.mean[c * q], within: 0)
        }
        var byPeriod = [WeightedMean](repeating: WeightedMean(), count: count)
        for key in means.keys.sorted() {
            guard let mean = means[key] else { continue }
            byPeriod[key % count].add(n: 1, weight: 1, mean: mean.mean, within: 0)
        }
        let used = byPeriod.filter { $0.n > 1 }
        let squares = used.reduce(0) { $0 + ($1.variance ?? 0) * ($1.n - 1) }
        let freedom = used.reduce(0) { $0 + $1.n - 1 }
        return squares > 0 ? (squares / freedom).squareRoot() : nil
    }
}
