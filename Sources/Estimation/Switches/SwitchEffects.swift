import LinearAlgebra
import Panels
import Regression

/// The effects of switches, on or off: each switcher's change since the last period before its switch against that of units
/// with the same treatment at first that have not switched yet.
///
/// Everything is linear in the outcome: a figure is Σ c over units, and its error Σ c̃, c less its mean over the unit's cohort
/// (same treatment at first, same switch), which stands for its expectation.
/// - Source: de Chaisemartin & D'Haultfœuille (2024), *Difference-in-differences estimators of intertemporal treatment
///   effects*, §3 and web appendix.
struct SwitchEffects {
    /// One cohort at one event time: a difference of two mean changes.
    struct Cell {
        var cohort: Cohort
        var eventTime: Int
        /// Indices into `Design.periods`.
        var base: Int
        var end: Int
        /// Series, with their weights and changes.
        var switchers: [Row]
        var others: [Row]

        var weight: Double { switchers.reduce(0) { $0 + $1.weight } }
        var compared: Double {
            others.reduce(0) { $0 + $1.weight * $1.change } / others.reduce(0) { $0 + $1.weight }
        }
        var effect: Double { switchers.reduce(0) { $0 + $1.weight * $1.change } / weight - compared }
        /// +1 where treatment began, −1 where it ended.
        var sign: Double { cohort.startsOn ? -1 : 1 }
    }
    struct Row {
        var series: Int
        var weight: Double
        var change: Double
    }
    struct Cohort: Hashable, Comparable {
        var startsOn: Bool
        /// An ordinal.
        var start: Int

        static func < (a: Self, b: Self) -> Bool { (a.startsOn ? 1 : 0, a.start) < (b.startsOn ? 1 : 0, b.start) }
    }

    let panel: UnitPeriods
    private(set) var cells: [Cell] = []
    /// Cohorts with event times that nobody compares at.
    private(set) var missing: [(cohort: Cohort, eventTimes: [Int])] = []

    init(_ panel: UnitPeriods, window: ClosedRange<Int>?) {
        self.panel = panel
        let cohorts = Array(
            Set(
                panel.series.indices.compactMap { s in
                    panel.series[s].start.map { Cohort(startsOn: isOn(s), start: $0) }
                })
        ).sorted()
        let last = panel.present.last.map { panel.ordinals[$0] } ?? 0
        for cohort in cohorts {
            guard let base = panel.lastBefore(cohort.start) else { continue }
            let baseTime = panel.ordinals[base] - cohort.start
            var lost: [Int] = []
            for end in panel.present where end != base {
                let e = panel.ordinals[end] - cohort.start
                // Before the switch: those who compare as many steps after it.
                let until = e >= 0 ? panel.ordinals[end] : cohort.start + baseTime - e - 1
                guard window?.contains(e) ?? true, until <= last else { continue }
                let cell = cell(cohort, e, base: base, end: end, until: until)
                if cell.switchers.isEmpty { continue }
                if cell.others.isEmpty {
                    if e >= 0 { lost.append(e) }
                } else {
                    cells.append(cell)
                }
            }
            if !lost.isEmpty { missing.append((cohort, lost)) }
        }
    }

    /// True where the unit was treated at first.
    private func isOn(_ s: Int) -> Bool { panel.design.startsOn?[panel.series[s].unit] ?? false }

    private func cell(_ cohort: Cohort, _ e: Int, base: Int, end: Int, until: Int) -> Cell {
        var cell = Cell(cohort: cohort, eventTime: e, base: base, end: end, switchers: [], others: [])
        for s in panel.series.indices where isOn(s) == cohort.startsOn {
            guard panel.hasResult(s, base), panel.hasResult(s, end) else { continue }
            let row = Row(
                series: s, weight: panel.weight(s, max(base, end)),
                change: panel.outcome(s, end) - panel.outcome(s, base))
            if panel.series[s].start == cohort.start {
                cell.switchers.append(row)
            } else if panel.series[s].start.map({ $0 > until }) ?? true {
                cell.others.append(row)
            }
        }
        return cell
    }

    var eventTimes: [Int] { Array(Set(cells.map(\.eventTime))).sorted() }

    /// A mean of cells' effects, signed by the direction of the switch.
    struct Figure {
        var estimand: Estimand
        /// Per cell: factor on its effect.
        var factors: [Double]
        /// Per cell: share of its switchers' weight.
        var shares: [Double]
    }

