internal import CDatabaseDoors

/// A connection through the driver manager: its handles, and what it says when something fails.
final class ODBCSession {
    let door: ODBCDoor
    private let environment: UnsafeMutableRawPointer
    private let connection: UnsafeMutableRawPointer
    private let shown: String
    private let messages: EngineMessage
    private var isOpen = false

    init(_ source: ODBCText, password: String?) throws(EngineError) {
        shown = source.shown
        let text = source.completed(password: password)
        messages = EngineMessage(secrets: [text, source.text, password].compactMap { $0 } + source.users)
        door = try OptionalLibrary.unixODBC.open(cdoors_open_odbc)
        var handle: UnsafeMutableRawPointer?
        guard ODBC.isDone(door.SQLAllocHandle(ODBC.environment, nil, &handle)), let environment = handle else {
            throw .cannotConnect(source: shown, message: "the driver manager has no memory")
        }
        self.environment = environment
        _ = door.SQLSetEnvAttr(environment, ODBC.version, Self.number(ODBC.version3), 0)
        handle = nil
        guard ODBC.isDone(door.SQLAllocHandle(ODBC.connection, environment, &handle)), let connection = handle else {
            throw .cannotConnect(source: shown, message: "the driver manager has no memory")
        }
        self.connection = connection
        // A wish: drivers that know it forbid writing.
        _ = door.SQLSetConnectAttrW(connection, ODBC.accessMode, Self.number(ODBC.readOnly), 0)
        var units = Array(text.utf16)
        let count = Int16(clamping: units.count)
        units.append(0)
        let code = door.SQLDriverConnectW(connection, nil, &units, count, nil, 0, nil, ODBC.noPrompt)
        guard ODBC.isDone(code) else {
            throw .cannotConnect(source: shown, message: diagnosis(ODBC.connection, connection).line)
        }
        isOpen = true
    }

    deinit {
        if isOpen {
            _ = door.SQLEndTran(ODBC.connection, connection, ODBC.rollback)
            _ = door.SQLDisconnect(connection)
        }
        _ = door.SQLFreeHandle(ODBC.connection, connection)
        _ = door.SQLFreeHandle(ODBC.environment, environment)
    }

    /// A number where the interface wants a pointer.
    static func number(_ value: Int) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: value) }

    func setAutocommit(_ isOn: Bool) {
        _ = door.SQLSetConnectAttrW(connection, ODBC.autocommit, Self.number(isOn ? 1 : 0), 0)
    }

    func information(_ type: UInt16) -> String {
        var units = [UInt16](repeating: 0, count: 256)
        var bytes: Int16 = 0
        guard ODBC.isDone(door.SQLGetInfoW(connection, type, &units, Int16(2 * units.count), &bytes)) else { return "" }
        return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    }

    /// Runs a command whose answer does not matter.
    func run(_ command: String) throws(EngineError) {
        let statement = try newStatement()
        defer { _ = door.SQLFreeHandle(ODBC.statement, statement) }
        try execute(command, statement)
    }

    func csv(_ query: String, _ cancellation: Cancellation) throws(EngineError) -> [UInt8] {
        do throws(EngineError) {
            if let answer = try answer(query, cancellation) { return answer }
            return try answer(query, cancellation, inPieces: true) ?? []
        } catch {
            _ = door.SQLEndTran(ODBC.connection, connection, ODBC.rollback)
            throw error
        }
    }

    /// - Returns: nil where a text was longer than the driver said, so that the rows must be fetched in pieces.
    private func answer(
        _ query: String, _ cancellation: Cancellation, inPieces: Bool = false
    ) throws(EngineError) -> [UInt8]? {
        let statement = try newStatement()
        cancellation.statement = statement
        defer {
            cancellation.statement = nil
            _ = door.SQLFreeHandle(ODBC.statement, statement)
        }
        try execute(query, statement)
        let rows = ODBCRows(session: self, statement: statement)
        return try rows.csv(inPieces: inPieces)
    }

    private func newStatement() throws(EngineError) -> UnsafeMutableRawPointer {
        var handle: UnsafeMutableRawPointer?
        guard ODBC.isDone(door.SQLAllocHandle(ODBC.statement, connection, &handle)), let handle else {
            throw failure(ODBC.connection, connection)
        }
        return handle
    }

    private func execute(_ query: String, _ statement: UnsafeMutableRawPointer) throws(EngineError) {
        var units = Array(query.utf16)
        let count = Int32(clamping: units.count)
        units.append(0)
        let code = door.SQLExecDirectW(statement, &units, count)
        guard ODBC.isDone(code) || code == ODBC.noData else { throw failure(of: statement) }
    }

    func failure(of statement: UnsafeMutableRawPointer) -> EngineError { failure(ODBC.statement, statement) }

    private func failure(_ type: Int16, _ handle: UnsafeMutableRawPointer) -> EngineError {
        let (line, state) = diagnosis(type, handle)
        if state.hasPrefix("08") || state.hasPrefix("57P") || state == "HYT01" {
            return .lost(source: shown, message: line)
        }
        // Data exceptions, and errors of no known kind: they may tell the value that was met.
        guard state.hasPrefix("22") || state == "HY000" else {
            return .refused(engine: "the database", message: line, found: nil)
        }
        let masked = EngineMessage.withoutValues(line)
        return .refused(engine: "the database", message: masked.line, found: masked.found)
    }

    /// The diagnostic records of a handle on one line, and the SQLSTATE of the first.
    private func diagnosis(_ type: Int16, _ handle: UnsafeMutableRawPointer) -> (line: String, state: String) {
        var texts: [String] = []
        var first = ""
        for record in 1...Int16(5) {
            var state = [UInt16](repeating: 0, count: 6)
            var text = [UInt16](repeating: 0, count: 2048)
            var (native, length): (Int32, Int16) = (0, 0)
            let code = door.SQLGetDiagRecW(
                type, handle, record, &state, &native, &text, Int16(text.count), &length)
            guard ODBC.isDone(code) else { break }
            if record == 1 { first = String(decoding: state.prefix(5), as: UTF16.self) }
            texts.append(String(decoding: text.prefix { $0 != 0 }, as: UTF16.self))
        }
        let said = texts.isEmpty ? "the driver gives no reason" : texts.joined(separator: "\n")
        return (messages.line(said) + (first.isEmpty ? "" : " (SQLSTATE \(first))"), first)
    }

    func cancellation() -> Cancellation { Cancellation(door) }

    /// Stops the statement from another thread.
    final class Cancellation: @unchecked Sendable {
        // Unchecked: SQLCancel may be called from any thread; the handle is set before and cleared after a statement runs, and
        // a late call meets a freed handle only in a process that is ending.
        private let door: ODBCDoor
        var statement: UnsafeMutableRawPointer?

        init(_ door: ODBCDoor) { self.door = door }

        func cancel() { if let statement { _ = door.SQLCancel(statement) } }
    }
}
