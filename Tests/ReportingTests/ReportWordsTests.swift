import Inference
import Tables
import Testing

@testable import Reporting

/// What the report says must agree with its tables and with itself.
@Suite struct ReportWordsTests {
    @Test func theGapFollowsItsTableWhereLowerIsBetter() {
        var result = SampleReport.outcome()
        let usual = result.groupWithoutWords(Wording())[0]
        result.outcome.isLowerBetter = true
        let flipped = result.groupWithoutWords(Wording())[0]
        #expect(usual.contains("the gap was 9.6 points") || !usual.contains("the gap was \u{2212}"))
        #expect(flipped.contains("the gap was \u{2212}"))
        var report = SampleReport.report()
        #expect(Glossary.terms(report).contains { $0.meaning.hasPrefix("The mean of the other pupils minus") })
        report.outcomes[0].outcome.isLowerBetter = true
        #expect(Glossary.terms(report).contains { $0.meaning.contains("the mean of the group minus") })
    }

    /// Methods side by side are told in plain words where they agree, and as a caution where they do not.
    @Test func methodsThatAgreeAreToldInPlainWords() {
        var result = SampleReport.outcome()
        #expect(result.methodWords == nil)
        let rows = [MethodComparison.Method.cr1, .cr2, .wild].map { MethodComparison.Row($0) }
        result.methods = MethodComparison(rows: rows, chosen: .cr2)
        #expect(result.sureness(Wording()).contains { $0.contains("reckoned in 3 ways") })
        result.methods?.disagreement = "The methods disagree."
        #expect(result.methodWords == nil)
    }

    @Test func anObjectiveIsJudgedByItsInterval() {
        var effect = SampleReport.effect(.overall, 3.5, 2.2)
        var objective = Objective(text: "o", target: 3, effect: effect)
        #expect(objective.verdict == .reachedWithinUncertainty)
        #expect(objective.words.contains("does not rule out no effect"))
        #expect(objective.comparison(level: "95%").contains("3.5 points"))
        (effect.lower, effect.upper) = (nil, nil)
        objective = Objective(text: "o", target: 3, effect: effect)
        #expect(objective.verdict == .cannotBeJudged && objective.words == "Cannot be judged: no interval.")
        (effect.lower, effect.upper) = (1, 6)
        #expect(!Objective(text: "o", target: 3, effect: effect).words.contains("no effect"))
    }

    /// 54.64 − 51.13 is 3.51; rounded to whole points the means differ by 4 beside an estimate of 3.5.
    @Test func theMeansAddUp() throws {
        var result = SampleReport.outcome()
        result.effect = SampleReport.effect(.overall, 3.449, 2.2)
        var rows = [
            CounterfactualRow(
                outcome: "y", group: "partners", time: "t", observed: 54.651, counterfactual: 51.202, weight: 1, n: 40)
        ]
        result.means = OutcomeResult.Means(rows)
        let words = try #require(result.withoutWords(Wording()))
        // 54.7 and 51.2 would differ by 3.5, and the estimate is printed as 3.4.
        #expect(words.contains("54.65 points") && words.contains("51.20") && words.contains("3.45 points"))
        rows[0].observed = 54.6
        rows[0].counterfactual = 51.2
        result.effect.estimate = 3.4
        result.means = OutcomeResult.Means(rows)
        #expect(result.withoutWords(Wording())?.contains("54.6 points") ?? false)
        #expect(!(result.withoutWords(Wording())?.contains("difference") ?? true))
        result.outcome = OutcomeName(column: "passed=yes", unit: "percentage points", isShare: true)
        #expect(result.withoutWords(Wording())?.contains("averaged 54.6%") ?? false)
        #expect(result.headline(Wording()).contains("he share with passed=yes"))
    }

    @Test func theEvidenceLevelFollowsTheTest() {
        var report = SampleReport.report()
        report.frame.warnings.append(Warning("pre-trend", "may be chance"))
        #expect(!Limits.evidenceLevel(report).contains("already differed"))
        report.outcomes[0].preTrend?.pValue = 0.03
        #expect(Limits.evidenceLevel(report).contains("already differed"))
    }

    @Test func theFooterNamesOnlyWhatWasWritten() throws {
        let scratch = try Scratch()
        try ReportFolder(path: scratch.path + "/r", digest: fingerprint).write(
            SampleReport.report(), rule: Disclosure(threshold: 10), effectsCountPupils: true, formats: ["html"])
        let html = String(decoding: FolderWriter.bytes(of: scratch.path + "/r/report.html") ?? [], as: UTF8.self)
        #expect(!html.contains("results.json") && !html.contains("tables/") && html.contains("manifest.json"))
    }

    @Test func yearsLeftOutByRuleAreNoYearsWithoutResults() {
        var report = SampleReport.report()
        report.outcomes[0].leftOutPeriods = report.outcomes[0].periods.filter { !$0.hasResults }.map(\.label)
        let html = ReportPage(report: report).html
        #expect(html.contains("Left out, as assessed by teachers") && !html.contains("There are no results for"))
    }

    @Test func aNameKeepsItsCapitals() {
        let name = OutcomeName(column: "AP_KS4_ATT8")
        let effect = SampleReport.effect(.overall, 0.4, 0.8)
        let words = Wording(nouns: Nouns(rows: "school results")).headline(
            effect, outcome: name, estimand: .pupils, treatedUnits: 12)
        #expect(words.contains("no effect: AP_KS4_ATT8"))
    }

    @Test func aPValueAtItsSmallestSaysSo() {
        let test = RandomisationTest(pValue: 0.001, smallestPossible: 0.001, assignments: 999, isEnumerated: false)
        #expect(Wording().randomisation(test).contains("this is the smallest that this design could give"))
    }
}
