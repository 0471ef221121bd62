import Foundation
import Tables

/// A published data set of the shared reference folder, read as the program reads tables, and what trusted peers compute
/// from it. Tests that use it skip where the folder is absent.
public struct ReferenceSet {
    /// `COUNTERPART_REFERENCE_DATA`, else `../shared` beside the project.
    public static let folder: URL? = {
        let environment = ProcessInfo.processInfo.environment["COUNTERPART_REFERENCE_DATA"]
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let candidates = [
            environment.map { URL(filePath: $0) }, environment.map { URL(filePath: $0).deletingLastPathComponent() },
            root.deletingLastPathComponent().appending(path: "shared"),
        ]
        return candidates.compactMap { $0 }.first {
            FileManager.default.fileExists(atPath: $0.appending(path: "reference/expected").path())
        }
    }()

    public static let isPresent: Bool = {
        if folder == nil { print("skipped: no reference data") }
        return folder != nil
    }()

    public let rowCount: Int
    private let table: Table
    private let rows: [Int]

    /// - Parameters:
    ///   - name: such as `mpdta`.
    ///   - numbers, texts: the columns wanted, by role.
    ///   - keep: the rows, told their values; rows without one of the numbers are left out first.
    public init(
        _ name: String, numbers: [String], texts: [String] = [], keep: (ReferenceSet, Int) -> Bool = { _, _ in true }
    ) throws {
        guard let folder = Self.folder else { throw CocoaError(.fileNoSuchFile) }
        let path = folder.appending(path: "reference/data/\(name).csv").path()
        var request = ReadRequest(
            files: [InputFile(path)],
            columns: numbers.map { ColumnRequest($0, role: .number) } + texts.map { ColumnRequest($0, role: .key) })
        request.arithmetic = .double
        table = try TableReader.read(request).table
        let columns = numbers.compactMap(table.column)
        let table = table
        let whole = (0..<table.rowCount).filter { row in columns.allSatisfy { $0.number(row) != nil } }
        let all = ReferenceSet(table: table, rows: whole)
        rows = whole.indices.filter { keep(all, $0) }.map { whole[$0] }
        rowCount = rows.count
    }

    private init(table: Table, rows: [Int]) {
        self.table = table
        self.rows = rows
        rowCount = rows.count
    }

    /// The values of a number column.
    public func numbers(_ name: String) -> [Double] { rows.map { table.column(name)?.number($0) ?? .nan } }

    /// The values of a text column; empty ones as "".
    public func texts(_ name: String) -> [String] { rows.map { table.column(name)?.text($0) ?? "" } }

    public func number(_ name: String, _ row: Int) -> Double { table.column(name)?.number(rows[row]) ?? .nan }
    public func text(_ name: String, _ row: Int) -> String { table.column(name)?.text(rows[row]) ?? "" }

    /// One row of an entry's values.
    public struct Value {
        public var term: String
        public var estimate: Double?
        public var se: Double?
        public var df: Double?
        public var p: Double?
    }

    /// The values of one entry, such as `mpdta.twfe.cl`.
    public static func expected(_ id: String) throws -> [Value] {
        guard let entry = try entries(like: id).first(where: { $0["id"] as? String == id }) else {
            throw CocoaError(.fileReadNoSuchFile)
        }
        return (entry["values"] as? [[String: Any]] ?? []).map {
            Value(
                term: $0["term"] as? String ?? "", estimate: $0["estimate"] as? Double, se: $0["se"] as? Double,
                df: $0["df"] as? Double, p: $0["p"] as? Double)
        }
    }

    /// The values of an entry that gives each estimate a weight, such as a decomposition.
    public static func weighted(_ id: String) throws -> [(term: String, estimate: Double, weight: Double)] {
        guard let entry = try entries(like: id).first(where: { $0["id"] as? String == id }) else {
            throw CocoaError(.fileReadNoSuchFile)
        }
        return (entry["values"] as? [[String: Any]] ?? []).compactMap { value in
            guard let term = value["term"] as? String, let estimate = value["estimate"] as? Double,
                let weight = value["weight"] as? Double
            else { return nil }
            return (term, estimate, weight)
        }
    }

    /// The ids of all entries that begin so, such as `exam.va_ols.`, in the order of their file.
    public static func ids(_ prefix: String) throws -> [String] {
        try entries(like: prefix).compactMap { $0["id"] as? String }.filter { $0.hasPrefix(prefix) }
    }

    /// The rows of one entry with all their keys.
    public static func rows(_ id: String) throws -> [[String: Any]] {
        guard let entry = try entries(like: id).first(where: { $0["id"] as? String == id }) else {
            throw CocoaError(.fileReadNoSuchFile)
        }
        return entry["values"] as? [[String: Any]] ?? []
    }

    /// The entries of a group's file; the group is the part before the first point, less a selection such as `_ky`.
    private static func entries(like id: String) throws -> [[String: Any]] {
        guard let folder, let group = id.split(separator: ".").first else { throw CocoaError(.fileNoSuchFile) }
        let expected = folder.appending(path: "reference/expected")
        let names = [String(group), String(group.split(separator: "_").first ?? group)]
        let paths = names.map { expected.appending(path: "\($0).json") }
        guard let path = paths.first(where: { FileManager.default.fileExists(atPath: $0.path()) }) else {
            throw CocoaError(.fileNoSuchFile)
        }
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
        return object?["entries"] as? [[String: Any]] ?? []
    }
}
