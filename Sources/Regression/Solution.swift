import LinearAlgebra
import Tables

/// The normal equations of one regression solved: by Cholesky, or from the rows where the Gram matrix holds too few digits.
struct Solution {
    let kept: [Int]
    let matrix: Matrix
    let coefficients: [Double]
    let gramInverse: Matrix
    let residuals: [Double]
    let reciprocalCondition: Double
    let warnings: [Warning]

    /// - Parameters:
    ///   - x, y: after elimination.
    ///   - problem: its labels and effects; matrix and outcome are not looked at.
    ///   - lengths: squared lengths of columns before elimination.
    ///   - original: the whole problem, where it was kept for refinement.
    init(
        _ x: Matrix, _ y: [Double], _ problem: RegressionProblem, lengths: [Double], absorption: Absorption?,
        original: RegressionProblem?
    ) throws(RegressionError) {
        let isIterated = if case .iterated = absorption?.method { true } else { false }
        let limit = isIterated ? Dependence.iteratedLimit : Dependence.limit
        let gram = x.crossProduct()
        // A constant column has no centred length: only what elimination removed from a column counts against it.
        let floors = absorption == nil ? nil : lengths.map { $0 * limit * limit }
        let cholesky = try numerically { () throws(LinearAlgebraError) in try OrderedCholesky(gram, floors: floors) }
        let dependence = try Dependence(x, cholesky, lengths: lengths, limit: limit) {
            problem.labels[$0].role != .effect
        }
        kept = dependence.kept
        matrix = kept.count == x.columns ? x : x.selecting(columns: kept)
        var warnings = Self.collinear(dependence.dropped.map { problem.labels[$0] })
        let solver: any Refinable
        if dependence.near.isEmpty, cholesky.reciprocalCondition >= LeastSquares.conditionLimit {
            reciprocalCondition = cholesky.reciprocalCondition
            gramInverse = try numerically { () throws(LinearAlgebraError) in try cholesky.inverse() }
            solver = NormalEquations(cholesky: cholesky, matrix: matrix)
        } else {
            let rows = try ScaledRows(matrix, problem, atMost: cholesky.reciprocalCondition)
            reciprocalCondition = rows.reciprocalCondition
            gramInverse = rows.gramInverse
            solver = rows
            warnings.append(Self.nearlyCollinear(dependence.near.map { problem.labels[$0].name }, reciprocalCondition))
        }
        var b = try solver.solve(y)
        var left = y
        matrix.takeProduct(with: b, from: &left)
        if reciprocalCondition < LeastSquares.refinementLimit, let original {
            let refined = try RefinedSolution(original, kept: kept, start: b, solver: solver)
            b = refined.coefficients
            left = refined.residuals
        } else if reciprocalCondition < 0.1 {
            // One step of refinement from the rows recovers the digits that the Gram matrix lost.
            let step = try solver.solve(left)
            for j in b.indices { b[j] += step[j] }
            matrix.takeProduct(with: step, from: &left)
        }
        coefficients = b
        residuals = left
        self.warnings = warnings
    }

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

    private static func nearlyCollinear(_ near: [String], _ condition: Double) -> Warning {
        let named = near.isEmpty ? "" : ", of which the others leave little of \(near.joined(separator: ", "))"
        return Warning(
            "collinear",
            "regressors are nearly collinear (reciprocal condition \(RegressionError.shortNumber(condition)))\(named); "
                + "solved by QR of the rows")
    }
}

/// What gives the coefficients that bring an outcome nearest, for outcomes from which effects have been taken.
protocol Refinable {
    func solve(_ outcome: [Double]) throws(RegressionError) -> [Double]
    /// From X'r where that is what is known best; nil where only r serves.
    func solve(products: [Double]) throws(RegressionError) -> [Double]?
}

/// By the Gram matrix.
private struct NormalEquations: Refinable {
    let cholesky: OrderedCholesky
    let matrix: Matrix

    func solve(_ outcome: [Double]) throws(RegressionError) -> [Double] {
        try solve(products: matrix.transposedTimes(outcome)) ?? []
    }

    func solve(products: [Double]) throws(RegressionError) -> [Double]? {
        try numerically { () throws(LinearAlgebraError) in try cholesky.solve(products) }
    }
}

/// By QR of the rows, columns scaled to length one.
private struct ScaledRows: Refinable {
    private let qr: PivotedQR
    private let lengths: [Double]

    /// - Parameter condition: what the Gram matrix says of itself, for the refusal.
    /// - Throws: `.nearlyCollinear` where rows are not at hand or too few.
    init(_ matrix: Matrix, _ problem: RegressionProblem, atMost condition: Double) throws(RegressionError) {
        var scaled = matrix
        var lengths = [Double](repeating: 0, count: matrix.columns)
        for j in 0..<matrix.columns {
            lengths[j] = scaled.storage[j * matrix.rows..<(j + 1) * matrix.rows].reduce(0) { $0 + $1 * $1 }.squareRoot()
            for r in 0..<matrix.rows { scaled.storage[j * matrix.rows + r] /= lengths[j] }
        }
        self.lengths = lengths
        guard problem.hasRows, matrix.rows >= matrix.columns else {
            throw .nearlyCollinear(reciprocalCondition: condition)
        }
        let zero = [Double](repeating: 0, count: matrix.rows)
        qr = try numerically { () throws(LinearAlgebraError) in try PivotedQR(scaled, outcome: zero) }
    }

    /// Of the scaled Gram matrix.
    var reciprocalCondition: Double { qr.reciprocalCondition * qr.reciprocalCondition }

    var gramInverse: Matrix {
        var inverse = qr.gramInverse
        for j in lengths.indices { for i in lengths.indices { inverse[i, j] /= lengths[i] * lengths[j] } }
        return inverse
    }

    func solve(_ outcome: [Double]) throws(RegressionError) -> [Double] {
        let scaled = try numerically { () throws(LinearAlgebraError) in try qr.solve(outcome) }
        return zip(scaled, lengths).map { $0 / $1 }
    }

    func solve(products: [Double]) throws(RegressionError) -> [Double]? { nil }
}
