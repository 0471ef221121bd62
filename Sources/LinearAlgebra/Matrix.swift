/// A dense matrix of doubles in column-major order, as BLAS and LAPACK take it.
public struct Matrix: Sendable, Equatable {
    public let rows: Int
    public let columns: Int
    /// `rows` · `columns` values, column by column.
    public var storage: [Double]

    /// - Precondition: `storage` has `rows` · `columns` values.
    public init(rows: Int, columns: Int, storage: [Double]) {
        precondition(storage.count == rows * columns, "a \(rows) by \(columns) matrix needs \(rows * columns) values")
        self.rows = rows
        self.columns = columns
        self.storage = storage
    }

    /// A matrix of zeros.
    public init(_ rows: Int, _ columns: Int) {
        self.init(rows: rows, columns: columns, storage: [Double](repeating: 0, count: rows * columns))
    }

    /// A matrix of the given columns, each of `rows` values.
    public init(rows: Int, columns: [[Double]]) {
        var storage: [Double] = []
        storage.reserveCapacity(rows * columns.count)
        for column in columns { storage += column }
        self.init(rows: rows, columns: columns.count, storage: storage)
    }

    public static func identity(_ order: Int) -> Matrix {
        var matrix = Matrix(order, order)
        for i in 0..<order { matrix[i, i] = 1 }
        return matrix
    }

    @inlinable
    public subscript(i: Int, j: Int) -> Double {
        get { storage[j * rows + i] }
        set { storage[j * rows + i] = newValue }
    }

    /// The values of column j, copied.
    public func column(_ j: Int) -> [Double] { Array(storage[j * rows..<(j + 1) * rows]) }

    /// The values of row i, copied.
    public func row(_ i: Int) -> [Double] { (0..<columns).map { self[i, $0] } }

    /// The chosen columns, in the given order.
    public func selecting(columns chosen: [Int]) -> Matrix {
        Matrix(rows: rows, columns: chosen.map(column))
    }

    /// The chosen rows, in the given order.
    public func selecting(rows chosen: [Int]) -> Matrix {
        var result = Matrix(chosen.count, columns)
        for j in 0..<columns {
            for (i, source) in chosen.enumerated() { result.storage[j * chosen.count + i] = storage[j * rows + source] }
        }
        return result
    }

    public var transposed: Matrix {
        var result = Matrix(columns, rows)
        for j in 0..<columns { for i in 0..<rows { result[j, i] = self[i, j] } }
        return result
    }

    /// Copies the upper triangle into the lower one.
    mutating func reflectUpperTriangle() {
        for j in 0..<columns { for i in 0..<j { self[j, i] = self[i, j] } }
    }
}
