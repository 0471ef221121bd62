import Panels
import Tables

/// Effects by starting cohort and period, each from the change since the last period before the start in that cohort against
/// the change in units not treated by then, and their means.
///
/// Rows matched by unit (one a unit and period, every period) are compared by their changes; others as repeated
/// cross-sections. Nothing compares with units already treated.
/// - Source: Callaway & Sant'Anna (2021); Sant'Anna & Zhao (2020).
public struct CallawaySantAnna: Sendable {
    public var method = AdjustmentMethod.doublyRobust
    /// False: only units that never start compare.
    public var comparesWithNotYet = false
    public var anticipation = 0
    public var usesUniversalBase = false
    /// False: rows are compared as repeated cross-sections even where every unit has one in every period.
    public var matchesRows = true

    public init() {}

    /// What was found, before it is put in a fit's form.
    struct Finding {
        var effects: GroupTimeEffects
        var sample: GroupTimeSample
        var plan: GroupTimePlan
        var warnings: [Warning]
    }

    func find(_ design: Design) throws(EstimationError) -> Finding {
        let present = design.isPresentUnit
        let plan = GroupTimePlan(
            periods: design.periods, starts: design.units.indices.filter { present[$0] }.map { design.start[$0] },
            comparesWithNotYet: comparesWithNotYet, anticipation: anticipation, usesUniversalBase: usesUniversalBase)
        let sample = GroupTimeSample(design, plan, matches: matchesRows)
        guard plan.comparisons.contains(where: \.isPost) else {
            throw .noPeriodBefore(
                units: sample.isUsed.indices.filter { present[$0] && design.start[$0] != nil }.count,
                firstPeriod: design.periods.first?.label ?? "")
        }
        let blocks = design.clusterBlocks
        let count = blocks.levels.count
        var cells: [GroupTimeEffects.Figure] = []
        for (k, comparison) in plan.comparisons.enumerated() {
            let found = try sample.effect(comparison, method, blocks: blocks.codes, blockCount: count)
            cells.append(
                .init(estimate: found.estimate, contributions: found.contributions, weights: [k: 1]))
        }
        let cohorts = Array(Set(plan.comparisons.map(\.cohort))).sorted()
        let effects = GroupTimeEffects(
            comparisons: plan.comparisons, cells: cells,
            shares: CohortShares(sample, cohorts: cohorts, blocks: blocks.codes, blockCount: count),
            eventTime: plan.comparisons.map { design.periods[$0.period].ordinal - $0.cohort })
        return Finding(effects: effects, sample: sample, plan: plan, warnings: warnings(design, plan))
    }

    private func warnings(_ design: Design, _ plan: GroupTimePlan) -> [Warning] {
        var warnings: [Warning] = []
        if !plan.withoutBefore.isEmpty {
            let units = design.units.indices.filter { u in
                design.start[u].map { plan.withoutBefore.contains($0) } ?? false
            }.map { design.units[$0] }
            warnings.append(
                Warning(
                    "always-treated",
                    "left out, since there is no period before their start to compare with: \(units.joined(separator: ", "))"
                ))
        }
        if let last = plan.standIn {
            warnings.append(
                Warning(
                    "no-never-treated",
                    "no unit stays without treatment: those that start in \(design.label(ofOrdinal: last)) are the comparison, "
                        + "and periods from then on are left out"))
        }
        return warnings
    }
}
