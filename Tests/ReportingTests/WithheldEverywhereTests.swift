import Attainment
import Cells
import Inference
import Tables
import Testing

@testable import Reporting

/// A figure that one list withholds stands in no other: objectives, words, diagnostics, shares, the other tables.
@Suite struct WithheldEverywhereTests {
    private let rule = Disclosure(threshold: 10)

    @Test func anObjectiveIsWithheldWithItsEffect() {
        var report = SampleReport.report()
        report.outcomes[0].gapEffects[0].effects[1].n = 2
        let safe = report.withheld(rule, effectsCountPupils: true)
        #expect(safe.objectives[0].isSuppressed && safe.objectives[0].estimate == nil)
        #expect(!safe.objectives[1].isSuppressed && safe.objectives[1].estimate != nil)
        let html = ReportPage(report: safe).html
        #expect(report.objectives[0].comparison(level: "95%").contains("1.7"))
        #expect(!html.contains("1.69") && !html.contains("Estimated effect −1.7"))
        guard case .array(let objectives)? = safe.json["objectives"] else { return #expect(Bool(false)) }
        #expect(objectives[0]["suppressed"] == .bool(true) && objectives[0]["estimate"] == .null)
    }

    private func share(_ name: String, _ treated: Double, _ comparison: Double) -> BalanceRow {
        BalanceRow(
            variable: name, unit: "%", treatedMean: treated, comparisonMean: comparison, standardisedDifference: 0.1,
            varianceRatio: 1, nTreated: 24, nComparison: 400)
    }

    /// 8.3% of 24 pupils are two; the levels of a category add up to 100%, so a second one goes with it.
    @Test func aShareIsACount() {
        var rows = [
            share("eth=a", 50, 50), share("eth=b", 41.7, 40), share("eth=c", 8.3, 10), share("fsm=Y", 70.8, 50),
            share("sex=M", 50, 50),
        ]
        let entry = rule.apply(to: &rows)
        // Of fsm the seven who are not eligible are few; of eth the smallest other level protects the third.
        #expect(rows.map(\.isSuppressed) == [false, true, true, true, false])
        #expect(entry.primary == 2 && entry.complementary == 1)
        #expect(rows[2].treatedMean == nil && rows[2].standardisedDifference == nil)
        var intake = [
            IntakeRow(variable: "eth=a", change: 1, n: 30), IntakeRow(variable: "eth=b", change: 2, n: 12),
            IntakeRow(variable: "eth=c", change: -3, n: 2), IntakeRow(variable: "prior", change: 1, n: 24),
        ]
        _ = rule.apply(to: &intake)
        #expect(intake.map(\.isSuppressed) == [false, true, true, false])
    }

    @Test func aWithheldHeadlineIsNotToldInWords() throws {
        var report = SampleReport.doubtful()
        report.outcomes[0].effect.n = 7
        report.outcomes[0].cautions = ["The estimate of 4.79 comes from one treated unit."]
        report.outcomes[0].preTrend?.leads[0].estimate = 4.7912345
        report.frame.warnings[0].message = "1 of 20 schools treated; randomisation p = 0.2179"
        report.frame.warnings[1].message = "the whole effect of 4.79 or more"
        report.outcomes[0].randomisation?.pValue = 0.2179
        let safe = report.withheld(rule, effectsCountPupils: true)
        for text in [safe.json.pretty(), ReportPage(report: safe).html, safe.answer] {
            #expect(!text.contains("4.79") && !text.contains("0.2179"))
        }
        #expect(safe.outcomes[0].randomisation == nil && safe.outcomes[0].preTrend?.leads.isEmpty ?? false)

        var document = DidDocument(
            frame: report.frame, effects: [report.outcomes[0].effect], outcome: report.outcomes[0].outcome,
            estimand: .pupils, preTrend: report.outcomes[0].preTrend, randomisation: report.outcomes[0].randomisation,
            cautions: report.outcomes[0].cautions)
        _ = document.withhold(rule, effectsCountPupils: true)
        for form in [OutputForm.json, .csv, .text, .markdown] {
            let text = document.render(form)
            #expect(!text.contains("4.79") && !text.contains("0.2179"))
        }
    }

    /// 96% of 200 pupils leaves eight: the share is withheld, as 0% and 100% are.
    @Test func theFewOnOneSideOfAShareAreProtected() {
        var shares = rule
        shares.isShare = true
        let means = [96.0, 100, 0, 60, 50]
        var path = means.enumerated().map {
            PathPoint(arm: .comparison, time: "t\($0)", ordinal: $0, observed: $1, counterfactual: nil, n: 200)
        }
        _ = shares.apply(to: &path, beside: [])
        #expect(path.map(\.isSuppressed) == [true, true, true, false, false])
        var points = path.map { point in
            var point = point
            (point.isSuppressed, point.observed) = (false, means[point.ordinal])
            return point
        }
        _ = rule.apply(to: &points, beside: [])
        #expect(!points.contains { $0.isSuppressed })
        var row = GapRow(outcome: "passed=yes", group: "fsm=Y", by: [], n: 100, nPeers: 200)
        (row.mean, row.meanPeers, row.gap) = (50, 97, 47)
        var rows = [row]
        _ = shares.apply(to: &rows)
        #expect(rows[0].isSuppressed && rows[0].meanPeers == nil)
    }

    /// The gap of one arm and period is withheld: its two means stand in neither the paths nor the ledger.
    @Test func theTablesOfAGapAgree() {
        var result = SampleReport.outcome()
        let hidden = SampleReport.label(2018)
        for index in result.gaps[0].rows.indices
        where result.gaps[0].rows[index].by == [ByValue("arm", "partners"), ByValue("academic_year", hidden)] {
            result.gaps[0].rows[index].isSuppressed = true
        }
        let comparison = SampleReport.label(2015)
        for index in result.gapEffects[0].path.indices
        where result.gapEffects[0].path[index].arm == .comparison && result.gapEffects[0].path[index].time == comparison
        {
            result.gapEffects[0].path[index].n = 5
        }
        _ = result.withhold(rule, effectsCountPupils: true)
        let path = result.gapEffects[0].path
        let ledger = result.gapEffects[0].counterfactual
        #expect(path.filter { $0.time == hidden && $0.arm == .partners }.allSatisfy { $0.isSuppressed })
        #expect(ledger.filter { $0.time == hidden }.allSatisfy { $0.isSuppressed })
        #expect(!path.filter { $0.time == SampleReport.label(2014) }.contains { $0.isSuppressed })
        let row = result.gaps[0].rows.first {
            $0.by == [ByValue("arm", "comparison"), ByValue("academic_year", comparison)]
        }
        #expect(row?.isSuppressed ?? false)
    }

    /// A side without pupils in a period stands there as withheld, and so do its peers, who would be everyone.
    @Test func anEmptySideIsNoAbsentRow() {
        var result = SampleReport.outcome()
        let time = SampleReport.label(2018)
        result.gapEffects[0].path.removeAll { $0.group == "group" && $0.arm == .partners && $0.time == time }
        result.gapEffects[0].counterfactual.removeAll { $0.group == "group" && $0.time == time }
        _ = result.withhold(rule, effectsCountPupils: true)
        let points = result.gapEffects[0].path.filter { $0.arm == .partners && $0.time == time }
        #expect(points.count == 2 && points.allSatisfy { $0.isSuppressed })
        let rows = result.gapEffects[0].counterfactual.filter { $0.time == time }
        #expect(rows.count == 2 && rows.allSatisfy { $0.isSuppressed })
        let order = result.gapEffects[0].path.filter { $0.group == "group" && $0.arm == .partners }.map(\.ordinal)
        #expect(order == order.sorted())
    }

    @Test func fewRowsLeftOutAreNotCounted() {
        var report = SampleReport.report()
        report.frame.sample.dropped = [DroppedRows("outcome missing: SUPP", 2), DroppedRows("no school", 412)]
        report.frame.sample.missing = [MissingCount(column: "attainment8", code: "SUPP", count: 2)]
        let safe = report.withheld(rule, effectsCountPupils: true)
        #expect(safe.frame.sample.words(Nouns())[1] == "Left out: fewer than 10 outcome missing: SUPP; 412 no school.")
        guard case .array(let dropped)? = safe.frame.sample.json["dropped"] else { return #expect(Bool(false)) }
        #expect(dropped[0]["rows"] == .null && dropped[0]["suppressed"] == .bool(true))
        #expect(dropped[1]["rows"] == .integer(412))
        #expect(ReportTables.missing(safe.frame.sample).rows[0][2] == .set("fewer than 10"))
        // Where rows are schools, their counts are told.
        #expect(report.withheld(rule, effectsCountPupils: false).frame.sample.words(Nouns())[1].contains("2 outcome"))
    }
}
