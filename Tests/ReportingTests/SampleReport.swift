import Attainment
import Cells
import Inference
import Tables

@testable import Reporting

/// A report such as a partnership of twelve schools would get; figures invented, shapes as in practice.
enum SampleReport {
    static let present = Array(2014...2018) + [2021, 2022, 2023]
    static let start = 2017

    static func label(_ year: Int) -> String {
        let end = (year + 1) % 100
        return "\(year)/\(end < 10 ? "0" : "")\(end)"
    }

    static let periods = (2014...2023).map {
        PeriodMark(label: label($0), ordinal: $0, hasResults: present.contains($0))
    }

    /// A repeatable wobble between −0.5 and 0.5.
    static func wobble(_ k: Int) -> Double { Double((k * 7919 + 104_729) % 1000) / 1000 - 0.5 }

    static func effect(_ kind: Effect.Kind, _ estimate: Double, _ se: Double, df: Double = 14.2, n: Double = 24_113)
        -> Effect
    {
        var effect = Effect(outcome: "attainment8", kind: kind, estimate: estimate)
        effect.standardError = se
        effect.degreesOfFreedom = df
        effect.statistic = estimate / se
        effect.pValue = 0.0049
        effect.lower = estimate - 2.14 * se
        effect.upper = estimate + 2.14 * se
        effect.n = n
        return effect
    }

    static func path() -> [PathPoint] {
        present.flatMap { year -> [PathPoint] in
            let step = Double(year - 2014)
            let comparison = 46.1 + 0.21 * step + 0.6 * wobble(year)
            let expected = 44.3 + 0.24 * step + 0.6 * wobble(year * 3)
            let isAfter = year >= start
            let fitted = isAfter ? expected : expected + 0.25 * wobble(year * 13)
            return [
                PathPoint(
                    arm: .partners, time: label(year), ordinal: year, observed: isAfter ? expected + 2.05 : expected,
                    counterfactual: fitted, n: 780),
                PathPoint(
                    arm: .comparison, time: label(year), ordinal: year, observed: comparison, counterfactual: nil,
                    n: 2_300),
            ]
        }
    }

    static func gaps() -> [GapRow] {
        present.flatMap { year -> [GapRow] in
            ["partners", "comparison"].map { arm in
                let isPartner = arm == "partners"
                var row = GapRow(
                    outcome: "attainment8", group: "fsm=Y",
                    by: [ByValue("arm", arm), ByValue("academic_year", label(year))], n: isPartner ? 212 : 570,
                    nPeers: isPartner ? 556 : 1_700)
                let gap = 12.4 + 0.8 * wobble(year + (isPartner ? 5 : 11)) - (isPartner && year >= start ? 1.7 : 0)
                row.mean = 37.2
                row.meanPeers = 37.2 + gap
                row.gap = gap
                row.standardError = isPartner ? 0.92 : 0.55
                row.lower = gap - 2 * (row.standardError ?? 0)
                row.upper = gap + 2 * (row.standardError ?? 0)
                row.pValue = 0.0001
                return row
            }
        }
    }

    static func ledger() -> [CounterfactualRow] {
        path().filter { $0.arm == .partners && $0.ordinal >= start }.map {
            CounterfactualRow(
                outcome: "attainment8", group: "partners", time: $0.time, observed: $0.observed,
                counterfactual: $0.counterfactual, weight: $0.n, n: $0.n)
        }
    }

    /// The paths of pupils on free school meals and of their peers; the effect on the former is twice that on the latter.
    static func sidePath() -> [PathPoint] {
        ["group", "peers"].flatMap { side in
            path().map { point in
                var sided = point
                let isGroup = side == "group"
                sided.group = side
                sided.n = (point.n * (isGroup ? 0.27 : 0.73)).rounded()
                let beyond = point.ordinal < start || point.arm == .comparison ? 0 : isGroup ? 1.26 : -0.43
                sided.observed = point.observed.map { $0 + (isGroup ? -8.2 : 3.1) + beyond }
                sided.counterfactual = point.counterfactual.map { $0 + (isGroup ? -8.2 : 3.1) }
                return sided
            }
        }
    }

