import DatabaseServers
import Foundation
import Queries
import Synchronization
import Testing

/// A database for tests: takes tables of texts, runs statements, answers queries.
protocol TestEngine: QueryEngine, Sendable {
    func load(_ table: String, csv: String) throws
    func run(_ statement: String) throws
}

extension TestEngine {
    func view(_ name: String, _ select: String) throws {
        if dialect == .postgres || dialect == .clickhouse {
            try run("DROP VIEW IF EXISTS \(name)")
            try run("CREATE VIEW \(name) AS \(select)")
        } else {
            try run("CREATE OR REPLACE TEMPORARY VIEW \(name) AS \(select)")
        }
    }
}

struct EngineFailure: Error, CustomStringConvertible {
    var description: String
}

/// Each engine is started once for all tests, where it is installed; the tests say plainly where it is not.
enum TestEngines {
    /// The Python programs that have DuckDB, ClickHouse (chdb) and Spark (pyspark); PostgreSQL is found on the path.
    static let variables: [Dialect: String] = [
        .duckdb: "COUNTERPART_DUCKDB_PYTHON", .clickhouse: "COUNTERPART_CLICKHOUSE_PYTHON",
        .spark: "COUNTERPART_SPARK_PYTHON",
    ]

    private static let started = Mutex<[Dialect: Result<any TestEngine, EngineFailure>]>([:])

    /// Nil where the engine is not installed; an engine that is and does not start is an error.
    static func engine(_ dialect: Dialect) throws -> (any TestEngine)? {
        guard isInstalled(dialect) else {
            print(
                "skipped: no \(dialect.title)"
                    + (variables[dialect].map { "; \($0) may name a Python that has it" } ?? ""))
            return nil
        }
        return try started.withLock { started in
            if let known = started[dialect] { return try known.get() }
            let new: Result<any TestEngine, EngineFailure>
            do {
                if dialect == .postgres, let server = PostgresServer.shared {
                    new = .success(try PostgresTables(server))
                } else {
                    new = .success(try PipedEngine(dialect, python: python(dialect) ?? ""))
                }
            } catch {
                new = .failure(EngineFailure(description: "\(error)"))
            }
            started[dialect] = new
            return try new.get()
        }
    }

    static func isInstalled(_ dialect: Dialect) -> Bool {
        dialect == .postgres ? PostgresServer.isPresent : python(dialect) != nil
    }

    private static func python(_ dialect: Dialect) -> String? {
        let named = variables[dialect].flatMap { ProcessInfo.processInfo.environment[$0] }
        return named.flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }
    }
}

/// DuckDB, ClickHouse or Spark inside a Python program, spoken to through pipes.
final class PipedEngine: TestEngine {
    let dialect: Dialect
    let version: String
    private let pipes: Mutex<Pipes>

    private struct Pipes {
        let process: Process
        let asking: FileHandle
        let answering: FileHandle
        var unread: [UInt8] = []

        mutating func ask(_ question: [String: String]) throws -> [String: String] {
            if !question.isEmpty {
                try asking.write(contentsOf: JSONEncoder().encode(question) + Data("\n".utf8))
            }
            while true {
                if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Data(unread[..<end])
                    unread.removeSubrange(...end)
                    return try JSONDecoder().decode([String: String].self, from: line)
                }
                let part = answering.availableData
                guard !part.isEmpty else { throw EngineFailure(description: "the engine has ended") }
                unread.append(contentsOf: part)
            }
        }
    }

    init(_ dialect: Dialect, python: String) throws {
        self.dialect = dialect
        let process = Process()
        process.executableURL = URL(filePath: python)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Engines/engine.py").path()
        process.arguments = [script, dialect.rawValue]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // The program ends when its standard input does, which is when the tests end.
        var pipes = Pipes(
            process: process, asking: input.fileHandleForWriting, answering: output.fileHandleForReading)
        version = try pipes.ask([:])["version"] ?? ""
        self.pipes = Mutex(pipes)
    }

    private func ask(_ question: [String: String]) throws -> [String: String] {
        let answer = try pipes.withLock { try $0.ask(question) }
        if let error = answer["error"] { throw EngineFailure(description: error) }
        return answer
    }

    func load(_ table: String, csv: String) throws {
        let path = NSTemporaryDirectory() + "counterpart-load-\(UUID().uuidString).csv"
        try Data(csv.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try ask(["load": table, "csv": path])
    }

    func run(_ statement: String) throws { _ = try ask(["run": statement]) }

    func csv(_ query: String) throws -> [UInt8] {
        guard let text = try ask(["sql": query])["csv"], let bytes = Data(base64Encoded: text) else {
            throw EngineFailure(description: "no answer")
        }
        return Array(bytes)
    }
}

/// A PostgreSQL server of the tests' own.
struct PostgresTables: TestEngine {
    let dialect = Dialect.postgres
    let version: String
    private let server: PostgresServer

    init(_ server: PostgresServer) throws {
        self.server = server
        version =
            "PostgreSQL " + (try server.run("SHOW server_version")).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func load(_ table: String, csv: String) throws {
        // Headers of tests hold no comma, and quotes as CSV doubles them, which is how SQL does too.
        let columns = csv.prefix { $0 != "\n" }.split(separator: ",").map { name in
            name.hasPrefix("\"") ? "\(name) TEXT" : "\"\(name)\" TEXT"
        }
        try server.run(
            "DROP TABLE IF EXISTS \(table) CASCADE; CREATE TABLE \(table) (\(columns.joined(separator: ", ")));\n"
                + "COPY \(table) FROM STDIN WITH (FORMAT csv, HEADER);\n\(csv)\\.\n")
    }

    func run(_ statement: String) throws { try server.run(statement) }

    func csv(_ query: String) throws -> [UInt8] {
        Array(try server.run("COPY (\(query)) TO STDOUT WITH (FORMAT csv, HEADER);\n").utf8)
    }
}
