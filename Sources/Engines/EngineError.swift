import Tables

/// Why a database could not be asked, or did not answer.
public enum EngineError: Refusal, Equatable {
    /// - Parameter remedy: where this kind of source takes a password from.
    case passwordInSource(remedy: String)
    case notASource
    case unknownDatabase(name: String, dialects: [String])
    case refused(engine: String, message: String, found: String?)
    case noTable(String, message: String)
    case noColumn(name: String, table: String, nearest: [String], known: [String])
    case columnNotEverywhere(name: String, path: String)
    case cutOff(path: String)
    case noLibrary(what: String, package: String, variable: String, said: String)
    case noProgram(name: String)
    case cannotConnect(source: String, message: String)
    case lost(source: String, message: String)

    public var status: ExitStatus {
        switch self {
        case .passwordInSource, .notASource, .unknownDatabase: .usage
        case .refused, .noTable, .noColumn, .columnNotEverywhere, .cutOff: .input
        case .noLibrary, .noProgram, .cannotConnect, .lost: .system
        }
    }

    public var code: String {
        switch self {
        case .passwordInSource: "E020"
        case .notASource: "E021"
        case .unknownDatabase: "E022"
        case .refused: "E166"
        case .noTable: "E167"
        case .noColumn: "E168"
        case .columnNotEverywhere: "E169"
        case .cutOff: "E170"
        case .noLibrary: "E510"
        case .noProgram: "E511"
        case .cannotConnect: "E512"
        case .lost: "E513"
        }
    }

    public var message: String {
        switch self {
        case .passwordInSource:
            "--source holds a password, which others can read in the list of programs and in the shell's history"
        case .notASource: "--source is not a database that can be asked"
        case .unknownDatabase(let name, _): "\"\(name)\" is no database whose SQL is known"
        case .refused(let engine, let message, _): "\(engine) refused the query: \(message)"
        case .noTable(let table, let message): "the table \(table) cannot be read: \(message)"
        case .noColumn(let name, let table, _, _): "there is no column `\(name)` in \(table)"
        case .columnNotEverywhere(let name, let path):
            "the column `\(name)` is in other Parquet files and not in \(path)"
        case .cutOff: "this Parquet file has no end"
        case .noLibrary(let what, _, _, let said): "\(what) is not installed: \(said)"
        case .noProgram(let name): "the program \(name) is not installed"
        case .cannotConnect(let source, let message): "\(source) cannot be reached: \(message)"
        case .lost(let source, let message):
            "the connection to \(source) broke off before the answer was complete: \(message)"
        }
    }

    public var hint: String? {
        switch self {
        case .passwordInSource(let remedy): "take it out of --source; \(remedy)"
        case .notASource:
            "give postgres://host/database, odbc:DSN=name or duckdb:file.duckdb, and --table"
        case .unknownDatabase(_, let dialects):
            "where it speaks the SQL of one that is, say --dialect: \(dialects.joined(separator: ", "))"
        case .refused: "the rows are as they were; look at the types of the columns, or ask who runs the database"
        case .noTable: "a table of another schema is named schema.table; parts with dots or spaces stand in quotes"
        case .noColumn(_, _, let nearest, let known):
            nearest.isEmpty
                ? "its columns are \(Self.listed(known))"
                : "did you mean " + nearest.map { "`\($0)`" }.joined(separator: ", ") + "?"
        case .columnNotEverywhere: "a column that is used must be in every file"
        case .cutOff: "copy it again; the copy was not complete"
        case .noLibrary(_, let package, let variable, _):
            "install it (\(package)), or say in \(variable) where it is"
        case .noProgram:
            "get it from https://duckdb.org or by pip install duckdb-cli, put it on the PATH or say in COUNTERPART_DUCKDB where it is; or export the table as CSV"
        case .cannotConnect: "check the host, the database and who may log in; nothing was read"
        case .lost: "run it again; no result was written"
        }
    }

    /// The place of a wide table's columns in one line.
    private static func listed(_ names: [String]) -> String {
        let shown = names.prefix(20).joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }

    /// True where the engine did not take the query, as opposed to not being there.
    public var isOfTheQuery: Bool { if case .refused = self { true } else { false } }

    public var place: Place? {
        switch self {
        case .columnNotEverywhere(_, let path), .cutOff(let path): Place(file: path)
        default: nil
        }
    }

    public var found: String? {
        if case .refused(_, _, let found) = self { found } else { nil }
    }
}
