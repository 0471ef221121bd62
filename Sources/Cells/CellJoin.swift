import Tables

extension CellTable {
    /// One table from several with the same keys, variables and mode: values united and sorted, cells in key-byte
    /// order, sums brought to the larger scale and added. In double mode cells are joined in the order of the tables.
    static func joined(_ tables: [CellTable]) -> CellTable {
        guard let first = tables.first else { return CellTable(keys: [], cellCount: 0, blocks: [], rowCounts: []) }
        let values = first.keys.indices.map { key in JoinedValues(tables.map { $0.keys[key] }) }
        let grouping = CellGrouping(tables.map(\.cellCount), keys: values)
        let keys = first.keys.indices.map { key in
            CellKey(name: first.keys[key].name, values: values[key].values, codes: grouping.codes[key])
        }
        let blocks = first.blocks.indices.map { block in
            MomentBlock(
                variables: first.blocks[block].variables,
                sums: .joined(tables.map { $0.blocks[block].sums }, grouping),
                dropped: DroppedRows.joined(tables.map { $0.blocks[block].dropped }))
        }
        var rowCounts = [Int](repeating: 0, count: grouping.cellCount)
        for (table, targets) in zip(tables, grouping.targets) {
            for (cell, target) in targets.enumerated() { rowCounts[Int(target)] += table.rowCounts[cell] }
        }
        return CellTable(keys: keys, cellCount: grouping.cellCount, blocks: blocks, rowCounts: rowCounts)
    }
}

/// The values of one key over several tables, each once in byte order, and every cell's code among them.
private struct JoinedValues {
    private(set) var values: [String] = []
    /// For each table one code a cell.
    private(set) var codes: [[UInt32]]

    /// A text of one table. Bytes are compared, never characters: two spellings of é are two values.
    private struct Entry {
        var prefix: UInt64
        var text: String
        var table: Int
        var code: Int

        init(text: String, table: Int, code: Int) {
            self.text = text
            self.table = table
            self.code = code
            prefix = 0
            var count = 0
            for byte in text.utf8.prefix(8) {
                prefix = prefix << 8 | UInt64(byte)
                count += 1
            }
            prefix <<= UInt64(8 * (8 - count))
        }

        static func precedes(_ a: Entry, _ b: Entry) -> Bool {
            a.prefix != b.prefix ? a.prefix < b.prefix : a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
        }
    }

    /// Only values that some cell has are kept.
    init(_ keys: [CellKey]) {
        var entries: [Entry] = []
        for (table, key) in keys.enumerated() {
            var occurs = [Bool](repeating: false, count: key.values.count)
            for code in key.codes { occurs[Int(code)] = true }
            for code in occurs.indices where occurs[code] {
                entries.append(Entry(text: key.values[code], table: table, code: code))
            }
        }
        entries.sort(by: Entry.precedes)
        var maps = keys.map { [UInt32](repeating: 0, count: $0.values.count) }
        var last: Entry?
        for entry in entries {
            if last.map({ Entry.precedes($0, entry) }) ?? true {
                values.append(entry.text)
                last = entry
            }
            maps[entry.table][entry.code] = UInt32(values.count - 1)
        }
        codes = zip(keys, maps).map { key, map in key.codes.map { map[Int($0)] } }
    }
}

/// Which cell of the result every cell of several tables goes to.
struct CellGrouping {
    private(set) var cellCount: Int
    /// For each table one target a cell.
    private(set) var targets: [[Int32]]
    /// For each key one code a cell of the result, in key-byte order.
    private(set) var codes: [[Int32]]

    fileprivate init(_ cellCounts: [Int], keys: [JoinedValues]) {
        var index = KeyIndex(keyCount: keys.count)
        var found: [[UInt32]] = []
        for (table, count) in cellCounts.enumerated() {
            found.append(index.cells(keys.map { $0.codes[table] }, sizes: keys.map(\.values.count), count: count))
        }
        let k = keys.count
        let cellCodes = index.codes
        let order = (0..<index.cellCount).sorted { a, b in
            for key in 0..<k where cellCodes[a * k + key] != cellCodes[b * k + key] {
                return cellCodes[a * k + key] < cellCodes[b * k + key]
            }
            return false
        }
        var ranks = [Int32](repeating: 0, count: order.count)
        for (rank, cell) in order.enumerated() { ranks[cell] = Int32(rank) }
        cellCount = index.cellCount
        targets = found.map { cells in cells.map { ranks[Int($0)] } }
        codes = (0..<k).map { key in order.map { Int32(cellCodes[$0 * k + key]) } }
    }
}

