/// Where the text of a requested column comes from, in one file.
enum FieldSource: Sendable {
    case column(Int)
    /// The same text in every row.
    case constant([UInt8])
    /// Several texts joined by `/`; empty where one of them is.
    indirect case joined([FieldSource])
    /// A column whose `="A123"` is A123.
    case unwrapped(column: Int)
    /// The text of the last where the first equals the bytes; empty elsewhere.
    indirect case inRows(FieldSource, equal: [UInt8], FieldSource)
    /// The pseudonym of a pupil in place of the identifier.
    indirect case pseudonym(FieldSource, key: [UInt8])

    /// The text of a row; 16 bytes past its end may be read.
    func text(_ rows: PieceRows, _ row: Int, _ scratch: ScratchText, _ part: ScratchText) -> (
        start: UnsafePointer<UInt8>, count: Int
    ) {
        switch self {
        case .column(let column): return rows.text(row, column, scratch)
        case .constant(let bytes):
            scratch.clear()
            bytes.withUnsafeBufferPointer { text in
                if let base = text.baseAddress { scratch.append(base, text.count) }
            }
        case .joined(let sources):
            scratch.clear()
            for (i, source) in sources.enumerated() {
                if i > 0 { scratch.append(UInt8(ascii: "/")) }
                // A part is a column or a constant, never joined itself.
                let (start, count) = source.text(rows, row, part, part)
                if count == 0 {
                    scratch.clear()
                    break
                }
                scratch.append(start, count)
            }
        case .unwrapped(let column):
            let (start, count) = rows.text(row, column, scratch)
            return FormulaText.isWrapped(start, count) ? (start + 2, count - 3) : (start, count)
        case .inRows(let mark, let value, let source):
            guard mark.equals(value, rows, row, scratch, part) else {
                scratch.clear()
                break
            }
            return source.text(rows, row, scratch, part)
        case .pseudonym(let source, let key):
            let (start, count) = source.text(rows, row, part, part)
            let pseudonym = Pseudonym.of(Array(UnsafeBufferPointer(start: start, count: count)), key: key)
            scratch.clear()
            pseudonym.withUnsafeBufferPointer { text in
                if let base = text.baseAddress { scratch.append(base, text.count) }
            }
        }
        return (scratch.start, scratch.count)
    }

    /// Whether the text of a row is these bytes.
    func equals(_ value: [UInt8], _ rows: PieceRows, _ row: Int, _ scratch: ScratchText, _ part: ScratchText) -> Bool {
        let (start, count) = text(rows, row, scratch, part)
        guard count == value.count else { return false }
        return value.withUnsafeBufferPointer { UnsafeBufferPointer(start: start, count: count).elementsEqual($0) }
    }

    /// Finds the columns of a request in a file.
    ///
    /// - Throws: `.noSuchColumn`, `.unusableHeader`, `.constantInFile`, `.fileName`.
    init(_ source: ColumnRequest.Source, in file: InputFile, _ header: Header) throws(TableError) {
        switch source {
        case .column(let name): self = try Self.named(name, in: file, header)
        case .joined(let names):
            let parts = try names.map { name throws(TableError) in try Self.named(name, in: file, header) }
            self = .joined(
                parts.flatMap { part in
                    if case .joined(let inner) = part { inner } else { [part] }
                })
        case .inRows(let mark, let value, let name):
            self = .inRows(
                try Self.named(mark, in: file, header), equal: Array(value.utf8), try Self.named(name, in: file, header)
            )
        case .fileName(let pattern):
            guard let text = FileNamePattern(pattern).part(of: file.path) else {
                throw .fileName(path: file.path, pattern: pattern)
            }
            self = .constant(Array(text.utf8))
        }
    }

    static func named(_ name: String, in file: InputFile, _ header: Header) throws(TableError) -> FieldSource {
        if let viewed = try viewed(name, in: file, header) { return viewed }
        guard let value = file.constants[name] else {
            return .of(column: try header.index(of: name, path: file.path), header)
        }
        guard !header.holds(name) else { throw .constantInFile(name: name, path: file.path) }
        return .constant(Array(value.utf8))
    }

    /// A column of the file, read as its form says.
    static func of(column: Int, _ header: Header) -> FieldSource {
        header.unwrapsFormulas ? .unwrapped(column: column) : .column(column)
    }

    /// The label of the column in messages.
    func label(_ request: ColumnRequest, _ header: Header) -> String {
        switch self {
        case .column(let column), .unwrapped(let column): header.label(column)
        case .inRows(_, _, let source), .pseudonym(let source, _): source.label(request, header)
        case .constant, .joined: request.name
        }
    }

    var columnNumber: Int {
        switch self {
        case .column(let column), .unwrapped(let column): column
        case .inRows(_, _, let source), .pseudonym(let source, _): source.columnNumber
        case .constant, .joined: Int.max
        }
    }
}

/// `="A123"`: a formula that gives its own text, by which exports keep spreadsheets from reading it as a number.
package enum FormulaText {
    static func isWrapped(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count >= 3, start[0] == UInt8(ascii: "="), start[1] == UInt8(ascii: "\""),
            start[count - 1] == UInt8(ascii: "\"")
        else { return false }
        return !UnsafeBufferPointer(start: start + 2, count: count - 3).contains(UInt8(ascii: "\""))
    }

    package static func isWrapped(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in bytes.baseAddress.map { isWrapped($0, bytes.count) } ?? false }
    }
}

/// A pattern for a file's name: its one `*` stands for the period; or `{period}` does, and each `*` for any letters.
struct FileNamePattern {
    static let mark = "{period}"

    private let before: String
    private let after: String
    /// True with `{period}`: what it stands for must look like a period, since `*` may take any letters from it.
    private let isMarked: Bool
    /// One period is marked, and no more.
    let isUsable: Bool

    init(_ pattern: String) {
        isMarked = pattern.contains(Self.mark)
        let parts =
            isMarked
            ? pattern.split(separator: Self.mark, omittingEmptySubsequences: false)
            : pattern.split(separator: "*", omittingEmptySubsequences: false)
        isUsable = parts.count == 2
        before = parts.first.map { String($0) } ?? ""
        after = parts.count == 2 ? String(parts[1]) : ""
    }

    /// The period in the last part of a path; `nil` where the pattern does not match.
    func part(of path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard isUsable else { return nil }
        if isMarked { return markedPart(of: Array(name)) }
        guard name.utf8.count > before.utf8.count + after.utf8.count, name.hasPrefix(before), name.hasSuffix(after)
        else { return nil }
        return String(name.dropFirst(before.count).dropLast(after.count))
    }

    /// The longest part that looks like a period, the first of several.
    private func markedPart(of name: [Character]) -> String? {
        var found: String?
        for start in name.indices where Self.matches(name[..<start], Array(before)[...]) {
            for end in (start + 1)...name.count where Self.matches(name[end...], Array(after)[...]) {
                var part = String(name[start..<end])
                if part.count > found?.count ?? 0, part.withUTF8({ PeriodForm.matches($0) }) { found = part }
            }
        }
        return found
    }

    /// `*` stands for any letters, none too.
    private static func matches(_ text: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return (text.startIndex...text.endIndex).contains { matches(text[$0...], pattern.dropFirst()) }
        }
        return text.first == first && matches(text.dropFirst(), pattern.dropFirst())
    }
}
