/// Room for one batch's marks and cells, reused from batch to batch.
final class RowScratch {
    private var capacity = 0
    /// 0 where the row belongs to a cell.
    private(set) var skipped: UnsafeMutablePointer<UInt8>
    /// 0 where no covariate is missing and the weight is not zero.
    private(set) var late: UnsafeMutablePointer<UInt16>
    /// 0 where the row belongs to the block at hand.
    private(set) var used: UnsafeMutablePointer<UInt8>
    private(set) var cells: UnsafeMutablePointer<UInt32>
    /// Room for the rows that do not.
    private(set) var others: UnsafeMutablePointer<UInt32>
    private var words: UnsafeMutablePointer<UInt64>

    init() {
        skipped = .allocate(capacity: 0)
        late = .allocate(capacity: 0)
        used = .allocate(capacity: 0)
        cells = .allocate(capacity: 0)
        others = .allocate(capacity: 0)
        words = .allocate(capacity: 0)
    }

    deinit { free() }

    func fit(_ rowCount: Int) {
        guard rowCount > capacity else { return }
        free()
        capacity = rowCount
        skipped = .allocate(capacity: rowCount)
        late = .allocate(capacity: rowCount)
        used = .allocate(capacity: rowCount)
        cells = .allocate(capacity: rowCount)
        // One more: the list is written to before it is known whether the row belongs there.
        others = .allocate(capacity: rowCount + 1)
        words = .allocate(capacity: rowCount)
    }

    func findCells(_ index: inout KeyIndex, _ columns: BatchColumns, rowCount: Int) {
        index.find(
            columns.keys.map(\.codes), sizes: columns.keys.map(\.dictionary.count), rowCount: rowCount,
            skipped: skipped, words: words, cells: cells)
    }

    private func free() {
        skipped.deallocate()
        late.deallocate()
        used.deallocate()
        cells.deallocate()
        others.deallocate()
        words.deallocate()
    }
}
