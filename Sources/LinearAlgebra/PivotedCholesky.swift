internal import CLAPACKE

/// The Cholesky factorisation of a symmetric positive semi-definite matrix with diagonal pivoting: P'AP = U'U.
///
/// What is left on the diagonal when no pivot exceeds the tolerance is the matrix's null space: solutions are 0 there.
public struct PivotedCholesky: Sendable {
    public let order: Int
    /// Pivots above the tolerance.
    public let rank: Int
    /// The first `rank` pivots, as rows of A in the order of elimination.
    public let pivots: [Int]
    /// Upper triangular factor of the pivots, rank × rank.
    private let factor: Matrix
    /// Reciprocal condition, in the 1-norm, of the pivots' part of A; 1 where there are none.
    public let reciprocalCondition: Double

    /// - Parameter tolerance: pivots at or below it end the elimination; an absolute value, so scale A first.
    /// - Complexity: O(order³/3), one call to `dpstrf`.
    public init(_ matrix: Matrix, tolerance: Double) throws(LinearAlgebraError) {
        precondition(matrix.rows == matrix.columns, "a factor of a \(matrix.rows)×\(matrix.columns) matrix")
        order = matrix.rows
        guard matrix.rows > 0 else {
            (rank, pivots, factor, reciprocalCondition) = (0, [], matrix, 1)
            return
        }
        var whole = matrix
        let n = try lapackInteger(matrix.rows)
        var found = [Int32](repeating: 0, count: matrix.rows)
        var count: Int32 = 0
        let info = LAPACKE_dpstrf(LAPACK_COL_MAJOR, upper, n, &whole.storage, n, &found, &count, tolerance)
        guard info >= 0 else { throw .notConverged(routine: "dpstrf", info: Int(info)) }
        let kept = Int(count)
        var part = Matrix(kept, kept)
        for j in 0..<kept { for i in 0...j { part[i, j] = whole[i, j] } }
        rank = kept
        let pivots = found.prefix(kept).map { Int($0) - 1 }
        self.pivots = pivots
        factor = part
        let norm = pivots.map { j in pivots.reduce(0) { $0 + abs(matrix[$1, j]) } }.max() ?? 0
        var reciprocal = 1.0
        if kept > 0 {
            let info = LAPACKE_dpocon(LAPACK_COL_MAJOR, upper, count, part.storage, count, norm, &reciprocal)
            guard info == 0 else { throw .notConverged(routine: "dpocon", info: Int(info)) }
        }
        reciprocalCondition = reciprocal
    }

    /// A solution of A x = y that is 0 outside the pivots.
    public func solve(_ y: [Double]) throws(LinearAlgebraError) -> [Double] {
        precondition(y.count == order, "\(y.count) values for order \(order)")
        var part = pivots.map { y[$0] }
        if rank > 0 {
            let n = try lapackInteger(rank)
            let info = LAPACKE_dpotrs(LAPACK_COL_MAJOR, upper, n, 1, factor.storage, n, &part, n)
            guard info == 0 else { throw .notConverged(routine: "dpotrs", info: Int(info)) }
        }
        var solution = [Double](repeating: 0, count: order)
        for (value, pivot) in zip(part, pivots) { solution[pivot] = value }
        return solution
    }
}

/// LAPACK's letter for the upper triangle.
private let upper = CChar(UInt8(ascii: "U"))
