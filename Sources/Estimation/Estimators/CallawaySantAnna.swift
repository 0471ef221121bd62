import LinearAlgebra
import Panels
import Regression
import Tables

/// Effects by starting cohort and period, each from the change since the last period before the start in that cohort against
/// the change in units not treated by then, and their means.
///
/// Rows matched by unit (one a unit and period, every period) are compared by their changes; others as repeated
/// cross-sections. Nothing compares with units already treated. Covariates are those of the earlier period. A triple
/// difference is told in `GapEffects`.
/// - Source: Callaway & Sant'Anna (2021); Sant'Anna & Zhao (2020).
public struct CallawaySantAnna: Estimator {
    public static let name = EstimatorName.callawaySantAnna
    public var method = AdjustmentMethod.doublyRobust
    /// False: only units that never start compare.
    public var comparesWithNotYet = false
    public var anticipation = 0
    public var usesUniversalBase = false
    /// Where given, effects by event time are those of the cohorts seen so many steps after their start, up to there.
    public var balance: Int?
    /// False: rows are compared as repeated cross-sections even where every unit has one in every period.
    public var matchesRows = true
    /// Nothing depends on it.
    public var threads = 1

    public init() {}

    public init(_ options: EstimatorOptions) {
        method = options.method ?? .doublyRobust
        comparesWithNotYet = options.comparison == .notYet
        anticipation = options.anticipation ?? 0
        usesUniversalBase = options.base == .universal
        balance = options.balance
        threads = options.threads
    }

    public func fixedEffects(_ design: Design) -> [CellFactor] { [] }

    /// - Parameter nested: where given, the regression that gives the same estimates stands beside them, if there is one.
    public func fit(_ whole: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        let plan = plan(whole)
        let found = try find(GroupTimeSample.used(whole, plan), plan)
        let means = found.means(threads: threads)
        let design = found.sample.design
        let regression = nested == nil ? nil : try found.asRegression(method, means)
        return Fit(
            influenceOf: Self.name, design, estimands: means.map(\.estimand), estimates: means.map(\.estimate),
            influence: found.contributions(of: means),
            untreatedOutcome: found.untreatedOutcome, cellWeights: means.map(\.cellWeights),
            ledgerWeight: found.ledgerWeight(), warnings: warnings(whole, plan) + warnings(found),
            regression: regression)
    }

    func plan(_ design: Design) -> GroupTimePlan {
        let present = design.isPresentUnit
        let periods = design.periods.count
        let starts = Array(Set(design.start.compactMap { $0 })).sorted()
        let code = Dictionary(uniqueKeysWithValues: zip(starts, 0...))
        let codeOfUnit = design.start.map { $0.flatMap { code[$0] } ?? starts.count }
        var seen = [Bool](repeating: false, count: (starts.count + 1) * periods)
        for (u, t) in zip(design.unit, design.period) { seen[codeOfUnit[u] * periods + t] = true }
        return GroupTimePlan(
            periods: design.periods, starts: design.units.indices.filter { present[$0] }.map { design.start[$0] },
            comparesWithNotYet: comparesWithNotYet, anticipation: anticipation, usesUniversalBase: usesUniversalBase
        ) { cohort, period in code[cohort].map { seen[$0 * periods + period] } ?? false }
    }

    /// - Parameter design: of the units and periods that the plan uses.
    func find(_ design: Design, _ plan: GroupTimePlan) throws(EstimationError) -> GroupTimeFindings {
        let sample = GroupTimeSample(design, plan, matches: matchesRows)
        guard plan.comparisons.contains(where: \.isPost) else {
            throw .noPeriodBefore(
                units: design.units.indices.filter { design.start[$0] != nil }.count,
                firstPeriod: design.periods.first?.label ?? "")
        }
        try sample.checkRows()
        let blocks = design.clusterBlocks
        guard design.isGroup != nil else {
            // A cohort's propensity scores are much alike from period to period.
            let found = try byCohort(plan) { comparison, before throws(EstimationError) in
                try sample.effect(comparison, method, blocks: blocks, before: before?.score)
            }
            return GroupTimeFindings(parts: [finding(sample, plan, found, blocks)])
        }
        let gap = GapEffects(sample: sample, method: method, blocks: blocks)
        let found = try byCohort(plan) { comparison, _ throws(EstimationError) in try gap.find(comparison) }
        var parts = [
            finding(sample, plan, found.map(\.pair.group), blocks, .group),
            finding(sample, plan, found.map(\.pair.peers), blocks, .peers),
        ]
        for p in parts.indices { parts[p].compared = found.map(\.compared) }
        return GroupTimeFindings(parts: parts, leftOut: found.flatMap(\.leftOut))
    }

