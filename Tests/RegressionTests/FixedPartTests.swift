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

    /// With too many levels for columns all effects are eliminated together, every row is touched, and nothing changes.
    @Test func manyLevelsEqualFew() throws {
        let count = 3_000
        var design = SingletonsTests.design(unit: (0..<count).map { $0 / 3 }, period: (0..<count).map { $0 % 3 })
        // 600 classes across units: more than become columns.
        let codes = (0..<count).map { ($0 * 7 + $0 / 11) % 600 }
        design.absorbed = [CellFactor(name: "class", levels: (0..<600).map(String.init), codes: codes)]
        let columns = [SparseColumn(cells: [4, 5, 7, 8]), SparseColumn(cells: (900..<960).filter { $0 % 3 > 0 })]
        let dense = columns.map { column in
            CellColumn(name: "d", values: (0..<count).map { column.cells.contains($0) ? 1 : 0 })
        }
        let rows = CompressedRows(design, pool: design.clusterBlocks.codes)
        let model = try LeastSquares(
            ModelColumns(design, rows: rows, effects: design.effects, treatment: dense), rows: rows)
        let fixed = try FixedPart(design, effects: design.effects, nuisance: [])
        let parted = try #require(fixed.part(columns))
        let cholesky = try OrderedCholesky(parted.gram)
        let b = try cholesky.solve(parted.products)
        #expect(zip(b, model.coefficients).allSatisfy { abs($0 - $1) < 1e-10 })
        let scores = fixed.scores(parted, kept: [0, 1], coefficients: b)
        for unit in stride(from: 0, to: 1_000, by: 37) {
            for j in 0..<2 {
                let sum = (3 * unit..<3 * unit + 3).reduce(0.0) { $0 + model.matrix[$1, j] * model.residuals[$1] }
                #expect(abs(sum - scores[unit, j]) < 1e-10)
            }
        }
    }
}
