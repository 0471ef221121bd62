internal import CDatabaseDoors
import Queries

/// PostgreSQL through libpq: one connection, one read-only transaction, so that every query sees the same rows.
public final class PostgresEngine: QueryEngine {
    public let dialect = Dialect.postgres
    public private(set) var version = ""
    private let door: PostgresDoor
    private let connection: OpaquePointer
    private let shown: String
    private let messages: EngineMessage

    private enum Status {
        static let connected: Int32 = 0
        static let commandDone: Int32 = 1
        static let copyOut: Int32 = 3
    }

    /// Field codes of an error, as in postgres_ext.h.
    private enum Field {
        static let code = Int32(UInt8(ascii: "C"))
        static let message = Int32(UInt8(ascii: "M"))
    }

    /// - Parameter text: the URI, which goes to libpq as it is.
    /// - Throws: `EngineError.passwordInSource`, `.noLibrary`, `.cannotConnect`.
    public init(_ text: String) throws(EngineError) {
        let uri = PostgresURI(text)
        try uri.refusePassword()
        shown = uri.shown
        messages = EngineMessage(secrets: [text, uri.user, Environment.value("PGPASSWORD")].compactMap { $0 })
        door = try OptionalLibrary.libpq.open(cdoors_open_postgres)
        try Self.refusePassword(text, door, shown: shown, messages)
        guard let opened = door.PQconnectdb(text) else {
            throw .cannotConnect(source: shown, message: "there is no memory for a connection")
        }
        connection = opened
        // Notices of the server would go to standard error.
        _ = door.PQsetNoticeProcessor(connection, { _, _ in }, nil)
        guard door.PQstatus(connection) == Status.connected else {
            throw .cannotConnect(source: shown, message: said)
        }
        let server = door.PQparameterStatus(connection, "server_version").map { String(cString: $0) } ?? ""
        version = "PostgreSQL " + server.prefix { $0 != " " }
        // Doubles in as many digits as read back to the same double; versions before 12 round without being told.
        for setting in ["extra_float_digits = 3", "datestyle = ISO", "client_encoding = 'UTF8'"] {
            try execute("SET \(setting)")
        }
        try execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    }

    deinit { door.PQfinish(connection) }

    /// libpq's own reading of the URI has the last word on whether it holds a password.
    private static func refusePassword(
        _ text: String, _ door: PostgresDoor, shown: String, _ messages: EngineMessage
    ) throws(EngineError) {
        var problem: UnsafeMutablePointer<CChar>?
        guard let options = door.PQconninfoParse(text, &problem) else {
            let said = problem.map { String(cString: $0) } ?? "it is no URI"
            door.PQfreemem(problem)
            throw .cannotConnect(source: shown, message: messages.line(said))
        }
        defer { door.PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if option.pointee.val != nil, String(cString: keyword).hasSuffix("password") {
                throw .passwordInSource(remedy: PostgresURI.remedy)
            }
            option += 1
        }
    }

    public func csv(_ query: String) throws -> [UInt8] {
        let cancellation = Cancellation(door, connection)
        return try RunningStatements.during(stop: { cancellation.cancel() }) {
            try execute("SAVEPOINT question")
            do {
                let answer = try copy(query)
                try execute("RELEASE SAVEPOINT question")
                return answer
            } catch {
                // A refused query leaves the transaction, and what it sees, to the next one.
                try? execute("ROLLBACK TO SAVEPOINT question")
                throw error
            }
        }
    }

    private func copy(_ query: String) throws(EngineError) -> [UInt8] {
        let started = door.PQexec(connection, "COPY (\(query)) TO STDOUT WITH (FORMAT csv, HEADER)")
        defer { door.PQclear(started) }
        guard door.PQresultStatus(started) == Status.copyOut else { throw failure(started) }
        var answer: [UInt8] = []
        var length: Int32
        repeat {
            var row: UnsafeMutablePointer<CChar>?
            length = door.PQgetCopyData(connection, &row, 0)
            if length > 0, let row { answer.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length))) }
            door.PQfreemem(row)
        } while length > 0
        // The rows may be followed by an error, with which the server ends a query that fails after some of them.
        var problem: EngineError?
        while let result = door.PQgetResult(connection) {
            if door.PQresultStatus(result) != Status.commandDone { problem = problem ?? failure(result) }
            door.PQclear(result)
        }
        if let problem { throw problem }
        guard length == -1, door.PQstatus(connection) == Status.connected else { throw failure(nil) }
        return answer
    }

    private func execute(_ command: String) throws(EngineError) {
        let result = door.PQexec(connection, command)
        defer { door.PQclear(result) }
        guard door.PQresultStatus(result) == Status.commandDone else { throw failure(result) }
    }

    private var said: String {
        messages.line(door.PQerrorMessage(connection).map { String(cString: $0) } ?? "")
    }

    private func failure(_ result: OpaquePointer?) -> EngineError {
        func field(_ code: Int32) -> String? { door.PQresultErrorField(result, code).map { String(cString: $0) } }
        let code = field(Field.code) ?? ""
        guard door.PQstatus(connection) == Status.connected, !code.isEmpty,
            !["08", "57P"].contains(where: code.hasPrefix)
        else { return .lost(source: shown, message: field(Field.message).map(messages.line) ?? said) }
        let line = messages.line(field(Field.message) ?? "") + " (SQLSTATE \(code))"
        // Data exceptions: they tell the value that was met.
        guard code.hasPrefix("22") else { return .refused(engine: "PostgreSQL", message: line, found: nil) }
        let masked = EngineMessage.withoutValues(line)
        return .refused(engine: "PostgreSQL", message: masked.line, found: masked.found)
    }

    /// Asks the server, over a connection of its own, to stop what this connection's statement does.
    private final class Cancellation: @unchecked Sendable {
        // Unchecked: PQcancel may be called from any thread, and nothing here changes.
        private let door: PostgresDoor
        private let handle: OpaquePointer?

        init(_ door: PostgresDoor, _ connection: OpaquePointer) {
            self.door = door
            handle = door.PQgetCancel(connection)
        }

        deinit { door.PQfreeCancel(handle) }

        func cancel() {
            guard let handle else { return }
            var problem = [CChar](repeating: 0, count: 256)
            _ = door.PQcancel(handle, &problem, Int32(problem.count))
        }
    }
}
