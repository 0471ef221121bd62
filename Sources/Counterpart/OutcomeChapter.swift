import Attainment
import Estimation
import Inference
import Panels
import Reporting

/// Everything that the report says of one outcome, worked out from the evaluation's cells.
struct OutcomeChapter {
    private let evaluation: Evaluation
    private let part: DidStudy.Part
    private let gaps: GapTables
    private var request: DidRequest { evaluation.request }

    init(_ evaluation: Evaluation, main: DidStudy, block: Int, gaps: GapTables) throws {
        let outcome = evaluation.request.data.outcomes[block]
        guard let part = main.parts.first(where: { $0.outcome == outcome }) else { throw RequestError.noComparison }
        self.evaluation = evaluation
        self.part = part
        self.gaps = gaps
    }

    func result() throws -> OutcomeResult {
        let found = part.result
        guard
            var result = OutcomeResult(
                found, outcome: request.outcomeName(part.outcome), estimand: part.report.estimand, other: try otherEstimand())
        else { throw RequestError.noComparison }
        if let sd = request.pupilSpread(part.design) {
            result.months = EffectInMonths(
                estimate: result.effect.estimate, lower: result.effect.lower, upper: result.effect.upper,
                pupilStandardDeviation: sd)
        }
        result.gapEffects = try evaluation.requests.gaps.map { gap in
            OutcomeResult.GapEffect(try only(evaluation.gapStudy(gap)), group: GroupWords.of(gap))
        }
        result.gaps = gaps.byOutcome[part.outcome.name] ?? []
        if result.eventStudy.isEmpty { result.showEvents(of: try eventStudy()) }
        let baseline = try BaselineComparison(part.design, isWanted: true)
        result.balance = baseline.balance
        result.intake = baseline.intake
        result.periods = Self.marks(part.design.periods)
        result.start = part.design.start.compactMap { $0 }.min()
        if evaluation.plan.analysis.robustness { result.robustness = try Robustness(evaluation, part).runs() }
        return result
    }

    /// This outcome's analysis of a study.
    private func only(_ study: DidStudy) throws -> AnalysisResult {
        guard let part = study.parts.first(where: { $0.outcome == part.outcome }) else { throw RequestError.noComparison }
        return part.result
    }

    /// The other estimand, where rows are pupils; unit rows count the same either way.
    private func otherEstimand() throws -> Effect? {
        guard part.design.rowsArePupils else { return nil }
        var other = request
        other.design.estimand = part.report.estimand == .pupils ? .schools : .pupils
        other.analysis.diagnosesPreTrend = false
        other.analysis.permutations = 0
        return try only(DidStudy(other, cells: evaluation.cells)).effects.first
    }

    /// Effects by event time beside an estimator that gives none.
    private func eventStudy() throws -> AnalysisResult {
        var other = request
        other.analysis.estimator = .eventStudy
        other.analysis.diagnosesPreTrend = false
        other.analysis.permutations = 0
        return try only(DidStudy(other, cells: evaluation.cells))
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

extension Period.Kind {
    /// A year without results, as people write it: `2019/20` or `2020`.
    fileprivate func label(of ordinal: Int) -> String {
        guard self == .academicYear else { return "\(ordinal)" }
        let next = (ordinal + 1) % 100
        return "\(ordinal)/\(next < 10 ? "0" : "")\(next)"
    }
}
