import Tables

extension RawTable {
    /// The texts of a column.
    ///
    /// - Returns: nil where there is none and it is not required.
    /// - Throws: `TableError` with the nearest names.
    func column(_ name: String, isRequired: Bool) throws -> [String]? {
        guard isRequired || columns.contains(name) else { return nil }
        let index = try index(of: name)
        return rows.map { $0[index] }
    }
}
