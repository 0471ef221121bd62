/// Comma-separated values by RFC 4180, in UTF-8 with CRLF line ends: quoted where needed, numbers never rounded.
///
/// A text cell that a spreadsheet would take for a formula gets a leading apostrophe; a text that already begins with
/// apostrophes before such a letter gets one more, so taking one away always gives the label back.
public struct CSVWriter: Sendable {
    /// Text goes out as it is (`--raw-csv`).
    public var isRaw: Bool
    /// What stands for a suppressed figure: nothing beside a column `suppressed`, `c` in published tables.
    public var suppressedMark: String

    public init(isRaw: Bool = false, suppressedMark: String = "") {
        self.isRaw = isRaw
        self.suppressedMark = suppressedMark
    }

    public func write(_ table: ResultTable) -> String {
        var out = record(table.columns.map { .text($0.name) })
        for row in table.rows { out += record(row) }
        return out
    }

    private func record(_ cells: [ResultTable.Cell]) -> String {
        let fields = cells.map(field)
        // One empty field alone would be a blank line, which readers skip.
        return (fields == [""] ? "\"\"" : fields.joined(separator: ",")) + "\r\n"
    }

    private func field(_ cell: ResultTable.Cell) -> String {
        switch cell {
        case .missing: ""
        case .suppressed: suppressedMark
        case .integer(let value): String(value)
        case .number(let value): JSONValue.numeral(value) ?? ""
        case .set(let text): quoted(text)
        case .text(let text): quoted(!isRaw && Escaping.beginsFormula(text) ? "'" + text : text)
        }
    }

    private func quoted(_ text: String) -> String {
        let bytes = text.utf8
        guard
            bytes.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) || bytes.first == 0x20
                || bytes.last == 0x20
        else { return text }
        // Bytes, not characters: a quote followed by a combining mark is one character, and still a quote.
        return "\"" + String(decoding: bytes.flatMap { $0 == 0x22 ? [$0, $0] : [$0] }, as: UTF8.self) + "\""
    }
}
