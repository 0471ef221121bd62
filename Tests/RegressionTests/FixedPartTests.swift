import LinearAlgebra
import Panels
import Testing

@testable import Regression

struct FixedPartTests {
    /// Scores from clusters' moments are those from going over every row, and those of a full regression.
    @Test func shortcutsEqualRows() throws {
        let design = SingletonsTests.design(unit: (0..<30).map { $0 / 5 }, period: (0..<30).map { $0 % 5 })
        let columns = [SparseColumn(cells: [3, 4, 8, 9]), SparseColumn(cells: [12, 13, 14])]
        let scores = try [0, 1_000_000].map { limit in
            let fixed = try FixedPart(design, effects: design.effects, nuisance: [], momentLimit: limit)
            let parted = try #require(fixed.part(columns))
            let cholesky = try OrderedCholesky(parted.gram)
            return fixed.scores(parted, kept: [0, 1], coefficients: try cholesky.solve(parted.products))
        }
        #expect(zip(scores[0].storage, scores[1].storage).allSatisfy { abs($0 - $1) < 1e-12 })

        let dense = columns.map { column in
            CellColumn(name: "d", values: design.unit.indices.map { column.cells.contains($0) ? 1 : 0 })
        }
        let rows = CompressedRows(design, pool: design.clusterBlocks.codes)
        let model = try LeastSquares(
            ModelColumns(design, rows: rows, effects: design.effects, treatment: dense), rows: rows)
        // v'e by cluster of the full regression is G⁻¹ times the scores of the columns left.
        let gram = try #require(try FixedPart(design, effects: design.effects, nuisance: []).part(columns)).gram
        let influence = scores[0].times(try OrderedCholesky(gram).inverse())
        let places = model.labels.indices.filter { model.labels[$0].role == .treatment }
        let v = model.matrix.times(model.gramInverse)
        for (j, place) in places.enumerated() {
            for g in 0..<6 {
                let sum = (0..<30).reduce(0.0) { design.unit[$1] == g ? $0 + v[$1, place] * model.residuals[$1] : $0 }
                #expect(abs(sum - influence[g, j]) < 1e-12)
            }
        }
    }
}
