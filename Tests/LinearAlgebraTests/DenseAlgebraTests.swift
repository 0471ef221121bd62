import Testing

@testable import LinearAlgebra

struct DenseAlgebraTests {
    /// A made-up matrix, well conditioned.
    static func sample(_ rows: Int, _ columns: Int, seed: Int = 1) -> Matrix {
        var x = seed
        return Matrix(
            rows: rows, columns: columns,
            storage: (0..<rows * columns).map { _ in
                x = (x * 1_103_515_245 + 12345) % (1 << 31)
                return Double(x) / Double(1 << 30) - 1
            })
    }

    private func slowProduct(_ a: Matrix, _ b: Matrix) -> Matrix {
        var product = Matrix(a.rows, b.columns)
        for i in 0..<a.rows {
            for j in 0..<b.columns { for k in 0..<a.columns { product[i, j] += a[i, k] * b[k, j] } }
        }
        return product
    }

    private func distance(_ a: Matrix, _ b: Matrix) -> Double {
        zip(a.storage, b.storage).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    @Test func products() {
        let a = Self.sample(7, 4)
        let b = Self.sample(4, 5, seed: 2)
        #expect(distance(a.times(b), slowProduct(a, b)) < 1e-14)
        #expect(distance(a.transposedTimes(a), slowProduct(a.transposed, a)) < 1e-14)
        #expect(distance(a.crossProduct(), slowProduct(a.transposed, a)) < 1e-14)
        #expect(a.times([1, 0, 0, 0]) == a.column(0))
        #expect(a.selecting(rows: [6, 0]).row(0) == a.row(6))
        #expect(Matrix(0, 3).crossProduct() == Matrix(3, 3))
    }

    /// Against the plain triple loop, for counts of rows on both sides of the widths and blocks that the fast loop takes.
    @Test(arguments: [0, 1, 7, 8, 9, 100, 511, 512, 513, 1030]) func weightedCrossProduct(rows: Int) {
        let x = Self.sample(rows, 3)
        let weights = (0..<rows).map { Double($0 % 5) }
        var weighted = x
        for j in 0..<3 { for i in 0..<rows { weighted[i, j] *= weights[i] } }
        let slow = slowProduct(x.transposed, weighted)
        #expect(distance(x.crossProduct(weights: weights), slow) < 1e-13 * Double(rows + 1))
        #expect(x.crossProduct(weights: weights) == x.crossProduct(weights: weights).transposed)
        let vector = Matrix(rows: rows, columns: [weights])
        let products = Matrix(rows: 3, columns: [x.transposedTimes(weights)])
        #expect(distance(products, slowProduct(x.transposed, vector)) < 1e-13 * Double(rows + 1))
    }

    @Test func choleskySolvesAndInverts() throws {
        let x = Self.sample(20, 5)
        let gram = x.crossProduct()
        let cholesky = try OrderedCholesky(gram)
        #expect(cholesky.kept == [0, 1, 2, 3, 4] && cholesky.dropped.isEmpty)
        #expect(distance(gram.times(try cholesky.inverse()), .identity(5)) < 1e-13)
        let b = [1.0, -2, 3, -4, 5]
        #expect(zip(try cholesky.solve(gram.times(b)), b).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(cholesky.reciprocalCondition > 1e-3)
    }

    /// The later copy goes, whatever its scale, and one that several others explain together.
    @Test func dependentColumnsAreSetAside() throws {
        var x = Self.sample(20, 6)
        for i in 0..<20 {
            x[i, 2] = 1e6 * x[i, 0]
            x[i, 4] = x[i, 1] - 3 * x[i, 3]
        }
        let cholesky = try OrderedCholesky(x.crossProduct())
        #expect(cholesky.kept == [0, 1, 3, 5])
        #expect(cholesky.dropped == [2, 4])
        let part = x.selecting(columns: cholesky.kept)
        #expect(distance(part.crossProduct().times(try cholesky.inverse()), .identity(4)) < 1e-12)
    }

    @Test func columnsOfRoundingAreSetAside() throws {
        var x = Self.sample(20, 3)
        for i in 0..<20 { x[i, 1] *= 1e-12 }
        #expect(try OrderedCholesky(x.crossProduct(), floors: [1e-9, 1e-9, 1e-9]).kept == [0, 2])
        #expect(try OrderedCholesky(x.crossProduct()).kept == [0, 1, 2])
        #expect(try OrderedCholesky(Matrix(2, 2)).kept.isEmpty)
    }

    @Test func eigenRoots() throws {
        let x = Self.sample(3, 5)
        // Rank 3 of 5.
        let gram = x.crossProduct()
        let eigen = try SymmetricEigen(gram)
        #expect(eigen.values.prefix(2).allSatisfy { abs($0) < 1e-14 })
        let (root, inverse) = eigen.squareRoots()
        #expect(distance(root.times(root), gram) < 1e-13)
        let projection = root.times(inverse)
        #expect(distance(projection.times(projection), projection) < 1e-12)
        #expect(distance(eigen.inverseSquareRoot(times: .identity(5)), inverse) < 1e-12)
    }

    @Test func pivotedQR() throws {
        let x = Self.sample(12, 4)
        let b = [2.0, -1, 0.5, 3]
        let qr = try PivotedQR(x, outcome: x.times(b))
        #expect(zip(qr.solution, b).allSatisfy { abs($0 - $1) < 1e-13 })
        #expect(distance(x.crossProduct().times(qr.gramInverse), .identity(4)) < 1e-13)
        let sizes = qr.diagonal.map(abs)
        #expect(sizes == sizes.sorted(by: >))
    }

    @Test func sizesBeyondLapackAreRefused() {
        #expect(throws: LinearAlgebraError.tooLarge(dimension: 1 << 40)) { try lapackInteger(1 << 40) }
    }
}