    /// By the weight of switchers; nil where none is chosen.
    func mean(_ estimand: Estimand, _ isChosen: (Cell) -> Bool) -> Figure? {
        let total = cells.reduce(0) { isChosen($1) ? $0 + $1.weight : $0 }
        guard total > 0 else { return nil }
        let shares = cells.map { isChosen($0) ? $0.weight / total : 0 }
        return Figure(estimand: estimand, factors: zip(cells, shares).map { $0.sign * $1 }, shares: shares)
    }

    /// The total effect of all switches by the periods of treatment that they added or took away; nil where treatment never
    /// stops or starts anew, or nothing is left of it.
    func perTreatment() -> Figure? {
        guard let isOn = panel.design.isOn, var figure = mean(Estimand(.mean(.perTreatment)), { $0.eventTime >= 0 })
        else { return nil }
        var periods = 0.0
        for cell in cells where cell.eventTime >= 0 {
            for row in cell.switchers {
                let there = panel.cells(row.series, cell.end).contains { isOn[$0] }
                periods += there == cell.cohort.startsOn ? 0 : row.weight
            }
        }
        let total = cells.reduce(0) { $1.eventTime >= 0 ? $0 + $1.weight : $0 }
        guard periods > 0 else { return nil }
        for k in figure.factors.indices { figure.factors[k] *= total / periods }
        return figure
    }

    func estimate(_ figure: Figure) -> Double {
        zip(cells, figure.factors).reduce(0) { $1.1 == 0 ? $0 : $0 + $1.1 * $1.0.effect }
    }

    /// Per series: c.
    func contributions(_ figure: Figure) -> [Double] {
        var c = [Double](repeating: 0, count: panel.series.count)
        for (cell, factor) in zip(cells, figure.factors) where factor != 0 {
            let weight = cell.weight
            for row in cell.switchers { c[row.series] += factor * row.weight / weight * row.change }
            let others = cell.others.reduce(0) { $0 + $1.weight }
            for row in cell.others { c[row.series] -= factor * row.weight / others * row.change }
        }
        return c
    }

    /// Per block: Σ c̃.
    func influence(_ figure: Figure, blocks: [Int], count: Int) -> [Double] {
        let c = contributions(figure)
        let weight = panel.series.indices.map { s in
            panel.present.reduce(0) { $0 + panel.weight(s, $1) }
                / Double(max(1, panel.present.count { panel.hasResult(s, $0) }))
        }
        var sums: [Cohort: (c: Double, weight: Double)] = [:]
        func cohort(_ s: Int) -> Cohort { Cohort(startsOn: isOn(s), start: panel.series[s].start ?? .max) }
        for s in c.indices {
            let old = sums[cohort(s)] ?? (0, 0)
            sums[cohort(s)] = (old.c + c[s], old.weight + weight[s])
        }
        var influence = [Double](repeating: 0, count: count)
        for s in c.indices {
            let mean = sums[cohort(s)].map { $0.c / $0.weight } ?? 0
            influence[blocks[panel.home(s)]] += c[s] - weight[s] * mean
        }
        return influence
    }

    /// Per cell of the design: its share in a figure.
    func cellWeights(_ figure: Figure, only isChosen: (Cell) -> Bool = { _ in true }) -> [Double] {
        let design = panel.design
        var weights = [Double](repeating: 0, count: design.cellCount)
        for (cell, share) in zip(cells, figure.shares) where share != 0 && isChosen(cell) {
            let total = cell.weight
            for row in cell.switchers {
                for c in panel.cells(row.series, cell.end) {
                    weights[c] +=
                        share * row.weight / total * design.moments.weight[c]
                        / panel.weight(row.series, cell.end)
                }
            }
        }
        return weights
    }

    /// The same estimates as a regression's: in each cell, changes on a constant and the switch.
    func regression() -> (regression: DerivedRegression, place: [Int]) {
        let rows = cells.enumerated().flatMap { k, cell in
            cell.switchers.map { (k, $0, true) } + cell.others.map { (k, $0, false) }
        }
        var regression = DerivedRegression(
            outcome: rows.map { $0.1.change }, weight: rows.map { $0.1.weight },
            cell: rows.map { panel.home($0.1.series) }, regressors: [])
        var place: [Int] = []
        for k in cells.indices {
            regression.regressors.append(
                RowRegressor("constant", rows.map { $0.0 == k ? 1 : 0 }, role: .effect))
            place.append(regression.regressors.count)
            regression.regressors.append(
                RowRegressor("switch", rows.map { $0.0 == k && $0.2 ? 1 : 0 }, role: .treatment))
        }
        return (regression, place)
    }
}
