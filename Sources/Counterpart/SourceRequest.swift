import Engines
import Queries
import Tables

/// A table of a database, in place of files.
public struct SourceRequest: Sendable {
    public var database: DatabaseSource
    /// As it was typed: `table` or `schema.table`.
    public var table: String
    /// The SQL to be written where the database is not known by its name.
    public var dialect: Dialect?

    public init(database: DatabaseSource, table: String, dialect: Dialect? = nil) {
        self.database = database
        self.table = table
        self.dialect = dialect
    }

    /// Reads what was typed.
    ///
    /// - Returns: nil where no source was named.
    /// - Throws: `EngineError` about the source; `QueryError.badTable`; `RequestError` where one lacks the other.
    public static func parse(source: String?, table: String?, dialect: String?) throws -> SourceRequest? {
        guard let source else {
            for (option, isGiven) in [("--table", table != nil), ("--dialect", dialect != nil)] where isGiven {
                throw RequestError.doesNotApply(option: option, to: "a run without --source")
            }
            return nil
        }
        let database = try DatabaseSource(source)
        guard let table else {
            throw RequestError.missing(option: "--table", why: "--source holds many; name the one with the rows")
        }
        var request = SourceRequest(database: database, table: table)
        if let dialect {
            guard case .odbc = database else {
                throw RequestError.doesNotApply(option: "--dialect", to: "a source whose SQL is known")
            }
            request.dialect = try Dialect(typed: dialect)
        }
        _ = try TableName(table, request.dialect ?? database.dialect)
        return request
    }
}

extension Dialect {
    /// - Throws: `RequestError.badValue` for a word that is no dialect's.
    public init(typed word: String) throws(RequestError) {
        guard let known = Dialect(rawValue: word) else {
            throw .badValue(
                option: "--dialect", value: word,
                allowed: Dialect.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = known
    }
}

extension DataRequest {
    /// True where an engine reads the rows and gives cells: a database, or DuckDB for Parquet files.
    public var isFromEngine: Bool { source != nil || areParquet }

    /// True where a file is Parquet, told by its content.
    var areParquet: Bool { files.contains { ParquetFiles.isParquet($0.path) } }

    /// - Throws: `RequestError` where Parquet stands beside other files, or a file is seen through something that an engine
    ///   does not know.
    func parquetFiles() throws -> ParquetFiles {
        if let other = files.first(where: { !ParquetFiles.isParquet($0.path) }) {
            throw RequestError.conflicting("\(other.path) is no Parquet file and other files are; give one kind")
        }
        if let file = files.first(where: { !$0.constants.isEmpty || $0.view != nil }) {
            throw RequestError.doesNotApply(
                option: "a schema or a column of one value", to: "\(file.path), a Parquet file")
        }
        return ParquetFiles(files.map(\.path))
    }
}
