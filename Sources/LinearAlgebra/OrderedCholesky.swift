internal import CLAPACKE

/// The Cholesky factorisation G = U'U of a Gram matrix in the order of its columns, setting aside each column that the
/// columns before it explain.
///
/// Columns are scaled to length one first, so the square of a diagonal of U is the share of a column that is left after
/// the earlier ones: below `tolerance` the column is dependent. The order decides which copy stays: the earlier.
public struct OrderedCholesky: Sendable {
    /// Columns kept, ascending; the factor, solutions and inverse follow this order.
    public let kept: [Int]
    /// Dependent columns, ascending.
    public let dropped: [Int]
    /// Upper triangular factor of the scaled kept columns.
    private let factor: Matrix
    /// Length of each kept column.
    private let scale: [Double]
    /// Reciprocal condition, in the 1-norm, of the scaled Gram matrix of kept columns; 1 where there are none.
    public let reciprocalCondition: Double

    /// - Parameters:
    ///   - gram: a symmetric positive semi-definite matrix.
    ///   - floors: for each column, the squared length below which it is no more than rounding (its squared length before
    ///     effects were taken out, times the tolerance).
    ///   - tolerance: the share of a squared length that must be left.
    public init(_ gram: Matrix, floors: [Double]? = nil, tolerance: Double = 1e-9) throws(LinearAlgebraError) {
        let present = (0..<gram.columns).filter { gram[$0, $0] > max(floors?[$0] ?? 0, 0) }
        let lengths = present.map { gram[$0, $0].squareRoot() }
        let order = try lapackInteger(present.count)
        var scaled = Matrix(present.count, present.count)
        for (b, j) in present.enumerated() {
            for (a, i) in present.enumerated().prefix(b + 1) { scaled[a, b] = gram[i, j] / (lengths[a] * lengths[b]) }
        }
        scaled.reflectUpperTriangle()
        let norm = (0..<present.count).map { j in scaled.column(j).reduce(0) { $0 + abs($1) } }.max() ?? 0
        var whole = scaled
        let complete =
            present.isEmpty
            || (LAPACKE_dpotrf(LAPACK_COL_MAJOR, upper, order, &whole.storage, order) == 0
                && (0..<present.count).allSatisfy { whole[$0, $0] * whole[$0, $0] >= tolerance })
        if complete {
            kept = present
            factor = whole
            scale = lengths
            reciprocalCondition = try Self.condition(whole, norm: norm)
        } else {
            let independent = Self.independentColumns(scaled, tolerance: tolerance)
            var part = Matrix(
                rows: independent.count, columns: independent.map { j in independent.map { scaled[$0, j] } })
            let norm = (0..<part.columns).map { j in part.column(j).reduce(0) { $0 + abs($1) } }.max() ?? 0
            let info = LAPACKE_dpotrf(
                LAPACK_COL_MAJOR, upper, Int32(part.rows), &part.storage, max(1, Int32(part.rows)))
            guard info == 0 else { throw .notConverged(routine: "dpotrf", info: Int(info)) }
            kept = independent.map { present[$0] }
            factor = part
            scale = independent.map { lengths[$0] }
            reciprocalCondition = try Self.condition(part, norm: norm)
        }
        let keptSet = kept
        dropped = (0..<gram.columns).filter { !keptSet.contains($0) }
    }

    /// Solves G b = y over the kept columns.
    public func solve(_ y: [Double]) throws(LinearAlgebraError) -> [Double] {
        try solve(Matrix(rows: y.count, columns: 1, storage: y)).storage
    }

    /// Solves G B = Y over the kept columns.
    public func solve(_ y: Matrix) throws(LinearAlgebraError) -> Matrix {
        precondition(y.rows == kept.count, "\(y.rows) values for \(kept.count) kept columns")
        var solution = y
        guard y.rows > 0, y.columns > 0 else { return solution }
        for j in 0..<y.columns { for i in 0..<y.rows { solution[i, j] /= scale[i] } }
        let order = try lapackInteger(kept.count)
        let info = LAPACKE_dpotrs(
            LAPACK_COL_MAJOR, upper, order, try lapackInteger(y.columns), factor.storage, order, &solution.storage,
            order)
        guard info == 0 else { throw .notConverged(routine: "dpotrs", info: Int(info)) }
        for j in 0..<y.columns { for i in 0..<y.rows { solution[i, j] /= scale[i] } }
        return solution
    }

    /// The inverse of G over the kept columns.
    public func inverse() throws(LinearAlgebraError) -> Matrix {
        var inverse = factor
        guard !kept.isEmpty else { return inverse }
        let order = try lapackInteger(kept.count)
        let info = LAPACKE_dpotri(LAPACK_COL_MAJOR, upper, order, &inverse.storage, order)
        guard info == 0 else { throw .notConverged(routine: "dpotri", info: Int(info)) }
        for j in 0..<kept.count { for i in 0...j { inverse[i, j] /= scale[i] * scale[j] } }
        inverse.reflectUpperTriangle()
        return inverse
    }

    private static func condition(_ factor: Matrix, norm: Double) throws(LinearAlgebraError) -> Double {
        guard factor.rows > 0 else { return 1 }
        var reciprocal = 0.0
        let order = try lapackInteger(factor.rows)
        let info = LAPACKE_dpocon(LAPACK_COL_MAJOR, upper, order, factor.storage, order, norm, &reciprocal)
        guard info == 0 else { throw .notConverged(routine: "dpocon", info: Int(info)) }
        return reciprocal
    }

    /// Column by column: what is left of each after those kept before it.
    private static func independentColumns(_ gram: Matrix, tolerance: Double) -> [Int] {
        let n = gram.rows
        var kept: [Int] = []
        // Row a of U over all columns is stored as row a of `u`, transposed so that inner products run along memory.
        var u = [Double](repeating: 0, count: n * n)
        u.withUnsafeMutableBufferPointer { buffer in
            guard let u = buffer.baseAddress else { return }
            for j in 0..<n {
                var left = gram[j, j]
                for (a, i) in kept.enumerated() {
                    let value = (gram[i, j] - columnProduct(u, i * n, j * n, count: Int32(a))) / u[i * n + a]
                    u[j * n + a] = value
                    left -= value * value
                }
                guard left >= tolerance else { continue }
                u[j * n + kept.count] = left.squareRoot()
                kept.append(j)
            }
        }
        return kept
    }
}

/// LAPACK's letter for the upper triangle.
private let upper = CChar(UInt8(ascii: "U"))
