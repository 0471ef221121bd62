/// The reader of tables: the same for any sizes of waves and pieces and any way to scan, and equal to the plain machine.
///
/// The first byte chooses the sizes; the rest is the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReader(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    guard count > 1 else { return 0 }
    let bytes = UnsafeBufferPointer(start: start + 1, count: count - 1)
    let file = FuzzedFile(bytes)
    let whole = FuzzedOutcome(file.path, ReadingSizes())
    var sizes = ReadingSizes()
    let choice = Int(start[0])
    sizes.piece = 1 + choice & 63
    sizes.wave = 4 * sizes.piece
    sizes.scanLevel = Int32(min(choice >> 6, Int(ReadingSizes().scanLevel)))
    precondition(whole == FuzzedOutcome(file.path, sizes), "the answer depends on the sizes")
    guard case .table(let table) = whole, !bytes.starts(with: [0xEF, 0xBB, 0xBF]), !bytes.starts(with: [0xFF, 0xFE]),
        !bytes.starts(with: [0xFE, 0xFF]), PackKind(ofFirst: Array(bytes.prefix(4))) == nil
    else { return 0 }
    let slow = plainRows(Array(bytes), separator: table.reports[0].delimiter)
    precondition(slow.first == table.columns, "the header is not that of the plain machine")
    precondition(Array(slow.dropFirst()) == table.rows, "the rows are not those of the plain machine")
    return 0
}

/// All records by the definition of the format, for the line end that the file has.
private func plainRows(_ text: [UInt8], separator: UInt8) -> [[String]] {
    let lineEnd = lineEnd(of: text)
    var machine = PlainMachine(separator: separator, lineEnd: lineEnd)
    var rows: [[String]] = []
    var fields: [[UInt8]] = []
    var field: [UInt8] = []
    var text = text[...]
    // Lines of blanks before the header are no records, whichever line end they have.
    while let end = text.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }),
        text[..<end].allSatisfy(NumberText.isBlank)
    {
        text = text[(end + 1)...]
    }
    if text.last != lineEnd { text.append(lineEnd) }
    let bytes = Array(text)
    for (i, byte) in bytes.enumerated() {
        let step = machine.step(byte, next: i + 1 < bytes.count ? bytes[i + 1] : nil)
        guard step == .fieldEnd || step == .lineEnd else {
            field.append(byte)
            continue
        }
        if step == .lineEnd, lineEnd == UInt8(ascii: "\n"), field.last == UInt8(ascii: "\r") { field.removeLast() }
        fields.append(field)
        field = []
        guard step == .lineEnd else { continue }
        if fields != [[]] { rows.append(fields.map { String(decoding: FieldText.unquoted($0), as: UTF8.self) }) }
        fields = []
    }
    return rows
}

/// LF, unless the first line end outside quotes is a CR alone.
private func lineEnd(of text: [UInt8]) -> UInt8 {
    var quotes = OpeningQuotes(separator: nil)
    for (i, byte) in text.enumerated() where !quotes.isInside(after: byte) {
        if byte == UInt8(ascii: "\n") { return byte }
        if byte == UInt8(ascii: "\r") {
            return i + 1 < text.count && text[i + 1] != UInt8(ascii: "\n") ? byte : UInt8(ascii: "\n")
        }
    }
    return UInt8(ascii: "\n")
}
