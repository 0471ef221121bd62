import Panels

/// Scores of small units drawn towards the mean of all: empirical Bayes with the spread between units by moments.
///
/// With within-unit variance σ²_w, between-unit variance σ²_u and n pupils in a row, the share kept is
/// n σ²_u / (n σ²_u + σ²_w).
///
/// - Source: Searle, Casella & McCulloch (1992), *Variance Components*, ch. 3 (analysis of variance estimator).
enum ScoreShrinkage {
    static func add(
        to rows: inout [ProgressRow], _ cells: ProgressCells, _ scored: [Int], _ scores: [Double],
        _ request: ValueAddedRequest
    ) {
        var units: [Int: WeightedMean] = [:]
        var all = WeightedMean()
        for (cell, score) in zip(scored, scores) {
            let (n, within) = (cells.n[cell], cells.within[cell])
            all.add(n: n, weight: n, mean: score, within: within)
            if let unit = cells.unitCode(cell) {
                units[unit, default: WeightedMean()].add(n: n, weight: n, mean: score, within: within)
            }
        }
        let parts = units.keys.sorted().compactMap { units[$0] }
        let count = Double(parts.count)
        guard count > 1, all.n > count else { return }
        let inside = parts.reduce(0) { $0 + $1.within } / (all.n - count)
        let between = parts.reduce(0) { $0 + $1.n * ($1.mean - all.mean) * ($1.mean - all.mean) }
        let size = all.n - parts.reduce(0) { $0 + $1.n * $1.n } / all.n
        let spread = max(0, (between - (count - 1) * inside) / size)
        for index in rows.indices {
            let kept = rows[index].n * spread / (rows[index].n * spread + inside)
            rows[index].reliability = kept.isFinite ? kept : 1
            rows[index].shrunkScore = all.mean + (rows[index].reliability ?? 1) * (rows[index].score - all.mean)
        }
    }
}
