import LinearAlgebra

/// Which regressors of a model can be told apart, judged on the rows where the Gram matrix holds too few digits.
///
/// The Gram matrix squares lengths, so that a column with 10⁻⁵ of its length left looks dependent in it. What it sets aside is
/// measured again on the rows: its distance from the kept columns, by two projections. Nearer than `limit` it is no more than
/// rounding and the column is dependent; farther, the column stays and the solution needs the rows.
struct Dependence {
    /// Columns kept, ascending.
    let kept: [Int]
    /// Dependent columns, ascending.
    let dropped: [Int]
    /// Columns kept that the Gram matrix alone would have set aside.
    let near: [Int]

    /// The share of a column's length below which its distance from others is rounding.
    static let limit = 1e-11
    /// The same where effects were taken out by iterations.
    static let iteratedLimit = 1e-8

    /// - Parameters:
    ///   - lengths: per column its squared length before effects were taken out.
    ///   - isAsked: per column; others, such as dummies of effects, are not measured again.
    init(
        _ matrix: Matrix, _ cholesky: OrderedCholesky, lengths: [Double], limit: Double, isAsked: (Int) -> Bool
    ) throws(RegressionError) {
        var near: [Int] = []
        let asked = cholesky.dropped.filter { j in
            isAsked(j) && lengths[j] > 0 && Self.squaredLength(matrix, j) > limit * limit * lengths[j]
        }
        if !asked.isEmpty {
            let x = matrix.selecting(columns: cholesky.kept)
            var directions: [[Double]] = []
            for j in asked {
                var left = matrix.column(j)
                for _ in 0..<2 {
                    let along = try numerically { () throws(LinearAlgebraError) in
                        try cholesky.solve(x.transposedTimes(left))
                    }
                    x.takeProduct(with: along, from: &left)
                    for direction in directions {
                        let share = dot(direction, left) / dot(direction, direction)
                        for r in left.indices { left[r] -= share * direction[r] }
                    }
                }
                guard dot(left, left) > limit * limit * lengths[j] else { continue }
                near.append(j)
                directions.append(left)
            }
        }
        self.near = near
        kept = (cholesky.kept + near).sorted()
        dropped = cholesky.dropped.filter { !near.contains($0) }
    }

    private static func squaredLength(_ matrix: Matrix, _ j: Int) -> Double {
        matrix.storage[j * matrix.rows..<(j + 1) * matrix.rows].reduce(0) { $0 + $1 * $1 }
    }
}
