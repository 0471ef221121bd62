internal import CLAPACKE

/// Least squares by QR with column pivoting, for columns too nearly dependent for their Gram matrix.
public struct PivotedQR: Sendable {
    /// Solution of min ‖X b − y‖, by column of X.
    public let solution: [Double]
    /// (X'X)⁻¹.
    public let gramInverse: Matrix
    /// Diagonal of R, by size.
    public let diagonal: [Double]

    /// - Parameters:
    ///   - matrix: n by k, n ≥ k, of full rank.
    ///   - outcome: n values.
    public init(_ matrix: Matrix, outcome: [Double]) throws(LinearAlgebraError) {
        precondition(matrix.rows >= matrix.columns, "QR least squares needs at least as many rows as columns")
        let n = try lapackInteger(matrix.rows)
        let k = try lapackInteger(matrix.columns)
        var factor = matrix
        var pivots = [Int32](repeating: 0, count: matrix.columns)
        var reflectors = [Double](repeating: 0, count: matrix.columns)
        var info = LAPACKE_dgeqp3(LAPACK_COL_MAJOR, n, k, &factor.storage, n, &pivots, &reflectors)
        guard info == 0 else { throw .notConverged(routine: "dgeqp3", info: Int(info)) }
        var rotated = outcome
        info = LAPACKE_dormqr(
            LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), CChar(UInt8(ascii: "T")), n, 1, k, factor.storage, n,
            reflectors,
            &rotated, n)
        guard info == 0 else { throw .notConverged(routine: "dormqr", info: Int(info)) }
        info = LAPACKE_dtrtrs(
            LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "N")), k, 1,
            factor.storage, n, &rotated, n)
        guard info == 0 else { throw .notConverged(routine: "dtrtrs", info: Int(info)) }
        var triangle = Matrix(matrix.columns, matrix.columns)
        for j in 0..<matrix.columns { for i in 0...j { triangle[i, j] = factor[i, j] } }
        diagonal = (0..<matrix.columns).map { triangle[$0, $0] }
        info = LAPACKE_dpotri(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), k, &triangle.storage, k)
        guard info == 0 else { throw .notConverged(routine: "dpotri", info: Int(info)) }
        triangle.reflectUpperTriangle()
        var solution = [Double](repeating: 0, count: matrix.columns)
        var inverse = Matrix(matrix.columns, matrix.columns)
        for (a, i) in pivots.enumerated() {
            solution[Int(i) - 1] = rotated[a]
            for (b, j) in pivots.enumerated() { inverse[Int(i) - 1, Int(j) - 1] = triangle[a, b] }
        }
        self.solution = solution
        gramInverse = inverse
    }
}
