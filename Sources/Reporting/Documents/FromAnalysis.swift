import Comparison
import Estimation
import Inference
import Panels

// How results of the rooms before this one become rows, documents and outcomes.

extension BalanceRow {
    /// - Parameters:
    ///   - title: what to call the characteristic; nil keeps the column's name.
    ///   - isYesNo: the values are already shares in percent.
    public init(
        _ row: CovariateBalance.Row, of balance: CovariateBalance, title: String? = nil, isYesNo: Bool = false
    ) {
        let scale = row.isShare ? 100.0 : 1
        self.init(
            variable: row.variable, unit: row.isShare || isYesNo ? "%" : "",
            treatedMean: row.treatedMean * scale,
            comparisonMean: row.comparisonMean * scale, standardisedDifference: row.standardisedDifference,
            varianceRatio: row.varianceRatio, nTreated: balance.treatedPupils, nComparison: balance.comparisonPupils,
            smallestCount: row.smallestCount)
        self.title = title
    }
}

extension IntakeRow {
    /// - Parameters:
    ///   - balance: of the same design; its numbers of pupils decide what is withheld.
    ///   - title: what to call the characteristic; nil keeps the column's name.
    public init(_ row: IntakeChange.Row, of balance: CovariateBalance, title: String? = nil) {
        let scale = row.isShare ? 100.0 : 1
        let pupils = [balance.treatedPupils, balance.comparisonPupils, row.smallestCount].compactMap { $0 }.min()
        self.init(
            variable: row.variable, unit: row.isShare ? "percentage points" : "", change: row.change * scale,
            standardError: row.standardError.map { $0 * scale }, standardisedChange: row.standardisedChange, n: pupils)
        self.title = title
    }
}

extension SampleCounts {
    /// Takes over what the analysis counted: rows used, units, periods, clusters.
    public mutating func take(_ result: AnalysisResult) {
        rowsUsed = result.rowsUsed
        units = result.units
        treatedUnits = result.treatedUnits
        periods = result.periods
        clusters = result.clusters
    }
}

extension DidDocument {
    /// The document of one analysis. Its counts and warnings join those of the frame.
    public init(
        _ result: AnalysisResult, frame: DocumentFrame, outcome: OutcomeName, estimand: EstimandKind,
        group: String? = nil, balance: [BalanceRow] = [], intake: [IntakeRow] = [], remarks: [String] = [],
        wording: Wording = Wording()
    ) {
        var joined = frame
        joined.sample.take(result)
        joined.warnings += result.warnings
        self.init(
            frame: joined, effects: result.effects, outcome: outcome, estimand: estimand, group: group,
            preTrend: result.preTrend, balance: balance, intake: intake, randomisation: result.randomisation,
            wild: result.wild, methods: result.methods, bootstrap: result.bootstrap, leaveOneOut: result.leaveOneOut,
            counterfactual: result.counterfactual, path: result.path, cautions: result.sentences, remarks: remarks,
            wording: wording)
        before = result.before
        checks = DesignChecks(result)
        sensitivity = result.sensitivity
    }
}

extension OutcomeResult {
    /// What one analysis found about an outcome. Gaps, balance, intake, months and periods are added by the caller.
    ///
    /// - Returns: nil where the analysis has no effect.
    public init?(_ result: AnalysisResult, outcome: OutcomeName, estimand: EstimandKind, other: Effect? = nil) {
        guard let headline = result.effects.first else { return nil }
        self.init(
            outcome: outcome, estimator: result.estimator.rawValue, effect: headline, estimand: estimand, other: other,
            treatedUnits: result.treatedUnits, comparisonUnits: result.units - result.treatedUnits,
            counterfactual: result.counterfactual)
        before = result.before
        path = result.path
        preTrend = result.preTrend
        randomisation = result.randomisation
        methods = result.methods
        wild = result.wild
        leaveOneOut = result.leaveOneOut
        checks = DesignChecks(result)
        sensitivity = result.sensitivity
        cautions = result.sentences
        breakdown = result.effects.filter {
            ($0.kind == .cohort || $0.kind == .calendar) && $0.group == nil && $0.term != "gap"
        }
        showEvents(of: result)
        showExposures(of: result)
    }

    /// Takes the effects by years of exposure from an analysis of the same design, such as `imputation` beside `twfe`.
    public mutating func showExposures(of result: AnalysisResult) {
        exposureEffects = result.effects.filter {
            ($0.kind == .exposure || $0.term == "att-per-year") && $0.group == nil && $0.term != "gap"
                && $0.kind != .gap
        }
        exposureEstimator = exposureEffects.isEmpty ? nil : result.estimator.rawValue
    }

    /// Takes the event study from an analysis of the same design, such as `event-study` beside `twfe`. Where it has leads
    /// but none for the last period before the start, that period is the one against which the others are measured.
    public mutating func showEvents(of result: AnalysisResult) {
        eventStudy = result.effects.filter { $0.kind == .event && $0.group == nil && $0.term != "gap" }
        let times = eventStudy.compactMap(\.eventTime)
        referenceEventTime = times.contains { $0 < -1 } && !times.contains(-1) ? -1 : nil
    }
}

extension OutcomeResult.GapEffect {
    /// The triple difference of one group: the effect on the gap, on the group and on its peers, with both ledgers.
    public init(_ result: AnalysisResult, group: String) {
        self.init(
            group: group, effects: result.effects.filter { $0.kind == .gap || $0.kind == .overall },
            counterfactual: result.counterfactual, path: result.path)
    }
}
