import LinearAlgebra
import Panels
import Tables

/// Effects of treatment that may start and stop, by calendar steps since a unit's first switch.
///
/// A switcher's path from the last period before its switch is compared with that of units with the same treatment at first
/// that have not switched by then; effects of ending count with their sign turned, so that each is an effect of treatment. What
/// happens to treatment after the first switch belongs to the effect. Event times below −1 are placebos: the changes before the
/// switch, against those who compare as many steps after it. Beside the mean over all switchers' results stand those of
/// units that began and that ended, and the total effect by periods of treatment.
///
/// Variances follow the paper: each unit's part about the mean of its cohort, so that a cohort of one unit adds nothing.
/// - Source: de Chaisemartin & D'Haultfœuille (2024), *Difference-in-differences estimators of intertemporal treatment
///   effects*, Review of Economics and Statistics.
public struct ChaisemartinDHaultfoeuille: Estimator {
    public static let name = EstimatorName.dcdh
    /// Event times to estimate; nil for all.
    public let window: ClosedRange<Int>?

    public init(window: ClosedRange<Int>? = nil) { self.window = window }

    public func fixedEffects(_ design: Design) -> [CellFactor] { [] }

    /// - Throws: `.doesNotTake` for a gap, covariates and factors; `.noCleanComparison` where no switch can be compared.
    public func fit(_ design: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        try refuse(design)
        let effects = SwitchEffects(try UnitPeriods(design), window: window)
        guard let headline = effects.mean(Estimand(.overall), { $0.eventTime >= 0 }) else {
            throw .noCleanComparison(
                estimator: Self.name.rawValue,
                starts: Array(Set(effects.missing.map(\.cohort.start))).sorted().map(design.label))
        }
        var figures = [headline]
        let hasLeavers = effects.cells.contains { $0.cohort.startsOn && $0.eventTime >= 0 }
        if hasLeavers {
            for (family, startsOn) in [(Estimand.Family.joiners, false), (.leavers, true)] {
                figures += [
                    effects.mean(Estimand(.mean(family))) { $0.eventTime >= 0 && $0.cohort.startsOn == startsOn }
                ].compactMap { $0 }
            }
        }
        figures += [effects.perTreatment()].compactMap { $0 }
        figures += effects.eventTimes.compactMap { e in effects.mean(Estimand(.event(e))) { $0.eventTime == e } }
        let periods = Array(Set(effects.cells.filter { $0.eventTime >= 0 }.map(\.end))).sorted()
        figures += periods.compactMap { t in
            // The counterfactual shows units that began.
            effects.mean(Estimand(.calendar(t), isReported: false)) {
                $0.eventTime >= 0 && $0.end == t && !$0.cohort.startsOn
            }
        }
        return try fit(effects, figures, nested: nested, warnings: warnings(effects))
    }

    /// Effects from the switch on, without placebos and means.
    public func headline(_ design: Design) throws(EstimationError) -> Fit {
        try refuse(design)
        let effects = SwitchEffects(try UnitPeriods(design), window: 0...(window?.upperBound ?? .max))
        guard let headline = effects.mean(Estimand(.overall), { $0.eventTime >= 0 }) else {
            throw .noCleanComparison(estimator: Self.name.rawValue, starts: [])
        }
        return try fit(effects, [headline], nested: nil, warnings: [])
    }

    private func refuse(_ design: Design) throws(EstimationError) {
        try design.refuseAbsorbed(Self.name)
        guard design.isGroup == nil else {
            throw .doesNotTake(
                estimator: Self.name.rawValue, what: "--gap",
                instead: "use --estimator stacked or local-projections, or the default")
        }
        if let first = (design.covariates + design.factors.map(\.name)).first {
            throw .doesNotTake(
                estimator: Self.name.rawValue, what: "covariates (\(first))",
                instead: "leave them out, or use --estimator local-projections")
        }
    }

    private func fit(
        _ effects: SwitchEffects, _ figures: [SwitchEffects.Figure], nested: CellFactor?, warnings: [Warning]
    ) throws(EstimationError) -> Fit {
        let design = effects.panel.design
        let q = design.moments.variableCount
        var untreated = (0..<design.cellCount).map { design.moments.mean[$0 * q] }
        for cell in effects.cells where cell.eventTime >= 0 && !cell.cohort.startsOn {
            let compared = cell.compared
            for row in cell.switchers {
                for c in effects.panel.cells(row.series, cell.end) { untreated[c] -= row.change - compared }
            }
        }
        var began = effects.cellWeights(figures[0]) { !$0.cohort.startsOn }
        let share = began.reduce(0, +)
        for c in began.indices where share > 0 { began[c] /= share }
        var ledgerWeight = TreatedResults(design).ledgerWeight([began])
        // Units whose treatment ended are not in the counterfactual, before their switch either.
        for c in ledgerWeight.indices {
            let unit = design.unit[c]
            if design.startsOn?[unit] == true, design.start[unit] != nil { ledgerWeight[c] = 0 }
        }
        let weights = figures.map { effects.cellWeights($0) }
        let blocks = design.clusterBlocks
        var regression: Fit?
        if nested != nil {
            let made = effects.regression()
            regression = try made.regression.fit(
                Self.name, design,
                asked: zip(figures, weights).map { figure, weights in
                    .init(
                        estimand: figure.estimand,
                        contrast: Dictionary(
                            uniqueKeysWithValues: figure.factors.indices.filter { figure.factors[$0] != 0 }.map {
                                (made.place[$0], figure.factors[$0])
                            }), cellWeights: weights)
                }
            ) { _ in untreated }
        }
        return Fit(
            influenceOf: Self.name, design, estimands: figures.map(\.estimand),
            estimates: figures.map { effects.estimate($0) },
            influence: Matrix(
                rows: blocks.levels.count,
                columns: figures.map { effects.influence($0, blocks: blocks.codes, count: blocks.levels.count) }),
            untreatedOutcome: untreated, cellWeights: weights.map { CellWeights($0) },
            ledgerWeight: ledgerWeight, warnings: warnings, regression: regression)
    }

    private func warnings(_ effects: SwitchEffects) -> [Warning] {
        let design = effects.panel.design
        var warnings: [Warning] = []
        func label(_ cohort: SwitchEffects.Cohort) -> String {
            "\(design.label(ofOrdinal: cohort.start)) (\(cohort.startsOn ? "ending" : "starting"))"
        }
        if !effects.missing.isEmpty {
            warnings.append(
                Warning(
                    "no-clean-comparison",
                    "left out, since nobody with the same treatment at first is still unchanged until then: "
                        + effects.missing.map {
                            "\(label($0.cohort)) at \($0.eventTimes.map(String.init).joined(separator: ", "))"
                        }.joined(separator: "; ")))
        }
        let leavers = effects.cells.filter { $0.cohort.startsOn && $0.eventTime >= 0 }
        if !leavers.isEmpty {
            let units = Set(leavers.flatMap { $0.switchers.map { effects.panel.series[$0.series].unit } }).count
            warnings.append(
                Warning(
                    "treatment-ends",
                    "the treatment of \(units) units ended: they count in the effect with their sign turned, and the "
                        + "counterfactual shows only those that began"))
        }
        let single = Array(
            Set(effects.cells.filter { Set($0.switchers.map(\.series)).count == 1 }.map(\.cohort))
        ).sorted()
        if !single.isEmpty {
            warnings.append(
                Warning(
                    "single-cohorts",
                    "one unit switched alone in \(single.map(label).joined(separator: ", ")): its own spread cannot be told, and "
                        + "standard errors do not hold it"))
        }
        return warnings
    }
}
