internal import CWideLoops
import Foundation
import LinearAlgebra

/// The logit model by maximum likelihood: P(y = 1) = 1/(1 + e^(−x'β)), found by Newton steps that are halved until the
/// likelihood rises (iteratively reweighted least squares).
///
/// Columns that earlier ones explain are left out, with coefficient 0. Where a combination of columns tells ones from zeros,
/// wholly or in part, there is no maximum, and the fit is refused.
/// - Source: McCullagh & Nelder (1989), §4; Albert & Anderson (1984) for separation.
public struct Logit: Sendable {
    /// p; 0 for columns left out.
    public let coefficients: [Double]
    /// m probabilities.
    public let fitted: [Double]
    /// [Σ w f(1 − f) xx']⁻¹, p × p; 0 for columns left out.
    public let informationInverse: Matrix
    /// Columns that earlier ones explain, ascending.
    public let dropped: [Int]
    public let iterations: Int

    /// The largest score, relative to Σw|x|, at which the maximum is reached.
    static let tolerance = 1e-12
    static let iterationLimit = 100

    /// - Parameters:
    ///   - y: m values, each 0 or 1.
    ///   - x: m × p, with a constant among the columns where one is wanted.
    ///   - weight: m; rows with weight 0 do not count.
    ///   - start: p coefficients near the maximum, where such are known; they save steps and change nothing else.
    /// - Throws: `.separated` where ones and zeros can be told apart, `.notConverged` where no maximum was reached.
    public init(_ y: [Double], _ x: Matrix, weight: [Double], start: [Double]? = nil) throws(RegressionError) {
        let kept = try numerically { () throws(LinearAlgebraError) in
            try OrderedCholesky(x.crossProduct(weights: weight)).kept
        }
        let part = x.selecting(columns: kept)
        let scale = (0..<part.columns).map { j in
            zip(part.column(j), weight).reduce(0.0) { $0 + abs($1.0) * $1.1 }
        }
        var beta = kept.map { start?[$0] ?? 0 }
        if start == nil { beta = Self.share(y, part, weight) ?? beta }
        var state = State(y, part, weight, beta)
        if start != nil, !state.score.allSatisfy(\.isFinite) {
            beta = kept.map { _ in 0 }
            state = State(y, part, weight, beta)
        }
        var count = 0
        while true {
            let score = state.score
            let solver = try numerically { () throws(LinearAlgebraError) in
                try OrderedCholesky(state.information, tolerance: 1e-14)
            }
            let isWhole = solver.kept.count == kept.count
            if isWhole, zip(score, scale).allSatisfy({ abs($0) <= Self.tolerance * $1 }) {
                let inverse = try numerically { () throws(LinearAlgebraError) in try solver.inverse() }
                (coefficients, informationInverse) = Self.spread(beta, inverse, kept, x.columns)
                fitted = state.fitted
                dropped = (0..<x.columns).filter { !kept.contains($0) }
                iterations = count
                return
            }
            let solved = try numerically { () throws(LinearAlgebraError) in
                try solver.solve(solver.kept.map { score[$0] })
            }
            var step = [Double](repeating: 0, count: kept.count)
            for (a, j) in solver.kept.enumerated() { step[j] = solved[a] }
            if count >= 6 || !isWhole, let rows = Self.separated(y, part, weight, step) {
                throw .separated(rows: rows, of: weight.reduce(0) { $0 + ($1 > 0 ? 1 : 0) })
            }
            count += 1
            guard count <= Self.iterationLimit, let (found, better) = Self.climb(beta, step, state, y, part, weight)
            else { throw .logitNotConverged(iterations: count) }
            (beta, state) = (found, better)
        }
    }

    /// The log odds of the ones as the constant, where the first column is one; nil elsewhere.
    private static func share(_ y: [Double], _ x: Matrix, _ weight: [Double]) -> [Double]? {
        guard x.columns > 0, x.storage[..<x.rows].allSatisfy({ $0 == 1 }) else { return nil }
        let total = weight.reduce(0, +)
        let ones = dot(y, weight)
        guard ones > 0, ones < total else { return nil }
        var beta = [Double](repeating: 0, count: x.columns)
        beta[0] = log(ones / (total - ones))
        return beta
    }

    /// The step, halved until the score is smaller or the likelihood does not fall; nil where it falls however small the step.
    private static func climb(
        _ beta: [Double], _ step: [Double], _ state: State, _ y: [Double], _ x: Matrix, _ weight: [Double]
    ) -> ([Double], State)? {
        var size = 1.0
        var before: Double?
        while size > 1e-10 {
            let next = zip(beta, step).map { $0 + size * $1 }
            let found = State(y, x, weight, next)
            // Toward the maximum of a concave function scores shrink; only where one does not is the likelihood looked at.
            if zip(found.score, state.score).allSatisfy({ abs($0) <= 0.5 * abs($1) }) { return (next, found) }
            let value = before ?? state.logLikelihood(y, weight)
            before = value
            if found.logLikelihood(y, weight) >= value - 1e-12 * abs(value) { return (next, found) }
            size /= 2
        }
        return nil
    }

    /// Rows that a step would carry to certainty while it carries no row the wrong way: the mark of separation, since at a
    /// finite maximum steps shrink to nothing. nil where there are none.
    private static func separated(_ y: [Double], _ x: Matrix, _ weight: [Double], _ step: [Double]) -> Int? {
        let moved = x.times(step)
        let toward = y.indices.filter { weight[$0] > 0 }.map { y[$0] > 0.5 ? moved[$0] : -moved[$0] }
        let furthest = toward.max() ?? 0
        guard furthest > 0.5, (toward.min() ?? 0) > -1e-3 * furthest else { return nil }
        return toward.reduce(0) { $0 + ($1 > 1e-3 * furthest ? 1 : 0) }
    }

    private static func spread(
        _ beta: [Double], _ inverse: Matrix, _ kept: [Int], _ count: Int
    ) -> ([Double], Matrix) {
        var (whole, matrix) = ([Double](repeating: 0, count: count), Matrix(count, count))
        for (b, j) in kept.enumerated() {
            whole[j] = beta[b]
            for (a, i) in kept.enumerated() { matrix[i, j] = inverse[a, b] }
        }
        return (whole, matrix)
    }

    /// Probabilities at one β, with the gradient and the curvature of the likelihood, from one pass over the rows.
    struct State {
        var fitted: [Double]
        private let line: [Double]
        /// Σ w(y − f)x.
        var score: [Double]
        /// Σ w f(1 − f) xx'.
        var information: Matrix

        init(_ y: [Double], _ x: Matrix, _ weight: [Double], _ beta: [Double]) {
            let (m, p) = (x.rows, x.columns)
            var line = [Double](repeating: 0, count: m)
            fitted = line
            score = [Double](repeating: 0, count: p)
            information = Matrix(p, p)
            cwl_logit(m, p, x.storage, beta, y, weight, &line, &fitted, &score, &information.storage)
            self.line = line
        }

        /// log f for ones, log(1 − f) for zeros, without cancellation.
        func logLikelihood(_ y: [Double], _ weight: [Double]) -> Double {
            line.indices.reduce(0.0) { sum, i in
                let isLikely = (line[i] >= 0) == (y[i] > 0.5)
                return sum - weight[i] * (log1p(exp(-abs(line[i]))) + (isLikely ? 0 : abs(line[i])))
            }
        }
    }
}
