import Probability

/// Quantiles of η = max{(a − Kg)/s⁺, (−a − Kg)/s⁻, −kg} for a and g jointly normal about 0.
///
/// With A, B and C the events that the first, second and third exceed c, P(η > c) = P(A) + P(B) + P(C) − P(AC) − P(BC): where A
/// and B both hold, −2Kg > c(s⁺ + s⁻), and so does C, since K/k is at least (s⁺ + s⁻)/2.
struct WedgeQuantile {
    /// Standard deviations of the three, and correlations of the first two with the third.
    private let deviations: [Double]
    private let correlations: [Double]

    /// - Parameters:
    ///   - target, both, change: variance of a, covariance, variance of g.
    ///   - reach, scales, ratio: K, s⁺ and s⁻, k; the scales above 0, and 2K ≥ k(s⁺ + s⁻).
    init(
        target: Double, both: Double, change: Double, reach: Double, scales: (above: Double, below: Double),
        ratio: Double
    ) {
        let sides: [(sign: Double, scale: Double)] = [(1, scales.above), (-1, scales.below)]
        let spreads = sides.map { side in
            max(target - 2 * side.sign * reach * both + reach * reach * change, 0).squareRoot()
        }
        deviations = zip(spreads, sides).map { $0 / $1.scale } + [ratio * change.squareRoot()]
        correlations = zip(spreads, sides).map { spread, side in
            let product = (reach * change - side.sign * both) / (spread * change.squareRoot())
            return spread > 0 ? min(max(product, -1), 1) : 0
        }
    }

    /// The c with P(η > c) = p, to 1e-12 of it.
    func value(_ p: Double) -> Double {
        let widest = deviations.max() ?? 0
        // No smaller than the widest one's own quantile, no larger than Bonferroni's bound.
        let lower = widest * Normal.tailQuantile(p)
        let upper = widest * Normal.tailQuantile(p / 3)
        return FalsePosition(
            below: (lower, p - exceeds(lower)), above: (upper, p - exceeds(upper)), tolerance: 1e-12
        ) { p - exceeds($0) }.upper
    }

    /// P(η > c) for c > 0.
    func exceeds(_ c: Double) -> Double {
        let z = deviations.map { $0 > 0 ? c / $0 : Double.infinity }
        var sum = z.reduce(0) { $0 + ($1 < .infinity ? Normal.tail($1) : 0) }
        for side in 0..<2 where z[side] < .infinity && z[2] < .infinity {
            sum -= BivariateNormal.upperTail(z[side], z[2], correlation: correlations[side])
        }
        return sum
    }
}
