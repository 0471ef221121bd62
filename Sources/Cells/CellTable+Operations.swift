import Tables

extension CellTable {
    /// The key of that name.
    ///
    /// - Throws: `CellsError.noSuchKey`.
    public func key(_ name: String) throws(CellsError) -> CellKey {
        keys[try keyIndex(name)]
    }

    func keyIndex(_ name: String) throws(CellsError) -> Int {
        guard let index = keys.firstIndex(where: { $0.name == name }) else {
            throw .noSuchKey(name, known: keys.map(\.name))
        }
        return index
    }

    /// The table with fewer keys: cells that differ in the others alone become one.
    ///
    /// Exact sums are added; in double mode cells are joined pairwise in their order.
    ///
    /// - Parameter names: the keys to keep, in the order wanted.
    /// - Throws: `CellsError.noSuchKey`.
    public func rolledUp(keeping names: [String]) throws(CellsError) -> CellTable {
        var table = self
        table.keys = []
        for name in names { table.keys.append(try key(name)) }
        return .joined([table])
    }

    /// The cells that a condition keeps. Counts of dropped rows stay those of the whole table: they are not known by cell.
    ///
    /// - Parameter isKept: given the values of a cell's keys, in key order.
    public func filtered(_ isKept: ([String]) throws -> Bool) rethrows -> CellTable {
        let cells = try (0..<cellCount).filter { cell in
            try isKept(keys.map { $0.values[Int($0.codes[cell])] })
        }
        return keeping(cells)
    }

    /// The cells where one key's value meets a condition, which is asked once a value.
    ///
    /// - Throws: `CellsError.noSuchKey`.
    public func filtered(by name: String, _ isKept: (String) -> Bool) throws(CellsError) -> CellTable {
        let key = try key(name)
        let kept = key.values.map(isKept)
        return keeping((0..<cellCount).filter { kept[Int(key.codes[$0])] })
    }

    /// The given cells, in ascending order.
    private func keeping(_ cells: [Int]) -> CellTable {
        var table = self
        table.cellCount = cells.count
        table.rowCounts = cells.map { rowCounts[$0] }
        for key in keys.indices { table.keys[key].codes = cells.map { keys[key].codes[$0] } }
        for block in blocks.indices {
            table.blocks[block].sums = blocks[block].sums.keeping(cells)
            table.blocks[block].rows = blocks[block].rows.map { rows in cells.map { rows[$0] } }
        }
        // Joining one table drops the values that no cell has any more.
        return .joined([table])
    }

    /// This table's cells and another's as one; exact sums are brought to the larger scale.
    ///
    /// - Throws: `CellsError.unlikeTables` where keys, variables or modes differ; `.sumsTooLarge` where the sums at one
    ///   scale could leave 128 bits.
    public func merged(with other: CellTable) throws(CellsError) -> CellTable {
        if let difference = difference(from: other) { throw .unlikeTables(difference: difference) }
        guard zip(blocks, other.blocks).allSatisfy({ $0.sums.canAdd($1.sums) }) else { throw .sumsTooLarge }
        return .joined([self, other])
    }

    /// Tables of one block each, over the same rows and keys, as one table of several blocks.
    ///
    /// Their row counts are those of the outcome with most rows in the cell: rows without any outcome are in no table.
    ///
    /// - Throws: `CellsError.unlikeTables` where keys or modes differ.
    package static func sideBySide(_ tables: [CellTable]) throws(CellsError) -> CellTable {
        guard tables.count > 1 else { return joined(tables) }
        let widened = tables.indices.map { index in
            var wide = tables[index]
            wide.blocks = tables.enumerated().map { other, table in
                other == index ? wide.blocks[0] : table.blocks[0].emptied(cellCount: wide.cellCount)
            }
            return wide
        }
        for other in widened.dropFirst() {
            if let difference = widened[0].difference(from: other) { throw .unlikeTables(difference: difference) }
        }
        var table = joined(widened)
        for block in table.blocks.indices { table.blocks[block].dropped = tables[block].blocks[0].dropped }
        let counts = table.blocks.map(\.counts)
        table.rowCounts = (0..<table.cellCount).map { cell in Int(counts.map { $0[cell] }.max() ?? 0) }
        return table
    }

    private func difference(from other: CellTable) -> String? {
        func list(_ names: [String]) -> String { names.joined(separator: ", ") }
        let keys = (keys.map(\.name), other.keys.map(\.name))
        if keys.0 != keys.1 { return "keys \(list(keys.0)) and \(list(keys.1))" }
        let variables = (blocks.map(\.variables), other.blocks.map(\.variables))
        if variables.0 != variables.1 {
            return "variables \(list(variables.0.flatMap { $0 })) and \(list(variables.1.flatMap { $0 }))"
        }
        return isExact == other.isExact ? nil : "exact sums and sums of doubles"
    }

