import Cells
import Tables

/// Makes cells where the rows live: a profile, then a GROUP BY, both checked against each other.
public enum EngineCells {
    /// - Parameters:
    ///   - request: as for `CellReader`; its files and their form are not looked at.
    ///   - table: the table's name as the user gave it, parts separated by points: `schema.pupils`.
    /// - Throws: `QueryError`; what the engine throws.
    public static func read(
        _ request: CellRequest, table: String, engine: some QueryEngine
    ) throws -> EngineReading {
        throw QueryError.notInDatabases("this version's cells")
    }
}
