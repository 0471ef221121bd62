/// Columns made orthonormal in the inner product Σ w a b, one after the other (modified Gram–Schmidt, twice for each).
struct OrthonormalColumns {
    let weight: [Double]
    private(set) var columns: [[Double]] = []

    init(weight: [Double]) { self.weight = weight }

    /// Takes in what a column adds to those before it.
    ///
    /// - Returns: the length of what was left of it; nil, and nothing is taken in, where that is below 1e-7 of the column.
    @discardableResult
    mutating func append(_ column: [Double]) -> Double? {
        let length = inner(column, column).squareRoot()
        let rest = residual(of: column)
        let left = inner(rest, rest).squareRoot()
        guard left > 1e-7 * length else { return nil }
        columns.append(rest.map { $0 / left })
        return left
    }

    /// What the columns do not explain.
    func residual(of column: [Double]) -> [Double] {
        var rest = column
        // The second pass removes what rounding left in the first.
        for _ in 0..<2 {
            for unit in columns {
                let part = inner(unit, rest)
                for row in rest.indices { rest[row] -= part * unit[row] }
            }
        }
        return rest
    }

    func inner(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for row in weight.indices { sum += weight[row] * a[row] * b[row] }
        return sum
    }
}
