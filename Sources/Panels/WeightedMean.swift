/// The weighted mean of rows and their spread around it, gathered cell by cell.
package struct WeightedMean: Equatable, Sendable {
    /// Rows; with frequency weights, the rows they stand for.
    package private(set) var n = 0.0
    package private(set) var weight = 0.0
    package private(set) var mean = 0.0
    /// Σ w (y − ȳ)².
    package private(set) var within = 0.0

    package init() {}

    /// Chan, Golub & LeVeque (1983): no difference of large sums is taken.
    package mutating func add(n: Double, weight: Double, mean: Double, within: Double) {
        guard weight > 0 else { return }
        let total = self.weight + weight
        let difference = mean - self.mean
        self.mean += difference * weight / total
        self.within += within + difference * difference * self.weight * weight / total
        self.weight = total
        self.n += n
    }

    /// s², with n − 1 in the denominator; weights are relative, so that their scale does not matter.
    package var variance: Double? { n > 1 ? within / weight * n / (n - 1) : nil }

    /// s²/n.
    package var varianceOfMean: Double? { variance.map { $0 / n } }
}
