/// A row that could not be read and was put aside.
struct RejectedRow {
    var file: Int
    var path: String
    var line: Int64
    var column: String
    /// The byte of the file (of the decoded text, where the file was not UTF-8) at which the row begins.
    var offset: Int
    var kind: String
    var raw: [UInt8]
}

/// The file of rejects: a CSV table, readable by its owner alone, whole when the run ends and absent before.
final class RejectedRows {
    private let file: WholeFile

    init(path: String) throws {
        file = try WholeFile(path, mode: 0o600)
        try file.write(Array("file,line,column,byte offset,kind,raw text\n".utf8))
    }

    /// Adds rows in the order of the input.
    func add(_ rows: [RejectedRow]) throws {
        var text: [UInt8] = []
        for row in rows.sorted(by: { ($0.file, $0.line, $0.offset) < ($1.file, $1.line, $1.offset) }) {
            let fields: [[UInt8]] = [
                Array(row.path.utf8), Array(String(row.line).utf8), Array(row.column.utf8),
                Array(String(row.offset).utf8), Array(row.kind.utf8), Self.printable(row.raw),
            ]
            for (i, field) in fields.enumerated() {
                if i > 0 { text.append(UInt8(ascii: ",")) }
                CSVText.append(field, to: &text)
            }
            text.append(UInt8(ascii: "\n"))
        }
        try file.write(text)
    }

    func commit() throws { try file.commit() }

    /// The bytes as they were, but what is not UTF-8 as `\xHH`.
    private static func printable(_ raw: [UInt8]) -> [UInt8] {
        guard String(validating: raw, as: UTF8.self) == nil else { return raw }
        let digits = Array("0123456789ABCDEF".utf8)
        return raw.flatMap { byte -> [UInt8] in
            byte < 0x80
                ? [byte]
                : [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}

/// Fields written by RFC 4180.
enum CSVText {
    /// Appends a field, in quotes where its text needs them.
    static func append(_ field: some Collection<UInt8>, to text: inout [UInt8]) {
        let needsQuotes = field.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
        guard needsQuotes else {
            text.append(contentsOf: field)
            return
        }
        text.append(UInt8(ascii: "\""))
        for byte in field {
            if byte == UInt8(ascii: "\"") { text.append(byte) }
            text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
    }
}
