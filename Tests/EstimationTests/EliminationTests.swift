import LinearAlgebra
import Panels
import Testing

@testable import Estimation

struct EliminationTests {
    /// Eliminating any effect, or none, gives the same fit: the largest, the clusters' own, or all as columns.
    @Test func sameFitHoweverEliminated() throws {
        let design = SingletonsTests.design(
            unit: [0, 0, 0, 1, 1, 2, 2, 2, 3, 3], period: [0, 1, 2, 0, 1, 0, 1, 2, 1, 2])
        let period = CellFactor(name: "period", levels: design.periods.map(\.label), codes: design.period)
        let neither = CellFactor(name: "row", levels: ["a", "b"], codes: design.unit.indices.map { $0 % 2 })
        let fits = try [nil, design.clusters[0], period, neither].map {
            try TwoWayFixedEffects().fit(design, nested: $0)
        }
        for fit in fits.dropFirst() {
            #expect(abs(fit.estimates[0] - fits[0].estimates[0]) < 1e-12)
            #expect(fit.parameterCount == fits[0].parameterCount)
            #expect(zip(fit.residual(0), fits[0].residual(0)).allSatisfy { abs($0 - $1) < 1e-12 })
        }
        // Four units, three periods, one treatment, one constant shared.
        #expect(fits[0].parameterCount == 7)
    }

    /// Two sets of units that share no period: one effect fewer can be told apart.
    @Test func connectedSetsCount() throws {
        var design = SingletonsTests.design(
            unit: [0, 0, 0, 1, 1, 1, 2, 2, 3, 3], period: [0, 1, 2, 0, 1, 2, 3, 4, 3, 4])
        design.isTreated = design.unit.indices.map { design.unit[$0] == 0 && design.period[$0] == 2 }
        let fit = try TwoWayFixedEffects().fit(design, nested: nil)
        // 4 units + 5 periods − 2 sets + 1 treatment.
        #expect(fit.parameterCount == 8)
    }

    @Test func tooManyLevelsAreRefused() {
        let count = 8_100
        var design = SingletonsTests.design(unit: (0..<count).map { $0 / 2 }, period: (0..<count).map { $0 % 2 })
        design.absorbed = [
            CellFactor(name: "class", levels: (0..<4_010).map(String.init), codes: (0..<count).map { $0 % 4_010 })
        ]
        #expect(throws: EstimationError.tooManyLevels(effect: "class", levels: 4_010, limit: 4_000)) {
            try TwoWayFixedEffects().fit(design, nested: nil)
        }
    }

    /// Each code once, each with words; texts of refusals that no small design reaches.
    @Test func refusalsHaveTheirOwnCodes() {
        let all: [EstimationError] = [
            .noRows, .noComparison(units: 3, starts: ["2018"]), .noTreated(units: 3), .onePeriod("2018"),
            .noPeriodBefore(units: 2, firstPeriod: "2018"), .noNeverTreated(units: 3, starts: ["2018", "2019"]),
            .startsDiffer(estimator: "did2x2", starts: ["2018", "2019"]),
            .notImputable(cells: 1, examples: ["u in 2018"]),
            .windowWithoutReference(lower: 0), .groupMissing(side: "the group", missing: "treated"),
            .noVariation(outcome: "y", cells: 4),
            .collinearTreatment(term: "treatment"),
            .nearlyCollinear(reciprocalCondition: 2.5e-13), .notInThisVersion("x"),
            .tooManyLevels(effect: "a", levels: 5, limit: 4), .tooManyValues(rows: 1, columns: 1),
            .rowsNeeded(variance: "hc1", reason: "r"), .unsupported(variance: "a", estimator: "b", instead: "c"),
            .oneCluster(name: "c"), .tooFewRows(rows: 1, parameters: 2), .numerical("x"),
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(all.allSatisfy { !$0.message.isEmpty && !$0.message.hasSuffix(".") && $0.hint != nil })
        #expect(EstimationError.nearlyCollinear(reciprocalCondition: 2.5e-13).message.hasSuffix("2.5e-13"))
        #expect(EstimationError.noTreated(units: 3).status.rawValue == 4)
        #expect(EstimationError.notInThisVersion("x").status.rawValue == 2)
    }
}
