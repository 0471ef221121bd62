/// A table of results before it is text: what every writer (CSV, terminal, Markdown, page) starts from.
public struct ResultTable: Sendable, Equatable {
    public struct Column: Sendable, Equatable {
        public var name: String
        /// Decimals shown to people; nil shows three significant digits. CSV is never rounded.
        public var decimals: Int?

        public init(_ name: String, decimals: Int? = nil) {
            self.name = name
            self.decimals = decimals
        }
    }

    public enum Cell: Sendable, Equatable {
        case text(String)
        /// A figure already set for people, such as an interval; only in tables for people.
        case set(String)
        case number(Double)
        case integer(Int)
        /// No value, or one that does not apply.
        case missing
        /// A value withheld because too few pupils stand behind it; shown as `c`.
        case suppressed
    }

    public var columns: [Column]
    /// Each row has one cell a column.
    public var rows: [[Cell]]

    public init(columns: [Column], rows: [[Cell]] = []) {
        precondition(rows.allSatisfy { $0.count == columns.count }, "a row needs one cell a column")
        self.columns = columns
        self.rows = rows
    }

    /// The cell as people read it: rounded, `c` where suppressed, empty where missing.
    func shown(_ cell: Cell, column: Int, minus: Numeral.Minus) -> String {
        switch cell {
        case .text(let text), .set(let text): text
        case .integer(let value): Numeral.count(Double(value), minus: minus)
        case .number(let value):
            columns[column].decimals.map { Numeral.fixed(value, decimals: $0, minus: minus) }
                ?? Numeral.significant(value, digits: 3, minus: minus)
        case .missing: ""
        case .suppressed: "c"
        }
    }

    /// A column of figures is set to the right; one that holds any text to the left.
    func isNumeric(_ column: Int) -> Bool {
        rows.allSatisfy { if case .text = $0[column] { false } else { true } }
    }
}

extension ResultTable.Cell {
    init(_ value: Double?) { self = value.map { $0.isFinite ? .number($0) : .missing } ?? .missing }
    static func figure(_ text: String?) -> Self { text.map(ResultTable.Cell.set) ?? .missing }
    init(_ value: Int?) { self = value.map(ResultTable.Cell.integer) ?? .missing }
    init(_ value: String?) { self = value.map(ResultTable.Cell.text) ?? .missing }
    init(_ value: Double?, suppressed: Bool) { self = suppressed ? .suppressed : .init(value) }
    /// A count held as a double: whole where it is whole.
    package init(count: Double?, suppressed: Bool = false) {
        if suppressed {
            self = .suppressed
        } else {
            self = count.flatMap { Int(exactly: $0) }.map { .integer($0) } ?? .init(count)
        }
    }
}
