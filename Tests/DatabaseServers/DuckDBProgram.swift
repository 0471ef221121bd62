import Foundation

/// The DuckDB command line where it is installed: `COUNTERPART_DUCKDB`, or on the path.
public enum DuckDBProgram {
    public static let path: String? = {
        let environment = ProcessInfo.processInfo.environment
        let candidates =
            [environment["COUNTERPART_DUCKDB"]].compactMap { $0 }
            + (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/duckdb" }
        let found = candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
        if found == nil { print("skipped: no DuckDB command line") }
        return found
    }()
    public static let isPresent = path != nil

    /// Runs statements, over a database's file where one is named.
    public static func run(_ statements: String, database: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(filePath: path ?? "duckdb")
        process.arguments = [database ?? ":memory:", "-c", statements]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadUnknown) }
    }
}

/// The ODBC driver of PostgreSQL where Debian and Ubuntu put it.
public enum PostgresDriver {
    public static let path: String? = {
        let candidates = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map { "/usr/lib/\($0)/odbc/psqlodbcw.so" }
        let found = candidates.first { FileManager.default.isReadableFile(atPath: $0) }
        if found == nil { print("skipped: no ODBC driver of PostgreSQL (odbc-postgresql)") }
        return found
    }()
    public static let isPresent = path != nil && PostgresServer.isPresent
}
