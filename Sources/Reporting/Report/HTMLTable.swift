/// A table for the page: a caption, scoped headings, figures to the right, in a box that scrolls by itself on a phone.
struct HTMLTable {
    var table: ResultTable
    var caption: String

    var markup: Markup {
        let heads = table.columns.indices.map { column -> Markup in
            "<th scope=\"col\"\(numericClass(column))>\(heading(column))</th>"
        }
        let rows = table.rows.map { row -> Markup in
            let cells = row.indices.map { column -> Markup in
                let content = cell(row[column], column)
                return column == 0
                    ? "<th scope=\"row\">\(content)</th>" : "<td\(numericClass(column))>\(content)</td>"
            }
            return "<tr>\(cells)</tr>\n"
        }
        return """
            <div class="scroll" role="region" aria-label="\(caption)" tabindex="0"><table>
            <caption><span>\(caption)</span></caption>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(rows)</tbody></table></div>

            """
    }

    /// Words begin with a capital; symbols such as p, df and n stay as they are.
    private func heading(_ column: Int) -> String {
        let name = table.columns[column].name
        return name.count > 2 ? Wording.capitalisedFirst(name) : name
    }

    private func numericClass(_ column: Int) -> Markup { table.isNumeric(column) ? " class=\"number\"" : "" }

    private func cell(_ cell: ResultTable.Cell, _ column: Int) -> Markup {
        switch cell {
        case .suppressed: "<abbr title=\"withheld: too few pupils\">c</abbr>"
        case .missing: "<span class=\"none\" aria-label=\"no value\">–</span>"
        default: "\(table.shown(cell, column: column, minus: .sign))"
        }
    }
}
