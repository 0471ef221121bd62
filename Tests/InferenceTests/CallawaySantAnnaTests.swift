import Foundation
import Panels
import Testing

@testable import Estimation

/// Values of R did 2.3.1.907 and csdid 0.4.3, without and with covariates, matched and not.
///
/// Tolerances follow the reference: 1e-9 without covariates, 1e-6 with (their logit stops early).
@Suite(.enabled(if: ReferenceData.isPresent)) struct CallawaySantAnnaTests {
    /// How a data set's columns are named, and rows left out.
    private struct Source: Sendable {
        var group: String
        var file: String
        var unit: String
        var time: String
        var start: String
        var outcome: String
        var covariate: String?
        var neverAbove = Int.max
    }

    private static let sources = [
        Source(
            group: "mpdta", file: "mpdta", unit: "countyreal", time: "year", start: "first_treat", outcome: "lemp",
            covariate: "lpop"),
        Source(
            group: "base_stagg", file: "base_stagg", unit: "id", time: "year", start: "year_treated", outcome: "y",
            neverAbove: 1000),
    ]

    private static func design(_ source: Source, dropping: Bool, covariate: Bool, rowsAreUnits: Bool) throws -> Design {
        let columns = try ReferenceData.columns("reference/data/\(source.file).csv")
        func column(_ name: String) throws -> [String] { try #require(columns[name]) }
        let unit = try column(source.unit)
        let time = try column(source.time).map { try #require(Int($0)) }
        let start = try column(source.start).map { text -> Int? in
            let value = try #require(Double(text))
            return value == 0 || value > Double(source.neverAbove) ? nil : Int(value)
        }
        let y = try column(source.outcome).map { try #require(Double($0)) }
        let keep = unit.indices.filter { i in
            !dropping || ((Int(unit[i]) ?? 0) * 7 + time[i] * 3) % 13 != 0
        }
        var rows = RowDesign(
            unit: keep.map { unit[$0] }, time: keep.map { time[$0] }, y: keep.map { y[$0] },
            start: keep.map { start[$0] })
        if covariate, let name = source.covariate {
            let x = try column(name).map { try #require(Double($0)) }
            rows.covariates = [(name, keep.map { x[$0] })]
        }
        if !rowsAreUnits { rows.clusters = [("row", keep.map { String($0) })] }
        return rows.oneCellARow()
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var group: String
        var kind: String
        var covariates: String
        var method: String
        var control: String
        var base = "varying"
        var testDescription: String { id }
        var id: String { "\(group).cs.\(kind).\(covariates).\(method).\(control).\(base)" }
    }

    private static var cases: [Case] {
        var cases: [Case] = []
        for kind in ["panel", "rc"] {
            for covariates in ["nocov", "lpop"] {
                for method in ["dr", "ipw", "reg"] {
                    for control in ["nevertreated", "notyettreated"] {
                        cases.append(
                            Case(group: "mpdta", kind: kind, covariates: covariates, method: method, control: control))
                    }
                }
            }
        }
        for (covariates, method) in [("nocov", "dr"), ("nocov", "reg"), ("lpop", "dr")] {
            cases.append(
                Case(
                    group: "mpdta_drop", kind: "unbal", covariates: covariates, method: method, control: "nevertreated")
            )
        }
        for control in ["nevertreated", "notyettreated"] {
            cases.append(
                Case(group: "base_stagg", kind: "panel", covariates: "nocov", method: "dr", control: control))
        }
        cases.append(
            Case(
                group: "base_stagg", kind: "panel", covariates: "nocov", method: "dr", control: "notyettreated",
                base: "universal"))
        return cases
    }

    @Test(arguments: cases) func equalsTheReference(_ test: Case) throws {
        let source = try #require(Self.sources.first { $0.group == test.group.replacing("_drop", with: "") })
        let design = try Self.design(
            source, dropping: test.group.hasSuffix("_drop"), covariate: test.covariates != "nocov",
            rowsAreUnits: test.kind != "rc")
        var estimator = CallawaySantAnna()
        estimator.method = test.method == "reg" ? .regression : try #require(AdjustmentMethod(rawValue: test.method))
        estimator.comparesWithNotYet = test.control == "notyettreated"
        estimator.usesUniversalBase = test.base == "universal"
        estimator.matchesRows = test.kind != "rc"
        let plan = estimator.plan(design)
        let used = GroupTimeSample.used(design, plan)
        let found = try estimator.find(used, plan).parts[0].effects
        var compared = 0
        for (kind, figures) in Self.figures(found, design) {
            for value in try ReferenceData.expected("\(test.id).\(kind)", in: source.group) {
                guard let figure = figures[value.term], let estimate = value.estimate, let se = value.se else {
                    continue
                }
                let tolerance = test.covariates == "nocov" ? 1e-9 : 1e-6
                #expect(abs(figure.estimate - estimate) <= tolerance * abs(estimate) + 1e-10, "\(kind) \(value.term)")
                let error = found.contributions(of: [figure]).storage.reduce(0) { $0 + $1 * $1 }.squareRoot()
                #expect(abs(error - se) <= 10 * tolerance * se, "\(kind) \(value.term) se \(error) \(se)")
                compared += 1
            }
        }
        #expect(compared >= 15)
    }

    /// By kind of entry and the reference's name of the term.
    private static func figures(
        _ found: GroupTimeEffects, _ design: Design
    ) -> [(String, [String: GroupTimeEffects.Figure])] {
        var groupTime: [String: GroupTimeEffects.Figure] = [:]
        for (k, comparison) in found.comparisons.enumerated() {
            groupTime["g=\(comparison.cohort),t=\(design.periods[comparison.period].ordinal)"] = found.figure(k)
        }
        var events = ["overall": found.overEvents]
        for e in found.eventTimes { events["e=\(e)"] = found.event(e) }
        var cohorts = ["overall": found.overCohorts]
        for g in found.shares.cohorts { cohorts["g=\(g)"] = found.cohort(g) }
        var periods = ["overall": found.overPeriods]
        for t in found.periods { periods["t=\(design.periods[t].ordinal)"] = found.calendar(t) }
        return [
            ("attgt", groupTime), ("agg_simple", ["overall": found.simple].compactMapValues { $0 }),
            ("agg_dynamic", events.compactMapValues { $0 }), ("agg_group", cohorts.compactMapValues { $0 }),
            ("agg_calendar", periods.compactMapValues { $0 }),
        ]
    }
}
