/// Turns the rows of a piece into the text of the converted table.
struct RowWriter: Sendable {
    struct Column: Sendable {
        enum Kind: Sendable { case text, number, pseudonym }
        var name: String
        var source: FieldSource?
        var kind: Kind
    }

    var columns: [Column] = []
    var format = Conversion.Format.csv
    var key: [UInt8] = []
    var reasons: [String] = []
    var numbers = NumberReader(form: NumberForm(), missing: MissingCodes())

    /// What stands before the first row.
    func start() -> [UInt8] {
        var text: [UInt8] = []
        if format == .json { text += Array("{\"columns\": [".utf8) }
        for (i, column) in columns.enumerated() {
            if i > 0 { text.append(UInt8(ascii: ",")) }
            append(Array(column.name.utf8), to: &text)
        }
        return text + Array((format == .json ? "],\n\"rows\": [\n" : "\r\n").utf8)
    }

    /// The first value of each row that should be a number and is none.
    func check(_ rows: PieceRows, _ scratch: ScratchText) -> [RecordReader.BadValue] {
        var bad: [RecordReader.BadValue] = []
        let checked = columns.filter { $0.kind == .number }
        for r in 0..<rows.count {
            for column in checked {
                guard let source = column.source else { continue }
                let (start, count) = source.text(rows, r, scratch, scratch)
                if case .problem(let problem) = numbers.read(start, count) {
                    bad.append((r, source.columnNumber, column.name, problem))
                    break
                }
            }
        }
        return bad
    }

    func text(of rows: PieceRows, _ scratch: ScratchText) -> (bytes: [UInt8], rows: Int) {
        var text: [UInt8] = []
        text.reserveCapacity(rows.count * 16 * columns.count)
        for r in 0..<rows.count {
            if format == .json {
                text += r > 0 ? [UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "[")] : [UInt8(ascii: "[")]
            }
            for (i, column) in columns.enumerated() {
                if i > 0 { text.append(UInt8(ascii: ",")) }
                append(column, rows, r, scratch, to: &text)
            }
            text += format == .json ? [UInt8(ascii: "]")] : [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        }
        return (text, rows.count)
    }

    private func append(
        _ column: Column, _ rows: PieceRows, _ row: Int, _ scratch: ScratchText, to text: inout [UInt8]
    ) {
        guard let source = column.source else {
            append([], to: &text)
            return
        }
        let (start, count) = source.text(rows, row, scratch, scratch)
        let field = UnsafeBufferPointer(start: start, count: count)
        switch column.kind {
        case .text: append(field, to: &text)
        case .pseudonym: append(count == 0 ? [] : Array(KeyedDigest.hex(of: Array(field), key: key).utf8), to: &text)
        case .number: appendNumber(field, start, to: &text)
        }
    }

    private func append(_ field: some Collection<UInt8>, to text: inout [UInt8]) {
        if format == .json {
            JSONText.append(field, to: &text)
        } else if field.isEmpty, columns.count == 1 {
            // A line with nothing on it would be a blank line, which is no row.
            text += [UInt8(ascii: "\""), UInt8(ascii: "\"")]
        } else {
            CSVText.append(field, to: &text)
        }
    }

    private func appendNumber(
        _ field: UnsafeBufferPointer<UInt8>, _ start: UnsafePointer<UInt8>, to text: inout [UInt8]
    ) {
        switch numbers.read(start, field.count) {
        case .number(let number):
            text += Array(number.canonical(start, field.count, numbers.form).utf8)
        case .missing(let reason) where format == .json:
            text += Array("{\"missing\": ".utf8)
            JSONText.append(Array(reasons[reason].utf8), to: &text)
            text.append(UInt8(ascii: "}"))
        case .missing, .problem: append(field, to: &text)
        }
    }
}

/// Strings written by RFC 8259.
enum JSONText {
    /// Appends a string with its quotes.
    static func append(_ field: some Collection<UInt8>, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in field {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "\\"))
                text.append(byte)
            case UInt8(ascii: "\n"): text += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): text += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case UInt8(ascii: "\t"): text += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case 0..<0x20, 0x7F:
                let digits = Array("0123456789abcdef".utf8)
                text += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
