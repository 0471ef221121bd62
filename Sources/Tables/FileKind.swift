/// Kinds of file that are not CSV, told by their first bytes.
enum FileKind {
    /// - Throws: `.otherKind` with the kind's name and what to do.
    static func check(_ head: UnsafeBufferPointer<UInt8>, path: String) throws(TableError) {
        guard let (kind, remedy) = recognise(head) else { return }
        throw .otherKind(path: path, kind: kind, remedy: remedy)
    }

    private static func recognise(_ head: UnsafeBufferPointer<UInt8>) -> (kind: String, remedy: String)? {
        let unpack = "unpack it first; gzip and zstd files are read as they are"
        let twice = "it is compressed twice: unpack it once"
        let export = "save it as CSV (UTF-8) in the spreadsheet program"
        if head.starts(with: [0x1F, 0x8B]) { return ("a gzip file inside another", twice) }
        if head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return ("a zstd file inside another", twice) }
        if head.starts(with: [0x42, 0x5A, 0x68]), head.count > 3, head[3] - 0x30 < 10 {
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
        if head.starts(with: Array("PAR1".utf8)) { return ("a Parquet file", "convert it to CSV first") }
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
        if head.count >= 4, head[0] == 0 && head[1] != 0 && head[2] == 0 || head[1] == 0 && head[0] != 0 && head[3] == 0
        {
            return ("UTF-16 text without its mark", "save it as UTF-8, or with a byte order mark")
        }
        return nil
    }

    /// `{"` and `[{` with blanks between; a CSV header can begin with one of the letters but hardly with both.
    private static func isJSON(_ start: String) -> Bool {
        let packed = start.filter { !$0.isWhitespace }
        return packed.hasPrefix("{\"") || packed.hasPrefix("[{") || packed.hasPrefix("[[")
    }
}
