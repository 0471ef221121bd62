import Tables

/// Turns batches of rows into cells: one state a lane, joined at the end in lane order.
///
/// In exact mode the table does not depend on lanes, row order or the split of files; in double mode it depends on the
/// lanes, which the reader fixes whatever the number of threads. What is wrong with the data is collected and thrown
/// by `finish`, the earliest row first, so that messages do not depend on threads either.
final class CellAccumulator: BatchConsumer, @unchecked Sendable {
    // Unchecked because the reader promises that a lane's batches arrive one at a time, and that `begin` and `finish`
    // come before and after all of them: nothing here is ever touched by two threads at once.
    private let plan: CellPlan
    private let hash = PupilHash()
    private var lanes: [CellLane] = []

    init(_ plan: CellPlan) { self.plan = plan }

    func begin(lanes count: Int) {
        lanes = (0..<count).map { _ in CellLane(plan, hashKey: hash) }
    }

    func consume(_ batch: borrowing Batch) {
        lanes[batch.lane].add(batch)
    }

    /// The cells of all lanes.
    ///
    /// - Parameter files: the paths by the number that batches have, for messages.
    /// - Throws: `CellsError` about weights, repeated pupils and squares beyond doubles; `TooLargeForExactSums`
    ///   where a product is too large for exact sums.
    func finish(files: [String]) throws -> CellTable {
        try checkWeights(files)
        try checkPupils(files)
        try checkScale()
        var drops = DropCounts(plan)
        for lane in lanes { drops.add(lane.drops) }
        var table = CellTable.joined(lanes.map { $0.table() })
        for block in table.blocks.indices { table.blocks[block].dropped = drops.rows(of: block, plan) }
        if plan.arithmetic == .double { try checkFinite(table) }
        return table
    }

    /// Rows with a pupil column but no identifier in it: they could not be checked for repeats.
    var unidentifiedRows: Int { lanes.reduce(0) { $0 + ($1.pupils?.unidentified ?? 0) } }

    private func checkWeights(_ files: [String]) throws(CellsError) {
        guard let column = plan.weight else { return }
        var faults = WeightFaults()
        for lane in lanes { faults.add(lane.weightFaults) }
        func place(_ row: RowPlace) -> Place { Place(file: files[row.file], line: row.line, column: column) }
        let missing = faults.missing, negative = faults.negative
        if let first = missing.first, negative.first.map({ first < $0 }) ?? true {
            throw .missingWeight(column: column, first: place(first), rows: missing.rows)
        }
        if let first = negative.first {
            throw .negativeWeight(column: column, first: place(first), rows: negative.rows)
        }
        if !lanes.contains(where: \.hasPositiveWeight), lanes.contains(where: { !$0.isEmpty }) {
            throw .noPositiveWeight(column: column)
        }
    }

    private func checkPupils(_ files: [String]) throws(CellsError) {
        guard plan.hasPupil, let found = PupilRows.firstRepeat(in: lanes.compactMap(\.pupils)) else { return }
        func place(_ row: RowPlace) -> Place { Place(file: files[row.file], line: row.line) }
        throw .repeatedPupil(period: found.period, first: place(found.first), second: place(found.second))
    }

    private func checkScale() throws(TooLargeForExactSums) {
        guard plan.arithmetic == .exact, let first = lanes.first else { return }
        let scale = lanes.dropFirst().reduce(first.scale) { $0.joined(with: $1.scale) }
        if let column = scale.failure(plan) { throw TooLargeForExactSums(column: column) }
    }

    private func checkFinite(_ table: CellTable) throws(CellsError) {
        for block in table.blocks {
            guard case .double(let centred) = block.sums else { continue }
            let q = block.variables.count
            for cell in 0..<table.cellCount {
                var pair = cell * pairCount(q)
                for i in 0..<q {
                    guard centred.deviations.within[pair].isFinite, centred.deviations.mean[cell * q + i].isFinite
                    else {
                        throw .valuesTooLarge(variable: block.variables[i])
                    }
                    pair += q - i
                }
            }
        }
    }
}

/// A column whose values, or their products, exact sums cannot hold.
struct TooLargeForExactSums: Error, Equatable {
    var column: String
}
