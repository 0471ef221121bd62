/// A table for the terminal: columns aligned, figures to the right, control letters in labels spelled out.
public struct TextTable: Sendable {
    public init() {}

    public func write(_ table: ResultTable) -> String {
        let lines =
            [table.columns.map { Escaping.terminal($0.name) }]
            + table.rows.map { row in
                row.indices.map { Escaping.terminal(table.shown(row[$0], column: $0, minus: .hyphen)) }
            }
        let widths = table.columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let numeric = table.columns.indices.map(table.isNumeric)
        return lines.map { line in
            var text = line.indices.map { column in
                let pad = String(repeating: " ", count: widths[column] - line[column].count)
                return numeric[column] ? pad + line[column] : line[column] + pad
            }.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }
}

/// A table in Markdown, as GitHub and Pandoc read it; labels cannot add columns or markup.
public struct MarkdownTable: Sendable {
    public init() {}

    public func write(_ table: ResultTable) -> String {
        var out = line(table.columns.map { Escaping.markdown($0.name) })
        out += line(table.columns.indices.map { table.isNumeric($0) ? "---:" : "---" })
        for row in table.rows {
            out += line(row.indices.map { Escaping.markdown(table.shown(row[$0], column: $0, minus: .hyphen)) })
        }
        return out
    }

    private func line(_ cells: [String]) -> String {
        "|" + cells.map { $0.isEmpty ? "  |" : " \($0) |" }.joined() + "\n"
    }
}
