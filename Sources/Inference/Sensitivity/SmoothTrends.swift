import Estimation
import LinearAlgebra
import Probability

/// Confidence intervals for an effect where the difference in trends may bend by at most M from one step to the next:
/// |(δ_{t+1} − δ_t) − (δ_t − δ_{t−1})| ≤ M at every calendar step, those without results included. M = 0 extrapolates the line
/// before the start.
///
/// The interval is the shortest of fixed length about an affine estimate l'β̂_after + v'β̂_before. A straight line costs no
/// bias, Σ v_t t + Σ l_s s = 0, and with u_k = Σ_{t<k} v_t (k − t) what a bend at step k does to the estimate, the worst bias
/// is M (c + Σ_k |u_k|), c the bends at and after the reference. Half the length is sd · cv(bias/sd), cv(b) the quantile of
/// |N(b, 1)|. It is convex in u; the best u minimises ½ sd² + λ Σ|u_k| for the one λ = M sd cv'(b)/(cv(b) − b cv'(b)), each of
/// those a box-constrained quadratic programme in its dual.
/// - Source: Rambachan & Roth (2023), Review of Economic Studies 90, §3.1; Armstrong & Kolesár (2018), *Optimal inference in
///   a class of regression models*, Econometrica 86.
public struct SmoothTrends: Sendable {
    private let study: EventStudyEstimates
    private let alpha: Double
    /// Bends that v can move: at the interior calendar steps between the first estimate and the reference, u = d + D x with x
    /// the bends at estimates' own steps.
    private let bends: Matrix
    private let fixedBends: [Double]
    /// The contrast: w = w₀ + W x over all estimates.
    private let contrast: (fixed: [Double], moving: Matrix)
    /// Bends at and after the reference.
    private let constant: Double
    /// sd² = x'Qx + 2q'x + a constant.
    private let variance: (linear: [Double], quadratic: OrderedCholesky)
    /// Of the dual: H = DQ⁻¹D', g = DQ⁻¹q − d.
    private let programme: (h: Matrix, g: [Double])

    /// The largest size of an estimated bend before the start, a change of the change a step; nil where only one change lies
    /// before it.
    public let largestBefore: Double?

    /// - Parameters:
    ///   - target: l, a weight for each step after the reference.
    ///   - level: of the intervals, above 1/2.
    /// - Throws: `.noSensitivity` where rounding leaves the problem singular.
    public init(_ study: EventStudyEstimates, target l: [Double], level: Double) throws(EstimationError) {
        precondition(l.count == study.after.count && l.contains { $0 != 0 }, "a weight for each step after the start")
        self.study = study
        alpha = 1 - level
        let t = study.before
        let total = zip(l, study.after).reduce(0.0) { $0 + $1.0 * Double($1.1) }
        let last = study.after.last ?? 0
        constant = (0..<last).reduce(0.0) { sum, k in
            sum + abs(zip(l, study.after).reduce(0.0) { $0 + ($1.1 > k ? $1.0 * Double($1.1 - k) : 0) })
        }
        let path = BendPath(steps: t, end: total)
        (bends, fixedBends) = (path.bends, path.fixedBends)
        let after = [Double](repeating: 0, count: l.count)
        let fixed = path.fixedWeights + l
        let moving = Matrix(
            rows: fixed.count, columns: (0..<path.weights.columns).map { path.weights.column($0) + after })
        contrast = (fixed, moving)
        let moved = study.covariance.times(moving)
        let linear = moved.transposedTimes(fixed)
        let (quadratic, h, pull) = try numerically { () throws(LinearAlgebraError) in
            let quadratic = try OrderedCholesky(moving.transposedTimes(moved))
            guard quadratic.dropped.isEmpty else { throw .notConverged(routine: "dpotrf", info: quadratic.dropped[0]) }
            return (
                quadratic, path.bends.times(try quadratic.solve(path.bends.transposed)),
                path.bends.times(try quadratic.solve(linear))
            )
        }
        variance = (linear, quadratic)
        programme = (h, zip(pull, path.fixedBends).map { $0 - $1 })
        let changes = study.changes().before
        let estimates = study.estimates
        let slopes = changes.map { dot($0, estimates) }
        let middles = zip([Int](t.dropFirst()) + [0], t).map { 0.5 * Double($0 + $1) }
        var largest: Double?
        for i in slopes.indices.dropLast() {
            largest = max(largest ?? 0, abs(slopes[i + 1] - slopes[i]) / (middles[i + 1] - middles[i]))
        }
        largestBefore = largest
    }

