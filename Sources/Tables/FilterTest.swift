#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A `RowFilter` made ready for one file: where its text comes from and how it is compared.
struct FilterTest {
    let source: FieldSource
    let test: RowFilter.Test
    private let texts: [[UInt8]]
    private let reader: NumberReader

    init(_ filter: RowFilter, in file: InputFile, _ header: Header, _ reader: NumberReader) throws(TableError) {
        source = try FieldSource.named(filter.column, in: file, header)
        test = filter.test
        self.reader = reader
        texts =
            switch filter.test {
            case .equals(let text), .differs(let text): [Array(text.utf8)]
            case .isOne(let texts): texts.map { Array($0.utf8) }
            default: []
            }
    }

    /// Leaves the rows that meet the condition.
    ///
    /// - Returns: the rows left out because a comparison of numbers met something else.
    func apply(to rows: inout PieceRows, _ scratch: ScratchText, _ part: ScratchText) -> Int {
        let view = rows
        switch test {
        case .equals, .isOne:
            rows.keep { holds(view, $0, scratch, part) }
        case .differs:
            rows.keep { !holds(view, $0, scratch, part) }
        case .less(let bound): return keepNumbers(&rows, scratch, part) { $0 < bound }
        case .lessOrEqual(let bound): return keepNumbers(&rows, scratch, part) { $0 <= bound }
        case .greater(let bound): return keepNumbers(&rows, scratch, part) { $0 > bound }
        case .greaterOrEqual(let bound): return keepNumbers(&rows, scratch, part) { $0 >= bound }
        }
        return 0
    }

    private func holds(_ rows: PieceRows, _ row: Int, _ scratch: ScratchText, _ part: ScratchText) -> Bool {
        let (start, count) = source.text(rows, row, scratch, part)
        return texts.contains { $0.count == count && memcmp($0, start, count) == 0 }
    }

    private func keepNumbers(
        _ rows: inout PieceRows, _ scratch: ScratchText, _ part: ScratchText, _ holds: (Double) -> Bool
    ) -> Int {
        var others = 0
        let view = rows
        rows.keep { row in
            let (start, count) = source.text(view, row, scratch, part)
            if let number = number(start, count) { return holds(number) }
            others += 1
            return false
        }
        return others
    }

    private func number(_ start: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        let packed = reader.short(start, count)
        if packed >= 0 { return Double(packed >> 3) / PowersOfTen.doubles[Int(packed & 7)] }
        if case .number(let number) = reader.read(start, count) { return number.double(start, count, reader.form) }
        return nil
    }
}
