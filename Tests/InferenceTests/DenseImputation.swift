import Estimation
import LinearAlgebra
import Panels

@testable import Inference

/// The slow twin of imputation and its variances: every row, every dummy, every matrix in full, one cell a row.
struct DenseImputation {
    let estimate: Double
    let cr0: Double
    let cr2: Double
    let degreesOfFreedom: Double

    /// - Parameters:
    ///   - design: one cell a row.
    ///   - omega: weight of each row's effect.
    init(_ design: Design, omega: [Double]) throws {
        let n = design.cellCount
        let q = design.moments.variableCount
        let root = design.moments.weight.map { $0.squareRoot() }
        var z = Matrix(n, design.units.count + design.periods.count + q - 1)
        for r in 0..<n {
            z[r, design.unit[r]] = root[r]
            z[r, design.units.count + design.period[r]] = root[r]
            for j in 1..<max(q, 1) {
                z[r, design.units.count + design.periods.count + j - 1] = root[r] * design.moments.mean[r * q + j]
            }
        }
        let y = (0..<n).map { root[$0] * design.moments.mean[$0 * q] }
        let untreated = (0..<n).filter { !design.isTreated[$0] }
        let z0 = z.selecting(rows: untreated)
        let c = try Self.pseudoInverse(z0.crossProduct())
        // P y: fitted values from untreated rows, plus the group averages of treated rows' effects.
        let fitted = z.times(c.times(z0.transposed))
        var r0 = Matrix.identity(n)
        for (j, column) in untreated.enumerated() { for i in 0..<n { r0[i, column] -= fitted[i, j] } }
        let groups = ImputationGroups(design)
        let share = groups.averaging(omega)
        var r = r0
        for i in 0..<n where design.isTreated[i] && omega[i] != 0 {
            for member in 0..<n where share[member] != 0 && groups.group[member] == groups.group[i] {
                for column in 0..<n { r[i, column] -= root[i] * share[member] / root[member] * r0[member, column] }
            }
        }
        var v = [Double](repeating: 0, count: n)
        for i in 0..<n where omega[i] != 0 {
            for column in 0..<n { v[column] += omega[i] / root[i] * r0[i, column] }
        }
        estimate = dot(v, y)
        let e = r.times(y)
        let cluster = design.clusters[0]
        var sum0 = 0.0
        var sum2 = 0.0
        var directions: [[Double]] = []
        for g in cluster.levels.indices {
            let members = (0..<n).filter { cluster.codes[$0] == g && (!design.isTreated[$0] || omega[$0] != 0) }
            let own = r.selecting(rows: members)
            let vs = members.map { v[$0] }
            let block = own.transposed.selecting(rows: members).transposed
            let inverse = try Self.pseudoInverse(own.times(own.transposed))
            let shrinkage = try SymmetricEigen(block.transposed.times(inverse.times(block)))
                .squareRoots(tolerance: 1e-10).inverse
            let a = inverse.times(block).times(shrinkage).times(vs)
            let es = members.map { e[$0] }
            sum0 += dot(vs, es) * dot(vs, es)
            sum2 += dot(a, es) * dot(a, es)
            directions.append(own.transposedTimes(a))
        }
        cr0 = sum0.squareRoot()
        cr2 = sum2.squareRoot()
        let products = Matrix(rows: n, columns: directions).crossProduct()
        let trace = directions.reduce(0) { $0 + dot($1, $1) }
        degreesOfFreedom = trace * trace / dot(products.storage, products.storage)
    }

    private static func pseudoInverse(_ matrix: Matrix) throws -> Matrix {
        let inverse = try SymmetricEigen(matrix).squareRoots(tolerance: 1e-11).inverse
        return inverse.times(inverse)
    }
}
