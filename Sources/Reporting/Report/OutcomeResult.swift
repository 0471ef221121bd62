import Panels
import Attainment
import Inference
import Panels

/// All that was found about one outcome.
public struct OutcomeResult: Sendable {
    /// The effect on the gap of one group, then the effects on the group and on its peers.
    public struct GapEffect: Sendable {
        /// In words, such as `pupils eligible for free school meals`.
        public var group: String
        public var effects: [Effect]
        /// The ledger of both sides, with `group` and `peers` as groups.
        public var counterfactual: [CounterfactualRow]
        /// The paths of both sides.
        public var path: [PathPoint]
        /// Means of the group and of its peers over the ledger.
        public var means: Means?
        public var peersMeans: Means?

        public init(
            group: String, effects: [Effect], counterfactual: [CounterfactualRow] = [], path: [PathPoint] = []
        ) {
            self.group = group
            self.effects = effects
            self.counterfactual = counterfactual
            self.path = path
            means = Means(counterfactual, group: "group")
            peersMeans = Means(counterfactual, group: "peers")
        }
    }

    /// The gap of one group by arm and period.
    public struct GapSeries: Sendable {
        public var group: String
        public var rows: [GapRow]
        public var armColumn: String
        public var partners: String
        public var comparison: String
        public var timeColumn: String
        /// False for a group that is followed in a table alone.
        public var isDrawn: Bool

        public init(
            group: String, rows: [GapRow], armColumn: String, partners: String, comparison: String, timeColumn: String,
            isDrawn: Bool = true
        ) {
            self.isDrawn = isDrawn
            self.group = group
            self.rows = rows
            self.armColumn = armColumn
            self.partners = partners
            self.comparison = comparison
            self.timeColumn = timeColumn
        }
    }

    public var outcome: OutcomeName
    public var estimator: String
    /// The headline, and for whom it speaks.
    public var effect: Effect
    public var estimand: EstimandKind
    /// The same effect for the other estimand, where both exist.
    public var other: Effect?
    public var treatedUnits: Int?
    public var comparisonUnits: Int?
    /// There only with a pupil-level standard deviation.
    public var months: EffectInMonths?
    public var gapEffects: [GapEffect] = []
    public var gaps: [GapSeries] = []
    public var eventStudy: [Effect] = []
    /// The effect by starting cohort and by calendar period, where the estimator tells them apart.
    public var breakdown: [Effect] = []
    /// Which cohorts could have been reached, where year groups were named.
    public var exposure: ExposureReach?
    /// By years of exposure and by the year of it, and the estimator that told them apart.
    public var exposureEffects: [Effect] = []
    public var exposureEstimator: String?
    /// The event time that is zero by construction.
    public var referenceEventTime: Int?
    public var counterfactual: [CounterfactualRow] = []
    /// Partner units before their start.
    public var before: [CounterfactualRow] = []
    public var path: [PathPoint] = []
    public var balance: [BalanceRow] = []
    /// How alike a comparison that was built is, in its own measure; nil where none was.
    public var builtBalance: String?
    public var intake: [IntakeRow] = []
    public var preTrend: PreTrend?
    public var randomisation: RandomisationTest?
    /// The headline by other methods, where schools are few.
    public var methods: MethodComparison?
    public var wild: WildFindings?
    public var leaveOneOut: LeaveOneOut?
    public var checks = DesignChecks()
    /// How far trends may depart from parallel.
    public var sensitivity: Sensitivity?
    /// Every period of the calendar between the first and the last, also those without results.
    public var periods: [PeriodMark] = []
    /// Periods whose results are there and were left out by rule, assessed by teachers; the others without results have none.
    public var leftOutPeriods: [String] = []
    /// The ordinal of the first period that the partnership could affect anywhere.
    public var start: Int?
    /// What must stand beside the answer: few treated units, what the data cannot separate.
    public var cautions: [String] = []
    public var remarks: [String] = []
    /// The headline again under other choices.
    public var robustness: [RobustnessRun] = []
    /// Weighted means over the ledger: what was observed, and what was expected without the partnership.
    public var means: Means?

    public struct Means: Sendable, Equatable {
        public var observed: Double
        public var expected: Double

        /// The means over one group's rows of a ledger; nil where a figure is missing or no weight stands behind them.
        public init?(_ ledger: [CounterfactualRow], group: String = "partners") {
            let rows = ledger.filter { $0.group == group && $0.by.isEmpty }
            var (weight, observed, expected) = (0.0, 0.0, 0.0)
            for row in rows {
                guard let seen = row.observed, let without = row.counterfactual else { return nil }
                weight += row.weight
                observed += row.weight * seen
                expected += row.weight * without
            }
            guard weight > 0 else { return nil }
            self.observed = observed / weight
            self.expected = expected / weight
        }
    }

