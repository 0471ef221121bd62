/// Rows as CSV: commas, line feeds, quotes where a text needs them, an empty field for NULL.
struct CSVText {
    private(set) var bytes: [UInt8] = []
    private var isInRow = false

    mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        isInRow = false
    }

    mutating func appendNull() { separate() }

    /// The empty text is written `""`: it is not NULL.
    mutating func append(text: String) {
        separate()
        let plain = Array(text.utf8)
        let marks = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        guard plain.isEmpty || plain.contains(where: marks.contains) else {
            bytes += plain
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in plain {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// In as many digits as read back to the same double; whole numbers without a point.
    mutating func append(_ value: Double) {
        separate()
        let text = "\(value)"
        bytes += Array((text.hasSuffix(".0") ? String(text.dropLast(2)) : text).utf8)
    }

    private mutating func separate() {
        if isInRow { bytes.append(UInt8(ascii: ",")) }
        isInRow = true
    }
}
