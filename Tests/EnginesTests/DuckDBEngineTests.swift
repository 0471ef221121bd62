import DatabaseServers
import Foundation
import Testing

@testable import Engines

@Suite(.enabled(if: DuckDBProgram.isPresent, "skipped: no DuckDB command line"))
struct DuckDBEngineTests {
    private func text(_ engine: DuckDBEngine, _ query: String) throws -> String {
        String(decoding: try engine.csv(query), as: UTF8.self)
    }

    private func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "engines-tests-" + UUID().uuidString).path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func answersAreCSV() throws {
        let engine = try DuckDBEngine(threads: 1)
        #expect(engine.version.hasPrefix("DuckDB v"))
        #expect(
            try text(engine, "SELECT 1 AS n, NULL AS a, 'x,\"y' AS c, 0.1::DOUBLE + 0.2 AS x, 2::HUGEINT ** 1 AS h")
                .hasPrefix("n,a,c,x,h\n1,,\"x,\"\"y\",0.30000000000000004,"))
    }

    @Test func aLongQuestionAndALongAnswerPass() throws {
        let engine = try DuckDBEngine(threads: 2)
        let list = (0..<40_000).map(String.init).joined(separator: ",")
        let answer = try text(engine, "SELECT i, repeat('x', 20) AS t FROM range(100000) AS r(i) WHERE i IN (\(list))")
        #expect(answer.split(separator: "\n").count == 40_001)
    }

    @Test func refusalsTellNoValues() throws {
        let engine = try DuckDBEngine(threads: 1)
        let table = #expect(throws: EngineError.self) { try engine.csv("SELECT * FROM nowhere") }
        #expect(table?.message.contains("nowhere does not exist") == true)
        let value = #expect(throws: EngineError.self) { try engine.csv("SELECT CAST('Amy Smith' AS DOUBLE) AS x") }
        #expect(value?.message.contains("Amy") == false)
        #expect(value?.found == "Amy Smith")
    }

    @Test func databasesAreReadAndNotWritten() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try DuckDBProgram.run("CREATE TABLE p AS SELECT 5 AS n", database: folder + "/a.duckdb")
        let engine = try DuckDBEngine(database: folder + "/a.duckdb", threads: 1)
        #expect(try text(engine, "SELECT n FROM p") == "n\n5\n")
        #expect(throws: EngineError.self) { try engine.csv("DELETE FROM p") }
        let absent = #expect(throws: EngineError.self) { try DuckDBEngine(database: folder + "/b.duckdb", threads: 1) }
        #expect(absent?.code == "E512")
    }

    /// Names that DuckDB would take for patterns, columns in another order, and a column that one file lacks.
    @Test func parquetFilesAreOneTable() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let paths = [folder + "/a[1]*.parquet", folder + "/o'b.parquet"]
        try DuckDBProgram.run(
            "COPY (SELECT 1 AS n, 'x' AS t) TO '\(paths[0])' (FORMAT parquet); "
                + "COPY (SELECT 'y' AS t, 2 AS n, 3 AS more) TO '\(paths[1].replacing("'", with: "''"))' (FORMAT parquet); "
                + "COPY (SELECT 9 AS n, 'z' AS t) TO '\(folder)/a1z.parquet' (FORMAT parquet)")
        #expect(paths.allSatisfy(ParquetFiles.isParquet))
        let files = ParquetFiles(paths)
        let engine = try DuckDBEngine(parquet: files, threads: 1)
        #expect(try text(engine, "SELECT n, t FROM \"\(ParquetFiles.table)\" ORDER BY n") == "n,t\n1,x\n2,y\n")
        #expect(try files.rowCounts(engine) == [1, 1])
        try files.checkColumns(["n", "t"], engine)
        #expect(throws: EngineError.columnNotEverywhere(name: "more", path: paths[0])) {
            try files.checkColumns(["more"], engine)
        }
    }
}
