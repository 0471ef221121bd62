import Estimation
import Panels
import Tables
import Testing

@testable import Inference

/// Every refusal, made to happen.
struct DesignErrorTests {
    private func refusal(_ rows: RowDesign, change: (inout AnalysisOptions) -> Void = { _ in }) -> EstimationError? {
        var options = AnalysisOptions()
        options.permutations = 0
        change(&options)
        do {
            _ = try DidAnalysis.run(rows.gathered(), options)
            return nil
        } catch {
            #expect(error.hint != nil && !error.message.isEmpty && error.code.hasPrefix("E"))
            return error
        }
    }

    private func panel(_ starts: [Int?], seed: UInt64 = 51, periods: ClosedRange<Int> = 1...6) -> RowDesign {
        var made = SeededRows(seed: seed)
        return made.panel(starts: starts, periods: periods)
    }

    @Test func nobodyTreated() {
        #expect(refusal(panel([nil, nil, 9])) == .noTreated(units: 3))
    }

    @Test func everybodyTreatedAtOnce() {
        #expect(refusal(panel([4, 4, 4])) == .noComparison(units: 3, starts: ["4"]))
    }

    @Test func everybodyTreatedInTurn() {
        let rows = panel([3, 4, 5])
        #expect(refusal(rows) == .noNeverTreated(units: 3, starts: ["3", "4", "5"]))
        // Allowed, the last start's results have nobody left to be compared with.
        let allowed = refusal(rows) { $0.comparesWithNotYetTreated = true }
        guard case .notImputable(let cells, let examples) = allowed else {
            Issue.record("\(String(describing: allowed))")
            return
        }
        #expect(cells == 6 && examples.contains("u02 in 6"))
        #expect(
            refusal(rows) {
                $0.comparesWithNotYetTreated = true
                $0.leavesOutUnidentified = true
            } == nil)
    }

    @Test func onePeriod() {
        #expect(refusal(panel([1, nil], periods: 1...1)) == .onePeriod("1"))
    }

    @Test func noPeriodBefore() {
        #expect(refusal(panel([1, 1, nil, nil])) == .noPeriodBefore(units: 2, firstPeriod: "1"))
    }

    @Test func alwaysTreatedUnitIsListed() {
        let refused = refusal(panel([1, 4, 4, nil, nil, nil])) { $0.estimator = .imputation }
        #expect(refused == .notImputable(cells: 6, examples: (1...6).map { "u00 in \($0)" }))
    }

    @Test(arguments: [EstimatorName.did2x2, .twfe, .imputation])
    func constantOutcome(estimator: EstimatorName) {
        var rows = panel([4, 4, nil, nil])
        rows.y = rows.y.map { _ in 7.1 }
        let refused = refusal(rows) { $0.estimator = estimator }
        #expect(refused == .regression(.noVariation(outcome: "y", cells: 24)))
        #expect(refused?.message.contains("cannot be estimated: no variation") == true)
    }

    @Test func constantWithinUnits() {
        var rows = panel([4, 4, nil, nil])
        rows.y = rows.unit.map { Double($0.dropFirst()) ?? 0 }
        #expect(refusal(rows) { $0.estimator = .twfe } == .regression(.noVariation(outcome: "y", cells: 24)))
    }

    @Test func collinearTreatment() {
        var rows = panel([4, 4, nil, nil])
        rows.covariates = [
            ("joined", rows.y.indices.map { r in rows.start[r].map { rows.time[r] >= $0 ? 1 : 0 } ?? 0 })
        ]
        #expect(refusal(rows) { $0.estimator = .twfe } == .collinearTreatment(term: "treatment"))
    }

    @Test func collinearCovariateIsLeftOutByName() throws {
        var rows = panel([4, 4, 4, nil, nil, nil])
        let noise = rows.y.indices.map { Double(($0 * 7919) % 31) }
        rows.covariates = [("prior", noise)]
        let alone = try ReferenceTests.analyse(rows.gathered(), .twfe)
        rows.covariates = [
            ("prior", noise), ("copy", noise.map { 3 * $0 - 2 }),
            ("size", rows.unit.map { Double($0.dropFirst()) ?? 0 }),
        ]
        let result = try ReferenceTests.analyse(rows.gathered(), .twfe)
        let warning = try #require(result.warnings.first { $0.code == "collinear" })
        #expect(warning.message.hasSuffix("copy, size"))
        #expect(isClose(result.effects[0].estimate, try #require(alone.effects[0].estimate), 1e-10))
        #expect(isClose(result.effects[0].standardError, try #require(alone.effects[0].standardError), 1e-10))
    }

    @Test func notInThisVersion() {
        let rows = panel([4, 4, nil, nil])
        for name in EstimatorName.allCases where !name.isBuilt {
            let refused = refusal(rows) { $0.estimator = name }
            #expect(refused?.message == "--estimator \(name.rawValue) is not in this version")
        }
    }

    @Test func unsupportedVariances() {
        let rows = panel([4, 4, 5, nil, nil])
        let refused = refusal(rows) {
            $0.estimator = .imputation
            $0.vcov = .iid
        }
        #expect(refused == .unsupported(variance: "iid", estimator: "imputation", instead: "cr1"))
        var two = rows
        two.clusters = [("unit", rows.unit), ("time", rows.time.map(String.init))]
        #expect(refusal(two) { $0.vcov = .cr2 }?.code == "E408")
        var one = rows
        one.clusters = [("country", rows.unit.map { _ in "England" })]
        #expect(refusal(one) == .oneCluster(name: "country"))
    }

    @Test func startsDiffer() {
        #expect(
            refusal(panel([3, 4, nil, nil])) { $0.estimator = .did2x2 }
                == .startsDiffer(estimator: "did2x2", starts: ["3", "4"]))
    }

    @Test func groupWithoutTreatedResults() {
        var made = SeededRows(seed: 52)
        var rows = made.panel(starts: [4, 4, nil, nil], pupils: 4...6, groups: true)
        rows.isGroup = rows.y.indices.map { rows.isGroup?[$0] == true && rows.start[$0] == nil }
        #expect(refusal(rows) == .groupMissing(side: "the group", missing: "treated"))
    }

    @Test func windowAfterTheStart() {
        let refused = refusal(panel([4, 4, nil, nil])) {
            $0.estimator = .eventStudy
            $0.window = 0...2
        }
        #expect(refused == .windowWithoutReference(lower: 0))
    }

    /// Pupils with one row each: their effects fit every row.
    @Test func everyRowIsTheOnlyOneOfItsLevel() throws {
        var made = SeededRows(seed: 31)
        var rows = made.panel(starts: [3, 3, nil, nil], pupils: 2...2)
        rows.absorbed = [("pupil", rows.y.indices.map { "p\($0)" })]
        let design = rows.gathered()
        let refused = #expect(throws: EstimationError.self) { try DidAnalysis.run(design, AnalysisOptions()) }
        guard case .onlySingletons(let count, let effects) = refused else {
            Issue.record("\(String(describing: refused))")
            return
        }
        #expect(count == rows.y.count && effects.contains("pupil"))
    }

    @Test func tooFewRows() {
        let rows = panel([2, nil], periods: 1...2)
        #expect(refusal(rows) { $0.vcov = .iid } == .tooFewRows(rows: 4, parameters: 4))
    }

    /// Noiseless data: the effect exactly, and no standard error of 0.
    @Test func noiseless() throws {
        var rows = panel([4, 4, 4, nil, nil, nil])
        rows.y = rows.y.indices.map { r in
            Double(rows.time[r]) + (Double(rows.unit[r].dropFirst()) ?? 0)
                + (rows.start[r].map { rows.time[r] >= $0 ? 2.5 : 0 } ?? 0)
        }
        let headline = try ReferenceTests.analyse(rows.gathered(), .twfe, .cr2).effects[0]
        #expect(abs(try #require(headline.estimate) - 2.5) < 1e-10)
        #expect((headline.standardError ?? 1e-12) < 1e-8)
        #expect(headline.standardError != 0)
    }
}
