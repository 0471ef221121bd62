import Estimation
import LinearAlgebra
import Panels
import Testing

@testable import Inference

struct LeaveOneOutTests {
    /// Each unit taken off the sums against the estimate on the rows without it.
    @Test(arguments: [EstimatorName.did2x2, .twfe, .eventStudy, .imputation], [false, true])
    func equalsFittingWithoutTheUnit(estimator: EstimatorName, groups: Bool) throws {
        var made = SeededRows(seed: 51)
        let starts: [Int?] =
            estimator == .did2x2 ? [4, 4, 4, nil, nil, nil, nil] : [3, 4, 4, 5, nil, nil, nil, nil]
        var rows = made.panel(
            starts: starts, pupils: 3...6, missing: 0.08, covariate: true, groups: groups)
        rows.factors = [("sex", rows.y.indices.map { $0 % 3 == 0 ? "F" : "M" })]
        // Clusters of several units do not matter here.
        rows.clusters = [("trust", rows.unit.map { "t\((Int($0.dropFirst()) ?? 0) / 2)" })]
        let design = rows.gathered()
        let any = WildBootstrapTests.estimator(estimator)
        let fit = try any.fit(design, nested: design.clusters[0])
        let found = try LeaveOneOut.run(fit, any, threads: 2)
        #expect(found.estimate == fit.estimates[0])
        #expect(found.rows.map(\.unit) == design.units)
        let refit = WithoutUnit.refit(design, any)
        for (u, row) in found.rows.enumerated() {
            let expected = try #require(refit(u))
            #expect(isClose(row.estimate, expected, 1e-9), "\(row)")
            #expect(row.isTreated == (starts[u] != nil))
        }
        let arm = try #require(found.arm(isTreated: true))
        let estimates = found.rows.filter(\.isTreated).compactMap(\.estimate)
        #expect(arm.lowest.estimate == estimates.min() && arm.highest.estimate == estimates.max())
        #expect(arm.units == estimates.count && arm.needed == 0)
        let most = found.rows.filter(\.isTreated).max { a, b in
            abs((a.estimate ?? 0) - found.estimate) < abs((b.estimate ?? 0) - found.estimate)
        }
        #expect(arm.mostInfluential.unit == most?.unit)
    }

    /// An effect larger than the unit effects that crosses them is eliminated instead: estimates come from the rows.
    @Test func effectsAcrossUnitsAreRefitted() throws {
        var made = SeededRows(seed: 52)
        var rows = made.panel(starts: [4, 4, nil, nil, nil], periods: 1...8, pupils: 3...4)
        rows.absorbed = [("route", rows.y.indices.map { "r\($0 % 7)" })]
        let design = rows.gathered()
        let any = BorusyakImputation()
        let fit = try any.fit(design, nested: nil)
        let found = try LeaveOneOut.run(fit, any)
        let refit = WithoutUnit.refit(design, any)
        for (u, row) in found.rows.enumerated() { #expect(isClose(row.estimate, try #require(refit(u)), 1e-9)) }
    }

    @Test(arguments: [EstimatorName.twfe, .eventStudy, .imputation])
    func aUnitThatTheEffectRestsOnHasNoEstimate(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 53)
        let design = made.panel(starts: [4, nil, nil, nil]).oneCellARow()
        let any = WildBootstrapTests.estimator(estimator)
        let found = try LeaveOneOut.run(any.fit(design, nested: design.clusters[0]), any)
        #expect(found.rows[0].estimate == nil)
        #expect(found.rows.dropFirst().allSatisfy { $0.estimate != nil })
        #expect(found.arm(isTreated: true) == nil)
        #expect(found.arm(isTreated: false)?.units == 3)
    }

    @Test func threadsAndOrderChangeNothing() throws {
        var made = SeededRows(seed: 54)
        let design = made.panel(starts: [4, 5, 4, nil, nil, nil, nil, nil], missing: 0.1).oneCellARow()
        let any = BorusyakImputation()
        let fit = try any.fit(design, nested: nil)
        let one = try LeaveOneOut.run(fit, any)
        #expect(try LeaveOneOut.run(fit, any, threads: 3) == one)
    }
}
