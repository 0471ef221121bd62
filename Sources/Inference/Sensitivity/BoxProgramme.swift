import LinearAlgebra

/// Minimises ½ y'Hy + g'y over −1 ≤ y ≤ 1, H positive semi-definite, by a primal-dual interior point method.
///
/// Small and dense: the dual of least squares with a penalty on sizes. A cold start takes 10 to 20 iterations of one Cholesky
/// factorisation each.
/// - Source: Mehrotra (1992), *On the implementation of a primal-dual interior point method*.
struct BoxProgramme {
    let h: Matrix
    let g: [Double]

    /// The minimiser, to a duality gap of 1e-13 of the size of g and H.
    /// - Throws: `.notConverged`.
    func minimiser() throws(LinearAlgebraError) -> [Double] {
        let n = g.count
        guard n > 0 else { return [] }
        let size = (h.storage + g).reduce(.leastNormalMagnitude) { max($0, abs($1)) }
        var at = Point(
            y: [Double](repeating: 0, count: n), above: [Double](repeating: size, count: n),
            below: [Double](repeating: size, count: n))
        let none = [Double](repeating: 0, count: n)
        for _ in 0..<100 {
            var residual = h.times(at.y)
            for i in 0..<n { residual[i] += g[i] + at.above[i] - at.below[i] }
            let gap = at.gap
            let wrong = residual.reduce(0) { max($0, abs($1)) }
            if gap <= 1e-13 * size, wrong <= 1e-12 * size { return at.y }
            let factor = try Factor(h, at, floor: 1e-14 * size)
            // How far the step straight at the boundary gets says how far the next one may aim at it.
            let straight = try factor.step(residual, none, none)
            let share = max(at.moved(straight, by: at.length(of: straight)).gap / gap, 0)
            let aim = gap / Double(2 * n) * share * share * share
            var (above, below) = (none, none)
            for i in 0..<n {
                above[i] = aim + straight.above[i] * straight.y[i]
                below[i] = aim - straight.below[i] * straight.y[i]
            }
            let step = try factor.step(residual, above, below)
            at = at.moved(step, by: 0.9999 * at.length(of: step))
        }
        throw .notConverged(routine: "the interior point method", info: 100)
    }

    /// y with the multipliers of y ≤ 1 and y ≥ −1; or a step in all three.
    private struct Point {
        var y: [Double]
        var above: [Double]
        var below: [Double]

        /// Σ multiplier · slack.
        var gap: Double {
            var sum = 0.0
            for i in y.indices { sum += above[i] * (1 - y[i]) + below[i] * (1 + y[i]) }
            return sum
        }

        func moved(_ step: Point, by length: Double) -> Point {
            var next = self
            for i in y.indices {
                next.y[i] += length * step.y[i]
                next.above[i] += length * step.above[i]
                next.below[i] += length * step.below[i]
            }
            return next
        }

        /// The longest share of a step, at most 1/0.9999, that keeps slacks and multipliers from turning negative.
        func length(of step: Point) -> Double {
            var longest = 1.0 / 0.9999
            func keep(_ value: Double, _ change: Double) {
                if change < 0 { longest = min(longest, -value / change) }
            }
            for i in y.indices {
                keep(1 - y[i], -step.y[i])
                keep(1 + y[i], step.y[i])
                keep(above[i], step.above[i])
                keep(below[i], step.below[i])
            }
            return longest
        }
    }

    /// H + diag(a/(1 − y) + b/(1 + y)), factored.
    private struct Factor {
        let at: Point
        let cholesky: OrderedCholesky

        /// - Parameter floor: added to the diagonal, so that a singular H can be factored; it moves steps, not the solution.
        init(_ h: Matrix, _ at: Point, floor: Double) throws(LinearAlgebraError) {
            var sum = h
            for i in at.y.indices {
                let (above, below) = (at.above[i] / (1 - at.y[i]), at.below[i] / (1 + at.y[i]))
                sum[i, i] += above + below + floor
            }
            self.at = at
            cholesky = try OrderedCholesky(sum, tolerance: 0)
            guard cholesky.dropped.isEmpty else { throw .notConverged(routine: "the interior point method", info: 0) }
        }

        /// - Parameters: what the products of slack and multiplier aim at, above and below.
        func step(_ residual: [Double], _ aimAbove: [Double], _ aimBelow: [Double]) throws(LinearAlgebraError) -> Point
        {
            var step = Point(y: residual, above: residual, below: residual)
            for i in residual.indices {
                step.above[i] = aimAbove[i] / (1 - at.y[i]) - at.above[i]
                step.below[i] = aimBelow[i] / (1 + at.y[i]) - at.below[i]
                step.y[i] = step.below[i] - step.above[i] - residual[i]
            }
            step.y = try cholesky.solve(step.y)
            for i in residual.indices {
                step.above[i] += at.above[i] * step.y[i] / (1 - at.y[i])
                step.below[i] -= at.below[i] * step.y[i] / (1 + at.y[i])
            }
            return step
        }
    }
}
