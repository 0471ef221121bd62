import Tables

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

    public func write(_ table: ResultTable, threads: Int = 1) -> String {
        let step = 2048
        var texts = [String](repeating: "", count: 1 + (table.rows.count + step - 1) / step)
        add(table.columns.map { .text($0.name) }, to: &texts[0])
        texts.withUnsafeMutableBufferPointer { texts in
            // Each part writes its own text.
            nonisolated(unsafe) let texts = texts
            Parallel.run(texts.count - 1, threads: threads) { part in
                for row in part * step..<min((part + 1) * step, table.rows.count) {
                    add(table.rows[row], to: &texts[part + 1])
                }
            }
        }
        return texts.joined()
    }

    /// One text takes all records: tables of many thousand rows are common.
    private func add(_ cells: [ResultTable.Cell], to out: inout String) {
        let start = out.utf8.count
        for (column, cell) in cells.enumerated() {
            if column > 0 { out += "," }
            add(cell, to: &out)
        }
        // One empty field alone would be a blank line, which readers skip.
        if cells.count == 1, out.utf8.count == start { out += "\"\"" }
        out += "\r\n"
    }

    private func add(_ cell: ResultTable.Cell, to out: inout String) {
        switch cell {
        case .missing: break
        case .suppressed: out += suppressedMark
        case .integer(let value): value.description.write(to: &out)
        case .number(let value): if value.isFinite { JSONValue.writeNumeral(value, to: &out) }
        case .set(let text): out += quoted(text)
        case .text(let text): out += quoted(!isRaw && Escaping.beginsFormula(text) ? "'" + text : text)
        }
    }

    private func quoted(_ text: String) -> String {
        let bytes = text.utf8
        guard
            bytes.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) || bytes.first == 0x20
                || bytes.last == 0x20
        else { return text }
        // Bytes, not characters: a quote followed by a combining mark is one character, and still a quote.
        return "\"" + String(decoding: bytes.flatMap { $0 == 0x22 ? [$0, $0] : [$0] }, as: UTF8.self) + "\""
    }
}
