import Cells
import Queries
import Reporting
import Tables

/// The queries that make cells in a database which the program does not reach itself: three steps by hand.
///
/// The profile query first; its answer proves the mode of the cells query; the answer of that is checked against the
/// profile and written as a cell table.
public struct SQLRun {
    public let request: CellsRequest
    public let dialect: Dialect
    public let table: String
    private let queries: CellQueries

    /// - Throws: `QueryError` for what no query can give; `RequestError` for several outcomes.
    public init(_ request: CellsRequest, dialect: Dialect, table: String) throws {
        guard request.data.outcomes.count == 1, request.data.count == nil else {
            throw RequestError.conflicting(
                "each outcome has a sample, and so a query, of its own; name one --outcome, and no --count")
        }
        self.request = request
        self.dialect = dialect
        self.table = table
        try request.labels.forEach { try $0.refusePupils(request.data) }
        queries = try CellQueries(try request.cellRequest(), table: table, dialect: dialect)
    }

    /// A query with what it is for.
    public struct Written: Sendable {
        public enum Kind: String, Sendable { case profile, cells }
        public var kind: Kind
        public var text: String
        /// How the cells are summed: `fixed` or `double`; nil for a profile.
        public var mode: String?
        public var warnings: [Warning] = []
        /// What the profile says of the rows, for the terminal.
        public var sentence: String?
    }

    public var profile: Written { Written(kind: .profile, text: queries.profileQuery.text) }

    /// The cells query for rows of which nothing is known yet.
    ///
    /// - Throws: `RequestError` where doubles were asked for: their shift is known from a profile alone.
    public func cells() throws -> Written {
        guard request.data.arithmetic == .exact else {
            throw RequestError.missing(
                option: "--answer", why: "with --double the query needs the means of the profile")
        }
        return Written(kind: .cells, text: queries.selfScalingQuery.text, mode: "fixed")
    }

    /// The cells query in the mode that a profile proves.
    ///
    /// - Parameter answer: the file that holds the profile query's answer.
    /// - Throws: `QueryError`; `TableError` where the file cannot be read.
    public func cells(answer: String) throws -> Written {
        let found = try Found(queries, answer)
        let mode = found.isFixed ? "fixed" : "double"
        return Written(
            kind: .cells, text: found.query.text, mode: mode, warnings: found.warnings, sentence: found.sentence)
    }

    /// One JSON object: the query with what it is for.
    public func json(_ written: Written) -> String {
        var object = JSONObject()
        object.put("schema", .text("counterpart/sql/1"))
        object.put("dialect", .text(dialect.rawValue))
        object.put("table", .text(table))
        object.put("kind", .text(written.kind.rawValue))
        object.put("mode", ifAny: written.mode)
        object.put("query", .text(written.text))
        object.put("sha256", .text(SHA256Digest.hex(of: Array(written.text.utf8))))
        return object.value.pretty()
    }

    /// Checks the answer of the cells query and writes it as a cell table with its side-car.
    ///
    /// - Parameters:
    ///   - answer: the file that holds the profile query's answer.
    ///   - parts: the files that hold the cells query's answer.
    /// - Throws: `QueryError` where a part is missing, there twice, foreign or inexact; `OutputError`.
    public func write(
        answer: String, parts: [InputFile], to path: String, minimumCell: Int
    ) throws -> CellsRun.Written {
        let found = try Found(queries, answer)
        let texts = try parts.map { (path: $0.path, csv: try CellFile.bytes($0.path)) }
        var table = try queries.table(texts, found.profile, found.scale)
        try request.labels.forEach { try $0.refusePupils(table, request.data, areUnits: false) }
        table.blocks[0].dropped = queries.dropped(found.profile)
        var notes = CellFile.Notes()
        notes.roles = request.keys().roles
        notes.filter = request.data.filters.map(\.text).joined(separator: " and ")
        notes.weight = request.data.weights
        notes.rowsRead = found.profile.rowsRead
        notes.dialect = dialect.rawValue
        notes.engineVersion = ""
        notes.requestDigest = found.query.digest
        notes.minimumCell = minimumCell
        let paths = try CellFile.write(table, notes, to: path)
        return CellsRun.Written(
            warnings: found.warnings,
            sentence: CellsRun.sentence(
                paths, cells: table.cellCount(of: max(minimumCell, 1)), rows: found.profile.rowsRead))
    }

    /// What the answer to a profile query says.
    private struct Found {
        let profile: Profile
        let scale: SumScale
        let query: CellsQuery
        let warnings: [Warning]

        init(_ queries: CellQueries, _ path: String) throws {
            profile = try queries.profile(answer: try CellFile.bytes(path), path: path)
            let (scale, failure) = try queries.scale(profile)
            self.scale = scale
            query = queries.cells(scale)
            warnings = (failure.map { [CellQueries.doubleSums($0)] } ?? []) + queries.warnings(profile)
        }

        var isFixed: Bool { if case .fixed = scale { true } else { false } }

        var sentence: String {
            "the profile: \(profile.rowsRead) rows read, \(profile.rowsUsed) used, sums in \(isFixed ? "integers" : "doubles")"
        }
    }
}
