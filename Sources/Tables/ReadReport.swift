/// What the reading found: counts by reason, the files as they were, and what the user should know.
public struct ReadReport: Sendable, Equatable {
    /// Rows read before any filter.
    public var rowsRead = 0
    /// Rows that a `--where` left out.
    public var rowsFiltered = 0
    /// Rows of pupils who opted out.
    public var rowsOptedOut = 0
    /// What the column of pupils holds, over all rows read.
    public var pupils = PupilChecks()
    /// Rows that a schema left out, such as totals of authorities among schools.
    public var rowsOfOtherRecords = 0
    /// Rows that could not be read and were put aside (`--lenient`).
    public var rowsRejected = 0
    /// Missing values in number roles, by column and code (the empty field is "empty"), in a fixed order, over kept rows.
    public var missing: [MissingCount] = []
    public var files: [FileReport] = []
    public var warnings: [Warning] = []

    public init() {}
}

public struct MissingCount: Sendable, Equatable {
    public var column: String
    public var code: String
    public var count: Int

    public init(column: String, code: String, count: Int) {
        self.column = column
        self.code = code
        self.count = count
    }
}

public struct FileReport: Sendable, Equatable {
    public var path: String
    public var bytes: Int
    public var rows: Int
    public var delimiter: UInt8
    /// `utf-8`, `utf-16`, `windows-1252` or `latin1`.
    public var encoding: String
    /// Hex digits of the SHA-256 of the file's bytes; empty where it was not asked for.
    public var sha256: String
    /// Which columns were read under the names of a schema; nil without one.
    public var origin: FileOrigin?
    /// What asked the rows, and where; nil for files that were read here.
    public var engine: EngineOrigin?

    public init(
        path: String, bytes: Int, rows: Int, delimiter: UInt8, encoding: String = "utf-8", sha256: String = ""
    ) {
        self.path = path
        self.bytes = bytes
        self.rows = rows
        self.delimiter = delimiter
        self.encoding = encoding
        self.sha256 = sha256
    }
}

/// Where an engine, not this program, read the rows.
public struct EngineOrigin: Sendable, Equatable {
    /// The database without who logs in; nil where the engine read a file.
    public var source: String?
    /// Name and version.
    public var version: String
    /// Hex digits of the SHA-256 of each query's text, in the order in which they were asked.
    public var queries: [String]

    public init(source: String?, version: String, queries: [String]) {
        self.source = source
        self.version = version
        self.queries = queries
    }
}
