import Panels
import Regression
import Tables

/// Effects from one number a unit: its results after a start less its own mean (or its own line) before it, regressed on the
/// start in a cross-section of units.
///
/// Against units that never start every effect is one cross-section: those units stand, in the treated's proportions, as if
/// they had started when the treated did. With normal errors of one variance its t is exact however few the schools (`iid`);
/// `hc2` and `hc3` allow any variance. With units that start later as a comparison, each start and period is a cross-section
/// and means are taken over them. Covariates are a unit's means over the periods before the first start.
/// - Source: Lee & Wooldridge (2025), *A simple transformation approach to difference-in-differences estimation for panel
///   data*; (2026), *Simple approaches to inference with small cross-sectional sample sizes*.
public struct LeeWooldridge: Estimator {
    public static let name = EstimatorName.leeWooldridge
    public let transformation: RollingTransformation
    public let comparesWithNotYet: Bool

    public init(transformation: RollingTransformation = .demean, comparesWithNotYet: Bool = false) {
        self.transformation = transformation
        self.comparesWithNotYet = comparesWithNotYet
    }

    public func fixedEffects(_ design: Design) -> [CellFactor] { [] }

    /// - Throws: `.tooFewBefore` where no start has the results before it that the transformation takes,
    ///   `.noCleanComparison`, `.doesNotTake` for a gap.
    public func fit(_ whole: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        try fit(whole, onlyHeadline: false)
    }

    /// The first equation, or what the first mean is made of.
    public func headline(_ design: Design) throws(EstimationError) -> Fit { try fit(design, onlyHeadline: true) }

    private func fit(_ whole: Design, onlyHeadline: Bool) throws(EstimationError) -> Fit {
        try whole.refuseAbsorbed(Self.name)
        guard whole.isGroup == nil else {
            throw .doesNotTake(
                estimator: Self.name.rawValue, what: "--gap",
                instead: "use --estimator stacked or local-projections, or the default")
        }
        let design = try used(whole)
        let sections = CrossSections(RollingOutcomes(panel: try UnitPeriods(design), transformation: transformation))
        let all = comparesWithNotYet ? singles(sections) : pooled(sections, onlyHeadline: onlyHeadline)
        let figures = onlyHeadline ? Array(all.prefix(1)) : all
        guard figures.first?.estimand.kind == .overall else {
            throw .noCleanComparison(estimator: Self.name.rawValue, starts: sections.starts.map(design.label))
        }
        return try fit(
            sections, figures, warnings: onlyHeadline ? [] : warnings(whole, sections), hasLedger: !onlyHeadline)
    }

    /// Without units whose start has too few periods before it.
    private func used(_ design: Design) throws(EstimationError) -> Design {
        let starts = RollingOutcomes(panel: try UnitPeriods(design), transformation: transformation).starts
        guard !starts.usable.isEmpty else {
            throw .tooFewBefore(needed: transformation.needed, starts: starts.tooEarly.map(design.label))
        }
        return design.keeping(design.unit.map { u in design.start[u].map { starts.usable.contains($0) } ?? true })
    }

    /// A mean effect over equations, with weights.
    private struct Figure {
        var estimand: Estimand
        var equations: [(equation: CrossSections.Equation, weight: Double)]
    }

    private func title(_ sections: CrossSections, _ start: Int, _ t: Int) -> String {
        let design = sections.outcomes.panel.design
        return "\(design.label(ofOrdinal: start)) in \(design.periods[t].label)"
    }

    /// One equation a figure.
    private func pooled(_ sections: CrossSections, onlyHeadline: Bool) -> [Figure] {
        let panel = sections.outcomes.panel
        let all = sections.starts.map {
            CrossSections.Share(start: $0, periods: sections.outcomes.periods(from: $0))
        }
        func step(_ share: CrossSections.Share, _ t: Int) -> Int { panel.ordinals[t] - share.start }
        func chosen(_ isChosen: (CrossSections.Share, Int) -> Bool) -> [CrossSections.Share] {
            all.compactMap { share in
                let periods = share.periods.filter { isChosen(share, $0) }
                return periods.isEmpty ? nil : CrossSections.Share(start: share.start, periods: periods)
            }
        }
        let steps = Array(Set(all.flatMap { share in share.periods.map { step(share, $0) } })).sorted()
        let periods = Array(Set(all.flatMap(\.periods))).sorted()
        var wanted: [(Estimand.Kind, String, [CrossSections.Share])] = [(.overall, "overall", all)]
        if onlyHeadline { return figures(wanted, sections) }
        wanted += steps.map { e in (.event(e), "event time \(e)", chosen { step($0, $1) == e }) }
        wanted += all.map { (.cohort($0.start), "start \($0.start)", [$0]) }
        wanted += periods.map { t in (.calendar(t), "period \(t)", chosen { $1 == t }) }
        wanted += all.flatMap { share in
            share.periods.map { t in
                (
                    .groupTime(cohort: share.start, period: t), title(sections, share.start, t),
                    [CrossSections.Share(start: share.start, periods: [t])]
                )
            }
        }
        return figures(wanted, sections)
    }

    private func figures(
        _ wanted: [(Estimand.Kind, String, [CrossSections.Share])], _ sections: CrossSections
    ) -> [Figure] {
        wanted.compactMap { kind, name, shares in
            let equation = sections.pooled(name, shares)
            return equation.isEstimable ? Figure(estimand: Estimand(kind), equations: [(equation, 1)]) : nil
        }
    }

