import LinearAlgebra
import Panels
import Testing

@testable import Regression

struct EliminationTests {
    /// Unit and period effects and the treatment.
    static func twoWay(_ design: Design, nested: CellFactor? = nil) throws(RegressionError) -> LeastSquares {
        let rows = CompressedRows(design, pool: design.clusterBlocks.codes)
        let treatment = CellColumn(name: "treatment", values: design.isTreated.map { $0 ? 1 : 0 })
        return try LeastSquares(
            ModelColumns(
                design, rows: rows, effects: design.effects, treatment: [treatment],
                eliminating: nested.map { .nested(in: $0) } ?? .all),
            rows: rows)
    }

    static func treatment(_ fit: LeastSquares) -> Double {
        zip(fit.labels, fit.coefficients).first { $0.0.role == .treatment }?.1 ?? .nan
    }

    /// Eliminating any effect, or none, gives the same fit: the largest, the clusters' own, or all as columns.
    @Test func sameFitHoweverEliminated() throws {
        let design = SingletonsTests.design(
            unit: [0, 0, 0, 1, 1, 2, 2, 2, 3, 3], period: [0, 1, 2, 0, 1, 0, 1, 2, 1, 2])
        let period = CellFactor(name: "period", levels: design.periods.map(\.label), codes: design.period)
        let neither = CellFactor(name: "row", levels: ["a", "b"], codes: design.unit.indices.map { $0 % 2 })
        let fits = try [nil, design.clusters[0], period, neither].map { try Self.twoWay(design, nested: $0) }
        for fit in fits.dropFirst() {
            #expect(abs(Self.treatment(fit) - Self.treatment(fits[0])) < 1e-12)
            #expect(fit.slopeCount + fit.effectRank == fits[0].slopeCount + fits[0].effectRank)
            #expect(zip(fit.residuals, fits[0].residuals).allSatisfy { abs($0 - $1) < 1e-12 })
        }
        // Four units, three periods, one treatment, one constant shared.
        #expect(fits[0].slopeCount + fits[0].effectRank == 7)
    }

    /// Two sets of units that share no period: one effect fewer can be told apart.
    @Test func connectedSetsCount() throws {
        var design = SingletonsTests.design(
            unit: [0, 0, 0, 1, 1, 1, 2, 2, 3, 3], period: [0, 1, 2, 0, 1, 2, 3, 4, 3, 4])
        design.isTreated = design.unit.indices.map { design.unit[$0] == 0 && design.period[$0] == 2 }
        let fit = try Self.twoWay(design)
        // 4 units + 5 periods − 2 sets + 1 treatment.
        #expect(fit.slopeCount + fit.effectRank == 8)
    }

    /// Beyond the levels that are factored, iterations take over; as dummies so many are refused.
    @Test func manyLevelsAreIterated() throws {
        let count = 8_100
        var design = SingletonsTests.design(unit: (0..<count).map { $0 / 2 }, period: (0..<count).map { $0 % 2 })
        design.absorbed = [
            CellFactor(name: "class", levels: (0..<4_010).map(String.init), codes: (0..<count).map { $0 % 4_010 })
        ]
        let fit = try Self.twoWay(design)
        guard case .iterated(_, _, let residual) = fit.effectMethod else {
            Issue.record("not iterated")
            return
        }
        #expect(residual < 1e-12)
        #expect(throws: RegressionError.tooManyLevels(effect: "class", levels: 4_010, limit: 4_000)) {
            try Self.twoWay(design, nested: design.unitFactor)
        }
    }
}
