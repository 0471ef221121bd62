import DatabaseServers
import Queries
import Testing

@testable import Engines

@Suite(.enabled(if: PostgresServer.isPresent, "skipped: no PostgreSQL server"))
struct PostgresEngineTests {
    private func server() throws -> PostgresServer { try #require(PostgresServer.shared) }
    private func engine() throws -> PostgresEngine { try PostgresEngine(server().uri) }

    private func text(_ engine: some QueryEngine, _ query: String) throws -> String {
        String(decoding: try engine.csv(query), as: UTF8.self)
    }

    @Test func answersAreCSV() throws {
        let engine = try engine()
        #expect(engine.version.hasPrefix("PostgreSQL 1"))
        #expect(engine.dialect == .postgres)
        #expect(
            try text(engine, "SELECT 1 AS n, NULL::text AS a, '' AS b, 'x,\"y' AS c, 'é' AS \"d d\"")
                == "n,a,b,c,d d\n1,,\"\",\"x,\"\"y\",é\n")
    }

    @Test func doublesReadBack() throws {
        for value in [0.1 + 0.2, 1e300, 5e-300, -0.1, 1.0 / 3.0, 1e22 + 1e6] {
            let answer = try text(engine(), "SELECT '\(value)'::double precision AS x")
            #expect(answer.split(separator: "\n").last.flatMap { Double($0) } == value)
        }
    }

    /// Rows that another session adds between two queries are not seen, so that counts and sums agree.
    @Test func everyQuerySeesTheSameRows() throws {
        try server().run("DROP TABLE IF EXISTS growing; CREATE TABLE growing AS SELECT 1 AS n")
        let engine = try engine()
        let before = try text(engine, "SELECT count(*) AS n FROM growing")
        try server().run("INSERT INTO growing VALUES (2)")
        // Nor after a query that was refused.
        #expect(throws: EngineError.self) { try engine.csv("SELECT 1/0 AS n") }
        #expect(try text(engine, "SELECT count(*) AS n FROM growing") == before)
        #expect(try text(self.engine(), "SELECT count(*) AS n FROM growing") == "n\n2\n")
    }

    @Test func nothingIsWritten() throws {
        try server().run("DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 1 AS n")
        let refusal = #expect(throws: EngineError.self) {
            try self.engine().csv("WITH gone AS (DELETE FROM kept RETURNING n) SELECT n FROM gone")
        }
        #expect(refusal?.code == "E166")
        #expect(try server().run("SELECT count(*) FROM kept") == "1\n")
    }

    /// The server sends rows first and then the error.
    @Test func errorsAfterTheLastRowAreErrors() throws {
        let query = "SELECT 1 / (20000 - i) AS x FROM generate_series(1, 20000) AS i"
        let refusal = #expect(throws: EngineError.self) { try self.engine().csv(query) }
        #expect(refusal?.code == "E166")
        #expect(refusal?.message == "PostgreSQL refused the query: division by zero (SQLSTATE 22012)")
        #expect(refusal?.status == .input)
    }

    @Test func unknownTablesAndColumnsAreNamed() throws {
        let table = #expect(throws: EngineError.self) { try self.engine().csv("SELECT * FROM nowhere") }
        #expect(table?.message.contains("relation \"nowhere\" does not exist") == true)
        let column = #expect(throws: EngineError.self) { try self.engine().csv("SELECT nothing FROM pg_class") }
        #expect(column?.message.contains("column \"nothing\" does not exist") == true)
    }

    /// What a message quotes of a row is a value, perhaps a pupil's.
    @Test func valuesOfRowsAreNotTold() throws {
        let refusal = #expect(throws: EngineError.self) {
            try self.engine().csv("SELECT CAST('Amy Smith' AS double precision) AS x")
        }
        #expect(refusal?.message.contains("Amy") == false)
        #expect(refusal?.found == "Amy Smith")
    }

    @Test func connectionsThatAreEndedAreLost() throws {
        let engine = try engine()
        let number = try text(engine, "SELECT pg_backend_pid() AS n").split(separator: "\n").last ?? ""
        try server().run("SELECT pg_terminate_backend(\(number))")
        let refusal = #expect(throws: EngineError.self) { try engine.csv("SELECT 1 AS n") }
        #expect(refusal?.code == "E513")
        #expect(refusal?.status == .system)
    }

    @Test func serversWithoutTLSAreRefusedWhereItIsRequired() throws {
        let refusal = #expect(throws: EngineError.self) {
            try PostgresEngine("postgres://counterpart@127.0.0.1:\(server().port)/postgres?sslmode=require")
        }
        #expect(refusal?.code == "E512")
        #expect(refusal?.message.contains("server does not support SSL, but SSL was required") == true)
    }

    @Test func passwordsComeFromElsewhere() throws {
        let refusal = #expect(throws: EngineError.self) { try PostgresEngine(server().guardedURI) }
        #expect(refusal?.code == "E512")
        #expect(refusal?.message.contains("no password supplied") == true)
        #expect(refusal?.message.contains("guarded") == false)
        let unknown = #expect(throws: EngineError.self) {
            try PostgresEngine("postgres://counterpart@127.0.0.1:\(server().port)/postgres?passwort=secret")
        }
        #expect(unknown?.message.contains("passwort") == true)
    }
}