    public init(
        outcome: OutcomeName, estimator: String, effect: Effect, estimand: EstimandKind, other: Effect? = nil,
        treatedUnits: Int? = nil, comparisonUnits: Int? = nil, counterfactual: [CounterfactualRow] = []
    ) {
        self.outcome = outcome
        self.estimator = estimator
        self.effect = effect
        self.estimand = estimand
        self.other = other
        self.treatedUnits = treatedUnits
        self.comparisonUnits = comparisonUnits
        self.counterfactual = counterfactual
        means = Means(counterfactual)
    }

    /// The headline, the other estimand, the effects on gaps, then the headline's parts.
    var allEffects: [Effect] {
        [effect] + [other].compactMap { $0 } + gapEffects.flatMap(\.effects) + breakdown + exposureEffects
    }

    mutating func withhold(_ rule: Disclosure, effectsCountPupils: Bool) -> [Disclosure.Entry] {
        let rule = rule.of(outcome)
        let open = counterfactual
        var entries: [Disclosure.Entry] = []
        for index in gaps.indices {
            entries.append(
                rule.apply(
                    to: &gaps[index].rows, table: "gap of \(gaps[index].group)"))
        }
        entries.append(rule.apply(to: &balance))
        entries.append(rule.apply(to: &intake))
        entries.append(rule.apply(to: &counterfactual))
        entries.append(rule.apply(to: &path, beside: counterfactual))
        entries.append(rule.apply(toBefore: &before, beside: counterfactual))
        for index in gapEffects.indices { entries += withholdSides(of: index, rule) }
        entries += withholdEffects(rule, countsPupils: effectsCountPupils)
        leaveOneOut = leaveOneOut.map { rule.applied(to: $0, beside: counterfactual + before) }
        checks = rule.applied(to: checks, beside: counterfactual + before)
        withholdWords(rule, ledger: open)
        return entries
    }

    /// The ledger and the path of both sides of a gap, and its table: what one of them withholds, all do.
    private mutating func withholdSides(of index: Int, _ rule: Disclosure) -> [Disclosure.Entry] {
        guard rule.threshold > 0 else { return [] }
        let name = gapEffects[index].group
        if rule.hasFewAnswers(gapEffects[index].counterfactual, group: "group")
            || rule.hasFewAnswers(gapEffects[index].counterfactual, group: "peers")
        {
            (gapEffects[index].means, gapEffects[index].peersMeans) = (nil, nil)
        }
        gapEffects[index].showMissingSides()
        for series in gaps where series.group == name { gapEffects[index].withhold(with: series) }
        let entries = [
            rule.apply(
                to: &gapEffects[index].counterfactual, within: counterfactual, table: "counterfactual, both sides"),
            rule.apply(
                to: &gapEffects[index].path, beside: gapEffects[index].counterfactual, table: "path, both sides"),
        ]
        for place in gaps.indices where gaps[place].group == name {
            gaps[place].withhold(with: gapEffects[index].path)
            _ = rule.apply(to: &gaps[place].rows)
        }
        return entries
    }

    /// Sentences and diagnostics follow the figures that they tell.
    private mutating func withholdWords(_ rule: Disclosure, ledger: [CounterfactualRow]) {
        if rule.hasFewAnswers(ledger, group: "partners") { means = nil }
        if effect.isSuppressed {
            (means, months, randomisation, methods, wild, leaveOneOut) = (nil, nil, nil, nil, nil, nil)
            checks = DesignChecks()
            (cautions, remarks) = ([], [])
            if preTrend != nil { preTrend = .withheld }
            if sensitivity != nil { sensitivity = .withheld }
        } else if let test = preTrend {
            preTrend = test.withheld(with: eventStudy, past: checks.hidesSyntheticFigures)
            if preTrend?.isWithheld ?? false { cautions.removeAll { $0 == test.words } }
        }
        sensitivity = sensitivity?.withheld(with: eventStudy)
    }

    private mutating func withholdEffects(_ rule: Disclosure, countsPupils: Bool) -> [Disclosure.Entry] {
        var headline = [effect] + [other].compactMap { $0 }
        var entries = [rule.apply(to: &headline, countsPupils: countsPupils)]
        effect = headline[0]
        if headline.count > 1 { other = headline[1] }
        var runs = robustness.compactMap(\.effect)
        entries.append(rule.apply(to: &runs, countsPupils: countsPupils, table: "robustness"))
        for index in robustness.indices where robustness[index].effect != nil {
            robustness[index].effect = runs.removeFirst()
        }
        var parts = eventStudy + breakdown + exposureEffects
        entries.append(
            rule.apply(
                to: &parts, beside: counterfactual, path: path, countsPupils: countsPupils, table: "effects by part"))
        eventStudy = Array(parts.prefix(eventStudy.count))
        exposureEffects = Array(parts.suffix(exposureEffects.count))
        breakdown = Array(parts[eventStudy.count..<parts.count - exposureEffects.count])
        for index in gapEffects.indices {
            entries.append(
                rule.apply(to: &gapEffects[index].effects, countsPupils: countsPupils, table: "effect on the gap"))
            if gapEffects[index].effects.contains(where: \.isSuppressed) {
                (gapEffects[index].means, gapEffects[index].peersMeans) = (nil, nil)
            }
        }
        return entries
    }
}
