import Estimation
import Panels

/// What was observed beside what the model expects without treatment.
///
/// The counterfactual is the fitted outcome with every treatment term left out (imputation: the imputed one), so the
/// weighted mean of observed − counterfactual over treated cells is the headline exactly.
///
/// `did2x2` knows one mean before and one after; its expectation follows the comparison units' path from period to period,
/// centred over the treated units' rows, so that their common ups and downs are not taken for an effect.
struct Counterfactual {
    let fit: Fit
    /// Half-widths by period; nil where no interval can be had.
    let table: EffectTable?
    /// Per part and period: what is added to the fitted outcome.
    private var drift: [[Double]] = []

    init(fit: Fit, table: EffectTable?) {
        self.fit = fit
        self.table = table
        drift = parts.map { part in
            fit.estimator == .did2x2 ? comparisonPath(part) : [Double](repeating: 0, count: fit.design.periods.count)
        }
    }

    private struct Mean {
        var weight = 0.0
        var observed = 0.0
        var expected = 0.0
        var n = 0.0
    }

    /// Treated units by period, and their groups by period with the interval of that period's effect.
    ///
    /// In a triple difference there are only group rows (`group`, `peers`).
    func ledger() -> [CounterfactualRow] {
        let design = fit.design
        let periods = design.periods.count
        var rows: [CounterfactualRow] = []
        for part in parts {
            let means = means(count: periods) { c in
                design.isTreated[c] && isMember(c, part) ? design.period[c] : nil
            }
            for (t, mean) in means.enumerated() {
                let half = hasPeriodEffects ? table?.halfWidth(period: t, part: part) : nil
                guard let mean else { continue }
                rows.append(
                    row(mean, unit: nil, group: name(part) ?? "partners", period: t, halfWidth: half))
            }
        }
        return rows + unitRows { design.isTreated[$0] }
    }

    /// Partner units before their start, as the path has them. None of these rows takes part in the headline's mean.
    func before() -> [CounterfactualRow] {
        let isTreated = fit.design.isTreated
        return unitRows { !isTreated[$0] }.map { row in
            var row = row
            row.weight = 0
            if measuresFromBefore { row.counterfactual = nil }
            return row
        }
    }

    /// Partner units by period over some of their cells; none in a triple difference, where a row could not say whose it is.
    private func unitRows(_ isWanted: (Int) -> Bool) -> [CounterfactualRow] {
        let design = fit.design
        guard design.isGroup == nil else { return [] }
        let periods = design.periods.count
        let isPartner = design.isTreatedUnit
        let partners = design.units.indices.filter { isPartner[$0] }
        var place = [Int](repeating: 0, count: design.units.count)
        for (i, u) in partners.enumerated() { place[u] = i }
        let means = means(count: partners.count * periods) { c in
            let unit = design.unit[c]
            return isPartner[unit] && isWanted(c) ? place[unit] * periods + design.period[c] : nil
        }
        return means.enumerated().compactMap { i, mean in
            guard let mean else { return nil }
            let (p, t) = i.quotientAndRemainder(dividingBy: periods)
            var row = row(mean, unit: design.units[partners[p]], group: nil, period: t, halfWidth: nil)
            row.eventTime = design.start[partners[p]].map { design.periods[t].ordinal - $0 }
            return row
        }
    }

    /// Estimators that compare each result with the unit's own past have no expectation of that past.
    private var measuresFromBefore: Bool {
        switch fit.estimator {
        case .callawaySantAnna, .stacked, .dcdh, .localProjections, .leeWooldridge: true
        default: false
        }
    }

    /// An estimator with one effect for all periods has no interval for a period's.
    private var hasPeriodEffects: Bool { fit.estimator != .did2x2 && fit.estimator != .twfe }

