import LinearAlgebra
import Panels
import Regression

/// The algebra of imputation for one assignment of treatment: the model of untreated outcomes fitted on untreated rows,
/// and what it leaves of every row.
///
/// With Z the regressors, C = (Z₀'Z₀)⁻¹ over untreated rows and z̄ a level's mean over them, entries of Z C Z' are
/// d·d'/W_level + x*'M x*' where d is a row's scale, x* its explicit regressors about z̄ and M = (X₀*'X₀*)⁻¹.
public struct Imputation: Sendable {
    /// Per row.
    public internal(set) var isTreated: [Bool]
    /// Per row: level of the eliminated effect; −1 within cells.
    public let level: [Int]
    /// Per level: ΣW of untreated rows.
    public let levelWeight: [Double]
    /// rows × K: x*, kept columns.
    public let deviations: Matrix
    /// M.
    public internal(set) var gramInverse: Matrix
    /// Per row: outcome less fitted value, in row scale: √W τ̂ for treated cells, ε̂ for untreated rows.
    public internal(set) var remainder: [Double]
    /// Treated cells whose effects cannot be told from untreated rows.
    public internal(set) var unidentified: [Int]
    /// Untreated rows' kept regressors, effects included.
    public let parameterCount: Int
    public let droppedColumns: [Int]

    /// - Parameters:
    ///   - columns: the model's regressors on all rows, treatment not among them.
    ///   - isTreated: per cell.
    init(_ columns: ModelColumns, rows: CompressedRows, isTreated cells: [Bool]) throws(EstimationError) {
        let isTreated = rows.cell.map { cells[$0] }
        guard let eliminated = columns.eliminated.first else {
            preconditionFailure("imputation always has a unit effect")
        }
        let elimination = Elimination(eliminated, rows: rows, isFitted: isTreated.map { !$0 })
        var all = columns.matrix
        let before = (0..<all.columns).map { j in
            all.rows == 0 ? 0 : Self.untreatedLength(all, j, isTreated: isTreated)
        }
        all.eliminate(elimination)
        var y = rows.outcome
        elimination.apply(&y)
        let untreated = isTreated.indices.filter { !isTreated[$0] }
        let fitted = all.selecting(rows: untreated)
        let gram = fitted.crossProduct()
        let cholesky = try numerically { () throws(LinearAlgebraError) in
            try OrderedCholesky(gram, floors: before.map { $0 * 1e-9 })
        }
        guard cholesky.reciprocalCondition >= LeastSquares.conditionLimit else {
            throw .regression(.nearlyCollinear(reciprocalCondition: cholesky.reciprocalCondition))
        }
        let kept = cholesky.kept
        let x0 = fitted.selecting(columns: kept)
        let y0 = untreated.map { y[$0] }
        let (b, inverse) = try numerically { () throws(LinearAlgebraError) in
            var b = try cholesky.solve(x0.transposedTimes(y0))
            let left = zip(y0, x0.times(b)).map { $0 - $1 }
            let step = try cholesky.solve(x0.transposedTimes(left))
            for j in b.indices { b[j] += step[j] }
            return (b, try cholesky.inverse())
        }
        deviations = all.selecting(columns: kept)
        remainder = zip(y, deviations.times(b)).map { $0 - $1 }
        gramInverse = inverse
        self.isTreated = isTreated
        level = elimination.level
        levelWeight = elimination.weight
        droppedColumns = cholesky.dropped
        parameterCount = elimination.levelCount + kept.count
        unidentified = Self.unidentified(
            all, dropped: cholesky.dropped, x0: x0, fitted: fitted, deviations: deviations, inverse: inverse,
            isTreated: isTreated, elimination: elimination, rows: rows)
    }

    /// v for a mean of effects with weight ω on each treated cell: ω/√W on treated rows, −Z₀ C Z₁'v₁ on untreated ones.
    public func weights(_ omega: [Double], rows: CompressedRows) -> [Double] {
        var v = [Double](repeating: 0, count: rows.count)
        var levelSum = [Double](repeating: 0, count: levelWeight.count)
        for c in 0..<rows.cellCount where omega[c] != 0 {
            v[c] = omega[c] / rows.scale[c]
            levelSum[level[c]] += omega[c]
        }
        let direction = gramInverse.times(deviations.transposedTimes(v))
        let explained = deviations.times(direction)
        for r in v.indices where !isTreated[r] {
            let own = level[r] >= 0 ? rows.scale[r] * levelSum[level[r]] / levelWeight[level[r]] : 0
            v[r] = -(explained[r] + own)
        }
        return v
    }

    private static func untreatedLength(_ matrix: Matrix, _ j: Int, isTreated: [Bool]) -> Double {
        (0..<matrix.rows).reduce(0) { isTreated[$1] ? $0 : $0 + matrix[$1, j] * matrix[$1, j] }
    }

    /// A treated row is identified where its level has untreated rows and where every dropped column is the same
    /// combination of kept ones in it as in untreated rows.
    private static func unidentified(
        _ all: Matrix, dropped: [Int], x0: Matrix, fitted: Matrix, deviations: Matrix, inverse: Matrix,
        isTreated: [Bool], elimination: Elimination, rows: CompressedRows
    ) -> [Int] {
        let combination = inverse.times(x0.transposedTimes(fitted.selecting(columns: dropped)))
        let expected = deviations.times(combination)
        return (0..<rows.cellCount).filter { c in
            guard isTreated[c] else { return false }
            if elimination.weight[elimination.level[c]] <= 0 { return true }
            return dropped.indices.contains { j in
                abs(all[c, dropped[j]] - expected[c, j]) > 1e-6 * rows.scale[c]
                    * max(1, abs(expected[c, j] / rows.scale[c]))
            }
        }
    }
}
