import Panels

/// Scores of small units drawn towards the mean of all: empirical Bayes with the spread between units by moments.
///
/// With within-unit variance σ²_w, between-unit variance σ²_u and n pupils in a row, the share kept is
/// n σ²_u / (n σ²_u + σ²_w) = r, and the interval that of a normal distribution with variance σ²_u (1 − r); that the variances
/// are estimated is not in it.
///
/// - Source: Searle, Casella & McCulloch (1992), *Variance Components*, ch. 3 (analysis of variance estimator).
enum ScoreShrinkage {
    static func add(
        to rows: inout [ProgressRow], _ cells: ProgressCells, _ scored: [ScoredCell], _ request: ValueAddedRequest
    ) {
        var units: [Int: WeightedMean] = [:]
        var all = WeightedMean()
        for item in scored {
            item.add(to: &all)
            if let unit = cells.unitCode(item.cell) { item.add(to: &units[unit, default: WeightedMean()]) }
        }
        let parts = units.keys.sorted().compactMap { units[$0] }
        let count = Double(parts.count)
        guard count > 1, all.n > count else { return }
        let inside = parts.reduce(0) { $0 + $1.within } / (all.n - count)
        let between = parts.reduce(0) { $0 + $1.n * ($1.mean - all.mean) * ($1.mean - all.mean) }
        let size = all.n - parts.reduce(0) { $0 + $1.n * $1.n } / all.n
        let spread = max(0, (between - (count - 1) * inside) / size)
        let reach = ValueAdded.reach(level: request.level)
        for index in rows.indices {
            let kept = rows[index].n * spread / (rows[index].n * spread + inside)
            rows[index].reliability = kept.isFinite ? kept : 1
            let share = rows[index].reliability ?? 1
            let drawn = all.mean + share * (rows[index].score - all.mean)
            // What is left of the spread between units once the score is known.
            let error = (spread * max(0, 1 - share)).squareRoot()
            rows[index].shrunkScore = drawn
            (rows[index].shrunkLower, rows[index].shrunkUpper) = (drawn - reach * error, drawn + reach * error)
        }
    }
}
