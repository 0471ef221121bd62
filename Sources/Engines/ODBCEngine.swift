internal import CDatabaseDoors
import Queries

/// A database through unixODBC and its vendor's driver.
public final class ODBCEngine: QueryEngine {
    public private(set) var dialect = Dialect.postgres
    public private(set) var version = ""
    private let session: ODBCSession

    /// The names by which databases call themselves (SQL_DBMS_NAME), in lower-case letters, and the SQL they speak.
    static let dialects: [(name: String, dialect: Dialect)] = [
        ("postgresql", .postgres), ("microsoft sql server", .sqlserver), ("duckdb", .duckdb),
        ("clickhouse", .clickhouse), ("spark sql", .spark),
        ("spark", .spark), ("apache spark", .spark), ("sparksql", .spark), ("databricks", .spark),
    ]

    static func dialect(of name: String) -> Dialect? { dialects.first { $0.name == name.lowercased() }?.dialect }

    /// - Parameters:
    ///   - text: what stands after `odbc:`.
    ///   - dialect: the SQL to be written; by default that of the database's name.
    /// - Throws: `EngineError.passwordInSource`, `.noLibrary`, `.cannotConnect`, `.unknownDatabase`.
    public init(_ text: String, dialect named: Dialect?) throws(EngineError) {
        let source = ODBCText(text)
        try source.refusePassword()
        session = try ODBCSession(source, password: Environment.value(ODBCText.variable))
        let name = session.information(ODBC.databaseName)
        version = "\(name) \(session.information(ODBC.databaseVersion)) (ODBC)"
        guard let dialect = named ?? Self.dialect(of: name) else {
            throw .unknownDatabase(name: name, dialects: Dialect.allCases.map(\.rawValue))
        }
        self.dialect = dialect
        if dialect == .postgres { try beginSnapshot() }
    }

    /// Every query then sees the same rows. Other databases are asked with what their administrator set: the levels that would
    /// do the same there lock the table or have to be allowed.
    private func beginSnapshot() throws(EngineError) {
        try session.run("SET extra_float_digits = 3")
        try session.run("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        session.setAutocommit(false)
    }

    public func csv(_ query: String) throws -> [UInt8] {
        let cancellation = session.cancellation()
        return try RunningStatements.during(stop: { cancellation.cancel() }) { try session.csv(query, cancellation) }
    }
}

/// Numbers of the ODBC interface, as in sql.h and sqlext.h.
enum ODBC {
    static let environment: Int16 = 1
    static let connection: Int16 = 2
    static let statement: Int16 = 3
    static let success: Int16 = 0
    static let successWithInformation: Int16 = 1
    static let noData: Int16 = 100
    static let version: Int32 = 200
    static let version3 = 3
    static let autocommit: Int32 = 102
    static let accessMode: Int32 = 101
    static let readOnly = 1
    static let rollback: Int16 = 1
    static let noPrompt: UInt16 = 0
    static let nullTerminated = -3
    static let databaseName: UInt16 = 17
    static let databaseVersion: UInt16 = 18
    static let displaySize: UInt16 = 6
    static let rowArraySize: Int32 = 27
    static let rowsFetched: Int32 = 26
    static let rowStatus: Int32 = 25
    static let rowFailed: UInt16 = 5
    static let wideText: Int16 = -8
    static let double: Int16 = 8
    static let nullData = -1
    static let noTotal = -4
    /// SQL_FLOAT and SQL_DOUBLE; a SQL_REAL is taken as text, whose digits are those of the narrower number.
    static let doubleTypes: [Int16] = [6, 8]

    static func isDone(_ code: Int16) -> Bool { code == success || code == successWithInformation }
}
