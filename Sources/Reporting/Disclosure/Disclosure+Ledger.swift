import Inference

extension Disclosure {
    /// The ledger is additive twice: the units of a period make its group rows, and the periods make the headline.
    /// Both totals are published, so both ways are protected.
    ///
    /// A counterfactual that is the mean of a few comparison units tells of their pupils.
    ///
    /// - Parameter whole: the ledger of all pupils, where `rows` splits it into a group and its peers: a period that is
    ///   withheld there is withheld here, since both sides together are the whole.
    public func apply(
        to rows: inout [CounterfactualRow], within whole: [CounterfactualRow] = [], table: String = "counterfactual"
    ) -> Entry {
        let primary = rows.map { row in
            isSmall(row.n, mean: row.observed, isShare: isShare)
                || row.comparisonPupils.map { isSmall($0, mean: row.counterfactual, isShare: isShare) } ?? false
        }
        let closed = Set(whole.filter { $0.group != nil && $0.isSuppressed }.map(\.time))
        var hidden = zip(rows, primary).map { $0.isSuppressed || $1 || closed.contains($0.time) }
        let size = { (index: Int) in rows[index].n }
        let periods = grouped(Array(rows.indices)) { LedgerCell(rows[$0], time: rows[$0].time, group: nil) }
        let series = grouped(rows.indices.filter { rows[$0].group != nil }) {
            LedgerCell(rows[$0], time: nil, group: rows[$0].group)
        }
        var before: [Bool]
        repeat {
            before = hidden
            for period in periods { protect(period, rows, &hidden) }
            for times in series { complete(times, &hidden, size: size) }
        } while hidden != before
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: primary, hidden: hidden)
    }

    /// One period: its units among themselves, its groups among themselves, and a withheld total against its parts.
    private func protect(_ period: [Int], _ rows: [CounterfactualRow], _ hidden: inout [Bool]) {
        let size = { (index: Int) in rows[index].n }
        let units = period.filter { rows[$0].unit != nil }
        let groups = period.filter { rows[$0].group != nil }
        complete(units, &hidden, size: size)
        if groups.count > 1 { complete(groups, &hidden, size: size) }
        // A total that is withheld must not be the sum of parts that are all shown.
        if !groups.isEmpty, groups.allSatisfy({ hidden[$0] }), !units.isEmpty, !units.contains(where: { hidden[$0] }) {
            if let first = units.min(by: { (size($0), $0) < (size($1), $1) }) { hidden[first] = true }
            complete(units, &hidden, size: size)
        }
    }

    private struct LedgerCell: Hashable {
        let outcome: String
        let values: [String]
        let time: String?
        let group: String?

        init(_ row: CounterfactualRow, time: String?, group: String?) {
            outcome = row.outcome
            values = row.by.flatMap { [$0.column, $0.value] }
            self.time = time
            self.group = group
        }
    }
}

extension CounterfactualRow {
    mutating func withhold() {
        isSuppressed = true
        (observed, counterfactual, lower, upper) = (nil, nil, nil, nil)
    }
}

extension Disclosure {
    /// A point is withheld with its own count, with the ledger's row of the same group and period, and where the
    /// difference between the two would speak of fewer pupils than the threshold.
    public func apply(
        to points: inout [PathPoint], beside ledger: [CounterfactualRow], table: String = "path"
    ) -> Entry {
        let primary = points.map { isSmall($0.n, mean: $0.observed, isShare: isShare) }
        var hidden = zip(points, primary).map { $0.isSuppressed || $1 }
        for (index, point) in points.enumerated() where point.arm == .partners {
            let row = ledger.first { $0.time == point.time && $0.group == (point.group ?? "partners") && $0.by.isEmpty }
            guard let row else { continue }
            let rest = point.n - row.n
            if row.isSuppressed || (rest > 0 && isSmall(rest)) { hidden[index] = true }
        }
        // A group and its peers are together all pupils, whose path may be published too.
        for sides in grouped(points.indices.filter { points[$0].group != nil }, by: { Side(points[$0]) }) {
            complete(sides, &hidden) { points[$0].n }
        }
        for index in points.indices where hidden[index] {
            points[index].isSuppressed = true
            (points[index].observed, points[index].counterfactual) = (nil, nil)
        }
        return entry(table, primary: primary, hidden: hidden)
    }

    private struct Side: Hashable {
        let arm: PathPoint.Arm
        let time: String

        init(_ point: PathPoint) {
            arm = point.arm
            time = point.time
        }
    }
}
