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

    /// True where some row has a text in a column.
    ///
    /// - Throws: as `names`.
    public static func holds(
        _ value: String, _ column: String, in table: String, _ engine: some QueryEngine
    ) throws -> Bool {
        let name = try TableName(table, engine.dialect)
        let found = engine.dialect.text("cp_source.\(engine.dialect.identifier(column))")
        let answer = try engine.csv(
            """
            SELECT COUNT(*) AS n FROM \(name.sql) AS cp_source WHERE \(found) = \(engine.dialect.literal(value))
            """)
        return CSVAnswer(answer).rows.first?.first != "0"
    }
}
