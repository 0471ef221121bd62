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
                dropped: DroppedRows.joined(tables.map { $0.blocks[block].dropped }),
                rows: first.blocks[block].rows.map { _ in grouping.sum(tables.map { $0.rows(of: block) }) })
        }
        return CellTable(
            keys: keys, cellCount: grouping.cellCount, blocks: blocks, rowCounts: grouping.sum(tables.map(\.rowCounts)))
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

    /// The counts of several tables, cell by cell of the result.
    fileprivate func sum(_ counts: [[Int]]) -> [Int] {
        var sums = [Int](repeating: 0, count: cellCount)
        for (counts, targets) in zip(counts, targets) {
            for (cell, target) in targets.enumerated() { sums[Int(target)] += counts[cell] }
        }
        return sums
    }

    fileprivate init(_ cellCounts: [Int], keys: [JoinedValues]) {
        if cellCounts.count == 1, let inOrder = Self(inOrder: cellCounts[0], keys) {
            self = inOrder
            return
        }
        var index = KeyIndex(keyCount: keys.count)
        var found: [[UInt32]] = []
        for (table, count) in cellCounts.enumerated() {
            found.append(index.cells(keys.map { $0.codes[table] }, sizes: keys.map(\.values.count), count: count))
        }
        let order = Self.order(index, sizes: keys.map(\.values.count))
        var ranks = [Int32](repeating: 0, count: order.count)
        for (rank, cell) in order.enumerated() { ranks[cell] = Int32(rank) }
        cellCount = index.cellCount
        targets = found.map { cells in cells.map { ranks[Int($0)] } }
        let k = keys.count
        codes = (0..<k).map { key in order.map { Int32(index.codes[$0 * k + key]) } }
    }

    /// One table whose cells stand in key-byte order already, as they do where keys are left out from the end: like cells
    /// are neighbours. `nil` where they are not.
    private init?(inOrder count: Int, _ keys: [JoinedValues]) {
        let columns = keys.map { $0.codes[0] }
        var target = [Int32](repeating: 0, count: count)
        var firsts: [Int] = count > 0 ? [0] : []
        for cell in 1..<max(count, 1) {
            if let column = columns.first(where: { $0[cell] != $0[cell - 1] }) {
                guard column[cell] > column[cell - 1] else { return nil }
                firsts.append(cell)
            }
            target[cell] = Int32(firsts.count - 1)
        }
        cellCount = firsts.count
        targets = [target]
        codes = columns.map { column in firsts.map { Int32(column[$0]) } }
    }

    /// The cells of an index in key-byte order: by codes, the first key's first.
    private static func order(_ index: KeyIndex, sizes: [Int]) -> [Int] {
        let k = sizes.count
        let codes = index.codes
        let bits = sizes.map { Int.bitWidth - max($0 - 1, 0).leadingZeroBitCount }
        let cellBits = Int.bitWidth - index.cellCount.leadingZeroBitCount
        guard bits.reduce(cellBits, +) < Int.bitWidth else {
            return (0..<index.cellCount).sorted { a, b in
                for key in 0..<k where codes[a * k + key] != codes[b * k + key] {
                    return codes[a * k + key] < codes[b * k + key]
                }
                return false
            }
        }
        // All codes and the cell's number fit one word, and words are sorted several times as fast.
        var words = (0..<index.cellCount).map { cell in
            var word = 0
            for key in 0..<k { word = word << bits[key] | Int(codes[cell * k + key]) }
            return word << cellBits | cell
        }
        words.sort()
        return words.map { $0 & (1 << cellBits - 1) }
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
        let count = decimals.count
        let weightFactor = powerOfTen(weightDecimals - part.weightDecimals)
        let factors = (0..<count).map { powerOfTen(decimals[$0] - part.decimals[$0]) }
        var pairFactors: [Int128] = []
        for i in 0..<count { for j in i..<count { pairFactors.append(weightFactor * factors[i] * factors[j]) } }
        for (cell, target) in targets.enumerated() { n[Int(target)] += part.n[cell] }
        Self.add(part.w, to: &w, targets, [weightFactor])
        Self.add(part.ww, to: &ww, targets, [weightFactor * weightFactor])
        Self.add(part.s, to: &s, targets, factors.map { weightFactor * $0 })
        Self.add(part.q, to: &q, targets, pairFactors)
    }

    /// Adds records of as many numbers as there are factors.
    private static func add(_ part: [Int128], to sums: inout [Int128], _ targets: [Int32], _ factors: [Int128]) {
        let size = factors.count
        // Mostly the scales are the same, and nothing is multiplied.
        let isScaled = factors.contains { $0 != 1 }
        sums.withUnsafeMutableBufferPointer { sums in
            for (cell, target) in targets.enumerated() {
                for i in 0..<size {
                    let number = part[cell * size + i]
                    sums[Int(target) * size + i] += isScaled ? number * factors[i] : number
                }
            }
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
