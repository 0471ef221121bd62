import Probability

/// Quantiles of η = max{(a − Kg)/s⁺, (−a − Kg)/s⁻, −kg} for a and g jointly normal about 0.
///
/// P(η ≤ c) = ∫ P(−cs⁻ − Kg ≤ a ≤ cs⁺ + Kg | g) φ(g) dg over g ≥ −c/k, by Gauss and Legendre's rule on panels.
struct WedgeQuantile {
    private let deviation: Double
    /// E(a | g) = slope·g, with this deviation about it.
    private let slope: Double
    private let remainder: Double
    private let reach: Double
    private let scales: (above: Double, below: Double)
    private let ratio: Double

    /// - Parameters:
    ///   - target, both, change: variance of a, covariance, variance of g.
    ///   - reach, scales, ratio: K, s⁺ and s⁻, k; each scale above 0.
    init(
        target: Double, both: Double, change: Double, reach: Double, scales: (above: Double, below: Double),
        ratio: Double
    ) {
        deviation = change.squareRoot()
        slope = both / change
        remainder = max(target - both * both / change, 0).squareRoot()
        self.reach = reach
        self.scales = scales
        self.ratio = ratio
    }

    /// The c with P(η > c) = p, to 1e-10 of it.
    func value(_ p: Double) -> Double {
        // η is no larger than its corners' parts one by one, and no smaller than the widest of them.
        let spread = remainder + (abs(slope) + reach) * deviation
        var upper = max(spread / min(scales.above, scales.below), ratio * deviation) * Normal.tailQuantile(p / 4)
        for _ in 0..<60 where exceeds(upper) > p { upper *= 2 }
        return FalsePosition(below: (0, p - 1), above: (upper, p - exceeds(upper)), tolerance: 1e-10) {
            p - exceeds($0)
        }.upper
    }

    /// P(η > c) for c > 0.
    func exceeds(_ c: Double) -> Double {
        let end = 9.0
        let start = ratio > 0 ? max(-end, -c / (ratio * deviation)) : -end
        var outside = start > -end ? Normal.tail(-start) : 0
        guard start < end else { return 1 }
        let panels = 24
        let width = (end - start) / Double(panels)
        for panel in 0..<panels {
            let centre = start + (Double(panel) + 0.5) * width
            for (node, weight) in zip(GaussLegendre.nodes, GaussLegendre.weights) {
                let z = centre + 0.5 * width * node
                outside += 0.5 * width * weight * Normal.density(z) * misses(c, z * deviation)
            }
        }
        return min(outside, 1)
    }

    /// P(a is outside its bounds | g).
    private func misses(_ c: Double, _ g: Double) -> Double {
        let upper = c * scales.above + (reach - slope) * g
        let lower = -c * scales.below - (reach + slope) * g
        guard lower < upper else { return 1 }
        guard remainder > 0 else { return lower <= 0 && 0 <= upper ? 0 : 1 }
        return Normal.tail(upper / remainder) + Normal.tail(-lower / remainder)
    }
}

/// The rule of ten points on [−1, 1], exact for polynomials up to degree 19.
enum GaussLegendre {
    static let nodes = half.map(\.node).reversed().map { -$0 } + half.map(\.node)
    static let weights = half.map(\.weight).reversed() + half.map(\.weight)

    private static let half: [(node: Double, weight: Double)] = [
        (0.148874338981631210884826001129719985, 0.295524224714752870173893025068),
        (0.433395394129247190799265943165784162, 0.269266719309996355091226921569),
        (0.679409568299024406234327365114873576, 0.219086362515982043995534934228),
        (0.865063366688984510732096688423493049, 0.149451349150580593145863397658),
        (0.973906528517171720077964012084452053, 0.066671344308688137593568809893),
    ]
}
