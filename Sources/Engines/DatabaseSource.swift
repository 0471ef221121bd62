import Queries

/// A database as `--source` names it.
public enum DatabaseSource: Sendable, Equatable {
    /// A URI as libpq takes it.
    case postgres(String)
    /// What stands after `odbc:`, as a driver manager takes it.
    case odbc(String)
    /// The file of a DuckDB database.
    case duckdb(String)

    /// - Throws: `EngineError.notASource`; `.passwordInSource` where others could read it.
    public init(_ text: String) throws(EngineError) {
        func rest(_ prefix: String) -> String? {
            text.lowercased().hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
        }
        if rest("postgres://") ?? rest("postgresql://") != nil {
            try PostgresURI(text).refusePassword()
            self = .postgres(text)
        } else if let rest = rest("odbc:"), !rest.isEmpty {
            try ODBCText(rest).refusePassword()
            self = .odbc(rest)
        } else if let rest = rest("duckdb:"), !rest.isEmpty {
            self = .duckdb(rest)
        } else {
            throw .notASource
        }
    }

    /// The source without who logs in, for results and messages.
    public var shown: String {
        switch self {
        case .postgres(let text): PostgresURI(text).shown
        case .odbc(let text): ODBCText(text).shown
        case .duckdb(let path): "duckdb:\(path)"
        }
    }

    /// The SQL that it speaks; of ODBC it is known when the database has said its name, and until then the usual one.
    public var dialect: Dialect {
        if case .duckdb = self { .duckdb } else { .postgres }
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - dialect: for ODBC: the SQL to be written where the database is not known by its name.
    ///   - threads: for DuckDB, which works here.
    public func open(dialect: Dialect?, threads: Int) throws(EngineError) -> any QueryEngine {
        switch self {
        case .postgres(let text): try PostgresEngine(text)
        case .odbc(let text): try ODBCEngine(text, dialect: dialect)
        case .duckdb(let path): try DuckDBEngine(database: path, threads: threads)
        }
    }
}