    static func sideLedger() -> [CounterfactualRow] {
        sidePath().filter { $0.arm == .partners && $0.ordinal >= start }.map {
            CounterfactualRow(
                outcome: "attainment8", group: $0.group, time: $0.time, observed: $0.observed,
                counterfactual: $0.counterfactual, weight: $0.n, n: $0.n)
        }
    }

    static func outcome() -> OutcomeResult {
        var result = OutcomeResult(
            outcome: OutcomeName(column: "attainment8", title: "Attainment 8"), estimator: "imputation",
            effect: effect(.overall, 2.05, 0.62), estimand: .pupils, other: effect(.overall, 1.74, 0.71),
            treatedUnits: 12, comparisonUnits: 36, counterfactual: ledger())
        result.months = EffectInMonths(
            estimate: 2.05, lower: result.effect.lower, upper: result.effect.upper, pupilStandardDeviation: 17.9)
        var group = effect(.overall, 3.31, 0.84)
        group.group = "group"
        var peers = effect(.overall, 1.62, 0.66)
        peers.group = "peers"
        result.gapEffects = [
            .init(
                group: "pupils eligible for free school meals", effects: [effect(.gap, -1.69, 0.58), group, peers],
                counterfactual: sideLedger(), path: sidePath())
        ]
        result.gaps = [
            .init(
                group: "pupils eligible for free school meals", rows: gaps(), armColumn: "arm", partners: "partners",
                comparison: "comparison", timeColumn: "academic_year")
        ]
        result.eventStudy = [-3, -2, 0, 1, 4, 5, 6].map { time in
            var event = effect(
                .event, time < 0 ? 0.5 * wobble(time + 20) : 1.6 + 0.12 * Double(time), 0.55 + 0.04 * Double(abs(time)))
            event.eventTime = time
            return event
        }
        result.referenceEventTime = -1
        var cohorts = [effect(.cohort, 2.2, 0.7), effect(.cohort, 1.7, 0.9)]
        (cohorts[0].cohort, cohorts[1].cohort) = ("2017/18", "2018/19")
        result.breakdown = cohorts
        result.path = path()
        result.balance = [
            BalanceRow(
                variable: "KS2 prior attainment", unit: "scaled score", treatedMean: 102.1, comparisonMean: 103.4,
                standardisedDifference: -0.31, varianceRatio: 1.1),
            BalanceRow(
                variable: "Eligible for free school meals", unit: "%", treatedMean: 27.4, comparisonMean: 24.9,
                standardisedDifference: 0.18, varianceRatio: 0.9),
            BalanceRow(
                variable: "English as an additional language", unit: "%", treatedMean: 14.0, comparisonMean: 15.2,
                standardisedDifference: -0.06, varianceRatio: 1.3),
            BalanceRow(
                variable: "Attainment 8 before the start", unit: "points", treatedMean: 44.5, comparisonMean: 46.3,
                standardisedDifference: -0.24, varianceRatio: 0.97),
        ]
        result.intake = [
            IntakeRow(
                variable: "KS2 prior attainment", unit: "scaled score", change: 0.11, standardError: 0.21,
                standardisedChange: 0.03)
        ]
        result.preTrend = PreTrend(
            leads: [.init(eventTime: -3, estimate: 0.1, standardError: 0.5)], statistic: 0.41, q: 2,
            method: "randomisation", pValue: 0.66, assignments: 999, words: "")
        result.randomisation = RandomisationTest(
            pValue: 0.004, smallestPossible: 0.001, assignments: 999, isEnumerated: false)
        result.periods = periods
        result.start = start
        return result
    }

