import Tables

/// The state of one lane: its cells, their sums, and the counts of rows that went into none.
///
/// Used by one thread at a time, as batches are.
final class CellLane {
    private let plan: CellPlan
    private var index: KeyIndex
    /// Rows a cell; where sums are exact, those alone that the first block leaves out, since that counts the others.
    private var rowCounts: [Int] = []
    /// By outcome and cell the rows of its subject that are in no sum; empty where outcomes look at every row.
    private var leftOut: [[Int]]
    private var sums: LaneSums
    private var dictionaries: [KeyDictionary?]
    private var emptyCodes: [EmptyCode]
    private var scratch = RowScratch()
    private(set) var scale: LaneScale
    private(set) var drops: DropCounts
    private(set) var weightFaults = WeightFaults()
    private(set) var hasPositiveWeight = false
    private(set) var pupils: PupilRows?

    private enum LaneSums {
        case exact(ExactSums)
        case double(CentredSums)
    }

    init(_ plan: CellPlan, hashKey: PupilHash) {
        self.plan = plan
        index = KeyIndex(keyCount: plan.keys.count)
        let counts = plan.outcomes.indices.map { plan.variables(of: $0).count }
        switch plan.arithmetic {
        case .exact:
            let layout = RecordLayout(variableCounts: counts, isWeighted: plan.weight != nil)
            sums = .exact(ExactSums(layout: layout, limits: plan.limits))
        case .double: sums = .double(CentredSums(variableCounts: counts))
        }
        leftOut = plan.hasSubjects ? Array(repeating: [], count: plan.outcomes.count) : []
        dictionaries = Array(repeating: nil, count: plan.keys.count)
        emptyCodes = Array(repeating: EmptyCode(), count: plan.required.count)
        scale = LaneScale(valueCount: plan.valueColumns.count)
        drops = DropCounts(plan)
        pupils = plan.hasPupil ? PupilRows(hash: hashKey, plan) : nil
    }

    /// True where no row belongs to a cell.
    var isEmpty: Bool { index.cellCount == 0 }

    func add(_ batch: borrowing Batch) {
        guard batch.rowCount > 0 else { return }
        let columns = BatchColumns(batch.columns, plan)
        scratch.fit(batch.rowCount)
        findSkippedRows(batch, columns)
        findLateDrops(batch, columns)
        pupils?.add(batch, columns, plan, skipped: scratch.skipped)
        scratch.findCells(&index, columns, rowCount: batch.rowCount)
        if rowCounts.count < index.cellCount {
            rowCounts.append(contentsOf: repeatElement(0, count: index.cellCount - rowCounts.count))
            for block in leftOut.indices {
                leftOut[block].append(contentsOf: repeatElement(0, count: index.cellCount - leftOut[block].count))
            }
        }
        if !firstBlockCounts { countRows(batch.rowCount) }
        addSums(batch, columns)
    }

    /// Marks rows that belong to no cell: filtered out, or without a key that must be there.
    private func findSkippedRows(_ batch: borrowing Batch, _ columns: BatchColumns) {
        let skipped = scratch.skipped, kept = batch.kept, rowCount = batch.rowCount
        for row in 0..<rowCount { skipped[row] = kept[row] == 0 ? 1 : 0 }
        for (key, column) in columns.keys.enumerated() { dictionaries[key] = column.dictionary }
        for (position, required) in plan.required.enumerated() {
            let column = columns.keys[required.key]
            guard let empty = emptyCodes[position].find(in: column.dictionary) else { continue }
            let codes = column.codes
            for row in 0..<rowCount where skipped[row] == 0 && codes[row] == empty {
                skipped[row] = UInt8(2 + position)
                drops.required[position] += 1
            }
        }
    }

    /// Marks rows that no block takes whatever the outcome: 1 + the covariate that is missing, or the weight's zero.
    private func findLateDrops(_ batch: borrowing Batch, _ columns: BatchColumns) {
        let late = scratch.late, skipped = scratch.skipped, rowCount = batch.rowCount
        late.update(repeating: 0, count: rowCount)
        if let weight = columns.weight {
            let zeroWeight = UInt16(1 + plan.covariates.count)
            let isExact = plan.arithmetic == .exact
            for row in 0..<rowCount where skipped[row] == 0 {
                let isMissing = weight.missing[row] != 0
                let sign = isExact ? weight.mantissas[row].signum() : weight.doubles[row].direction
                guard isMissing || sign <= 0 else {
                    hasPositiveWeight = true
                    continue
                }
                late[row] = zeroWeight
                guard isMissing || sign < 0 else { continue }
                weightFaults.note(isMissing: isMissing, file: batch.file, line: Int(batch.lines[row]))
            }
        }
        for covariate in plan.covariates.indices.reversed() {
            let missing = columns.values[plan.outcomes.count + covariate].missing
            for row in 0..<rowCount where missing[row] != 0 { late[row] = UInt16(1 + covariate) }
        }
    }

    private var firstBlockCounts: Bool { plan.arithmetic == .exact && !plan.outcomes.isEmpty }

    /// Runs of one cell are counted in a register: sorted files have long ones.
    private func countRows(_ rowCount: Int) {
        let cells = scratch.cells, skipped = scratch.skipped
        rowCounts.withUnsafeMutableBufferPointer { counts in
            guard counts.count > 0 else { return }
            var cell = 0
            var run = 0
            for row in 0..<rowCount where skipped[row] == 0 {
                let next = Int(cells[row])
                if next != cell {
                    counts[cell] += run
                    cell = next
                    run = 0
                }
                run += 1
            }
            counts[cell] += run
        }
    }

