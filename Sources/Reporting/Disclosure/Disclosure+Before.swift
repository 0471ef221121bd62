import Inference

extension Disclosure {
    static let beforeTable = "counterfactual before the start"

    /// Partner units before their start: a unit shows all its periods there or none.
    ///
    /// One withheld period would follow from the others, since a unit's residuals sum to nought and what is expected of it is
    /// known from the ledger. The units of a period, before and after their starts together, make the path and the tables of
    /// gaps; those of an event time make its estimate. So the withheld rows of each must be two at least and the threshold
    /// together, and no small one may follow from all these sums at once: units are withheld, the smallest first, until that holds.
    /// - Parameter ledger: of the same analysis, its small rows withheld.
    public func apply(
        toBefore rows: inout [CounterfactualRow], beside ledger: [CounterfactualRow]
    ) -> Entry {
        let primary = rows.map { row in
            isSmall(row.n, mean: row.observed, isShare: isShare)
                || row.comparisonPupils.map { isSmall($0, mean: row.counterfactual, isShare: isShare) } ?? false
        }
        var hidden = zip(rows, primary).map { $0.isSuppressed || $1 }
        for part in grouped(Array(rows.indices), by: { Part(rows[$0]) }) {
            let beside = ledger.filter { $0.unit != nil && $0.isSuppressed && Part($0) == Part(rows[part[0]]) }
            let past = Past(part.map { rows[$0] }, small: part.map { primary[$0] }, beside: beside)
            let found = past.protected(self, from: part.map { hidden[$0] })
            for (index, isHidden) in zip(part, found) where isHidden { hidden[index] = true }
        }
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(Self.beforeTable, primary: primary, hidden: hidden)
    }

    private struct Part: Hashable {
        let outcome: String
        let values: [String]

        init(_ row: CounterfactualRow) {
            outcome = row.outcome
            values = row.by.flatMap { [$0.column, $0.value] }
        }
    }
}

/// The rows of one outcome before the start, by unit, period and event time.
private struct Past {
    let rows: [CounterfactualRow]
    let small: [Bool]
    /// Withheld rows of units after their start.
    let beside: [CounterfactualRow]
    private let unit: [Int]
    private let period: [Int]
    private let eventTime: [Int]

    init(_ rows: [CounterfactualRow], small: [Bool], beside: [CounterfactualRow]) {
        self.rows = rows
        self.small = small
        self.beside = beside
        unit = Self.numbered(rows.map { $0.unit ?? "" })
        period = Self.numbered(rows.map(\.time))
        eventTime = Self.numbered(rows.map { $0.eventTime.map(String.init) ?? "" })
    }

    private static func numbered(_ names: [String]) -> [Int] {
        var place: [String: Int] = [:]
        return names.map { name in
            if let known = place[name] { return known }
            place[name] = place.count
            return place.count - 1
        }
    }

    /// Which rows are withheld.
    /// - Parameter hidden: those that are in any case.
    func protected(_ rule: Disclosure, from hidden: [Bool]) -> [Bool] {
        var isOut = [Bool](repeating: false, count: (unit.max() ?? -1) + 1)
        for i in rows.indices where hidden[i] { isOut[unit[i]] = true }
        func pupils(_ set: [Int]) -> Double { set.reduce(0) { $0 + rows[$1].n } }
        /// Of these rows, the one to withhold next, the smallest first.
        func next(_ set: [Int]) -> Int? {
            set.filter { !isOut[unit[$0]] }.min { (rows[$0].n, $0) < (rows[$1].n, $1) }
        }
        let periods = members(period)
        let sets =
            periods.map { ($0, beside: false) } + members(eventTime).map { ($0, beside: false) }
            + periods.map { ($0, beside: true) }
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for (set, withLedger) in sets {
                let others = withLedger ? beside.filter { $0.time == rows[set[0]].time } : []
                while true {
                    let out = set.filter { isOut[unit[$0]] }
                    let count = out.count + others.count
                    let few = count < 2 || rule.isFew(others.reduce(pupils(out)) { $0 + $1.n })
                    guard count > 0, few, let more = next(set) else { break }
                    isOut[unit[more]] = true
                    hasChanged = true
                }
            }
            guard !hasChanged, givesBack(isOut), let more = next(Array(rows.indices)) else { continue }
            isOut[unit[more]] = true
            hasChanged = true
        }
        return unit.map { isOut[$0] }
    }

    private func members(_ key: [Int]) -> [[Int]] {
        var sets = [[Int]](repeating: [], count: (key.max() ?? -1) + 1)
        for i in key.indices { sets[key[i]].append(i) }
        return sets
    }

    /// Whether a small row follows from the sums by unit, period and event time.
    private func givesBack(_ isOut: [Bool]) -> Bool {
        let out = rows.indices.filter { isOut[unit[$0]] }
        guard !out.isEmpty else { return false }
        // Beyond this the elimination takes too long; so many are withheld only where most units are small.
        guard out.count <= 1_000 else { return true }
        let sums = [unit, period, eventTime].flatMap { key in
            members(key).map { set -> [Double] in
                let isIn = Set(set)
                return out.map { isIn.contains($0) ? 1 : 0 }
            }.filter { $0.contains(1) }
        }
        let span = PartsOfTheHeadline.reduced(sums)
        return out.indices.contains { column in
            small[out[column]]
                && span.contains { row in row.indices.allSatisfy { ($0 == column) == (abs(row[$0]) > 1e-9) } }
        }
    }
}
