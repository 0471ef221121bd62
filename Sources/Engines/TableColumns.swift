import Queries

/// What a table holds.
public enum TableColumns {
    /// The names of its columns; no row is asked for.
    ///
    /// - Throws: what the engine throws; `QueryError.badTable`.
    public static func names(of table: String, _ engine: some QueryEngine) throws -> [String] {
        let name = try TableName(table, engine.dialect)
        return try CSVAnswer(engine.csv("SELECT * FROM \(name.sql) AS cp_source WHERE 1 = 0")).header
    }
}
