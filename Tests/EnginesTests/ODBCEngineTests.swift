import DatabaseServers
import Queries
import Testing

@testable import Engines

@Suite(.enabled(if: PostgresDriver.isPresent, "skipped: no ODBC driver or no PostgreSQL server"))
struct ODBCEngineTests {
    private func engine(_ more: String = "") throws -> ODBCEngine {
        let server = try #require(PostgresServer.shared)
        let driver = try #require(PostgresDriver.path)
        return try ODBCEngine(
            "Driver=\(driver);Servername=127.0.0.1;Port=\(server.port);Database=postgres;UID=counterpart" + more,
            dialect: nil)
    }

    private func text(_ engine: some QueryEngine, _ query: String) throws -> String {
        String(decoding: try engine.csv(query), as: UTF8.self)
    }

    @Test func answersAreCSV() throws {
        let engine = try engine()
        #expect(engine.version.hasPrefix("PostgreSQL 1"))
        #expect(engine.dialect == .postgres)
        #expect(
            try text(engine, "SELECT 1 AS n, NULL::text AS a, '' AS b, 'x,\"y' AS c, 'é😀' AS \"d d\"")
                == "n,a,b,c,d d\n1,,\"\",\"x,\"\"y\",é😀\n")
    }

    /// The same bytes as libpq gives, over many blocks.
    @Test func blocksHoldWhatCopyGives() throws {
        let query = """
            SELECT i AS n, 'school ' || i AS t, CASE WHEN i % 7 = 0 THEN NULL ELSE i / 3.0::double precision END AS x,
                   SUM(i::bigint) OVER (ORDER BY i) AS s, CAST(i AS numeric) * 12345678901234567890 AS big
            FROM generate_series(1, 20000) AS i
            """
        let copied = try PostgresEngine(#require(PostgresServer.shared).uri).csv(query)
        #expect(try engine().csv(query) == copied)
    }

    @Test func textsOfAnyLengthAreWhole() throws {
        let query =
            "SELECT repeat('abcdefghij', 3000) AS t, 2 AS n UNION ALL SELECT 'short', 3 UNION ALL SELECT NULL, 4"
        let answer = try text(engine(), query)
        #expect(answer == "t,n\n" + String(repeating: "abcdefghij", count: 3000) + ",2\nshort,3\n,4\n")
    }

    @Test func everyQuerySeesTheSameRowsAndNothingIsWritten() throws {
        let server = try #require(PostgresServer.shared)
        try server.run("DROP TABLE IF EXISTS swelling; CREATE TABLE swelling AS SELECT 1 AS n")
        let engine = try engine()
        let before = try text(engine, "SELECT count(*) AS n FROM swelling")
        try server.run("INSERT INTO swelling VALUES (2)")
        #expect(try text(engine, "SELECT count(*) AS n FROM swelling") == before)
        let refusal = #expect(throws: EngineError.self) {
            try engine.csv("DELETE FROM swelling RETURNING n")
        }
        #expect(refusal?.message.contains("read-only") == true)
        #expect(try server.run("SELECT count(*) FROM swelling") == "2\n")
    }

    @Test func refusalsAreInTheWordsOfTheDatabase() throws {
        let table = #expect(throws: EngineError.self) { try self.engine().csv("SELECT * FROM nowhere") }
        #expect(table?.code == "E166")
        #expect(table?.message.contains("\"nowhere\" does not exist") == true)
        let value = #expect(throws: EngineError.self) {
            try self.engine().csv("SELECT CAST('Amy Smith' AS double precision) AS x")
        }
        #expect(value?.message.contains("Amy") == false)
    }

    /// An error after rows that were sent already.
    @Test func errorsAfterTheLastRowAreErrors() throws {
        for more in ["", ";UseDeclareFetch=1;Fetch=100"] {
            let refusal = #expect(throws: EngineError.self) {
                try self.engine(more).csv("SELECT 1 / (20000 - i) AS x FROM generate_series(1, 20000) AS i")
            }
            #expect(refusal?.message.contains("division by zero") == true)
        }
    }

    @Test func dialectsThatAreNotKnownAreRefusedByName() throws {
        #expect(ODBCEngine.dialect(of: "Oracle") == nil)
        #expect(ODBCEngine.dialect(of: "Spark SQL") == .spark)
    }

    @Test func driversThatAreNotThereAreNamed() {
        let refusal = #expect(throws: EngineError.self) {
            try ODBCEngine("Driver=/nowhere/driver.so;UID=amy", dialect: nil)
        }
        #expect(refusal?.code == "E512")
        #expect(refusal?.message.contains("/nowhere/driver.so") == true)
        #expect(refusal?.message.contains("amy") == false)
        let unknown = #expect(throws: EngineError.self) { try ODBCEngine("DSN=no_such_source", dialect: nil) }
        #expect(unknown?.message.contains("IM002") == true)
    }
}
