import Cells

/// The key columns of a cell table by what they mean.
struct DesignColumns {
    let unit: CellKey
    let time: CellKey
    /// nil where the partners come from a list.
    let treatment: CellKey?
    let gap: CellKey?
    let clusters: [CellKey]
    let factors: [CellKey]
    let absorbed: [CellKey]
    let splits: [CellKey]

    init(_ table: CellTable, _ request: DesignRequest) throws(DesignError) {
        unit = try Self.key(request.unit, table)
        time = try Self.key(request.time, table)
        switch request.treatment {
        case .startColumn(let name), .treatedColumn(let name): treatment = try Self.key(name, table)
        case .partners: treatment = nil
        }
        if let column = request.gap?.column { gap = try Self.key(column, table) } else { gap = nil }
        clusters = try Self.keys(request.clusters.isEmpty ? [request.unit] : request.clusters, table)
        factors = try Self.keys(request.factors, table)
        absorbed = try Self.keys(request.absorbed, table)
        splits = table.keys.filter { request.splits.contains($0.name) }
    }

    /// The table with only these keys, so that no estimate depends on what else the cells were made for.
    func rollUp(_ table: CellTable) throws(DesignError) -> CellTable {
        var names: [String] = []
        let keys = [unit, time] + [treatment, gap].compactMap { $0 } + clusters + absorbed + factors + splits
        for key in keys where !names.contains(key.name) { names.append(key.name) }
        guard names != table.keys.map(\.name) else { return table }
        do throws(CellsError) { return try table.rolledUp(keeping: names) } catch {
            throw .columnNotInCells(name: names[0])
        }
    }

    private static func key(_ name: String, _ table: CellTable) throws(DesignError) -> CellKey {
        guard let key = table.keys.first(where: { $0.name == name }) else { throw .columnNotInCells(name: name) }
        return key
    }

    private static func keys(_ names: [String], _ table: CellTable) throws(DesignError) -> [CellKey] {
        var found: [CellKey] = []
        for name in names { found.append(try key(name, table)) }
        return found
    }
}

extension CellKey {
    /// The key as a factor of some of the cells, with only the levels that occur there, in byte order.
    func factor(of cells: [Int]) -> CellFactor {
        var occurs = [Bool](repeating: false, count: values.count)
        for cell in cells { occurs[Int(codes[cell])] = true }
        let present = values.indices.filter { occurs[$0] }
        var level = [Int](repeating: -1, count: values.count)
        for (new, code) in present.enumerated() { level[code] = new }
        return CellFactor(
            name: name, levels: present.map { values[$0] }, codes: cells.map { level[Int(codes[$0])] })
    }
}
