internal import CLAPACKE

/// The eigenvalues, ascending, and eigenvectors of a symmetric matrix.
public struct SymmetricEigen: Sendable {
    public let values: [Double]
    /// One eigenvector a column.
    public let vectors: Matrix

    /// - Parameter matrix: symmetric; only the upper triangle is read.
    public init(_ matrix: Matrix) throws(LinearAlgebraError) {
        precondition(matrix.rows == matrix.columns, "eigenvalues of a \(matrix.rows)×\(matrix.columns) matrix")
        var vectors = matrix
        var values = [Double](repeating: 0, count: matrix.rows)
        if matrix.rows > 0 {
            let order = try lapackInteger(matrix.rows)
            let info = LAPACKE_dsyevd(
                LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")), order, &vectors.storage, order,
                &values)
            guard info == 0 else { throw .notConverged(routine: "dsyevd", info: Int(info)) }
        }
        self.values = values
        self.vectors = vectors
    }

    /// The symmetric pseudo-inverse square root applied to the columns of Y; eigenvalues at or below `tolerance` times
    /// the largest count as zero.
    public func inverseSquareRoot(times y: Matrix, tolerance: Double = 1e-10) -> Matrix {
        let floor = tolerance * (values.last ?? 0)
        var inner = vectors.transposedTimes(y)
        for i in values.indices {
            let factor = values[i] > floor && values[i] > 0 ? 1 / values[i].squareRoot() : 0
            for j in 0..<y.columns { inner[i, j] *= factor }
        }
        return vectors.times(inner)
    }

    /// The pseudo-inverse applied to the columns of Y, with the same rule for what counts as zero.
    public func pseudoInverse(times y: Matrix, tolerance: Double = 1e-10) -> Matrix {
        let floor = tolerance * (values.last ?? 0)
        var inner = vectors.transposedTimes(y)
        for i in values.indices {
            let factor = values[i] > floor && values[i] > 0 ? 1 / values[i] : 0
            for j in 0..<y.columns { inner[i, j] *= factor }
        }
        return vectors.times(inner)
    }

    /// The symmetric square root of the matrix and its pseudo-inverse, with the same rule for what counts as zero.
    public func squareRoots(tolerance: Double = 1e-10) -> (root: Matrix, inverse: Matrix) {
        let floor = tolerance * (values.last ?? 0)
        var root = vectors
        var inverse = vectors
        for j in values.indices {
            let length = values[j] > floor && values[j] > 0 ? values[j].squareRoot() : 0
            for i in 0..<vectors.rows {
                root[i, j] *= length
                inverse[i, j] *= length > 0 ? 1 / length : 0
            }
        }
        let transposed = vectors.transposed
        return (root.times(transposed), inverse.times(transposed))
    }
}
