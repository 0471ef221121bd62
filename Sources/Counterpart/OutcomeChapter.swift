import Attainment
import Inference
import Panels
import Reporting

/// Everything that the report says of one outcome, put together from the evaluation's studies.
struct OutcomeChapter {
    let request: DidRequest
    let studies: Studies
    let gaps: GapTables
    let outcome: OutcomeRequest

    func result() throws -> OutcomeResult {
        guard let part = studies.main.parts.first(where: { $0.outcome == outcome }),
            var result = OutcomeResult(
                part.result, outcome: request.outcomeName(outcome), estimand: part.report.estimand,
                other: studies.otherEstimand?.result(of: outcome)?.effects.first)
        else { throw RequestError.noComparison }
        if let sd = request.pupilSpread(part.design) {
            result.months = EffectInMonths(
                estimate: result.effect.estimate, lower: result.effect.lower, upper: result.effect.upper,
                pupilStandardDeviation: sd)
        }
        result.gapEffects = studies.gaps.compactMap { contrast, study in
            study.result(of: outcome).map { OutcomeResult.GapEffect($0, group: GroupWords.of(contrast)) }
        }
        result.gaps = gaps.byOutcome[outcome.name] ?? []
        if let events = studies.events?.result(of: outcome) { result.showEvents(of: events) }
        result.exposure = part.report.exposure
        if let exposures = studies.exposures?.result(of: outcome) { result.showExposures(of: exposures) }
        result.cautions = [request.unmatchedCaution].compactMap { $0 } + result.cautions
        result.builtBalance = request.comparison.flatMap { CompareWords(study: $0.study).balance }
        let baseline = try BaselineComparison(
            part.design, outcome: request.outcomeName(outcome), isWanted: true)
        result.balance = baseline.balance
        result.intake = baseline.intake
        result.periods = Self.marks(part.design.periods)
        if request.dropsCovidYears,
            studies.main.cells.dropped.joined().contains(where: { $0.reason == DidStudy.assessedByTeachers })
        {
            result.leftOutPeriods = result.periods.filter { !$0.hasResults }.map(\.label).filter(
                Period.isAssessedByTeachers)
        }
        result.start = part.design.start.compactMap { $0 }.min()
        if !studies.alternatives.isEmpty {
            let planned = RobustnessRun(name: "As planned (\(part.result.estimator.rawValue))", effect: result.effect)
            result.robustness =
                [planned]
                + studies.alternatives.map {
                    RobustnessRun(
                        name: $0.name, effect: $0.study?.result(of: outcome)?.effects.first, reason: $0.reason)
                }
        }
        return result
    }

    /// Every period of the calendar between the first and the last; years without results keep their place.
    static func marks(_ periods: [Period]) -> [PeriodMark] {
        guard let first = periods.first, let last = periods.last else { return [] }
        guard first.kind == .year || first.kind == .academicYear else {
            return periods.map { PeriodMark(label: $0.label, ordinal: $0.ordinal) }
        }
        return (first.ordinal...last.ordinal).map { ordinal in
            if let period = periods.first(where: { $0.ordinal == ordinal }) {
                return PeriodMark(label: period.label, ordinal: ordinal)
            }
            return PeriodMark(label: first.kind.label(of: ordinal), ordinal: ordinal, hasResults: false)
        }
    }
}
