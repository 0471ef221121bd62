import Estimation
import Foundation
import Panels
import Testing

@testable import Inference

/// Values of R fixest 0.14.2 (`sunab`) on published data; tolerance 1e-8, what its iterative demeaning allows.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct SunAbrahamReferenceTests {
    @Test func counties() throws {
        let result = try ReferenceTests.analyse(ReferenceTests.mpdta().oneCellARow(), .sunAbraham)
        try ReferenceTests.check(
            result.effects.first, ReferenceData.expected("mpdta.sunab.att", in: "mpdta").first)
        try Self.compare(result, "mpdta", es: "year::", cohort: "cohort::")
        let cells = try ReferenceData.expected("mpdta.sunab.catt", in: "mpdta")
        #expect(cells.count == 12)
        for value in cells {
            let parts = value.term.split(separator: ":").compactMap { Int($0) }
            try ReferenceTests.check(
                result.effects.first {
                    $0.kind == .groupTime && $0.eventTime == parts[0] && $0.cohort == String(parts[1])
                }, value)
        }
    }

    @Test func staggeredWithCovariate() throws {
        let result = try ReferenceTests.analyse(
            ReferenceTests.baseStagg(covariates: ["x1"]).oneCellARow(), .sunAbraham)
        let overall = try ReferenceData.expected("base_stagg.sunab.att", in: "base_stagg")
        try ReferenceTests.check(result.effects.first, overall.first { $0.term == "ATT" })
        try ReferenceTests.check(result.effects.first { $0.term == "x1" }, overall.first { $0.term == "x1" })
        try Self.compare(result, "base_stagg", es: "year::", cohort: "cohort::")
    }

    private static func compare(_ result: AnalysisResult, _ group: String, es: String, cohort: String) throws {
        var compared = 0
        for value in try ReferenceData.expected("\(group).sunab.es", in: group) where value.term.hasPrefix(es) {
            let e = Int(value.term.dropFirst(es.count))
            try ReferenceTests.check(result.effects.first { $0.kind == .event && $0.eventTime == e }, value)
            compared += 1
        }
        for value in try ReferenceData.expected("\(group).sunab.cohort", in: group)
        where value.term.hasPrefix(cohort) {
            let start = String(value.term.dropFirst(cohort.count))
            try ReferenceTests.check(result.effects.first { $0.kind == .cohort && $0.cohort == start }, value)
            compared += 1
        }
        #expect(compared >= 9)
    }
}

struct SunAbrahamTests {
    /// diff-diff 3.13.0 on an unbalanced panel (`Golden/cohort_periods.py`): direct algebra on both sides, 1e-9.
    @Test func unbalancedPanel() throws {
        let effects = try ReferenceTests.analyse(CohortPanels.units.oneCellARow(), .sunAbraham).effects
        let events = [
            (-5, -1.0828277204284689, 0.6950710029913612), (-4, 0.49883503630604553, 0.8592790994014764),
            (-3, 0.8148397116099801, 0.8166492601878916), (-2, 1.09009801640249, 0.4508884085530734),
            (0, 1.4554365088759011, 0.4246742653600085), (1, 1.5842877434812892, 0.7040039823665672),
            (2, 1.937929334791734, 0.7629870847002064), (3, 3.528184401747138, 1.5378781163390642),
        ]
        CohortPanels.expect(effects.first, 1.8754192127779479, 0.5791719833395312)
        for (e, estimate, error) in events {
            CohortPanels.expect(effects.first { $0.kind == .event && $0.eventTime == e }, estimate, error)
        }
    }

    /// With one start it is the event study, CR2 and degrees of freedom included.
    @Test func oneStartIsTheEventStudy() throws {
        var made = SeededRows(seed: 5)
        let rows = made.panel(starts: [4, 4, 4, nil, nil, nil, nil, nil], pupils: 2...4, covariate: true)
        let own = try ReferenceTests.analyse(rows.gathered(), .sunAbraham, .cr2).effects
        let plain = try ReferenceTests.analyse(rows.gathered(), .eventStudy, .cr2).effects
        for effect in plain where effect.kind != .coefficient {
            let twin = own.first { $0.kind == effect.kind && $0.eventTime == effect.eventTime }
            #expect(isClose(twin?.estimate, try #require(effect.estimate), 1e-11))
            #expect(isClose(twin?.standardError, try #require(effect.standardError), 1e-10))
            #expect(isClose(twin?.degreesOfFreedom, try #require(effect.degreesOfFreedom), 1e-9))
        }
    }

