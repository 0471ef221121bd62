import Testing

@testable import Inference
@testable import Reporting

/// The diagnostics of the design beside an estimate: what they show, and what they withhold.
@Suite struct DesignChecksTests {
    private let rule = Disclosure(threshold: 10)

    private func estimate(_ value: Double) -> DiagnosticEstimate {
        var effect = Effect(outcome: "score", kind: .overall, term: "att", estimate: value)
        (effect.standardError, effect.lower, effect.upper, effect.pValue) = (0.5, value - 1, value + 1, 0.04)
        return DiagnosticEstimate(effect: effect, reason: nil)
    }

    /// Every figure is told by its own digits.
    private func checks(fewest: Double = 40) -> DesignChecks {
        var checks = DesignChecks()
        checks.placebo = PlaceboFindings()
        checks.placebo?.time = PlaceboInTime(
            rows: [.init(steps: 1, estimate: estimate(1.2345), units: 3, unitsLeftOut: 0)], fewestPupils: fewest,
            words: "the largest estimate is 1.2345")
        checks.placebo?.units = PlaceboUnits(
            headline: 2,
            rows: [(-7.125, fewest), (0.5, 50), (0.25, 60), (1.5, 70)].map { .init(estimate: $0, fewestPupils: $1) },
            groups: nil, words: "")
        checks.placebo?.outcomes = [
            PlaceboOutcome(outcome: "ks2", estimate: estimate(3.4567), fewestPupils: fewest, level: 0.95)
        ]
        var without = WithoutLastPeriod(words: "not 4.5678")
        (without.estimate, without.difference, without.fewestPupils) = (estimate(4.5678), 0.6789, fewest)
        checks.placebo?.withoutLastPeriod = without
        checks.composition = Composition(
            rows: [("fsm=Y", 5.6789, fewest), ("sen=K", 8.25, 40), ("sen=E", 9.75, 60), ("sen=N", 6.5, 80)].map {
                .init(variable: $0, isShare: true, estimate: estimate($1), fewestPupils: $2)
            }, pValue: 0.1, words: "fsm=Y by 5.6789")
        return checks
    }

    private static let figures = ["1.2345", "-7.125", "3.4567", "4.5678", "0.6789", "5.6789"]

    private func text(_ checks: DesignChecks) -> String {
        var object = JSONObject()
        checks.put(into: &object)
        let sections = checks.sections(ReadableTables(level: 0.95, minus: .hyphen)).map { section in
            section.title + section.words.joined() + (section.table.map { TextTable().write($0) } ?? "")
        }
        let files = checks.tables.map { CSVWriter(isRaw: true).write($0.table) }
        return object.value.pretty() + (sections + files).joined()
    }

    @Test func enoughPupilsShowEverything() {
        let shown = text(rule.applied(to: checks(), beside: []))
        for figure in Self.figures { #expect(shown.contains(figure), "\(figure)") }
        for title in ["The start moved back", "Who the pupils are", "Without the last period"] {
            #expect(shown.contains(title))
        }
    }

    @Test func fewPupilsShowNothing() {
        let safe = rule.applied(to: checks(fewest: 4), beside: [])
        let shown = text(safe)
        for figure in Self.figures { #expect(!shown.contains(figure), "\(figure)") }
        // The rank counts every unit; the ends are those of units with enough pupils.
        #expect(safe.placebo?.units?.pValue == 2.0 / 5)
        #expect(safe.placebo?.units.flatMap { safe.spread($0) }?.quantiles.first == 0.25)
        // Of the other category nothing has to go.
        #expect(safe.hiddenCharacteristics == [0])
        #expect(shown.contains("8.25"))
        #expect(text(Disclosure(threshold: 0).applied(to: checks(fewest: 4), beside: [])).contains("1.2345"))
    }

    /// A second level of a category protects the first.
    @Test func levelsOfACategoryProtectEachOther() {
        var checks = checks()
        checks.composition?.rows[1].fewestPupils = 2
        #expect(rule.applied(to: checks, beside: []).hiddenCharacteristics == [1, 2])
    }

    @Test func partsOfTheCoefficientGoTogether() {
        var checks = DesignChecks()
        checks.twoWay = TwoWayFindings(fewestPupils: 40, words: ["on partners 1.25"])
        checks.twoWay?.weights = nil
        var hidden = CounterfactualRow(
            outcome: "score", group: "partners", time: "2018", observed: nil, counterfactual: nil, weight: 1, n: 3)
        hidden.isSuppressed = true
        #expect(text(rule.applied(to: checks, beside: [])).contains("1.25"))
        #expect(!text(rule.applied(to: checks, beside: [hidden])).contains("1.25"))
        checks.twoWay?.fewestPupils = 9
        #expect(!text(rule.applied(to: checks, beside: [])).contains("1.25"))
    }

    /// A withheld headline takes the diagnostics with it, in the document and in the report.
    @Test func aWithheldHeadlineTakesThemAlong() {
        var report = SampleReport.report()
        report.outcomes[0].checks = checks()
        #expect(
            ReportPage(report: report.withheld(rule, effectsCountPupils: true)).html.contains("The start moved back"))
        report.outcomes[0].effect.n = 3
        let safe = report.withheld(rule, effectsCountPupils: true)
        let html = ReportPage(report: safe).html
        for figure in Self.figures { #expect(!html.contains(figure) && !safe.json.pretty().contains(figure)) }
    }
}
