import Cells

extension CellTable {
    /// A table for each combination of the values of some key columns that has rows, in key-byte order.
    ///
    /// - Returns: the values in the order of `columns`, and the cells that have them, in the order of this table.
    /// - Throws: `.columnNotInCells`.
    public func split(by columns: [String]) throws(DesignError) -> [(values: [String], cells: [Int])] {
        var keys: [CellKey] = []
        for name in columns {
            guard let key = self.keys.first(where: { $0.name == name }) else { throw .columnNotInCells(name: name) }
            keys.append(key)
        }
        var members: [[Int32]: [Int]] = [:]
        for cell in 0..<cellCount where rowCounts[cell] > 0 {
            members[keys.map { $0.codes[cell] }, default: []].append(cell)
        }
        return members.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { codes, cells in
            (zip(keys, codes).map { key, code in key.values[Int(code)] }, cells)
        }
    }
}