    /// Means over starts and periods, starts by the weight of their treated units.
    private func singles(_ sections: CrossSections) -> [Figure] {
        struct Cell {
            var start: Int
            var period: Int
            var step: Int
            var weight: Double
            var equation: CrossSections.Equation
        }
        let panel = sections.outcomes.panel
        let cells = sections.starts.flatMap { g in
            sections.outcomes.periods(from: g).compactMap { t -> Cell? in
                let equation = sections.single(title(sections, g, t), start: g, period: t)
                guard equation.isEstimable else { return nil }
                return Cell(
                    start: g, period: t, step: panel.ordinals[t] - g, weight: sections.treatedWeight(equation),
                    equation: equation)
            }
        }
        func mean(_ kind: Estimand.Kind, _ isChosen: (Cell) -> Bool) -> Figure {
            let chosen = cells.filter(isChosen)
            let total = chosen.reduce(0) { $0 + $1.weight }
            return Figure(estimand: Estimand(kind), equations: chosen.map { ($0.equation, $0.weight / total) })
        }
        let starts = Array(Set(cells.map(\.start))).sorted()
        func plain(_ g: Int) -> [(equation: CrossSections.Equation, weight: Double)] {
            let own = cells.filter { $0.start == g }
            return own.map { ($0.equation, 1 / Double(own.count)) }
        }
        guard !starts.isEmpty else { return [] }
        let size = starts.map { g in
            zip(panel.series, sections.weight).reduce(0) { $1.0.start == g ? $0 + $1.1 : $0 }
        }
        let overall = zip(starts, size).flatMap { g, weight in
            plain(g).map { ($0.equation, $0.weight * weight / size.reduce(0, +)) }
        }
        var figures = [Figure(estimand: Estimand(.overall), equations: overall)]
        figures += Array(Set(cells.map(\.step))).sorted().map { e in mean(.event(e)) { $0.step == e } }
        figures += starts.map { Figure(estimand: Estimand(.cohort($0)), equations: plain($0)) }
        figures += Array(Set(cells.map(\.period))).sorted().map { t in mean(.calendar(t)) { $0.period == t } }
        figures += cells.map { cell in
            Figure(
                estimand: Estimand(.groupTime(cohort: cell.start, period: cell.period)),
                equations: [(cell.equation, 1)])
        }
        return figures
    }

    private func fit(
        _ sections: CrossSections, _ figures: [Figure], warnings: [Warning], hasLedger: Bool
    ) throws(EstimationError) -> Fit {
        var equations: [CrossSections.Equation] = []
        var number: [String: Int] = [:]
        for figure in figures {
            for (equation, _) in figure.equations where number[equation.name] == nil {
                number[equation.name] = equations.count
                equations.append(equation)
            }
        }
        let made = sections.regression(equations)
        let design = sections.outcomes.panel.design
        let asked = figures.map { figure in
            var asked = DerivedRegression.Asked(
                estimand: figure.estimand, contrast: [:], cellWeights: [Double](repeating: 0, count: design.cellCount))
            for (equation, weight) in figure.equations {
                asked.contrast[made.place[number[equation.name] ?? 0], default: 0] += weight
                for (c, share) in sections.cellWeights(equation).enumerated() {
                    asked.cellWeights[c] += weight * share
                }
            }
            return asked
        }
        let shares = asked[0].cellWeights
        let results = hasLedger ? treatedResults(sections) : TreatedResults(design)
        var fit = try made.regression.fit(Self.name, design, asked: asked, warnings: warnings) { coefficients in
            let headline = asked[0].contrast.sorted { $0.key < $1.key }.reduce(0.0) {
                $0 + $1.value * (coefficients[$1.key] ?? 0)
            }
            return results.untreated(shares: shares, estimate: headline)
        }
        fit.ledgerWeight = results.ledgerWeight([shares])
        if !comparesWithNotYet { fit.equation = made.equation }
        return fit
    }

    /// Each treated result less what its unit's past and the comparison's path lead to expect.
    private func treatedResults(_ sections: CrossSections) -> TreatedResults {
        let panel = sections.outcomes.panel
        var results = TreatedResults(panel.design)
        for g in sections.starts {
            for t in sections.outcomes.periods(from: g) {
                let equation =
                    comparesWithNotYet
                    ? sections.single("", start: g, period: t) : sections.pooled("", [.init(start: g, periods: [t])])
                guard equation.isEstimable else { continue }
                let compared = sections.compared(equation)
                for i in equation.series.indices where equation.isTreated[i] {
                    let s = equation.series[i]
                    results.add(
                        .init(
                            cells: panel.cells(s, t), period: t, eventTime: panel.ordinals[t] - g, side: 0,
                            weight: panel.weight(s, t), effect: equation.outcome[i] - compared))
                }
            }
        }
        return results
    }

    private func warnings(_ whole: Design, _ sections: CrossSections) -> [Warning] {
        var warnings: [Warning] = []
        let present = whole.isPresentUnit
        let early = present.indices.filter { u in
            present[u] && (whole.start[u].map { !sections.starts.contains($0) } ?? false)
        }
        if !early.isEmpty {
            warnings.append(
                Warning(
                    "too-few-before",
                    "left out, since \(transformation.rawValue)ing takes \(transformation.needed) periods before the start: "
                        + early.map { whole.units[$0] }.joined(separator: ", ")))
        }
        let without = sections.leftOut.map { whole.units[sections.outcomes.panel.series[$0].unit] }
        if !without.isEmpty {
            warnings.append(
                Warning(
                    "too-few-before",
                    "left out, since they have too few results before the start to be compared with themselves: "
                        + without.joined(separator: ", ")))
        }
        return warnings
    }
}