    /// A window joins event times within each start; the years within it stay what they were where nothing was joined.
    @Test func windowJoinsEventTimes() throws {
        let rows = CohortPanels.units.oneCellARow()
        let result = try ReferenceTests.analyse(rows, .sunAbraham) { $0.window = -3...1 }
        let events = result.effects.filter { $0.kind == .event }.compactMap(\.eventTime)
        #expect(events == [-3, -2, 0, 1])
        let whole = try ReferenceTests.analyse(rows, .sunAbraham) { $0.window = -9...9 }
        let all = try ReferenceTests.analyse(rows, .sunAbraham)
        #expect(whole.effects == all.effects)
    }

    /// A year without results just before a start: the one before it is what others are compared with, by name.
    @Test func holeBeforeTheStart() throws {
        var made = SeededRows(seed: 8)
        let whole = made.panel(starts: [4, 4, 4, 6, 6, 6, nil, nil, nil, nil], periods: 1...7)
        let keep = whole.time.indices.filter { whole.time[$0] != 5 }
        let rows = RowDesign(
            unit: keep.map { whole.unit[$0] }, time: keep.map { whole.time[$0] }, y: keep.map { whole.y[$0] },
            start: keep.map { whole.start[$0] })
        let result = try ReferenceTests.analyse(rows.oneCellARow(), .sunAbraham)
        let warning = result.warnings.first { $0.code == "reference-period" }
        #expect(warning?.message.hasSuffix("those that start in 6 with 4") == true)
        // Those that start in 6 have no −2 of their own, so the estimate at −2 is that of 4 alone.
        let lead = result.effects.first { $0.kind == .event && $0.eventTime == -2 }
        let own = result.effects.first { $0.kind == .groupTime && $0.cohort == "4" && $0.time == "2" }
        #expect(lead?.estimate == own?.estimate && lead?.estimate != nil)
    }

    @Test func lastStartAsComparison() throws {
        var made = SeededRows(seed: 9)
        let rows = made.panel(starts: [3, 3, 3, 4, 4, 4, 6, 6, 6], periods: 1...7)
        let design = rows.oneCellARow()
        let result = try ReferenceTests.analyse(design, .sunAbraham) { $0.estimation.comparison = .notYet }
        #expect(result.warnings.contains { $0.code == "no-never-treated" && $0.message.contains("start in 6") })
        #expect(result.periods == 5 && result.treatedUnits == 6)
        // The same as the periods until then with the last start taken as never.
        let before = rows.time.indices.filter { rows.time[$0] < 6 }
        let never = RowDesign(
            unit: before.map { rows.unit[$0] }, time: before.map { rows.time[$0] }, y: before.map { rows.y[$0] },
            start: before.map { rows.start[$0] == 6 ? nil : rows.start[$0] })
        let same = try ReferenceTests.analyse(never.oneCellARow(), .sunAbraham)
        for (a, b) in zip(result.effects, same.effects) {
            #expect(isClose(a.estimate, try #require(b.estimate), 1e-12))
        }
        #expect(throws: EstimationError.noNeverTreated(units: 9, starts: ["3", "4", "6"])) {
            try ReferenceTests.analyse(design, .sunAbraham)
        }
    }

    @Test func refusals() throws {
        var made = SeededRows(seed: 10)
        let some = made.panel(starts: [3, 3, 5, 5, nil, nil], periods: 1...6).oneCellARow()
        #expect(throws: EstimationError.neverTreatedCompare(units: 2)) {
            try ReferenceTests.analyse(some, .sunAbraham) { $0.estimation.comparison = .notYet }
        }
        let first = made.panel(starts: [1, 1, 4, 4, nil, nil, nil], periods: 1...6).oneCellARow()
        let result = try ReferenceTests.analyse(first, .sunAbraham)
        #expect(result.warnings.first { $0.code == "always-treated" }?.message.hasSuffix(": u00, u01") == true)
        #expect(result.treatedUnits == 2)
    }
}
