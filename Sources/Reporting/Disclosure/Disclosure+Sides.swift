import Attainment
import Inference

/// The two sides of a gap are told by three tables: the gaps by arm and period, the paths and the ledger. What one of them
/// withholds, the others do.
extension OutcomeResult.GapEffect {
    /// Where one side has pupils in a period and the other has none, the other stands there as withheld: an absent row
    /// would say that there are none.
    mutating func showMissingSides() {
        for (side, other) in [("group", "peers"), ("peers", "group")] {
            for point in path where point.group == other {
                let isThere = path.contains { $0.group == side && $0.arm == point.arm && $0.time == point.time }
                guard !isThere, path.contains(where: { $0.group == side }) else { continue }
                var missing = point
                missing.group = side
                (missing.observed, missing.counterfactual, missing.n, missing.isSuppressed) = (nil, nil, 0, true)
                path.insert(missing, at: place(of: missing))
            }
            for row in counterfactual where row.group == other {
                let isThere = counterfactual.contains { $0.group == side && $0.time == row.time && $0.by == row.by }
                guard !isThere, counterfactual.contains(where: { $0.group == side }) else { continue }
                var missing = CounterfactualRow(
                    outcome: row.outcome, group: side, time: row.time, observed: nil, counterfactual: nil, weight: 0,
                    n: 0)
                (missing.by, missing.isSuppressed) = (row.by, true)
                counterfactual.append(missing)
            }
        }
    }

    private func place(of point: PathPoint) -> Int {
        let own = path.indices.filter { path[$0].group == point.group && path[$0].arm == point.arm }
        return own.first { path[$0].ordinal > point.ordinal } ?? own.last.map { $0 + 1 } ?? path.count
    }

    /// Marks what the table of gaps withholds.
    mutating func withhold(with series: OutcomeResult.GapSeries) {
        for row in series.rows where row.isSuppressed {
            let (arm, time) = series.place(of: row)
            for index in path.indices where path[index].arm == arm && path[index].time == time {
                path[index].isSuppressed = true
            }
            guard arm == .partners else { continue }
            for index in counterfactual.indices
            where counterfactual[index].time == time && counterfactual[index].group != nil {
                counterfactual[index].isSuppressed = true
            }
        }
    }
}

extension OutcomeResult.GapSeries {
    /// The arm and the period of a row.
    func place(of row: GapRow) -> (arm: PathPoint.Arm, time: String?) {
        let arm = row.by.first { $0.column == armColumn }?.value
        return (arm == partners ? .partners : .comparison, row.by.first { $0.column == timeColumn }?.value)
    }

    /// Marks what the paths withhold.
    mutating func withhold(with path: [PathPoint]) {
        for index in rows.indices {
            let (arm, time) = place(of: rows[index])
            if path.contains(where: { $0.isSuppressed && $0.arm == arm && $0.time == time }) {
                rows[index].isSuppressed = true
            }
        }
    }
}

extension Disclosure {
    /// Of a share, whether few pupils in all the periods of a ledger have a yes or a no.
    func hasFewAnswers(_ ledger: [CounterfactualRow], group: String) -> Bool {
        guard isShare else { return false }
        let rows = ledger.filter { $0.group == group }
        let n = rows.reduce(0) { $0 + $1.n }
        let yes = rows.reduce(0) { $0 + ($1.n * ($1.observed ?? 0) / 100).rounded() }
        return isFew(min(yes, n - yes))
    }
}
