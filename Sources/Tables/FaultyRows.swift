import CByteScan

/// What is kept of rows that cannot be read.
extension PieceRows {
    /// A row of this piece in which a value is at fault.
    func bad(_ row: Int, _ fault: RowFault) -> Bad {
        let end = range(row, width - 1).end
        return Bad(start: range(row, 0).start, end: end, line: lines[row], fault: fault)
    }

    /// The raw bytes of a row, without its line end.
    private func raw(_ row: Bad) -> [UInt8] {
        var end = row.end
        if end > row.start, lineEnd == UInt8(ascii: "\n"), bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return Array(UnsafeBufferPointer(start: bytes + row.start, count: end - row.start))
    }

    /// The column in which a row breaks the format: for a row of another width the first that the header or the row lacks.
    private func column(of row: Bad, in file: WaveReader) -> (number: Int, label: String) {
        var number = 0
        if case .width(let found, let expected, _) = row.fault {
            number = min(found, expected)
        } else {
            let invalid = row.start + cbs_invalid_utf8(bytes + row.start, row.end - row.start)
            var machine = PlainMachine(separator: file.separator, lineEnd: lineEnd)
            for i in row.start..<row.end {
                let step = machine.step(bytes[i], next: bytes[i + 1])
                if step == .afterQuote && row.fault == .afterQuote
                    || step == .strayLineEnd && row.fault == .strayLineEnd
                {
                    break
                }
                if i == invalid { break }
                if step == .fieldEnd { number += 1 }
            }
        }
        return (number, file.header.label(number))
    }

    /// What the log keeps of a row at fault.
    ///
    /// - Parameter found: the text at fault; the raw row, cut at 120 bytes, where it is `nil`.
    func entry(
        of row: Bad, in file: WaveReader, _ index: Int, column: (number: Int, label: String)?, found: String?
    ) -> FaultLog.Entry {
        let column = column ?? self.column(of: row, in: file)
        var place = file.place(line: row.line, column: column.label)
        if case .width = row.fault { place.isColumnInWords = true }
        return FaultLog.Entry(
            file: index, line: row.line, column: column.number, place: place,
            found: found ?? String(decoding: raw(row).prefix(120), as: UTF8.self))
    }

    /// What is kept of a row that is put aside.
    func rejected(_ row: Bad, in file: WaveReader, _ index: Int, column: String?) -> RejectedRow {
        RejectedRow(
            file: index, path: file.source.path, line: row.line, column: column ?? self.column(of: row, in: file).label,
            offset: origin + row.start - WaveBuffer.margin, kind: row.fault.kind, raw: raw(row))
    }
}
