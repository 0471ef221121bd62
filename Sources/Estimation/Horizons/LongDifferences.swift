import Panels

/// Changes from the last period before a date to a later or earlier one, of units that start at that date and of those still
/// untreated: the sample of each local projection.
struct LongDifferences {
    /// What is projected: a horizon, or the mean over several.
    enum Target: Hashable, Sendable {
        case horizon(Int)
        /// The mean of the results from the start to so many steps after it.
        case pooledAfter(Int)
        /// The mean of the results from so many steps before the start to the second before it.
        case pooledBefore(Int)
    }
    /// A unit's change about a date.
    struct Change {
        var series: Int
        var side: Int
        /// Indices into `Design.periods`.
        var date: Int
        var base: Int
        var ends: [Int]
        var isTreated: Bool
        var change: Double
        var weight: Double
    }
    let panel: UnitPeriods
    let comparesWithNotYet: Bool

    /// Dates on which some unit starts, with their base; every date with a period before it where `all`.
    func dates(all: Bool) -> [(date: Int, base: Int)] {
        let starts = panel.starts
        return panel.present.compactMap { t in
            guard let base = panel.lastBefore(panel.ordinals[t]) else { return nil }
            return all || starts.contains(panel.ordinals[t]) ? (t, base) : nil
        }
    }

    /// The periods of a target about a date; nil where the data do not reach so far.
    private func ends(_ target: Target, date: Int, base: Int) -> [Int]? {
        let ordinals = panel.ordinals
        let zero = ordinals[date]
        switch target {
        case .horizon(let h):
            guard let end = panel.present.first(where: { ordinals[$0] - zero == h }), end != base else { return nil }
            return [end]
        case .pooledAfter(let last):
            guard let end = panel.present.last, ordinals[end] >= zero + last else { return nil }
            return panel.present.filter { (zero...zero + last).contains(ordinals[$0]) }
        case .pooledBefore(let first):
            guard let start = panel.present.first, ordinals[start] <= zero - first else { return nil }
            let ends = panel.present.filter { ordinals[$0] >= zero - first && $0 < base }
            return ends.isEmpty ? nil : ends
        }
    }

    /// The changes of one target at one date. Units compare that are untreated at the date and at the target.
    func changes(_ target: Target, date: Int, base: Int) -> [Change] {
        guard let ends = ends(target, date: date, base: base), let last = ends.last else { return [] }
        let zero = panel.ordinals[date]
        let until =
            if case .pooledAfter(let steps) = target { zero + steps } else { max(zero, panel.ordinals[last]) }
        return panel.series.indices.compactMap { s in
            let series = panel.series[s]
            let isTreated = series.start == zero
            if !isTreated, let start = series.start, !comparesWithNotYet || start <= until { return nil }
            guard panel.hasResult(s, base), ends.allSatisfy({ panel.hasResult(s, $0) }) else { return nil }
            let count = Double(ends.count)
            return Change(
                series: s, side: series.side, date: date, base: base, ends: ends, isTreated: isTreated,
                change: ends.reduce(0) { $0 + panel.outcome(s, $1) } / count - panel.outcome(s, base),
                weight: ends.reduce(0) { $0 + panel.weight(s, $1) } / count)
        }
    }

    /// Horizons that some start has, ascending, within the window.
    func horizons(_ window: ClosedRange<Int>?) -> [Int] {
        let found = dates(all: false).flatMap { date, base in
            panel.present.filter { $0 != base }.map { panel.ordinals[$0] - panel.ordinals[date] }
        }
        return Array(Set(found)).sorted().filter { window?.contains($0) ?? true }
    }

    /// Steps after and before that every start has: the largest balanced window.
    func common() -> (after: Int, before: Int) {
        let first = panel.present.first.map { panel.ordinals[$0] } ?? 0
        let last = panel.present.last.map { panel.ordinals[$0] } ?? 0
        let dates = dates(all: false).map { panel.ordinals[$0.date] }
        return (dates.map { last - $0 }.min() ?? 0, dates.map { $0 - first }.min() ?? 0)
    }
}
