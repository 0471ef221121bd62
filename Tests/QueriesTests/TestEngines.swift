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
                new = .success(
                    dialect == .postgres
                        ? try PostgresServer() : try PipedEngine(dialect, python: python(dialect) ?? ""))
            } catch {
                new = .failure(EngineFailure(description: "\(error)"))
            }
            started[dialect] = new
            return try new.get()
        }
    }

    static func isInstalled(_ dialect: Dialect) -> Bool {
        dialect == .postgres ? PostgresServer.isInstalled : python(dialect) != nil
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

/// A PostgreSQL server of its own on a socket in a temporary folder; it ends with the tests.
final class PostgresServer: TestEngine {
    let dialect = Dialect.postgres
    let version: String
    private let folder: String

    private static let initdb = find("initdb")
    private static let postgres = find("postgres")
    private static let psql = find("psql")
    static var isInstalled: Bool { initdb != nil && postgres != nil && psql != nil }

    private static func find(_ program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders =
            path.split(separator: ":").map(String.init) + (9...20).reversed().map { "/usr/lib/postgresql/\($0)/bin" }
        return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The server refuses to run as root; then a user of that name does it.
    private static let isRoot = getuid() == 0

    init() throws {
        guard let initdb = Self.initdb, let postgres = Self.postgres else {
            throw EngineFailure(description: "PostgreSQL is not installed")
        }
        folder = NSTemporaryDirectory() + "counterpart-pg-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let asUser = Self.isRoot ? ["runuser", "-u", "postgres", "--"] : []
        if Self.isRoot { _ = try Self.output(["chown", "postgres", folder]) }
        _ = try Self.output(asUser + [initdb, "-D", folder + "/data", "-A", "trust", "-U", "postgres", "-E", "UTF8"])
        // A shell stands over the server and ends it when its own standard input ends: with the tests, however they end.
        let watch = """
            "$0" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off & server=$!
            cat > /dev/null; kill -INT $server; wait $server; rm -rf "$1"/data
            """
        let shell = Process()
        shell.executableURL = URL(filePath: "/usr/bin/env")
        shell.arguments = asUser + ["sh", "-c", "exec 3<&0\n{ \(watch)\n} <&3", postgres, folder]
        let input = Pipe()
        shell.standardInput = input
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        Self.kept.withLock { $0.append((shell, input)) }
        var answer: String?
        var problem = ""
        for _ in 0..<200 where answer == nil {
            do {
                answer = try Self.output(Self.command(folder, "SHOW server_version"))
            } catch {
                problem = "\(error)"
                usleep(50_000)
            }
        }
        guard let answer else { throw EngineFailure(description: "PostgreSQL did not start: \(problem)") }
        version = "PostgreSQL " + answer.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static let kept = Mutex<[(Process, Pipe)]>([])

    private static func command(_ folder: String, _ sql: String) -> [String] {
        [psql ?? "", "-h", folder, "-U", "postgres", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql]
    }

    private static func output(_ arguments: [String], input: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        if let input {
            let path = NSTemporaryDirectory() + "counterpart-in-\(UUID().uuidString)"
            try Data(input.utf8).write(to: URL(filePath: path))
            process.standardInput = try FileHandle(forReadingFrom: URL(filePath: path))
            try FileManager.default.removeItem(atPath: path)
        } else {
            process.standardInput = FileHandle.nullDevice
        }
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let problem = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw EngineFailure(description: String(decoding: problem, as: UTF8.self))
        }
        return String(decoding: text, as: UTF8.self)
    }

    func load(_ table: String, csv: String) throws {
        let names = csv.prefix { $0 != "\n" }
        // Headers of tests hold no comma and no quote but those around a name.
        let columns = names.split(separator: ",").map { name in
            let bare =
                name.hasPrefix("\"") ? String(name.dropFirst().dropLast()) : String(name).replacing("\"", with: "\"\"")
            return "\"\(bare)\" TEXT"
        }
        try run("DROP TABLE IF EXISTS \(table) CASCADE; CREATE TABLE \(table) (\(columns.joined(separator: ", ")))")
        _ = try Self.output(Self.command(folder, "COPY \(table) FROM STDIN WITH (FORMAT csv, HEADER)"), input: csv)
    }

    func run(_ statement: String) throws { _ = try Self.output(Self.command(folder, statement)) }

    func csv(_ query: String) throws -> [UInt8] {
        Array(try Self.output(Self.command(folder, "COPY (\(query)) TO STDOUT WITH (FORMAT csv, HEADER)")).utf8)
    }
}
