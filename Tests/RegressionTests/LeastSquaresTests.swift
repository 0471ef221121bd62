import Cells
import LinearAlgebra
import Panels
import Testing

@testable import Regression

struct LeastSquaresTests {
    /// Powers of a score, ever nearer to collinear: solved by QR with the number said.
    @Test func nearlyCollinearIsSolvedFromRows() throws {
        var found = false
        for degree in 4...9 {
            let count = 60
            let t = (0..<count).map { Double($0) / Double(count - 1) }
            let powers = (1...degree).map { d in t.map { x in (0..<d).reduce(1.0) { value, _ in value * x } } }
            let y = (0..<count).map { r in powers.reduce(1.0) { $0 + $1[r] } }
            var design = SingletonsTests.design(unit: (0..<count).map { $0 % 6 }, period: (0..<count).map { $0 / 6 })
            design.covariates = powers.indices.map { "x\($0 + 1)" }
            let q = degree + 1
            design.moments = CellMoments(
                variableCount: q, n: design.moments.n, weight: design.moments.n, squaredWeight: design.moments.n,
                mean: (0..<count).flatMap { r in [y[r]] + powers.map { $0[r] } },
                within: [Double](repeating: 0, count: count * q * (q + 1) / 2))
            let rows = CompressedRows(design, pool: Array(0..<count))
            let model = try LeastSquares(ModelColumns(design, rows: rows, effects: []), rows: rows)
            guard model.labels.count == degree + 1 else { break }
            let slopes = zip(model.labels, model.coefficients).filter { $0.0.role == .covariate }.map(\.1)
            #expect(slopes.allSatisfy { abs($0 - 1) < 1e-6 }, "degree \(degree): \(slopes)")
            if model.reciprocalCondition < LeastSquares.conditionLimit {
                found = true
                #expect(
                    model.warnings.contains { $0.code == "collinear" && $0.message.contains("reciprocal condition") })
            }
        }
        #expect(found)
    }
}
