import Tables

extension CellTable {
    /// The table with rows that are in no sum: cells that hold nothing else are added.
    ///
    /// - Parameter rows: the values of a cell's keys, in key order, with the number of such rows.
    package func adding(rows: [(keys: [String], rows: Int)]) -> CellTable {
        var empty = self
        empty.cellCount = rows.count
        empty.rowCounts = rows.map(\.rows)
        empty.keys = keys.enumerated().map { position, key in
            let dictionary = KeyDictionary()
            let codes = rows.map { Int32(dictionary.code(of: $0.keys[position])) }
            return CellKey(name: key.name, values: dictionary.texts, codes: codes)
        }
        empty.blocks = blocks.map { $0.emptied(cellCount: rows.count) }
        let dropped = blocks.map(\.dropped)
        var table = CellTable.joined([self, empty])
        for block in table.blocks.indices { table.blocks[block].dropped = dropped[block] }
        return table
    }
}
