/// Kinds of file that are not CSV, told by their first bytes.
enum FileKind {
    /// - Parameter isWide: the text was declared to be UTF-16 of a byte order, where zero bytes are no sign of anything.
    /// - Throws: `.otherKind` with the kind's name and what to do.
    static func check(_ head: UnsafeBufferPointer<UInt8>, path: String, isWide: Bool) throws(TableError) {
        guard let (kind, remedy) = recognise(head) ?? (isWide ? nil : wideText(head)) else { return }
        throw .otherKind(path: path, kind: kind, remedy: remedy)
    }

    private static func recognise(_ head: UnsafeBufferPointer<UInt8>) -> (kind: String, remedy: String)? {
        let unpack = "unpack it first; gzip and zstd files are read as they are"
        let twice = "it is compressed twice: unpack it once"
        let export = "save it as CSV (UTF-8) in the spreadsheet program"
        if head.starts(with: [0x1F, 0x8B]) { return ("a gzip file inside another", twice) }
        if head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return ("a zstd file inside another", twice) }
        if head.starts(with: Array("BZh".utf8)), head.dropFirst(4).starts(with: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) {
            return ("a bzip2 file", unpack)
        }
        if head.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) { return ("an xz file", unpack) }
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            return ("a workbook (xlsx, ods) or a zip file", export)
        }
        if head.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { return ("an old Excel workbook (xls)", export) }
        if head.starts(with: Array("%PDF-".utf8)) {
            return ("a PDF document", "ask for the table as CSV")
        }
        if head.count >= 262, head[257..<262].elementsEqual("ustar".utf8) {
            return ("a tar archive", "unpack the archive and name the CSV files in it")
        }
        for (mark, kind) in statistics where head.starts(with: mark) { return (kind, "export the table as CSV") }
        let text = head.drop { $0 <= 0x20 && $0 != 0 }.prefix(15).map { $0 < 0x80 ? UInt8($0) : 0 }
        let start = String(decoding: text, as: UTF8.self).lowercased()
        if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") {
            return ("an HTML page", "download the CSV itself; a web page came instead, perhaps a log-in page")
        }
        if start.hasPrefix("<?xml") { return ("an XML file", "export the table as CSV") }
        if isJSON(start) { return ("a JSON file", "export the table as CSV") }
        if head.count >= 4, head.prefix(512).allSatisfy({ $0 == 0 }) {
            return ("a file of zeros", "copy it again; the copy seems to have failed")
        }
        return nil
    }

    /// Databases and the files of statistics programs. A header may begin with PAR1; the byte behind it is no text.
    private static let statistics: [(mark: [UInt8], kind: String)] = [
        (Array("PAR1".utf8) + [0x15], "a Parquet file"), (Array("ARROW1".utf8) + [0], "an Arrow file"),
        (Array("SQLite format 3".utf8) + [0], "an SQLite database"), (Array("<stata_dta>".utf8), "a Stata file"),
        (Array("$FL2@(#)".utf8), "an SPSS file"), (Array("$FL3@(#)".utf8), "an SPSS file"),
        (Array("RDX2\n".utf8), "an R file"), (Array("RDX3\n".utf8), "an R file"),
    ]

    /// UTF-32, and UTF-16 that its mark does not tell: separators, digits and line ends put zeros at every other byte.
    private static func wideText(_ head: UnsafeBufferPointer<UInt8>) -> (kind: String, remedy: String)? {
        if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) {
            return ("UTF-32 text", "save it as UTF-8")
        }
        guard TextEncoding.mark(head) == nil else { return nil }
        var zeros = [0, 0]
        let start = head.prefix(4096)
        for (i, byte) in start.enumerated() where byte == 0 { zeros[i & 1] += 1 }
        let all = zeros[0] + zeros[1]
        guard all >= 2, 8 * all >= start.count else { return nil }
        if 5 * all > 3 * start.count { return ("UTF-32 text", "save it as UTF-8") }
        // A letter such as U+0100 has its zero at the other byte.
        guard 8 * min(zeros[0], zeros[1]) <= all, all >= 4 || 3 * all >= start.count else { return nil }
        let name = zeros[0] < zeros[1] ? "utf-16le" : "utf-16be"
        return ("UTF-16 text without its mark", "pass --encoding \(name), or save it as UTF-8")
    }

    /// `{"` and `[{` with blanks between; a CSV header can begin with one of the letters but hardly with both.
    private static func isJSON(_ start: String) -> Bool {
        let packed = start.filter { !$0.isWhitespace }
        return packed.hasPrefix("{\"") || packed.hasPrefix("[{") || packed.hasPrefix("[[")
    }
}
