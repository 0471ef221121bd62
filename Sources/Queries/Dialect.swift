/// A database's way of writing SQL.
public enum Dialect: String, Sendable, CaseIterable {
    case postgres, duckdb, spark, clickhouse
}
