import Cells

extension CellTable {
    /// A table for each combination of the values of some key columns that has rows, in key-byte order.
    ///
    /// - Returns: the values in the order of `columns`, each with the table of its cells.
    /// - Throws: `CellsError.noSuchKey`.
    public func split(by columns: [String]) throws(CellsError) -> [(values: [String], table: CellTable)] {
        guard let first = columns.first else { return [([], self)] }
        var parts: [(values: [String], table: CellTable)] = []
        for value in try key(first).values {
            let part = try filtered(by: first) { $0 == value }
            guard part.cellCount > 0 else { continue }
            for (values, table) in try part.split(by: Array(columns.dropFirst())) {
                parts.append(([value] + values, table))
            }
        }
        return parts
    }
}
