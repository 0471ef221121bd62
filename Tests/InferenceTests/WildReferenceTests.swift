@testable import Estimation
import Foundation
import Panels
import Testing

@testable import Inference

/// Enumerated wild bootstraps of published data sets against an explicit enumeration in R.
///
/// p-values are counts of draws and must be equal; t holds to the 1e-9 that the reference allows.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct WildReferenceTests {
    private func check(_ fit: Fit, _ entry: String, in group: String, n: Double, k: Double) throws {
        let g = Double(fit.design.clusters[0].usedLevelCount)
        let bootstrap = try WildBootstrap(fit, factor: g / (g - 1) * (n - 1) / (n - k))
        for (name, imposesNull) in [("wcr", true), ("wcu", false)] {
            let value = try #require(try ReferenceData.expected("\(entry).\(name)_exact", in: group).first)
            var options = WildOptions()
            options.variant = WildVariant(imposesNull: imposesNull)
            let test = try #require(try bootstrap.test(estimand: 0, options))
            #expect(test.isEnumerated)
            #expect(isClose(fit.estimates[0], try #require(value.estimate), 1e-9))
            #expect(isClose(test.statistic, try #require(value.t), 1e-9))
            #expect(test.pValue == value.pWeak)
        }
    }

    @Test func twoByTwoByPeriod() throws {
        var rows = try ReferenceTests.baseDid(covariates: ["x1"])
        rows.clusters = [("period", rows.time.map(String.init))]
        let design = rows.oneCellARow()
        let fit = try TwoByTwo().fit(design, nested: design.clusters[0])
        try check(fit, "base_did.period_wcb", in: "base_did", n: 1080, k: 5)
    }

    /// State effects are eliminated here and dummies there: the answers are the same.
    @Test func reformsInTwelveStates() throws {
        let columns = try ReferenceData.columns("reference/data/math_reform.csv")
        let states = columns["state"] ?? []
        let first = Set(Set(states).sorted().prefix(12))
        let rows = states.indices.filter { first.contains(states[$0]) }
        func column(_ name: String) -> [String] { rows.map { columns[name]?[$0] ?? "" } }
        let (state, year) = (column("state"), column("class").map { Int($0) ?? 0 })
        var start: [String: Int] = [:]
        for (r, reformed) in column("reform_math").enumerated() where Double(reformed) == 1 {
            start[state[r]] = min(start[state[r]] ?? .max, year[r])
        }
        let design = RowDesign(
            unit: state, time: year, y: column("incearn_ln").map { Double($0) ?? .nan }, start: state.map { start[$0] }
        ).oneCellARow()
        let fit = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
        try check(fit, "math_reform12.wcb", in: "math_reform", n: Double(rows.count), k: 32)
    }

    @Test func plainRegressionByYear() throws {
        let columns = try ReferenceData.columns("reference/data/petersen.csv")
        let year = columns["year"] ?? []
        let x = (columns["x"] ?? []).map { Double($0) ?? .nan }
        let design = RowDesign(
            unit: year, time: year.map { _ in 1 }, y: (columns["y"] ?? []).map { Double($0) ?? .nan },
            start: year.map { _ in nil }, covariates: [("x", x)], rowsArePupils: true
        ).gathered()
        try check(
            TreatmentRegression(
                estimator: .twfe, design: design, effects: [], treatment: [], eventTime: design.eventTime, estimands: []
            ).fit(nested: design.clusters[0]), "petersen.year_wcb", in: "petersen", n: 5000, k: 2)
    }
}
