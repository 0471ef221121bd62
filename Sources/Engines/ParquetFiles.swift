import Foundation
import Queries
import Tables

/// Parquet files that DuckDB reads as one table.
public struct ParquetFiles: Sendable {
    public let paths: [String]

    private static let mark = Array("PAR1".utf8)

    /// True where a file begins as Parquet does: the byte behind its mark is no text.
    public static func isParquet(_ path: String) -> Bool {
        guard path != "-", let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        return ((try? file.read(upToCount: mark.count + 1)) ?? nil).map { Array($0) == mark + [0x15] } ?? false
    }

    /// - Throws: `EngineError.cutOff` where a file does not end as Parquet does.
    public func checkEnds() throws(EngineError) {
        for path in paths {
            guard let file = FileHandle(forReadingAtPath: path) else { continue }
            defer { try? file.close() }
            let size = (try? file.seekToEnd()) ?? 0
            guard size >= UInt64(2 * Self.mark.count),
                (try? file.seek(toOffset: size - UInt64(Self.mark.count))) != nil,
                ((try? file.readToEnd()) ?? nil).map({ Array($0) == Self.mark }) == true
            else { throw .cutOff(path: path) }
        }
    }

    public init(_ paths: [String]) { self.paths = paths }

    /// What the files together are called as a table.
    public static let table = "files"

    /// Makes that table, columns joined by name.
    var view: String {
        "CREATE TEMP VIEW \"\(Self.table)\" AS SELECT * FROM read_parquet(\(list), union_by_name = true)"
    }

    private var list: String {
        "[" + paths.map { Self.literal(Self.withoutPatterns($0)) }.joined(separator: ", ") + "]"
    }

    /// DuckDB takes some characters of a name as a pattern; in brackets they are themselves.
    private static func withoutPatterns(_ path: String) -> String {
        path.map { "*?[".contains($0) ? "[\($0)]" : String($0) }.joined()
    }

    private static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    /// Rows of each file, as its footer tells.
    ///
    /// - Throws: what the engine throws, such as for a file that is cut off.
    public func rowCounts(_ engine: DuckDBEngine) throws -> [Int] {
        try paths.map { path in
            let answer = try engine.csv(
                "SELECT count(*) AS n FROM read_parquet(\(Self.literal(Self.withoutPatterns(path))))")
            return CSVAnswer(answer).rows.first?.first.flatMap { Int($0) } ?? 0
        }
    }

    /// - Throws: `EngineError.columnNotEverywhere` where a column that is used is in some of the files alone.
    public func checkColumns(_ used: [String], _ engine: DuckDBEngine) throws {
        guard paths.count > 1 else { return }
        let held = try paths.map { path in
            try Set(
                CSVAnswer(engine.csv("SELECT * FROM read_parquet(\(Self.literal(Self.withoutPatterns(path)))) LIMIT 0"))
                    .header)
        }
        for name in used where held.contains(where: { $0.contains(name) }) {
            guard let lacking = held.firstIndex(where: { !$0.contains(name) }) else { continue }
            throw EngineError.columnNotEverywhere(name: name, path: paths[lacking])
        }
    }
}
