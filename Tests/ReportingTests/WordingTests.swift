import Panels
import Inference
import Panels
import Tables
import Testing

@testable import Reporting

@Suite struct WordingTests {
    let wording = Wording()
    let outcome = OutcomeName(column: "attainment8", title: "Attainment 8")

    private func effect(
        _ estimate: Double?, _ lower: Double? = nil, _ upper: Double? = nil, se: Double? = nil,
        kind: Effect.Kind = .overall
    ) -> Effect {
        var effect = Effect(outcome: "attainment8", kind: kind, estimate: estimate)
        (effect.lower, effect.upper, effect.standardError) = (lower, upper, se)
        return effect
    }

    private func headline(_ effect: Effect, treated: Int? = 12, estimand: EstimandKind = .pupils) -> String {
        wording.headline(effect, outcome: outcome, estimand: estimand, treatedUnits: treated)
    }

    @Test func higher() {
        #expect(
            headline(effect(2.05, 0.72, 3.38, se: 0.62))
                == "Pupils in the partner schools scored an estimated 2.1 points higher in Attainment 8 than they would have "
                + "done without the partnership (95% interval 0.7 to 3.4).")
    }

    @Test func lower() {
        let words = headline(effect(-1.2, -2, -0.4, se: 0.4), estimand: .schools)
        #expect(words.contains("In the average partner school, pupils scored an estimated 1.2 points lower"))
        #expect(words.hasSuffix("(95% interval 0.4 to 2.0 points lower)."))
    }

    @Test func zeroIncluded() {
        let words = headline(effect(0.8, -0.4, 2, se: 0.6))
        #expect(words.hasPrefix("The data are compatible with no effect:"))
        #expect(words.contains("0.8 points higher"))
        #expect(words.hasSuffix("runs from 0.4 points lower to 2.0 points higher and includes zero."))
    }

    /// The decision is made on the numbers, not on what is left of them after rounding.
    @Test func aBoundJustAboveZeroLeavesZeroOut() {
        #expect(!headline(effect(0.8, 0.0004, 1.6, se: 0.4)).contains("includes zero"))
        #expect(headline(effect(0.8, 0, 1.6, se: 0.4)).contains("includes zero"))
    }

    @Test func noInterval() {
        let one = headline(effect(1.5), treated: 1)
        #expect(one.hasSuffix("No interval can be given: one partner school cannot show its own spread."))
        #expect(headline(effect(1.5), treated: 9).contains("without a standard error"))
    }

    @Test func withheldAndAbsent() {
        var withheld = effect(nil)
        withheld.isSuppressed = true
        #expect(
            headline(withheld) == "The estimate for Attainment 8 is withheld: fewer than 10 pupils stand behind it.")
        #expect(headline(effect(nil)).contains("No estimate"))
    }

    @Test func aboutTheSame() {
        #expect(headline(effect(0.001, -0.8, 0.8, se: 0.4)).contains("about the same in Attainment 8"))
    }

    @Test func unitRowsSpeakOfUnits() {
        let councils = Wording(nouns: Nouns(unit: "local authority", units: "local authorities", rows: "units"))
        let gap = OutcomeName(column: "gap", title: "Attainment 8 gap")
        let words = councils.headline(
            effect(-1.0305, -2.2, 0.1, se: 0.42), outcome: gap, estimand: .schools, treatedUnits: 6)
        #expect(words.contains("Attainment 8 gap of the partner local authorities was an estimated 1.0 points lower"))
    }

    @Test func gapsNarrowOrWiden() {
        let narrows = wording.gapEffect(effect(-1.69, -2.93, -0.45, se: 0.58), outcome: outcome, group: "girls")
        #expect(
            narrows
                == "The partnership narrows the gap in Attainment 8 between girls and their peers by an estimated 1.7 "
                + "points (95% interval 0.5 to 2.9 points narrower).")
        #expect(wording.gapEffect(effect(1.1, 0.2, 2), outcome: outcome, group: "girls").contains("widens"))
        let open = wording.gapEffect(effect(-0.5, -1.9, 0.9, se: 0.7), outcome: outcome, group: "girls")
        #expect(open.contains("compatible with no effect on the gap"))
        #expect(open.contains("narrows it by 0.5 points"))
        #expect(open.contains("1.9 points narrower to 0.9 points wider"))
    }

    /// Nothing in a whole report claims what a comparison cannot give.
    @Test func neverProvesAndNeverHolds() {
        var report = SampleReport.report()
        for p in [0.66, 0.01, nil] as [Double?] {
            report.outcomes[0].preTrend?.pValue = p
            let page = ReportPage(report: report).html.lowercased()
            for word in ["prove", "parallel trends hold", "trends are parallel", "caused", "significant"] {
                #expect(!page.contains(word), "\(word)")
            }
        }
    }

    @Test func noMonthsWithoutAPupilLevelDeviation() {
        #expect(EffectInMonths(estimate: 2, lower: nil, upper: nil, pupilStandardDeviation: 0) == nil)
        #expect(EffectInMonths(estimate: nil, lower: nil, upper: nil, pupilStandardDeviation: 18) == nil)
        #expect(
            EffectInMonths(estimate: 2, lower: 1, upper: 3, pupilStandardDeviation: 18)?.sentence.contains("EEF")
                == true
        )
    }

    @Test(arguments: [
        (-1.69, -2.9, -0.4, Objective.Verdict.notReachedButPossible), (-2.5, -2.9, -2.1, .reached),
        (-2.5, -3.9, -1, .reachedWithinUncertainty), (-0.5, -1, 0, .notReached), (1, 0.5, 1.5, .notReached),
    ]) func objectivesThatNarrow(_ estimate: Double, _ lower: Double, _ upper: Double, _ verdict: Objective.Verdict) {
        let objective = Objective(text: "Narrow by 2", target: -2, effect: effect(estimate, lower, upper))
        #expect(objective.verdict == verdict)
    }

    @Test func objectivesWithoutAnEstimateCannotBeJudged() {
        #expect(Objective(text: "Better", target: nil, effect: effect(1, 0, 2)).verdict == .cannotBeJudged)
        #expect(Objective(text: "Better", target: 2).verdict == .cannotBeJudged)
    }
}
