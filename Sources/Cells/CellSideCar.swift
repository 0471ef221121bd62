import FoundationEssentials

/// What stands beside a cell table: which rows it sums, and how. Without it a table is not read.
///
/// The file is JSON with the keys of the exchange form `counterpart-cells/1`.
public struct CellSideCar: Codable, Sendable, Equatable {
    public static let schemaName = "counterpart-cells/1"

    public var schema = schemaName
    /// `fixed`: integer sums of values times their scale. `double`: sums of doubles less their shift.
    public var mode: Mode
    public var keys: [String]
    /// What each key is, where it is more than a grouping: `unit`, `time`, `start`, `cluster`, ….
    public var roles: [Role]
    /// The outcome, then the covariates.
    public var z: [Variable]
    public var weight: Weight?
    /// The row conditions as they were written.
    public var filter: String
    /// What made the table: `counterpart`, or the SQL dialect.
    public var dialect: String
    public var engineVersion: String
    /// Identifies what was asked: the digest of the SQL text, or of the request.
    public var sqlSHA256: String
    public var rowsRead: Int
    /// Rows in the table's cells.
    public var rowsUsed: Int
    public var rowsDropped: [Dropped]
    /// Cells with fewer rows than this are not in the table; their rows are among the dropped.
    public var minimumCell: Int?
    public var cells: Int
    public var cellsSHA256: String

    public enum Mode: String, Codable, Sendable { case fixed, double }

    public struct Role: Codable, Sendable, Equatable {
        public var role: String
        public var key: String

        public init(_ role: String, key: String) {
            self.role = role
            self.key = key
        }
    }

    public struct Variable: Codable, Sendable, Equatable {
        public var name: String
        /// Taken from every value before summing; 0 in fixed mode.
        public var shift: Double
        /// 10^d in fixed mode; 1 in double mode.
        public var scale: Int

        package init(name: String, shift: Double, scale: Int) {
            self.name = name
            self.shift = shift
            self.scale = scale
        }
    }

    public struct Weight: Codable, Sendable, Equatable {
        public var name: String
        public var scale: Int

        package init(name: String, scale: Int) {
            self.name = name
            self.scale = scale
        }
    }

    public struct Dropped: Codable, Sendable, Equatable {
        public var reason: String
        public var rows: Int
    }

    private enum CodingKeys: String, CodingKey {
        case schema, mode, keys, roles, z, weight, filter, dialect
        case engineVersion = "engine_version"
        case sqlSHA256 = "sql_sha256"
        case rowsRead = "rows_read"
        case rowsUsed = "rows_used"
        case rowsDropped = "rows_dropped"
        case minimumCell = "minimum_cell"
        case cells
        case cellsSHA256 = "cells_sha256"
    }
}

extension CellSideCar {
    /// What reading the sums of an engine's answer takes; the rest is said when a table is written.
    package init(
        mode: Mode, keys: [String], z: [Variable], weight: Weight?, rowsRead: Int, rowsUsed: Int, cells: Int
    ) {
        self.mode = mode
        self.keys = keys
        self.z = z
        self.weight = weight
        self.rowsRead = rowsRead
        self.rowsUsed = rowsUsed
        self.cells = cells
        (roles, filter, dialect, engineVersion) = ([], "", "", "")
        (sqlSHA256, cellsSHA256, rowsDropped) = ("", "", [])
    }

    /// The JSON text, keys in alphabetical order, with a line end.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(CellSideCar.self, from: Data(json))
    }

    /// The first respect in which two parts do not belong together, in words; scales and shifts may differ.
    func difference(from other: CellSideCar) -> String? {
        func differ<Value: Equatable>(_ what: String, _ path: (CellSideCar) -> Value) -> String? {
            path(self) == path(other) ? nil : "\(what) \(path(self)) and \(path(other))"
        }
        return differ("modes", \.mode.rawValue) ?? differ("keys", \.keys) ?? differ("variables") { $0.z.map(\.name) }
            ?? differ("weights") { $0.weight?.name ?? "none" } ?? differ("filters", \.filter)
            ?? differ("roles") { $0.roles.map { "\($0.role) \($0.key)" } }
    }
}
