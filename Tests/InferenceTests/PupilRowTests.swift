import Estimation
import Panels
import Testing

@testable import Inference

/// Cells of pupils give what the pupil rows give, for every estimator and variance.
struct PupilRowTests {
    static let starts: [Int?] = [4, 4, 4, 4, nil, nil, nil, nil, nil, nil]

    @Test(
        arguments: [EstimatorName.did2x2, .twfe, .eventStudy, .imputation], [VarianceKind.iid, .cr0, .cr1, .cr2, .cr3])
    func cellsEqualRows(estimator: EstimatorName, kind: VarianceKind) throws {
        guard !(estimator == .imputation && kind == .iid) else { return }
        var made = SeededRows(seed: 21)
        var rows = made.panel(starts: Self.starts, pupils: 1...5, missing: 0.05, covariate: true)
        rows.factors = [("sex", rows.y.indices.map { $0 % 3 == 0 ? "F" : "M" })]
        rows.absorbed = [("area", rows.unit.indices.map { "a\($0 % 4)" })]
        try compare(rows, estimator, kind)
    }

    @Test(arguments: [EstimatorName.did2x2, .twfe, .eventStudy, .imputation])
    func tripleDifference(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 22)
        try compare(made.panel(starts: Self.starts, pupils: 2...6, covariate: true, groups: true), estimator, .cr2)
    }

    /// HC1 with pupils needs only cells where no covariate varies within them.
    @Test func robustWithoutCovariate() throws {
        var made = SeededRows(seed: 23)
        let rows = made.panel(starts: Self.starts, pupils: 1...5)
        try compare(rows, .twfe, .hc1)
        var withCovariate = made.panel(starts: Self.starts, pupils: 2...5, covariate: true)
        withCovariate.rowsArePupils = true
        #expect(throws: EstimationError.rowsNeeded(variance: "hc1", reason: "a covariate varies within cells")) {
            try ReferenceTests.analyse(withCovariate.gathered(), .twfe, .hc1)
        }
    }

    private func compare(_ rows: RowDesign, _ estimator: EstimatorName, _ kind: VarianceKind) throws {
        let cells = try ReferenceTests.analyse(rows.gathered(), estimator, kind, keepSingletons: false)
        let raw = try ReferenceTests.analyse(rows.oneCellARow(), estimator, kind, keepSingletons: false)
        #expect(cells.effects.count == raw.effects.count)
        for (a, b) in zip(cells.effects, raw.effects) {
            #expect(isClose(a.estimate, try #require(b.estimate), 1e-10))
            #expect(isClose(a.standardError, try #require(b.standardError), 1e-9), "\(a) \(b)")
            #expect(isClose(a.degreesOfFreedom, try #require(b.degreesOfFreedom), 1e-8))
        }
        #expect(cells.rowsUsed == raw.rowsUsed)
        #expect(cells.counterfactual.count == raw.counterfactual.count)
        for (a, b) in zip(cells.counterfactual, raw.counterfactual) {
            #expect(isClose(a.counterfactual, try #require(b.counterfactual), 1e-10))
            #expect(isClose(a.weight, b.weight, 1e-12))
        }
    }
}
