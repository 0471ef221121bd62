/// Counts the texts of one column in one lane: each distinct text is looked at once, however many rows have it.
///
/// A column of more texts than the limit is looked at row by row from then on; what is found is the same.
final class ColumnTally {
    static let distinctLimit = 20_000

    private let texts = KeyDictionary()
    /// The rows of each text by its code.
    private var rowsOf: [Int] = []
    private var summary: ColumnSummary
    private(set) var isCapped = false

    init(reasons: Int) { summary = ColumnSummary(reasons: reasons) }

    func add(_ rows: PieceRows, _ source: FieldSource?, _ reader: NumberReader, _ scratch: ScratchText) {
        guard let source else { return summary.addEmpty(rows.count) }
        if isCapped {
            // A copy, since a look at a class's field costs a check each time.
            var found = summary
            Self.forEachText(rows, source, scratch) { found.add($0, $1, rows: 1, reader) }
            summary = found
            return
        }
        let room = texts.count + rows.count
        if rowsOf.count < room { rowsOf += .init(repeating: 0, count: 2 * room - rowsOf.count) }
        let texts = texts
        rowsOf.withUnsafeMutableBufferPointer { rowsOf in
            Self.forEachText(rows, source, scratch) { start, count in
                rowsOf[Int(texts.code(start, count, 0, 0))] &+= 1
            }
        }
        if texts.count > Self.distinctLimit { cap(reader) }
    }

    @inline(__always)
    private static func forEachText(
        _ rows: PieceRows, _ source: FieldSource, _ scratch: ScratchText, _ body: (UnsafePointer<UInt8>, Int) -> Void
    ) {
        guard case .column(let column) = source else {
            for r in 0..<rows.count {
                let (start, count) = source.text(rows, r, scratch, scratch)
                body(start, count)
            }
            return
        }
        let bytes = rows.bytes
        rows.forEach(column) { row, start, length in
            if length > 0, bytes[start] == UInt8(ascii: "\"") {
                let (start, count) = rows.text(row, column, scratch)
                body(start, count)
            } else {
                body(UnsafePointer(bytes + start), length)
            }
        }
    }

    private func cap(_ reader: NumberReader) {
        summarise(into: &summary, reader)
        isCapped = true
    }

    /// Adds the texts counted so far, and gives those that are neither empty nor blank.
    @discardableResult private func summarise(into summary: inout ColumnSummary, _ reader: NumberReader) -> [ValueCount]
    {
        var values: [ValueCount] = []
        for (code, text) in texts.texts.enumerated() {
            let scratch = ScratchText(text)
            if summary.add(scratch.start, scratch.count, rows: rowsOf[code], reader) {
                values.append(ValueCount(text, rowsOf[code]))
            }
        }
        return values
    }

    /// Takes what another lane found; which lane saw which rows does not matter to the sum.
    func merge(_ other: ColumnTally, _ reader: NumberReader) {
        if isCapped || other.isCapped {
            if !isCapped { cap(reader) }
            if !other.isCapped { other.cap(reader) }
            summary.merge(other.summary)
            return
        }
        summary.merge(other.summary)
        for (code, text) in other.texts.texts.enumerated() {
            let here = Int(texts.code(of: text))
            if here >= rowsOf.count { rowsOf += .init(repeating: 0, count: here + 1) }
            rowsOf[here] += other.rowsOf[code]
        }
        if texts.count > Self.distinctLimit { cap(reader) }
    }

    /// What the column looks like.
    func description(name: String, reasons: [String], _ reader: NumberReader) -> ColumnDescription {
        guard !isCapped else {
            return summary.description(name: name, reasons: reasons, values: nil, reader)
        }
        var summary = summary
        let values = summarise(into: &summary, reader)
        return summary.description(
            name: name, reasons: reasons,
            values: values.sorted {
                $0.rows != $1.rows ? $0.rows > $1.rows : $0.value.utf8.lexicographicallyPrecedes($1.value.utf8)
            }, reader)
    }
}
