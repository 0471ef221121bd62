import Cells

/// Rows written out in a test, made into a cell table by the definition: the slow twin of the accumulator.
struct RowTable {
    var keys: [String]
    var variables = ["y"]
    private var rows: [(keys: [String], values: [Double?], weight: Double)] = []

    init(_ keys: [String], variables: [String] = ["y"]) {
        self.keys = keys
        self.variables = variables
    }

    mutating func add(_ keys: [String], _ values: Double?..., weight: Double = 1) {
        rows.append((keys, values, weight))
    }

    mutating func add(_ keys: [String], values: [Double?], weight: Double = 1) { rows.append((keys, values, weight)) }

    var rowCount: Int { rows.count }

    /// The same rows in another order.
    func reordered(_ order: [Int]) -> RowTable {
        var table = self
        table.rows = order.map { rows[$0] }
        return table
    }

    /// - Parameter blocks: for each block the indices of its variables; a row with any of them missing is left out of it.
    func cells(blocks: [[Int]]? = nil) -> CellTable {
        let values = keys.indices.map { key in
            Set(rows.map { $0.keys[key] }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        let coded = rows.map { row in keys.indices.map { key in values[key].firstIndex(of: row.keys[key]) ?? -1 } }
        let cells = Set(coded).sorted { $0.lexicographicallyPrecedes($1) }
        let members = cells.map { cell in rows.indices.filter { coded[$0] == cell } }
        let cellKeys = keys.indices.map { key in
            CellKey(name: keys[key], values: values[key], codes: cells.map { Int32($0[key]) })
        }
        let chosen = blocks ?? [Array(variables.indices)]
        return CellTable(
            keys: cellKeys, cellCount: cells.count, blocks: chosen.map { block(members, $0) },
            rowCounts: members.map(\.count))
    }

    private func block(_ members: [[Int]], _ chosen: [Int]) -> MomentBlock {
        let q = chosen.count
        var moments = CellMoments(variableCount: q, n: [], weight: [], squaredWeight: [], mean: [], within: [])
        for cell in members {
            let used = cell.filter { row in chosen.allSatisfy { rows[row].values[$0] != nil } }
            let weights = used.map { rows[$0].weight }
            let total = weights.reduce(0, +)
            let z = chosen.map { variable in used.map { rows[$0].values[variable] ?? 0 } }
            let mean = z.map { column in total > 0 ? zip(weights, column).reduce(0) { $0 + $1.0 * $1.1 } / total : 0 }
            moments.n.append(Double(used.count))
            moments.weight.append(total)
            moments.squaredWeight.append(weights.reduce(0) { $0 + $1 * $1 })
            moments.mean += mean
            for i in 0..<q {
                for j in i..<q {
                    moments.within.append(
                        used.indices.reduce(0) { $0 + weights[$1] * (z[i][$1] - mean[i]) * (z[j][$1] - mean[j]) })
                }
            }
        }
        return MomentBlock(
            variables: chosen.map { variables[$0] }, sums: .double(CentredMoments(moments: moments)), dropped: [])
    }
}
