import Panels

/// A cell whose pupils have a score.
struct ScoredCell {
    var cell: Int
    var n: Double
    /// The mean score of its pupils.
    var score: Double
    /// Before least scores were applied.
    var unadjusted: Double
    /// Σ (score − mean)² of its pupils.
    var within: Double
    /// What a pupil counts in the mean of a row: the size of the qualification where it is known, else 1.
    var weight = 1.0
    /// The national standard deviation of scores of its subject.
    var spread: Double?

    /// Every pupil counts the same.
    func add(to mean: inout WeightedMean) { mean.add(n: n, weight: n, mean: score, within: within) }
}

/// The mean of the pupils of a row, and the variance of that mean where every subject's spread is known.
struct ScoredRow {
    private(set) var mean = WeightedMean()
    private(set) var unadjusted = WeightedMean()
    /// Σ (σ_s w)² n over its cells, nil once a spread is not known.
    private var variance: Double? = 0
    private var weight = 0.0

    mutating func add(_ item: ScoredCell) {
        let weight = item.n * item.weight
        mean.add(n: item.n, weight: weight, mean: item.score, within: item.within * item.weight)
        unadjusted.add(n: item.n, weight: weight, mean: item.unadjusted, within: 0)
        self.weight += weight
        variance = item.spread.flatMap { spread in
            variance.map { $0 + spread * spread * item.n * item.weight * item.weight }
        }
    }

    /// √Σ (SE_s w_s / Σw)² with SE_s = σ_s/√n_s and w_s the pupils of a subject times its size, as the 16 to 18 ready reckoners
    /// combine subjects.
    var standardError: Double? { variance.map { $0.squareRoot() / weight } }
}
