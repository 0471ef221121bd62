import LinearAlgebra
import Panels
import Tables

/// Ordinary (or weighted) least squares on compressed rows with one effect eliminated exactly.
public struct LeastSquares: Sendable {
    /// Names of the kept columns.
    public let labels: [ColumnLabel]
    /// Per column of the model: its place among the kept ones, nil where it was dependent.
    public let place: [Int?]
    /// rows × kept columns, after elimination.
    public let matrix: Matrix
    /// (X'X)⁻¹ of `matrix`.
    public let gramInverse: Matrix
    public let coefficients: [Double]
    /// y − Xb by row.
    public let residuals: [Double]
    /// Over pupil rows: what the compressed rows leave, and what lies beyond them.
    public let residualSumOfSquares: Double
    /// Reciprocal condition of the scaled Gram matrix.
    public let reciprocalCondition: Double
    /// Independent columns among all fixed effects, the constant included: eliminated levels and kept dummies.
    public let effectRank: Int
    /// The eliminated effect, nil where all are columns.
    package let elimination: Elimination?
    public let warnings: [Warning]

    /// Below this reciprocal condition the Gram matrix is not trusted and QR of the rows takes over.
    package static let conditionLimit = 1e-10

    package init(_ columns: ModelColumns, rows: CompressedRows) throws(RegressionError) {
        let elimination = columns.eliminated.map { Elimination($0, rows: rows) }
        var whole = columns.matrix
        let before = (0..<whole.columns).map { j in Self.squaredLength(whole, j, rows: rows) }
        if let elimination { whole.eliminate(elimination) }
        var y = rows.outcome
        elimination?.apply(&y)
        let variation = dot(y, y) + rows.unexplained
        let gram = whole.crossProduct()
        // A constant column has no centred length: only what elimination removed from a column counts against it.
        let floors = elimination == nil ? nil : before.map { $0 * 1e-9 }
        let cholesky = try numerically { () throws(LinearAlgebraError) in try OrderedCholesky(gram, floors: floors) }
        let kept = cholesky.kept
        let x = whole.selecting(columns: kept)
        reciprocalCondition = cholesky.reciprocalCondition
        var warnings = Self.collinear(cholesky.dropped.map { columns.labels[$0] })
        if cholesky.reciprocalCondition < Self.conditionLimit {
            guard x.rows >= x.columns else {
                throw .nearlyCollinear(reciprocalCondition: cholesky.reciprocalCondition)
            }
            let qr = try numerically { () throws(LinearAlgebraError) in try PivotedQR(x, outcome: y) }
            coefficients = qr.solution
            gramInverse = qr.gramInverse
            warnings.append(
                Warning(
                    "collinear",
                    "regressors are nearly collinear (reciprocal condition \(cholesky.reciprocalCondition)); solved by QR"
                ))
        } else {
            let solved = try numerically { () throws(LinearAlgebraError) in
                var b = try cholesky.solve(x.transposedTimes(y))
                // One step of refinement from the rows recovers the digits that the Gram matrix lost.
                let left = zip(y, x.times(b)).map { $0 - $1 }
                let step = try cholesky.solve(x.transposedTimes(left))
                for j in b.indices { b[j] += step[j] }
                return (b, try cholesky.inverse())
            }
            (coefficients, gramInverse) = solved
        }
        residuals = zip(y, x.times(coefficients)).map { $0 - $1 }
        residualSumOfSquares = dot(residuals, residuals) + rows.unexplained
        guard variation > 0, variation > 1e-26 * rows.outcomeSize else {
            throw .noVariation(outcome: rows.outcomeName, cells: rows.cellCount)
        }
        labels = kept.map { columns.labels[$0] }
        var place = [Int?](repeating: nil, count: columns.labels.count)
        for (a, j) in kept.enumerated() { place[j] = a }
        self.place = place
        matrix = x
        self.elimination = elimination
        effectRank = (elimination?.levelCount ?? 0) + labels.reduce(0) { $0 + ($1.role == .effect ? 1 : 0) }
        self.warnings = warnings
    }

    /// Kept columns that are not fixed effects.
    public var slopeCount: Int { labels.reduce(0) { $0 + ($1.role == .effect ? 0 : 1) } }

    private static func collinear(_ dropped: [ColumnLabel]) -> [Warning] {
        let names = dropped.filter { $0.role == .factor || $0.role == .covariate }.map(\.name)
        guard !names.isEmpty else { return [] }
        return [
            Warning(
                "collinear",
                "left out because other regressors or fixed effects explain them completely: \(names.joined(separator: ", "))"
            )
        ]
    }

    /// The squared length of a column about its overall mean, in row space.
    private static func squaredLength(_ matrix: Matrix, _ j: Int, rows: CompressedRows) -> Double {
        let column = matrix.column(j)
        let weight = rows.scale.reduce(0) { $0 + $1 * $1 }
        let mean = weight > 0 ? dot(column, rows.scale) / weight : 0
        return column.indices.reduce(0) { sum, r in
            let distance = column[r] - rows.scale[r] * mean
            return sum + distance * distance
        }
    }
}

extension Matrix {
    /// Takes an effect out of every column.
    package mutating func eliminate(_ effect: Elimination) {
        for j in 0..<columns { effect.apply(&storage[j * rows..<(j + 1) * rows]) }
    }
}

extension CompressedRows {
    /// Σ W (ȳ − overall mean)² + what is within cells + ΣW·mean²: the size against which rounding is judged.
    package var outcomeSize: Double {
        dot(outcome, outcome) + unexplained + scale.reduce(0) { $0 + $1 * $1 } * outcomeMean * outcomeMean
    }
}