    /// The case that needs most words: three partners, an interval across zero, a difference before the start, withheld
    /// figures, and a second outcome.
    static func doubtful() -> EvaluationReport {
        var report = report()
        report.title = "Three schools & a <reading> programme"
        report.frame.sample.treatedUnits = 3
        report.frame.warnings.insert(
            Warning(
                "few-treated",
                "3 partner schools: usual intervals cover about 80% instead of 95%; CR2 with 1.9 degrees of freedom is shown"
            ),
            at: 0)
        report.frame.warnings.insert(
            Warning("pre-trend", "partners were already gaining on the comparison schools before the start"), at: 1)
        var first = outcome()
        first.treatedUnits = 3
        first.effect = effect(.overall, 1.12, 0.92, df: 1.9)
        first.effect.lower = -3.05
        first.effect.upper = 5.29
        first.months = nil
        first.preTrend?.pValue = 0.03
        first.gapEffects[0].effects[0] = effect(.gap, -0.4, 0.8)
        first.randomisation = RandomisationTest(
            pValue: 0.21, smallestPossible: 0.0001, assignments: 9139, isEnumerated: true)
        for index in [1, 4, 6] { first.gaps[0].rows[index * 2].n = 7 }
        first.path[4].n = 8
        first.cautions = [
            "From 3 schools, effects between −3.05 and 5.29 cannot be ruled out (CR2, 1.9 degrees of freedom).",
            "A difference was already there before the start (p = 0.030, by reassigning starts 999 times). With 3 treated "
                + "schools these data cannot separate an effect of the partnership from that difference.",
        ]
        first.remarks = ["Pupils and schools as estimands differ by 0.3 points."]
        var second = outcome()
        second.outcome = OutcomeName(
            column: "absence", title: "Overall absence", unit: "percentage points", isLowerBetter: true)
        second.effect = effect(.overall, -0.41, 0.15)
        second.other = nil
        second.gapEffects = []
        second.gaps = []
        report.outcomes = [first, second]
        return report
    }

    static func report() -> EvaluationReport {
        var sample = SampleCounts(
            rowsRead: 25_412, rowsUsed: 24_113,
            dropped: [
                DroppedRows("outcome missing (SUPP)", 412), DroppedRows("prior attainment missing (empty)", 887),
            ], units: 48, treatedUnits: 12, periods: 8, clusters: 48)
        sample.missing = [
            MissingCount(column: "attainment8", code: "SUPP", count: 412),
            MissingCount(column: "ks2_score", code: "empty", count: 887),
        ]
        let hash = String(repeating: "3fa9c1d2", count: 8)
        let frame = DocumentFrame(
            settings: [.init("estimator", "imputation"), .init("level", 0.95)],
            inputs: present.map {
                FileReport(
                    path: "pupils-\(label($0).prefix(4)).csv", bytes: 180_000, rows: 3_176, delimiter: 44, sha256: hash)
            },
            timings: [("reading", 0.081), ("estimation", 0.012)], sample: sample,
            warnings: [
                Warning(
                    "covid-years",
                    "results of 2019/20 and 2020/21 were assessed by teachers and centres and are left out"),
                Warning(
                    "missing-by-arm", "prior attainment is missing for 5.1% of partners' pupils and 3.0% of the others'"
                ),
            ])
        return EvaluationReport(
            title: "Riverside mathematics partnership",
            partnership: .init(
                partners: ["Ashby Vale School", "Harrow Bridge Academy", "ten further schools"],
                lead: "Ashby Vale School", area: "teaching", agreement: "1 July 2016"),
            plan: .init(path: "plan.yml", sha256: hash), outcomes: [outcome()],
            objectives: [
                Objective(
                    text: "Narrow the free-school-meals gap in Attainment 8 by 2 points", target: -2, by: "2018/19",
                    effect: outcome().gapEffects[0].effects[0]),
                Objective(
                    text: "Raise Attainment 8 by half a point", target: 0.5, by: "2018/19", effect: outcome().effect),
            ], frame: frame,
            links: [.init(from: "100013", to: "140013", reason: "successor, one to one")],
            checklist: Checklist.answered([
                "rationale": "The gap of pupils on free school meals was 12 points, against 11 in similar schools.",
                "objectives": "Two, each with a date.", "measures": "Chosen in the plan of July 2016.",
                "agreement": "Signed by all twelve schools.",
            ]), disclosureProfile: .ofPlans, generated: ReportDate(secondsSince1970: 1_764_000_000),
            version: "0.1.0", seed: 1)
    }
}