    /// The comparison units' mean residual by period, less its mean over the treated arm's rows, before and after apart.
    private func comparisonPath(_ part: Estimand.Part) -> [Double] {
        let design = fit.design
        let q = design.moments.variableCount
        let isPartner = design.isTreatedUnit
        let members = (0..<design.cellCount).filter { isMember($0, part) }
        var residual = WeightedMeans(count: design.periods.count)
        for c in members where !isPartner[design.unit[c]] {
            let deviation = design.moments.mean[c * q] - fit.untreatedOutcome[c]
            residual.add(deviation, design.moments.weight[c], to: design.period[c])
        }
        let path = residual.means
        var arm = WeightedMeans(count: 2)
        var isAfter = [Bool](repeating: false, count: design.periods.count)
        for c in members where isPartner[design.unit[c]] {
            let period = design.period[c]
            arm.add(path[period], design.moments.weight[c], to: design.isTreated[c] ? 1 : 0)
            if design.isTreated[c] { isAfter[period] = true }
        }
        let centre = arm.means
        return path.indices.map { path[$0] - centre[isAfter[$0] ? 1 : 0] }
    }

    /// Both arms over all periods; partners with the path expected without the partnership.
    func path() -> [PathPoint] {
        let design = fit.design
        let isPartner = design.isTreatedUnit
        var points: [PathPoint] = []
        for part in parts {
            for arm in [PathPoint.Arm.partners, .comparison] {
                let means = means(count: design.periods.count) { c in
                    isMember(c, part) && isPartner[design.unit[c]] == (arm == .partners) ? design.period[c] : nil
                }
                for (t, mean) in means.enumerated() {
                    guard let mean else { continue }
                    points.append(
                        PathPoint(
                            arm: arm, group: name(part), time: design.periods[t].label,
                            ordinal: design.periods[t].ordinal, observed: mean.observed,
                            counterfactual: arm == .partners ? mean.expected : nil, n: mean.n))
                }
            }
        }
        return points
    }

    private var parts: [Estimand.Part] { fit.design.isGroup == nil ? [.everyone] : [.group, .peers] }

    private func isMember(_ c: Int, _ part: Estimand.Part) -> Bool {
        part == .everyone || fit.design.isGroup?[c] == (part == .group)
    }

    private func partIndex(_ c: Int) -> Int { fit.design.isGroup?[c] == false ? 1 : 0 }

    private func name(_ part: Estimand.Part) -> String? {
        part == .everyone ? nil : part == .group ? "group" : "peers"
    }

    /// Weighted means over the cells of each place; nil where there are none.
    /// - Parameter place: of a cell; nil where it takes no part.
    private func means(count: Int, _ place: (Int) -> Int?) -> [Mean?] {
        let design = fit.design
        let q = design.moments.variableCount
        let weights = fit.ledgerWeight ?? design.moments.weight
        let pupils = design.pupils ?? design.moments.n
        var means = [Mean](repeating: Mean(), count: count)
        for c in 0..<design.cellCount where weights[c] > 0 {
            guard let i = place(c) else { continue }
            let weight = weights[c]
            means[i].weight += weight
            means[i].observed += weight * design.moments.mean[c * q]
            means[i].expected += weight * (fit.untreatedOutcome[c] + drift[partIndex(c)][design.period[c]])
            means[i].n += pupils[c]
        }
        return means.map { mean in
            guard mean.weight > 0 else { return nil }
            var mean = mean
            mean.observed /= mean.weight
            mean.expected /= mean.weight
            return mean
        }
    }

    private func row(_ mean: Mean, unit: String?, group: String?, period: Int, halfWidth: Double?) -> CounterfactualRow
    {
        var row = CounterfactualRow(
            outcome: fit.design.outcome, unit: unit, group: group, time: fit.design.periods[period].label,
            observed: mean.observed, counterfactual: mean.expected, lower: halfWidth.map { mean.expected - $0 },
            upper: halfWidth.map { mean.expected + $0 }, weight: mean.weight, n: mean.n)
        if case .synthetic(let model) = fit.basis {
            row.comparisonPupils = model.pupilsCompared(with: unit, period: period)
        }
        return row
    }
}