    /// What is found for each comparison, those of a cohort before its start and from it on on threads of their own.
    /// - Parameter find: the comparison, and what was found for the one before.
    private func byCohort<Found: Sendable>(
        _ plan: GroupTimePlan, _ find: @Sendable (GroupTimePlan.Comparison, Found?) throws(EstimationError) -> Found
    ) throws(EstimationError) -> [Found] {
        let all = plan.comparisons
        let firsts = all.indices.filter {
            $0 == 0 || all[$0].cohort != all[$0 - 1].cohort || all[$0].isPost != all[$0 - 1].isPost
        }
        let runs = zip(firsts, firsts.dropFirst() + [all.count]).map { $0..<$1 }
        let found = concurrently(runs.count, threads: threads) { r -> Result<[Found], EstimationError> in
            var found: [Found] = []
            for k in runs[r] {
                do throws(EstimationError) {
                    found.append(try find(all[k], found.last))
                } catch {
                    return .failure(error)
                }
            }
            return .success(found)
        }
        var whole: [Found] = []
        for run in found { whole += try run.get() }
        return whole
    }

    private func finding(
        _ sample: GroupTimeSample, _ plan: GroupTimePlan, _ found: [GroupTimeSample.Effect], _ blocks: CellFactor,
        _ part: Estimand.Part = .everyone
    ) -> GroupTimeFinding {
        // With covariates peers stand for the group, and so do their shares.
        let isGroup: Bool? = part == .everyone ? nil : part == .group || sample.covariateCount > 0
        let shares = CohortShares(
            sample, cohorts: Array(Set(plan.comparisons.map(\.cohort))).sorted(), blocks: blocks, isGroup: isGroup)
        let effects = GroupTimeEffects(
            comparisons: plan.comparisons, estimates: found.map(\.estimate),
            contributions: Matrix(rows: blocks.levels.count, columns: found.map(\.contributions)), shares: shares,
            eventTime: plan.comparisons.map { sample.design.periods[$0.period].ordinal - $0.cohort }, balance: balance)
        return GroupTimeFinding(effects: effects, sample: sample, found: found, part: part)
    }

    private func warnings(_ found: GroupTimeFindings) -> [Warning] {
        guard !found.leftOut.isEmpty else { return [] }
        let design = found.sample.design
        let starts = Array(Set(found.leftOut.map { $0.map(design.label(ofOrdinal:)) ?? "never" })).sorted()
        return [
            Warning(
                "comparison-left-out",
                "an effect on the gap compares with one start at a time, and some have too few units for it, or none like the "
                    + "treated ones; they were left out of \(found.leftOut.count) comparisons: start \(starts.joined(separator: ", "))"
            )
        ]
    }

    func warnings(_ design: Design, _ plan: GroupTimePlan) -> [Warning] {
        var warnings: [Warning] = []
        if !plan.withoutBefore.isEmpty {
            let units = design.units.indices.filter { u in
                design.start[u].map { plan.withoutBefore.contains($0) } ?? false
            }.map { design.units[$0] }
            warnings.append(.alwaysTreated(units))
        }
        if let last = plan.standIn {
            warnings.append(.noNeverTreated(last: design.label(ofOrdinal: last)))
        }
        if !plan.unseen.isEmpty {
            let pairs = plan.unseen.map { cohort, period in
                "start \(design.label(ofOrdinal: cohort)) in \(design.periods[period].label)"
            }
            warnings.append(
                Warning(
                    "start-without-results",
                    "units of a start have no results in some periods from it on, and no effect is estimated there: "
                        + pairs.prefix(10).joined(separator: ", ") + (pairs.count > 10 ? ", …" : "")))
        }
        return warnings
    }
}
