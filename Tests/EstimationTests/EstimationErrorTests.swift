import Testing

@testable import Estimation

struct EstimationErrorTests {
    /// Each code once, each with words; texts of refusals that no small design reaches.
    @Test func refusalsHaveTheirOwnCodes() {
        let all: [EstimationError] = [
            .noRows, .noComparison(units: 3, starts: ["2018"]), .noTreated(units: 3), .onePeriod("2018"),
            .noPeriodBefore(units: 2, firstPeriod: "2018"), .noNeverTreated(units: 3, starts: ["2018", "2019"]),
            .startsDiffer(estimator: "did2x2", starts: ["2018", "2019"]),
            .notImputable(cells: 1, examples: ["u in 2018"]),
            .windowWithoutReference(lower: 0), .onlySingletons(rows: 4, effects: ["upn"]),
            .groupMissing(side: "the group", missing: "treated"),
            .collinearTreatment(term: "treatment"),
            .notInThisVersion("x"), .regression(.numerical("x")),
            .rowsNeeded(variance: "hc1", reason: "r"), .unsupported(variance: "a", estimator: "b", instead: "c"),
            .oneCluster(name: "c"), .tooFewRows(rows: 1, parameters: 2), .indispensable(variance: "cr3", name: "c"),
            .twoWayVarianceNegative(names: ["a", "b"]),
            .covariateWithoutComparison(name: "x"), .noCalibration,
            .unsupportedMethod(method: "dr-improved", rows: "r"),
            .emptyComparison(cohort: "2018", period: "2019", side: nil), .unitsInSeveralClusters(cluster: "c"),
            .noCompleteUnit(isTreated: true, missing: ["u (2018)"]), .tooFewResultsBefore(needed: 2, starts: ["2018"]),
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(all.allSatisfy { !$0.message.isEmpty && !$0.message.hasSuffix(".") && $0.hint != nil })
        #expect(EstimationError.noTreated(units: 3).status.rawValue == 4)
        #expect(EstimationError.notInThisVersion("x").status.rawValue == 2)
    }
}
