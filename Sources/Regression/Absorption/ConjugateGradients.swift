import LinearAlgebra

/// Preconditioned conjugate gradients on the Schur complement of the smaller effects, for more levels than can be factored.
///
/// The preconditioner is the complement's diagonal. Each application takes the solution out of the column itself and begins
/// again from what is left, so that rounding in the recurrence does not build up. What is measured is the part of the column
/// that still lies along single levels, √(Σ g²/W) over its length.
/// - Source: Hestenes & Stiefel (1952); Abowd, Creecy & Kramarz (2002) for effects of persons and firms.
struct ConjugateGradients: Sendable {
    struct Record: Sendable {
        var iterations = 0
        var residual = 0.0
    }

    private let diagonal: [Double]
    private let weight: [Double]

    /// A column is done when this share of its length is left along levels: beyond it the rounding of the sums begins.
    static let target = 1e-14
    /// Where no further digit comes, this share is still good for coefficients to ten digits.
    static let sufficient = 1e-12
    static let iterationLimit = 2_000
    static let restarts = 6

    init(_ rows: GroupedRows) {
        weight = rows.otherWeights()
        // A level that only fits groups of its own has nothing left but rounding.
        diagonal = zip(rows.diagonal(), weight).map { max($0, 1e-8 * $1) }
    }

    func eliminate(
        from column: UnsafeMutableBufferPointer<Double>, _ rows: GroupedRows
    ) throws(RegressionError) -> Record {
        let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
        var record = Record()
        guard length > 0 else { return record }
        var scores = rows.scores(UnsafeBufferPointer(column))
        record.residual = share(scores, length)
        for _ in 0..<Self.restarts where record.residual > Self.target {
            let (values, iterations) = solve(scores, rows, below: Self.target * length)
            record.iterations += iterations
            rows.take(values, from: column)
            scores = rows.scores(UnsafeBufferPointer(column))
            let left = share(scores, length)
            let isStuck = left > 0.1 * record.residual
            record.residual = left
            if isStuck { break }
        }
        guard record.residual <= Self.sufficient else {
            throw .notConverged(iterations: record.iterations, residual: record.residual)
        }
        return record
    }

    private func share(_ scores: [Double], _ length: Double) -> Double {
        var sum = 0.0
        for (g, w) in zip(scores, weight) where w > 0 { sum += g * g / w }
        return sum.squareRoot() / length
    }

    /// Iterates from 0 until the residual's length, in the preconditioner's norm, is below a bound or no longer falls.
    private func solve(_ right: [Double], _ rows: GroupedRows, below bound: Double) -> ([Double], iterations: Int) {
        var solution = [Double](repeating: 0, count: right.count)
        var residual = right
        var direction = preconditioned(residual)
        var size = inner(residual, direction)
        let first = size
        for iteration in 1...Self.iterationLimit {
            let image = rows.schurProduct(direction)
            let curvature = inner(direction, image)
            guard curvature > 0 else { return (solution, iteration) }
            let step = size / curvature
            for l in solution.indices {
                solution[l] += step * direction[l]
                residual[l] -= step * image[l]
            }
            let next = preconditioned(residual)
            let nextSize = inner(residual, next)
            // Eight digits a restart: the column itself then tells what is left.
            if nextSize <= max(bound * bound, 1e-20 * first) { return (solution, iteration) }
            let ratio = nextSize / size
            for l in direction.indices { direction[l] = next[l] + ratio * direction[l] }
            size = nextSize
        }
        return (solution, Self.iterationLimit)
    }

    private func preconditioned(_ values: [Double]) -> [Double] {
        var result = values
        for l in result.indices { result[l] = diagonal[l] > 0 ? result[l] / diagonal[l] : 0 }
        return result
    }

    private func inner(_ a: [Double], _ b: [Double]) -> Double { dot(a, b) }
}
