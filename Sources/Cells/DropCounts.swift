import Tables

/// Rows kept by the filters that went into no sum of a block, by the first reason that held.
struct DropCounts {
    /// By position in `CellPlan.required`.
    var required: [Int]
    /// For each block by the number of the missing reason, counted from 1.
    var outcome: [[Int]]
    /// For each block by 1 + the covariate; the last place is the zero weight.
    var late: [[Int]]

    init(_ plan: CellPlan) {
        required = Array(repeating: 0, count: plan.required.count)
        outcome = Array(repeating: Array(repeating: 0, count: 256), count: plan.outcomes.count)
        late = Array(repeating: Array(repeating: 0, count: plan.covariates.count + 2), count: plan.outcomes.count)
    }

    mutating func add(_ other: DropCounts) {
        for position in required.indices { required[position] += other.required[position] }
        for block in outcome.indices {
            for reason in outcome[block].indices { outcome[block][reason] += other.outcome[block][reason] }
            for reason in late[block].indices { late[block][reason] += other.late[block][reason] }
        }
    }

    /// The counts above zero, in the order in which reasons are tested.
    func rows(of block: Int, _ plan: CellPlan) -> [DroppedRows] {
        var rows = zip(plan.required, required).map { DroppedRows($0.reason, $1) }
        for reason in 1..<outcome[block].count {
            rows.append(DroppedRows(Self.outcomeText(plan.missingReasons, reason), outcome[block][reason]))
        }
        for (covariate, name) in plan.covariates.enumerated() {
            rows.append(DroppedRows("missing covariate \(name)", late[block][1 + covariate]))
        }
        rows.append(DroppedRows("weight zero", late[block][1 + plan.covariates.count]))
        return rows.filter { $0.rows > 0 }
    }

    private static func outcomeText(_ reasons: [String], _ number: Int) -> String {
        if number == Int(Batch.NumberColumn.otherRow) { return "another subject" }
        if number == Int(Batch.NumberColumn.unknown) { return "outcome declared unknown" }
        let reason = number <= reasons.count ? reasons[number - 1] : "unknown"
        return reason == "empty" ? "outcome empty" : "outcome missing: \(reason)"
    }
}

/// Rows whose weight cannot be used: their number and the first of them.
struct WeightFaults {
    struct Fault {
        var rows = 0
        var first: RowPlace?
    }

    private(set) var missing = Fault()
    private(set) var negative = Fault()

    mutating func note(isMissing: Bool, file: Int, line: Int) {
        let place = RowPlace(file: file, line: line)
        if isMissing { missing.note(place, rows: 1) } else { negative.note(place, rows: 1) }
    }

    mutating func add(_ other: WeightFaults) {
        if let first = other.missing.first { missing.note(first, rows: other.missing.rows) }
        if let first = other.negative.first { negative.note(first, rows: other.negative.rows) }
    }
}

extension WeightFaults.Fault {
    fileprivate mutating func note(_ place: RowPlace, rows: Int) {
        self.rows += rows
        first = first.map { min($0, place) } ?? place
    }
}

/// A row by its file's number and its line.
struct RowPlace: Comparable {
    var file: Int
    var line: Int

    static func < (a: RowPlace, b: RowPlace) -> Bool { (a.file, a.line) < (b.file, b.line) }
}
