import Cells
import Tables

/// What the queries of an engine gave, checked: the cells as `CellReader` makes them from the same rows in files.
public struct EngineReading: Sendable {
    /// One block an outcome. Cells without a used row are not among them, as in a cell table.
    public var table: CellTable
    public var rowsRead: Int
    /// Rows that did not meet the conditions.
    public var rowsFiltered: Int
    /// By outcome the rows left out of its block, the unmet conditions first, in the order of the file reader.
    public var dropped: [[DroppedRows]]
    /// Double where exact sums do not hold, which a warning says.
    public var arithmetic: Arithmetic
    public var warnings: [Warning]
    /// SHA-256 of the text of the cells queries.
    public var sqlSHA256: String
    /// The engine's name and version.
    public var engineVersion: String
}
