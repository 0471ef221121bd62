/// What is gathered while rows pass: as many lanes as threads work at once, joined at the end. Everything in them is a
/// count, a lowest or a highest, so it does not matter which lane sees which rows.
final class DescriptionLanes: @unchecked Sendable {
    // Unchecked: a lane is in one thread's hands at a time, by the gate.
    struct Lane {
        var columns: [ColumnTally]
        let pairs = PairCounts()
        let part = ScratchText()
    }

    private let gate = Gate()
    private var free: [Lane] = []
    private var all: [Lane] = []
    private let columns: Int
    private let reasons: Int

    init(columns: Int, reasons: Int) {
        self.columns = columns
        self.reasons = reasons
    }

    /// Lends a lane to a thread.
    func withLane(_ work: (Lane) -> Void) {
        let lane = gate.locked { free.popLast() ?? make() }
        work(lane)
        gate.locked { free.append(lane) }
    }

    private func make() -> Lane {
        let lane = Lane(columns: (0..<columns).map { _ in ColumnTally(reasons: reasons) })
        all.append(lane)
        return lane
    }

    /// All lanes as one; no thread is at work.
    func joined(_ reader: NumberReader) -> Lane {
        guard let first = all.first else { return make() }
        for other in all.dropFirst() {
            for (column, found) in zip(first.columns, other.columns) { column.merge(found, reader) }
            first.pairs.merge(other.pairs)
        }
        return first
    }
}