    /// The interval for one M ≥ 0, in the outcome's unit a step a step.
    /// - Throws: `.regression` where the programme does not converge.
    public func interval(_ m: Double) throws(EstimationError) -> SensitivityInterval {
        let best = try solution(m)
        let centre = dot(best.weights, study.estimates)
        return SensitivityInterval(m: m, lower: centre - best.half, upper: centre + best.half)
    }

    /// The largest M whose interval leaves zero out.
    ///
    /// - Parameter scale: an M of ordinary size, above 0.
    public func breakdown(scale: Double) throws(EstimationError) -> Breakdown {
        try Breakdown.find(scale: scale) { m throws(EstimationError) in try interval(m) }
    }

    /// The estimate that the interval is built about.
    struct Solution {
        /// One a step.
        var weights: [Double]
        var bias: Double
        var deviation: Double
        var half: Double
    }

    func solution(_ m: Double) throws(EstimationError) -> Solution {
        guard m > 0 else { return try affine(penalty: 0, m) }
        let straight = try affine(penalty: 0, m)
        var upper = m * straight.deviation / Normal.tailQuantile(alpha)
        while try excess(upper, m) < 0 { upper *= 2 }
        let penalty = try FalsePosition(
            below: (0, try excess(0, m)), above: (upper, try excess(upper, m)), tolerance: 1e-12
        ) { penalty throws(EstimationError) in try excess(penalty, m) }
        return try affine(penalty: penalty.upper, m)
    }

    /// Below 0 where a larger penalty on bias would shorten the interval.
    private func excess(_ penalty: Double, _ m: Double) throws(EstimationError) -> Double {
        let found = try affine(penalty: penalty, m)
        let b = found.bias / found.deviation
        let critical = found.half / found.deviation
        // tanh(b·cv), the derivative of cv.
        let fall = Normal.density(critical - b)
        let rise = Normal.density(critical + b)
        let slope = (fall - rise) / (fall + rise)
        return penalty * (critical - b * slope) - m * found.deviation * slope
    }

    /// The estimate whose ½ sd² + λ Σ|u_k| is least.
    private func affine(penalty: Double, _ m: Double) throws(EstimationError) -> Solution {
        let dual = try numerically { () throws(LinearAlgebraError) in
            guard penalty > 0, bends.rows > 0 else { return [Double](repeating: 0, count: bends.rows) }
            return try BoxProgramme(h: programme.h.scaled(by: penalty), g: programme.g).minimiser()
        }
        let pull = zip(variance.linear, bends.transposedTimes(dual)).map { $0 + penalty * $1 }
        let x = try numerically { () throws(LinearAlgebraError) in try variance.quadratic.solve(pull) }.map(-)
        let weights = zip(contrast.fixed, contrast.moving.times(x)).map { $0 + $1 }
        let u = zip(fixedBends, bends.times(x)).map { $0 + $1 }
        let deviation = study.covariance(weights, weights).squareRoot()
        let bias = m * (constant + u.reduce(0) { $0 + abs($1) })
        return Solution(
            weights: weights, bias: bias, deviation: deviation,
            half: deviation * FoldedNormal.tailQuantile(alpha, shift: bias / deviation))
    }
}

/// Weights v on estimates before the reference, by what a bend at each step would do: u is 0 at the first estimate, straight
/// between estimates, and `end` at the reference, so that no straight line biases the estimate.
private struct BendPath {
    /// Interior calendar steps × free values.
    var bends: Matrix
    var fixedBends: [Double]
    /// P × free values.
    var weights: Matrix
    var fixedWeights: [Double]

    /// - Parameter steps: P calendar steps before the reference, negative, ascending.
    init(steps: [Int], end: Double) {
        let nodes = steps + [0]
        let free = steps.count - 1
        // A path through (0, x, end) at the nodes: by each free value, then by the end alone.
        let paths = (0..<free).map { j in nodes.indices.map { $0 == j + 1 ? 1.0 : 0 } }
        let fixed = nodes.indices.map { $0 == nodes.count - 1 ? end : 0 }
        func weights(_ u: [Double]) -> [Double] {
            var slope = 0.0
            return steps.indices.map { i in
                let before = slope
                slope = (u[i + 1] - u[i]) / Double(nodes[i + 1] - nodes[i])
                return slope - before
            }
        }
        func values(_ u: [Double]) -> [Double] {
            var values: [Double] = []
            for i in steps.indices {
                let length = nodes[i + 1] - nodes[i]
                for k in 1...length { values.append(u[i] + (u[i + 1] - u[i]) * Double(k) / Double(length)) }
            }
            return values.dropLast()
        }
        self.weights = Matrix(rows: steps.count, columns: paths.map(weights))
        fixedWeights = weights(fixed)
        bends = Matrix(rows: -(steps.first ?? 0) - 1, columns: paths.map(values))
        fixedBends = values(fixed)
    }
}
