internal import CDatabaseDoors

/// The rows of a statement as CSV: blocks of bound columns, or, where texts have no known length, field by field.
struct ODBCRows {
    let session: ODBCSession
    let statement: UnsafeMutableRawPointer

    private struct Column {
        var name: String
        var isDouble: Bool
        /// The most letters of a text; nil where the driver does not say, or says that it is very long.
        var length: Int?
    }

    /// Texts beyond this are fetched in pieces.
    private static let longestBound = 8192
    private static let blockBytes = 4 << 20
    private static let mostRows = 4096

    /// - Returns: nil where a text was longer than the driver said.
    func csv(inPieces: Bool) throws(EngineError) -> [UInt8]? {
        let columns = try describedColumns()
        var writer = CSVText()
        for column in columns { writer.append(text: column.name) }
        writer.endRow()
        if inPieces || columns.contains(where: { !$0.isDouble && $0.length == nil }) {
            try appendInPieces(columns, to: &writer)
        } else if try !appendBlocks(columns, to: &writer) {
            return nil
        }
        return writer.bytes
    }

    private func describedColumns() throws(EngineError) -> [Column] {
        var count: Int16 = 0
        guard ODBC.isDone(session.door.SQLNumResultCols(statement, &count)) else {
            throw session.failure(of: statement)
        }
        var columns: [Column] = []
        for number in 1...UInt16(clamping: max(count, 1)) where count > 0 {
            var name = [UInt16](repeating: 0, count: 512)
            var (nameLength, type, digits, nullable): (Int16, Int16, Int16, Int16) = (0, 0, 0, 0)
            var size: UInt = 0
            let code = session.door.SQLDescribeColW(
                statement, number, &name, Int16(name.count), &nameLength, &type, &size, &digits, &nullable)
            guard ODBC.isDone(code) else { throw session.failure(of: statement) }
            var width = 0
            _ = session.door.SQLColAttributeW(statement, number, ODBC.displaySize, nil, 0, nil, &width)
            columns.append(
                Column(
                    name: String(decoding: name.prefix { $0 != 0 }, as: UTF16.self),
                    isDouble: ODBC.doubleTypes.contains(type),
                    length: width > 0 && width <= Self.longestBound ? width : nil))
        }
        return columns
    }

    // MARK: Blocks

    /// The buffers of a bound column, `rows` values and their lengths in bytes.
    private struct Bound {
        let values: UnsafeMutableRawPointer
        let lengths: UnsafeMutablePointer<Int>
        let stride: Int

        init(stride: Int, rows: Int) {
            self.stride = stride
            values = .allocate(byteCount: stride * rows, alignment: 8)
            lengths = .allocate(capacity: rows)
            lengths.initialize(repeating: 0, count: rows)
        }

        func free() {
            values.deallocate()
            lengths.deallocate()
        }
    }

    /// - Returns: false where a text did not fit.
    private func appendBlocks(_ columns: [Column], to writer: inout CSVText) throws(EngineError) -> Bool {
        let strides = columns.map { $0.isDouble ? 8 : 2 * (($0.length ?? 0) + 1) }
        let rows = min(max(Self.blockBytes / max(strides.reduce(0, +), 1), 1), Self.mostRows)
        let bounds = strides.map { Bound(stride: $0, rows: rows) }
        let fetched = UnsafeMutablePointer<UInt>.allocate(capacity: 1)
        let status = UnsafeMutablePointer<UInt16>.allocate(capacity: rows)
        fetched.initialize(to: 0)
        status.initialize(repeating: 0, count: rows)
        defer {
            bounds.forEach { $0.free() }
            fetched.deallocate()
            status.deallocate()
        }
        let door = session.door
        _ = door.SQLSetStmtAttrW(statement, ODBC.rowArraySize, ODBCSession.number(rows), 0)
        _ = door.SQLSetStmtAttrW(statement, ODBC.rowsFetched, fetched, 0)
        _ = door.SQLSetStmtAttrW(statement, ODBC.rowStatus, status, 0)
        for (index, bound) in bounds.enumerated() {
            let type = columns[index].isDouble ? ODBC.double : ODBC.wideText
            guard
                ODBC.isDone(
                    door.SQLBindCol(statement, UInt16(index + 1), type, bound.values, bound.stride, bound.lengths))
            else { throw session.failure(of: statement) }
        }
        while true {
            let code = door.SQLFetch(statement)
            if code == ODBC.noData { return true }
            guard ODBC.isDone(code) else { throw session.failure(of: statement) }
            for row in 0..<Int(fetched.pointee) {
                if status[row] == ODBC.rowFailed { throw session.failure(of: statement) }
                for (column, bound) in zip(columns, bounds) {
                    guard append(column, bound, row, to: &writer) else { return false }
                }
                writer.endRow()
            }
        }
    }

    private func append(_ column: Column, _ bound: Bound, _ row: Int, to writer: inout CSVText) -> Bool {
        let (start, length) = (bound.values + row * bound.stride, bound.lengths[row])
        if length == ODBC.nullData {
            writer.appendNull()
        } else if column.isDouble {
            writer.append(start.load(as: Double.self))
        } else {
            guard length >= 0, length <= bound.stride - 2 else { return false }
            writer.append(text: Self.text(start, bytes: length))
        }
        return true
    }

    private static func text(_ start: UnsafeRawPointer, bytes: Int) -> String {
        String(
            decoding: UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt16.self), count: bytes / 2),
            as: UTF16.self)
    }

    // MARK: Pieces

    private func appendInPieces(_ columns: [Column], to writer: inout CSVText) throws(EngineError) {
        while true {
            let code = session.door.SQLFetch(statement)
            if code == ODBC.noData { return }
            guard ODBC.isDone(code) else { throw session.failure(of: statement) }
            for (index, column) in columns.enumerated() {
                if column.isDouble {
                    try appendDouble(UInt16(index + 1), to: &writer)
                } else if let text = try text(UInt16(index + 1)) {
                    writer.append(text: text)
                } else {
                    writer.appendNull()
                }
            }
            writer.endRow()
        }
    }

    private func appendDouble(_ number: UInt16, to writer: inout CSVText) throws(EngineError) {
        var (value, length): (Double, Int) = (0, 0)
        guard ODBC.isDone(session.door.SQLGetData(statement, number, ODBC.double, &value, 8, &length)) else {
            throw session.failure(of: statement)
        }
        if length == ODBC.nullData { writer.appendNull() } else { writer.append(value) }
    }

    /// A text of any length; nil for NULL.
    private func text(_ number: UInt16) throws(EngineError) -> String? {
        var units: [UInt16] = []
        var piece = [UInt16](repeating: 0, count: 4096)
        while true {
            var length = 0
            let code = session.door.SQLGetData(
                statement, number, ODBC.wideText, &piece, 2 * piece.count, &length)
            if code == ODBC.noData { break }
            guard ODBC.isDone(code) else { throw session.failure(of: statement) }
            if length == ODBC.nullData { return nil }
            let isPart = length == ODBC.noTotal || length > 2 * (piece.count - 1)
            units += piece.prefix(isPart ? piece.count - 1 : length / 2)
            if !isPart { break }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
