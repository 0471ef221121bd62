import LinearAlgebra

/// Coefficients refined until no digit moves, with residuals of twice the digits.
///
/// e = y − Xb − (level means of it) is worked out in pairs of doubles from rows as they came, before any effect was taken
/// out of them; the step X'e solves for is added to b, itself a pair. Only the steps go through the rounded factorisation, so
/// its errors shrink from step to step.
/// - Source: Björck (1967), Iterative refinement of linear least squares solutions; mixed precision as in Demmel, Hida, Li &
///   Riedy (2009).
struct RefinedSolution {
    let coefficients: [Double]
    let residuals: [Double]

    private static let steps = 10

    /// - Parameters:
    ///   - problem: with at most one effect.
    ///   - start: coefficients to begin from.
    init(
        _ problem: RegressionProblem, kept: [Int], start: [Double], solver: any Refinable
    ) throws(RegressionError) {
        precondition(problem.effects.count < 2, "refinement with \(problem.effects.count) effects")
        var b = start.map(TwofoldDouble.init)
        var residual = Self.residual(problem, kept, b)
        var last = Double.infinity
        for _ in 0..<Self.steps {
            let step: [Double]
            if let solved = try solver.solve(products: Self.products(problem, kept, residual)) {
                step = solved
            } else {
                step = try solver.solve(residual.map(\.value))
            }
            let size = zip(step, b).reduce(0) { max($0, $1.1.high == 0 ? 0 : abs($1.0 / $1.1.high)) }
            // Steps that no longer shrink are rounding.
            guard size < last else { break }
            last = size
            for j in b.indices { b[j] += TwofoldDouble(step[j]) }
            residual = Self.residual(problem, kept, b)
            if size < 1e-20 { break }
        }
        coefficients = b.map(\.value)
        residuals = residual.map(\.value)
    }

    private static func residual(
        _ problem: RegressionProblem, _ kept: [Int], _ b: [TwofoldDouble]
    ) -> [TwofoldDouble] {
        let rows = problem.matrix.rows
        var left = problem.outcome.map(TwofoldDouble.init)
        for (value, j) in zip(b, kept) {
            for r in 0..<rows { left[r] += -(value * problem.matrix.storage[j * rows + r]) }
        }
        guard let effect = problem.effects.first else { return left }
        var sum = [TwofoldDouble](repeating: TwofoldDouble(0), count: effect.levelCount)
        var weight = [Double](repeating: 0, count: effect.levelCount)
        for (r, level) in effect.codes.enumerated() {
            let scale = problem.scale?[r] ?? 1
            sum[Int(level)] += left[r] * scale
            weight[Int(level)] += scale * scale
        }
        let mean = zip(sum, weight).map { $1 > 0 ? $0 / $1 : TwofoldDouble(0) }
        for (r, level) in effect.codes.enumerated() { left[r] += -(mean[Int(level)] * (problem.scale?[r] ?? 1)) }
        return left
    }

    private static func products(_ problem: RegressionProblem, _ kept: [Int], _ residual: [TwofoldDouble]) -> [Double] {
        let rows = problem.matrix.rows
        return kept.map { j in
            var sum = TwofoldDouble(0)
            for r in 0..<rows { sum += residual[r] * problem.matrix.storage[j * rows + r] }
            return sum.value
        }
    }
}
