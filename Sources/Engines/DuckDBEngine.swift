import Foundation
import Queries

/// DuckDB by its command line: a program for each query, without a shell, over a database's file or over Parquet files.
public final class DuckDBEngine: QueryEngine {
    public let dialect = Dialect.duckdb
    public private(set) var version = ""
    private let program: String
    private let database: String?
    /// What every query stands behind.
    private let opening: String

    /// - Parameters:
    ///   - database: the file of a database, which is opened for reading alone; nil for none.
    ///   - parquet: files that are one table by the name `ParquetFiles.table`.
    ///   - threads: what DuckDB may use.
    /// - Throws: `EngineError.noProgram`, `.cannotConnect`.
    public init(database: String? = nil, parquet: ParquetFiles? = nil, threads: Int) throws(EngineError) {
        self.database = database
        opening = "SET threads = \(threads);\n" + (parquet.map { $0.view + ";\n" } ?? "")
        program = try Self.findProgram()
        if let database, !FileManager.default.isReadableFile(atPath: database) {
            throw .cannotConnect(source: "duckdb:\(database)", message: "there is no such file, or it may not be read")
        }
        let answer: [UInt8]
        do {
            answer = try csv("SELECT version() AS v")
        } catch let refusal as EngineError where database == nil {
            throw refusal
        } catch {
            let said = (error as? EngineError)?.message ?? "\(error)"
            throw .cannotConnect(source: database.map { "duckdb:\($0)" } ?? program, message: said)
        }
        version = "DuckDB " + String(decoding: answer, as: UTF8.self).split(separator: "\n").dropFirst().joined()
    }

    /// The program that the environment names, or the first of its name on the path.
    private static func findProgram() throws(EngineError) -> String {
        if let named = Environment.value("COUNTERPART_DUCKDB") {
            guard FileManager.default.isExecutableFile(atPath: named) else { throw .noProgram(name: named) }
            return named
        }
        let folders = (Environment.value("PATH") ?? "").split(separator: ":")
        let found = folders.map { "\($0)/duckdb" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let found else { throw .noProgram(name: "duckdb") }
        return found
    }

    public func csv(_ query: String) throws -> [UInt8] {
        let arguments =
            ["-no-init", "-bail", "-batch", "-csv", "-nullvalue", ""] + (database.map { ["-readonly", $0] } ?? [])
        let child = ChildProgram(path: program, arguments: arguments)
        let answer = try child.run(input: Array("\(opening)\(query);\n".utf8))
        let said = Self.firstLines(answer.errors)
        guard answer.status == 0, said.isEmpty else { throw failure(said, status: answer.status) }
        return answer.output
    }

    private func failure(_ said: String, status: Int32) -> EngineError {
        guard !said.isEmpty else {
            return .lost(
                source: version.isEmpty ? program : version, message: "it ended with \(status) and no word of why")
        }
        // These tell what was wrong with the query; the others may tell the value that was met.
        let ofQueries = ["Catalog Error", "Binder Error", "Parser Error", "IO Error"]
        if ofQueries.contains(where: said.hasPrefix) { return .refused(engine: "DuckDB", message: said, found: nil) }
        let masked = EngineMessage.withoutValues(said)
        return .refused(engine: "DuckDB", message: masked.line, found: masked.found)
    }

    /// What stands before the query, which the program repeats.
    private static func firstLines(_ errors: [UInt8]) -> String {
        let lines = String(decoding: errors, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
        return EngineMessage().line(lines.prefix { !$0.hasPrefix("LINE ") }.joined(separator: "\n"))
    }
}