extension KeyIndex {
    /// Finds or makes the cells of `count` rows of codes, none skipped.
    fileprivate mutating func cells(_ columns: [[UInt32]], sizes: [Int], count: Int) -> [UInt32] {
        let skipped = [UInt8](repeating: 0, count: count)
        var words = [UInt64](repeating: 0, count: count)
        var cells = [UInt32](repeating: 0, count: count)
        // One array for all columns, so that one closure gives every pointer.
        let joined = columns.flatMap { $0 }
        joined.withUnsafeBufferPointer { joined in
            guard count > 0 else { return }
            let pointers = joined.baseAddress.map { base in columns.indices.map { base + $0 * count } } ?? []
            find(pointers, sizes: sizes, rowCount: count, skipped: skipped, words: &words, cells: &cells)
        }
        return cells
    }
}

extension MomentBlock.Sums {
    /// - Precondition: all of one mode.
    static func joined(_ parts: [MomentBlock.Sums], _ grouping: CellGrouping) -> MomentBlock.Sums {
        let exact = parts.compactMap { if case .exact(let exact) = $0 { exact } else { nil } }
        if exact.count == parts.count { return .exact(.joined(exact, grouping)) }
        let double = parts.compactMap { if case .double(let double) = $0 { double } else { nil } }
        precondition(double.count == parts.count, "exact and double sums are not added")
        return .double(.joined(double, grouping))
    }
}

extension ExactMoments {
    static func joined(_ parts: [ExactMoments], _ grouping: CellGrouping) -> ExactMoments {
        let variableCount = parts.first?.decimals.count ?? 0
        let decimals = (0..<variableCount).map { i in parts.map { $0.decimals[i] }.max() ?? 0 }
        let weightDecimals = parts.map(\.weightDecimals).max() ?? 0
        var joint = ExactMoments(decimals: decimals, weightDecimals: weightDecimals, cellCount: grouping.cellCount)
        for (part, targets) in zip(parts, grouping.targets) { joint.add(part, targets) }
        return joint
    }

    /// Adds every cell of a part, at a scale not above this one, to its target.
    private mutating func add(_ part: ExactMoments, _ targets: [Int32]) {
        let count = decimals.count, pairs = pairCount(count)
        let weightFactor = powerOfTen(weightDecimals - part.weightDecimals)
        let factors = (0..<count).map { powerOfTen(decimals[$0] - part.decimals[$0]) }
        var pairFactors: [Int128] = []
        for i in 0..<count { for j in i..<count { pairFactors.append(weightFactor * factors[i] * factors[j]) } }
        for (cell, target) in targets.enumerated() {
            let target = Int(target)
            n[target] += part.n[cell]
            w[target] += part.w[cell] * weightFactor
            ww[target] += part.ww[cell] * weightFactor * weightFactor
            for i in 0..<count { s[target * count + i] += part.s[cell * count + i] * weightFactor * factors[i] }
            for pair in 0..<pairs { q[target * pairs + pair] += part.q[cell * pairs + pair] * pairFactors[pair] }
        }
    }
}

extension CentredMoments {
    static func joined(_ parts: [CentredMoments], _ grouping: CellGrouping) -> CentredMoments {
        // The shift of the first part with rows: any value of the right size serves.
        let shifts = (parts.first { $0.deviations.n.contains { $0 > 0 } } ?? parts.first)?.shifts ?? []
        var joint = CentredMoments(
            shifts: shifts, deviations: CellMoments(variableCount: shifts.count, cellCount: grouping.cellCount))
        for (part, targets) in zip(parts, grouping.targets) {
            for (cell, target) in targets.enumerated() { joint.add(part, cell: cell, to: Int(target)) }
        }
        return joint
    }
}

extension DroppedRows {
    /// Counts added by reason: the first list's order, then what only later lists have.
    static func joined(_ lists: [[DroppedRows]]) -> [DroppedRows] {
        var joint: [DroppedRows] = []
        for dropped in lists.joined() {
            if let place = joint.firstIndex(where: { $0.reason == dropped.reason }) {
                joint[place].rows += dropped.rows
            } else {
                joint.append(dropped)
            }
        }
        return joint
    }
}
