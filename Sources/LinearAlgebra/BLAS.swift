internal import COpenBLAS
internal import CWideLoops

/// OpenBLAS runs one thread: work is spread outside of it, over fixed pieces, so that the bits never depend on threads.
private let oneThread: Void = cob_use_one_thread()

/// Ends the idle threads of OpenBLAS; every product does so by itself, but a program that first reads for long does it at its
/// start.
public func endIdleThreadsOfBLAS() { _ = oneThread }

/// The products that estimators need. Dimensions beyond 32 bits are a programmer's mistake here: what builds matrices from
/// data bounds them first and refuses in words (`ModelColumns` in Regression).
extension Matrix {
    /// The cross product X'X, with both triangles filled: one call to `dsyrk`.
    public func crossProduct() -> Matrix {
        _ = oneThread
        var product = Matrix(columns, columns)
        guard rows > 0, columns > 0 else { return product }
        let n = Int32(rows)
        let k = Int32(columns)
        cblas_dsyrk(CblasColMajor, CblasUpper, CblasTrans, k, n, 1, storage, n, 0, &product.storage, k)
        product.reflectUpperTriangle()
        return product
    }

    /// X'diag(w)X for weights of the rows: one pass, for matrices of a few columns.
    public func crossProduct(weights: [Double]) -> Matrix {
        precondition(weights.count == rows, "\(weights.count) weights of \(rows) rows")
        var product = Matrix(columns, columns)
        cwl_weighted_gram(rows, columns, storage, weights, &product.storage)
        return product
    }

    /// The product with another matrix of as many rows as this one has columns.
    public func times(_ other: Matrix) -> Matrix {
        precondition(columns == other.rows, "\(rows)×\(columns) times \(other.rows)×\(other.columns)")
        return Matrix.product(self, CblasNoTrans, other, rows, columns, other.columns)
    }

    /// X'Y, for a matrix Y of as many rows.
    public func transposedTimes(_ other: Matrix) -> Matrix {
        precondition(rows == other.rows, "(\(rows)×\(columns))' times \(other.rows)×\(other.columns)")
        return Matrix.product(self, CblasTrans, other, columns, rows, other.columns)
    }

    private static func product(
        _ a: Matrix, _ transpose: CBLAS_TRANSPOSE, _ b: Matrix, _ m: Int, _ inner: Int, _ n: Int
    ) -> Matrix {
        _ = oneThread
        var product = Matrix(m, n)
        guard m > 0, n > 0, inner > 0 else { return product }
        cblas_dgemm(
            CblasColMajor, transpose, CblasNoTrans, Int32(m), Int32(n), Int32(inner), 1, a.storage, Int32(a.rows),
            b.storage, Int32(b.rows), 0, &product.storage, Int32(m))
        return product
    }

    /// X b.
    public func times(_ vector: [Double]) -> [Double] {
        precondition(columns == vector.count, "\(rows)×\(columns) times \(vector.count)")
        var product = [Double](repeating: 0, count: rows)
        addProduct(CblasNoTrans, 1, with: vector, to: &product)
        return product
    }

    /// X'y.
    public func transposedTimes(_ vector: [Double]) -> [Double] {
        precondition(rows == vector.count, "(\(rows)×\(columns))' times \(vector.count)")
        var product = [Double](repeating: 0, count: columns)
        addProduct(CblasTrans, 1, with: vector, to: &product)
        return product
    }

    /// y − X b, in place of y.
    public func takeProduct(with b: [Double], from y: inout [Double]) {
        precondition(b.count == columns && y.count == rows, "\(rows)×\(columns) times \(b.count) from \(y.count)")
        addProduct(CblasNoTrans, -1, with: b, to: &y)
    }

    private func addProduct(
        _ transpose: CBLAS_TRANSPOSE, _ factor: Double, with vector: [Double], to sum: inout [Double]
    ) {
        _ = oneThread
        guard rows > 0, columns > 0 else { return }
        cblas_dgemv(
            CblasColMajor, transpose, Int32(rows), Int32(columns), factor, storage, Int32(rows), vector, 1, 1, &sum, 1)
    }
}

/// The sum of products of two vectors of equal length.
public func dot(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count, "vectors of \(a.count) and \(b.count) values")
    _ = oneThread
    return cblas_ddot(Int32(a.count), a, 1, b, 1)
}

/// The inner product of the first `count` values of two columns, for factorisations that work in place.
func columnProduct(_ storage: UnsafePointer<Double>, _ i: Int, _ j: Int, count: Int32) -> Double {
    cblas_ddot(count, storage + i, 1, storage + j, 1)
}