    /// Cells that hold rows of some outcome: those that a cell file lists.
    public var usedCellCount: Int {
        let counts = blocks.map(\.counts)
        return (0..<cellCount).count { cell in counts.contains { $0[cell] > 0 } }
    }

    /// True where sums are integers.
    public var isExact: Bool {
        blocks.allSatisfy { if case .exact = $0.sums { true } else { false } }
    }

    /// The table with one more key, last in order, derived from the others.
    ///
    /// - Parameter value: given the values of a cell's keys, in key order.
    /// - Throws: `CellsError.keyTwice`, or what `value` throws.
    public func adding(key name: String, _ value: ([String]) throws -> String) throws -> CellTable {
        guard !keys.contains(where: { $0.name == name }) else { throw CellsError.keyTwice(name) }
        let texts = try (0..<cellCount).map { cell in try value(keys.map { $0.values[Int($0.codes[cell])] }) }
        var table = self
        table.keys.append(CellKey(name: name, values: texts, codes: texts.indices.map(Int32.init)))
        return .joined([table])
    }

    /// The first combination of values of the named keys, in key-byte order, that more than one kept row has, among the rows
    /// that one outcome looks at.
    ///
    /// With unit and period: whether rows are pupils, or a row of a unit is there twice.
    ///
    /// - Throws: `CellsError.noSuchKey`.
    public func firstRepeated(_ names: [String]) throws(CellsError) -> (values: [String], rows: Int)? {
        let table = try rolledUp(keeping: names)
        let found =
            table.blocks.indices.lazy.map { table.rows(of: $0) } + (table.blocks.isEmpty ? [table.rowCounts] : [])
        for rows in found {
            guard let cell = rows.firstIndex(where: { $0 > 1 }) else { continue }
            return (table.keys.map { $0.values[Int($0.codes[cell])] }, rows[cell])
        }
        return nil
    }
}

extension MomentBlock {
    /// The same variables at the same scales over cells without rows.
    fileprivate func emptied(cellCount: Int) -> MomentBlock {
        let empty: Sums =
            switch sums {
            case .exact(let exact):
                .exact(
                    ExactMoments(decimals: exact.decimals, weightDecimals: exact.weightDecimals, cellCount: cellCount))
            case .double(let centred):
                .double(
                    CentredMoments(
                        shifts: centred.shifts,
                        deviations: CellMoments(variableCount: variables.count, cellCount: cellCount)))
            }
        return MomentBlock(variables: variables, sums: empty, dropped: [])
    }
}

extension MomentBlock.Sums {
    /// False where integer sums, brought to one scale, could leave 128 bits; sums of rows read here never do.
    fileprivate func canAdd(_ other: MomentBlock.Sums) -> Bool {
        guard case .exact(let a) = self, case .exact(let b) = other else { return true }
        let steps = (0..<a.decimals.count).map { abs(a.decimals[$0] - b.decimals[$0]) }.max() ?? 0
        let weightSteps = abs(a.weightDecimals - b.weightDecimals)
        let factor = powerOfTen(weightSteps + max(2 * steps, weightSteps))
        func largest(_ m: ExactMoments) -> UInt128 {
            [m.w, m.ww, m.s, m.q].reduce(0) { max($0, $1.reduce(0) { max($0, $1.magnitude) }) }
        }
        // Every cell of both may go to one.
        let bound = max(largest(a), largest(b)).multipliedReportingOverflow(by: factor.magnitude)
        let rows = UInt128(a.n.count + b.n.count)
        let sum = bound.partialValue.multipliedReportingOverflow(by: rows)
        return !bound.overflow && !sum.overflow && sum.partialValue <= UInt128(Int128.max)
    }

    fileprivate func keeping(_ cells: [Int]) -> MomentBlock.Sums {
        switch self {
        case .exact(let all):
            let count = all.decimals.count
            return .exact(
                ExactMoments(
                    decimals: all.decimals, weightDecimals: all.weightDecimals, n: cells.map { all.n[$0] },
                    w: cells.map { all.w[$0] }, ww: cells.map { all.ww[$0] }, s: gather(all.s, cells, count),
                    q: gather(all.q, cells, pairCount(count))))
        case .double(let centred):
            let all = centred.deviations, count = all.variableCount
            return .double(
                CentredMoments(
                    shifts: centred.shifts,
                    deviations: CellMoments(
                        variableCount: count, n: cells.map { all.n[$0] }, weight: cells.map { all.weight[$0] },
                        squaredWeight: cells.map { all.squaredWeight[$0] }, mean: gather(all.mean, cells, count),
                        within: gather(all.within, cells, pairCount(count)))))
        }
    }
}

/// The records of the given cells, `size` numbers each.
private func gather<Number>(_ numbers: [Number], _ cells: [Int], _ size: Int) -> [Number] {
    var gathered: [Number] = []
    gathered.reserveCapacity(cells.count * size)
    for cell in cells { for i in 0..<size { gathered.append(numbers[cell * size + i]) } }
    return gathered
}
