import Inference

/// Columns gathered one by one into a table; those without any value are left out.
struct ColumnSet {
    private var columns: [ResultTable.Column] = []
    private var cells: [[ResultTable.Cell]] = []
    private let by: [[ByValue]]
    private var fromBy: Set<Int> = []

    init(by: [[ByValue]]) { self.by = by }

    var table: ResultTable {
        let rowCount = cells.first?.count ?? 0
        var named = columns
        let own = columns.indices.filter { !fromBy.contains($0) }.map { columns[$0].name }
        // A column of the user's that bears a name of ours gets `by_` before it.
        for index in columns.indices where fromBy.contains(index) && own.contains(columns[index].name) {
            named[index].name = "by_" + columns[index].name
        }
        return ResultTable(columns: named, rows: (0..<rowCount).map { row in cells.map { $0[row] } })
    }

    mutating func add(_ name: String, _ column: [ResultTable.Cell], decimals: Int? = nil, always: Bool = false) {
        guard always || column.contains(where: { $0 != .missing }) else { return }
        columns.append(.init(name, decimals: decimals))
        cells.append(column)
    }

    mutating func text(_ name: String, _ values: [String]) { add(name, values.map { .text($0) }, always: true) }
    mutating func text(_ name: String, _ values: [String?]) { add(name, values.map { .init($0) }) }

    /// Figures that are withheld where `hidden`; a column without any figure is left out unless it is `always` there.
    mutating func figure(_ name: String, _ values: [Double?], _ hidden: [Bool], always: Bool, decimals: Int? = nil) {
        guard always || zip(values, hidden).contains(where: { $0 != nil && !$1 }) else { return }
        add(name, zip(values, hidden).map { .init($0, suppressed: $1) }, decimals: decimals, always: true)
    }

    mutating func count(_ name: String, _ values: [Double?], _ hidden: [Bool]) {
        add(name, zip(values, hidden).map { .init(count: $0, suppressed: $1) })
    }

    /// A column of `true`, there only where something is.
    mutating func flag(_ name: String, _ values: [Bool]) {
        if values.contains(true) { add(name, values.map { .text($0 ? "true" : "false") }) }
    }

    /// The columns of `--by`, each under its own name, in the order of the first row that has it.
    mutating func addBy() {
        var names: [String] = []
        for values in by { for value in values where !names.contains(value.column) { names.append(value.column) } }
        for name in names {
            fromBy.insert(columns.count)
            add(name, by.map { row in .init(row.first { $0.column == name }?.value) }, always: true)
        }
    }
}
