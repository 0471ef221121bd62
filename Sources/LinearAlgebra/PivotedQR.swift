internal import CLAPACKE

/// Least squares by QR with column pivoting, for columns too nearly dependent for their Gram matrix.
public struct PivotedQR: Sendable {
    /// Solution of min ‖X b − y‖, by column of X.
    public let solution: [Double]
    /// (X'X)⁻¹.
    public let gramInverse: Matrix
    /// Diagonal of R, by size.
    public let diagonal: [Double]
    /// Reciprocal condition, in the 1-norm, of R; X'X has about its square.
    public let reciprocalCondition: Double
    /// R above the diagonal, reflectors below it.
    private let factor: Matrix
    private let reflectors: [Double]
    private let pivots: [Int]

    /// - Parameters:
    ///   - matrix: n by k, n ≥ k, of full rank.
    ///   - outcome: n values.
    public init(_ matrix: Matrix, outcome: [Double]) throws(LinearAlgebraError) {
        precondition(matrix.rows >= matrix.columns, "QR least squares needs at least as many rows as columns")
        let n = try lapackInteger(matrix.rows)
        let k = try lapackInteger(matrix.columns)
        var factor = matrix
        var found = [Int32](repeating: 0, count: matrix.columns)
        var reflectors = [Double](repeating: 0, count: matrix.columns)
        var info = LAPACKE_dgeqp3(LAPACK_COL_MAJOR, n, k, &factor.storage, n, &found, &reflectors)
        guard info == 0 else { throw .notConverged(routine: "dgeqp3", info: Int(info)) }
        let pivots = found.map { Int($0) - 1 }
        solution = try Self.solve(factor, reflectors, pivots, outcome)
        var triangle = Matrix(matrix.columns, matrix.columns)
        for j in 0..<matrix.columns { for i in 0...j { triangle[i, j] = factor[i, j] } }
        diagonal = (0..<matrix.columns).map { triangle[$0, $0] }
        var reciprocal = 1.0
        if k > 0 {
            info = LAPACKE_dtrcon(
                LAPACK_COL_MAJOR, CChar(UInt8(ascii: "1")), upper, CChar(UInt8(ascii: "N")), k, triangle.storage, k,
                &reciprocal)
            guard info == 0 else { throw .notConverged(routine: "dtrcon", info: Int(info)) }
            info = LAPACKE_dpotri(LAPACK_COL_MAJOR, upper, k, &triangle.storage, k)
            guard info == 0 else { throw .notConverged(routine: "dpotri", info: Int(info)) }
        }
        triangle.reflectUpperTriangle()
        var inverse = Matrix(matrix.columns, matrix.columns)
        for (a, i) in pivots.enumerated() {
            for (b, j) in pivots.enumerated() { inverse[i, j] = triangle[a, b] }
        }
        gramInverse = inverse
        reciprocalCondition = reciprocal
        self.factor = factor
        self.reflectors = reflectors
        self.pivots = pivots
    }

    /// Solution for another outcome.
    public func solve(_ outcome: [Double]) throws(LinearAlgebraError) -> [Double] {
        try Self.solve(factor, reflectors, pivots, outcome)
    }

    private static func solve(
        _ factor: Matrix, _ reflectors: [Double], _ pivots: [Int], _ outcome: [Double]
    ) throws(LinearAlgebraError) -> [Double] {
        guard factor.columns > 0 else { return [] }
        let n = try lapackInteger(factor.rows)
        let k = try lapackInteger(factor.columns)
        var rotated = outcome
        var info = LAPACKE_dormqr(
            LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), CChar(UInt8(ascii: "T")), n, 1, k, factor.storage, n,
            reflectors, &rotated, n)
        guard info == 0 else { throw .notConverged(routine: "dormqr", info: Int(info)) }
        info = LAPACKE_dtrtrs(
            LAPACK_COL_MAJOR, upper, CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "N")), k, 1, factor.storage, n,
            &rotated, n)
        guard info == 0 else { throw .notConverged(routine: "dtrtrs", info: Int(info)) }
        var solution = [Double](repeating: 0, count: factor.columns)
        for (a, i) in pivots.enumerated() { solution[i] = rotated[a] }
        return solution
    }
}

/// LAPACK's letter for the upper triangle.
private let upper = CChar(UInt8(ascii: "U"))
