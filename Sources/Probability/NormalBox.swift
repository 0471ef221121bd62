/// The probability that correlated normal variables all lie within bounds about zero: P(|X_k| ≤ h_k for every k), X ~ N(μ, Σ).
///
/// Variables are conditioned one on the other (Genz's transformation), the tightest bound first, which leaves an integral over
/// the unit cube; it is a mean over the fixed points of a Richtmyer lattice, folded at its middle. The same input gives the
/// same digits; the error is a few 1e-4 at 2,000 points and falls almost in proportion to them. One variable is exact.
/// - Source: Genz (1992), *Journal of Computational and Graphical Statistics* 1(2); Genz & Bretz (2009), §4.2.
public struct NormalBox: Sendable {
    /// Positions of the variables in the order in which they are conditioned.
    private let order: [Int]
    /// Rows of the Cholesky factor in that order; a diagonal of 0 marks a variable that the ones before it determine.
    private let factor: [[Double]]
    private let halfWidths: [Double]
    /// Square roots of primes: one direction of the lattice for each variable but the last.
    private let directions: [Double]
    private let points: Int

    /// - Parameters:
    ///   - covariance: K rows of K; symmetric and not negative, singular allowed.
    ///   - halfWidths: K bounds above 0.
    ///   - points: of the lattice.
    public init(covariance: [[Double]], halfWidths: [Double], points: Int = 2_039) {
        let count = halfWidths.count
        var order = Array(0..<count)
        var left = (0..<count).map { covariance[$0][$0] }
        var rows = [[Double]](repeating: [], count: count)
        var factor: [[Double]] = []
        for k in 0..<count {
            // The bound that cuts off most, in conditional standard deviations.
            let tightness = { (i: Int) in left[i] > 0 ? halfWidths[i] / left[i].squareRoot() : .infinity }
            let next = (k..<count).min { tightness(order[$0]) < tightness(order[$1]) } ?? k
            order.swapAt(k, next)
            let pivot = order[k]
            let isDetermined = left[pivot] <= 1e-12 * covariance[pivot][pivot]
            let diagonal = isDetermined ? 0 : left[pivot].squareRoot()
            factor.append(rows[pivot] + [diagonal])
            for i in order[(k + 1)...] {
                let shared = zip(rows[i], rows[pivot]).reduce(0) { $0 + $1.0 * $1.1 }
                let slope = isDetermined ? 0 : (covariance[i][pivot] - shared) / diagonal
                rows[i].append(slope)
                left[i] -= slope * slope
            }
        }
        self.order = order
        self.factor = factor
        self.halfWidths = order.map { halfWidths[$0] }
        self.points = points
        directions = Self.primes(max(0, count - 1)).map { Double($0).squareRoot() }
    }

    /// - Parameter mean: μ, K values.
    public func probability(mean: [Double]) -> Double {
        // The mirror image is the same box, to the last digit.
        let sign = (mean.first { $0 != 0 } ?? 0) < 0 ? -1.0 : 1
        let mean = order.map { sign * mean[$0] }
        guard mean.count > 1 else { return mean.isEmpty ? 1 : share(mean, at: 0, 0.5, []).width }
        var total = 0.0
        var conditioned = [Double](repeating: 0, count: mean.count)
        for point in 1...points {
            total += chain(mean, point: point, &conditioned)
        }
        return total / Double(points)
    }

    /// The product of conditional probabilities at one point of the lattice.
    private func chain(_ mean: [Double], point: Int, _ conditioned: inout [Double]) -> Double {
        var product = 1.0
        for k in mean.indices {
            var position = 0.5
            if k < directions.count {
                let turns = Double(point) * directions[k]
                position = abs(2 * (turns - turns.rounded(.down)) - 1)
            }
            let (width, value) = share(mean, at: k, position, conditioned)
            product *= width
            guard product > 0 else { return 0 }
            conditioned[k] = value
        }
        return product
    }

    /// The probability that variable k lies within its bounds given the ones before it, and its standard normal value at a
    /// position between the two bounds.
    private func share(_ mean: [Double], at k: Int, _ position: Double, _ before: [Double]) -> (
        width: Double, value: Double
    ) {
        let row = factor[k]
        var centre = mean[k]
        for j in 0..<k { centre += row[j] * before[j] }
        guard row[k] > 0 else { return (abs(centre) <= halfWidths[k] * (1 + 1e-9) ? 1 : 0, 0) }
        // Taken from the side where both tails are small, so that no digits are lost.
        let outer = Normal.tail((halfWidths[k] + abs(centre)) / row[k])
        let inner = Normal.tail((abs(centre) - halfWidths[k]) / row[k])
        let width = inner - outer
        let tail = centre > 0 ? outer + position * width : inner - position * width
        let value = Normal.tailQuantile(min(max(tail, 1e-300), 1 - 1e-16))
        return (width, centre > 0 ? -value : value)
    }

    /// The first primes.
    private static func primes(_ count: Int) -> [Int] {
        var found: [Int] = []
        var next = 2
        while found.count < count {
            if found.allSatisfy({ next % $0 != 0 }) { found.append(next) }
            next += 1
        }
        return found
    }
}
