/// The weights, none below 0 and summing to one, whose mean of some points comes closest to the origin:
/// min ‖P w‖² + ρ‖w‖² over w ≥ 0, Σw = 1.
///
/// With points p_j = a_j − b this is the weighted mean of the a that comes closest to b; with points whose own mean is taken
/// off, an intercept is free. Solved exactly, by finding which weights are above 0 (`NearestPoint`, and `EvenWeights` where
/// ρ is large or where many weights reach the origin). What is left of the optimality conditions is part of the answer.
public struct SimplexProgramme: Sendable {
    /// d values a point, point after point.
    let points: [Double]
    let dimension: Int
    let count: Int
    let ridge: Double

    /// - Precondition: `points` has `dimension` · `count` values, and there is at least one point.
    public init(points: [Double], dimension: Int, count: Int, ridge: Double = 0) {
        precondition(points.count == dimension * count && count > 0, "\(points.count) values for \(count) points")
        self.points = points
        self.dimension = dimension
        self.count = count
        self.ridge = ridge
    }

    public struct Solution: Sendable, Equatable {
        public var weights: [Double]
        /// The largest violation of the optimality conditions, in units of the longest point squared: a weight above 0 whose
        /// gradient is not the common one, or a weight of 0 whose gradient is below it.
        public var residual: Double
        /// ‖P w‖².
        public var squaredDistance: Double
    }

    /// Above this the other way of solving is tried as well.
    private static let enough = 1e-11

    /// - Complexity: O(s·d·n) for s weights above 0 in turn, or a few O(n·d²) where ρ is large.
    public func solve() -> Solution {
        let longest = longestSquare
        guard longest > 0 else {
            return checked([Double](repeating: 1 / Double(count), count: count), longest: 1)
        }
        let isStrong = ridge * Double(count) >= 1e-6 * longest
        let first = checked(isStrong ? evenWeights(ridge) : nearestPoint(), longest: longest)
        // A mean that is the origin: of the many weights that reach it, the most even ones.
        if !isStrong, first.squaredDistance <= 1e-16 * longest {
            let even = checked(evenWeights(max(ridge, 1e-14 * longest)), longest: longest)
            if even.residual <= Self.enough { return even }
        }
        guard first.residual > Self.enough else { return first }
        let second = checked(isStrong ? nearestPoint() : evenWeights(max(ridge, 1e-14 * longest)), longest: longest)
        return second.residual < first.residual ? second : first
    }

    private func nearestPoint() -> [Double] {
        points.withUnsafeBufferPointer { NearestPoint($0, dimension, count, ridge: ridge).weights() }
    }

    private func evenWeights(_ ridge: Double) -> [Double] {
        points.withUnsafeBufferPointer { EvenWeights($0, dimension, count, ridge: ridge).weights() }
    }

    private var longestSquare: Double {
        var longest = 0.0
        for j in 0..<count {
            var square = 0.0
            for i in j * dimension..<(j + 1) * dimension { square += points[i] * points[i] }
            longest = max(longest, square)
        }
        return longest + ridge
    }

    /// The weights, made to sum to one, with what is left of the optimality conditions.
    func checked(_ raw: [Double], longest: Double) -> Solution {
        let total = raw.reduce(0, +)
        let weights = raw.map { $0 / total }
        var mean = [Double](repeating: 0, count: dimension)
        for j in 0..<count where weights[j] != 0 {
            for i in 0..<dimension { mean[i] += weights[j] * points[j * dimension + i] }
        }
        var gradient = [Double](repeating: 0, count: count)
        var common = 0.0
        for j in 0..<count {
            var g = ridge * weights[j]
            for i in 0..<dimension { g += mean[i] * points[j * dimension + i] }
            gradient[j] = g
            common += weights[j] * g
        }
        var worst = 0.0
        for j in 0..<count {
            worst = max(worst, weights[j] > 0 ? abs(gradient[j] - common) : common - gradient[j])
        }
        return Solution(
            weights: weights, residual: worst / longest, squaredDistance: mean.reduce(0) { $0 + $1 * $1 })
    }
}
