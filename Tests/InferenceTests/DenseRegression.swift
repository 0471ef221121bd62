import LinearAlgebra
import Panels

@testable import Inference

/// The slow twin of a regression's variances: every row, every dummy, every matrix in full, one cell a row.
///
/// Rows are taken in the scale √w, in which weighted least squares is ordinary.
struct DenseRegression {
    /// Rows × columns, dependent columns and all.
    let x: Matrix
    let y: [Double]
    /// A generalised inverse of X'X.
    let m: Matrix
    let residuals: [Double]
    let coefficients: [Double]

    /// - Parameters:
    ///   - columns: per row, unweighted.
    ///   - factors: a dummy for each level of each.
    init(columns: [[Double]], factors: [[String]], y: [Double], weights: [Double]) throws {
        var all = columns
        for factor in factors {
            for level in Set(factor).sorted() { all.append(factor.map { $0 == level ? 1 : 0 }) }
        }
        let root = weights.map { $0.squareRoot() }
        try self.init(
            x: Matrix(rows: y.count, columns: all.map { zip($0, root).map { $0 * $1 } }),
            y: zip(y, root).map { $0 * $1 })
    }

    private init(x: Matrix, y: [Double]) throws {
        self.x = x
        self.y = y
        m = try Self.pseudoInverse(x.crossProduct())
        coefficients = m.times(x.transposedTimes(y))
        residuals = zip(y, x.times(coefficients)).map { $0 - $1 }
    }

    /// The regression on the rows that are left.
    func keeping(_ kept: [Int]) throws -> DenseRegression {
        try DenseRegression(x: x.selecting(rows: kept), y: kept.map { y[$0] })
    }

    struct Answer {
        var standardError: Double
        var degreesOfFreedom: Double
    }

    /// CR2 (power −1/2) or CR3 (power −1) of coefficient j, clusters given by a code a row; HC2 and HC3 are one row each.
    func adjusted(_ j: Int, clusters: [Int], power: Double) throws -> Answer {
        let n = y.count
        let hat = x.times(m.times(x.transposed))
        var left = Matrix.identity(n)
        for i in left.storage.indices { left.storage[i] -= hat.storage[i] }
        let v = x.times(m.column(j))
        var sum = 0.0
        var directions: [[Double]] = []
        for g in Set(clusters).sorted() {
            let members = (0..<n).filter { clusters[$0] == g }
            let own = left.selecting(rows: members)
            let roots = try SymmetricEigen(own.selecting(columns: members)).squareRoots(tolerance: 1e-10)
            let root = power == -1 ? roots.inverse.times(roots.inverse) : roots.inverse
            let a = root.times(members.map { v[$0] })
            let total = dot(a, members.map { residuals[$0] })
            sum += total * total
            directions.append(own.transposedTimes(a))
        }
        let products = Matrix(rows: n, columns: directions).crossProduct()
        let trace = directions.reduce(0) { $0 + dot($1, $1) }
        return Answer(
            standardError: sum.squareRoot(), degreesOfFreedom: trace * trace / dot(products.storage, products.storage))
    }

    /// √Σ(b − b₍₋g₎)² by fitting again without each cluster.
    func leaveOneOut(_ j: Int, clusters: [Int]) throws -> Double {
        try Set(clusters).sorted().reduce(0.0) { sum, g in
            let change =
                try keeping(y.indices.filter { clusters[$0] != g }).coefficients[j] - coefficients[j]
            return sum + change * change
        }.squareRoot()
    }

    private static func pseudoInverse(_ matrix: Matrix) throws -> Matrix {
        let inverse = try SymmetricEigen(matrix).squareRoots(tolerance: 1e-12).inverse
        return inverse.times(inverse)
    }
}