    private func addSums(_ batch: borrowing Batch, _ columns: BatchColumns) {
        let rowCount = batch.rowCount
        let values = plan.outcomes.indices.map { block in plan.values(of: block).map { columns.values[$0] } }
        switch sums {
        case .exact(var exact):
            // Moved out and back, so that the arrays inside have one owner and grow in place.
            sums = .double(CentredSums(variableCounts: []))
            defer { sums = .exact(exact) }
            let steps = scale.grow(columns, rowCount: rowCount, skipped: scratch.skipped)
            guard let largestProduct = scale.largestProduct(plan) else { return }
            exact.rescale(steps.values(plan), weightSteps: steps.weight)
            exact.reserve(index.cellCount)
            exact.prepare(rowCount: rowCount, largestProduct: largestProduct)
            for block in plan.outcomes.indices {
                findUsedRows(block, columns, rowCount)
                exact.add(
                    block: block, values: values[block].map(\.mantissas), weights: columns.weight?.mantissas,
                    cells: scratch.cells, used: scratch.used, rowCount: rowCount)
            }
        case .double(var double):
            sums = .double(CentredSums(variableCounts: []))
            defer { sums = .double(double) }
            double.reserve(index.cellCount)
            for block in plan.outcomes.indices {
                findUsedRows(block, columns, rowCount)
                double.add(
                    block: block, values: values[block].map(\.doubles), weights: columns.weight?.doubles,
                    cells: scratch.cells, used: scratch.used, rowCount: rowCount)
            }
        }
    }

    /// Marks the rows that a block leaves out, and counts why, one reason a row.
    private func findUsedRows(_ block: Int, _ columns: BatchColumns, _ rowCount: Int) {
        let used = scratch.used, skipped = scratch.skipped, late = scratch.late
        let missing = columns.values[block].missing
        let others = scratch.others
        used.update(repeating: 0, count: rowCount)
        // Most rows are used: eight at a time need no look at each. Of the others a list is made without a branch.
        var count = 0
        func look(_ row: Int) {
            let mark: UInt8 = UInt16(skipped[row] | missing[row]) | late[row] == 0 ? 0 : 1
            used[row] = mark
            others[count] = UInt32(truncatingIfNeeded: row)
            count &+= Int(mark)
        }
        let whole = rowCount & ~7
        for start in stride(from: 0, to: whole, by: 8) {
            let marks = word(skipped, start) | word(missing, start) | word(late, start) | word(late, start + 4)
            if marks != 0 { for row in start..<start + 8 { look(row) } }
        }
        for row in whole..<rowCount { look(row) }
        for k in 0..<count where skipped[Int(others[k])] == 0 {
            let row = Int(others[k])
            if block == 0, firstBlockCounts { rowCounts[Int(scratch.cells[row])] += 1 }
            if !leftOut.isEmpty, missing[row] != Batch.NumberColumn.otherRow {
                leftOut[block][Int(scratch.cells[row])] += 1
            }
            if missing[row] != 0 {
                drops.outcome[block][Int(missing[row])] += 1
            } else {
                drops.late[block][Int(late[row])] += 1
            }
        }
    }

    @inline(__always)
    private func word<Mark>(_ marks: UnsafePointer<Mark>, _ row: Int) -> UInt64 {
        UnsafeRawPointer(marks + row).loadUnaligned(as: UInt64.self)
    }

    /// What the lane has seen, its values in order of arrival.
    func table() -> CellTable {
        let keys = plan.keys.indices.map { key in
            CellKey(
                name: plan.keys[key], values: dictionaries[key]?.texts ?? [],
                codes: (0..<index.cellCount).map { Int32(index.codes[$0 * plan.keys.count + key]) })
        }
        let blocks = plan.outcomes.indices.map { block in
            let sums = moments(of: block)
            let rows = leftOut.isEmpty ? nil : leftOut[block].indices.map { leftOut[block][$0] + sums.rows(in: $0) }
            return MomentBlock(variables: plan.variables(of: block), sums: sums, dropped: [], rows: rows)
        }
        var rows = rowCounts
        if firstBlockCounts, case .exact(let first) = blocks[0].sums {
            for cell in rows.indices { rows[cell] += Int(first.n[cell]) }
        }
        return CellTable(keys: keys, cellCount: index.cellCount, blocks: blocks, rowCounts: rows)
    }

    private func moments(of block: Int) -> MomentBlock.Sums {
        switch sums {
        case .exact(let exact):
            let decimals = plan.values(of: block).map { scale.decimals[$0] }
            return .exact(
                exact.moments(
                    of: block, cells: index.cellCount, decimals: decimals, weightDecimals: scale.weightDecimals))
        case .double(let double): return .double(double.moments(of: block))
        }
    }
}

extension Double {
    /// −1, 0 or 1.
    fileprivate var direction: Int64 { self > 0 ? 1 : self < 0 ? -1 : 0 }
}

/// The code of the empty text in a growing dictionary.
private struct EmptyCode {
    private var code: UInt32?
    private var searched = 0

    mutating func find(in dictionary: KeyDictionary) -> UInt32? {
        guard code == nil, searched < dictionary.count else { return code }
        let texts = dictionary.texts
        for position in searched..<texts.count where texts[position].isEmpty { code = UInt32(position) }
        searched = texts.count
        return code
    }
}
