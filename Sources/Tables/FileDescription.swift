/// What is in a set of files: shape, columns, coverage. Plain values, ready to be rendered.
public struct FileDescription: Sendable, Equatable {
    public var files: [FileReport]
    public var rows: Int
    public var columns: [ColumnDescription]
    /// Units by periods; `nil` unless both columns were named.
    public var coverage: Coverage?
    /// The figures of each period, and those that are out of line; `nil` where no period is known.
    public var periods: PeriodComparison?
    public var warnings: [TableWarning]
}

/// One column of the files and what its values look like. Values of pupils are never listed.
public struct ColumnDescription: Sendable, Equatable {
    public var name: String
    public var looks: Looks
    /// Rows whose field is neither empty nor blank, missing codes included.
    public var filled: Int
    public var empty: Int
    /// Missing codes by their order among the codes; for columns that look like numbers or periods only.
    public var missing: [MissingCount]
    /// Distinct texts, empty ones and missing codes not counted.
    public var distinct: Int
    /// True where there are more than `distinct`, which were not counted on.
    public var isDistinctCapped: Bool
    /// In a column that looks like numbers: rows whose value is neither a number nor a known missing code.
    public var notNumbers = 0
    /// The most frequent of these, at most three.
    public var words: [ValueCount] = []
    /// Of numbers: the rows in each eighth of the range; empty where there are too many different values, or one alone.
    public var bins: [Int] = []

    public enum Looks: Sendable, Equatable {
        case empty
        /// Codes of pupils, schools or authorities: never listed.
        case identifier(IdentifierCheck?)
        /// Numbers with their range and the most decimals that one of them has.
        case number(lowest: Double, highest: Double, decimals: Int)
        /// A few values that repeat, the most frequent first.
        case group([ValueCount])
        /// Years, academic years or dates, in the order of their texts.
        case period([ValueCount])
        /// Other text, with the longest in bytes: never listed.
        case text(longest: Int)

        /// One word for tables.
        public var word: String {
            switch self {
            case .empty: "empty"
            case .identifier: "identifier"
            case .number: "number"
            case .group: "group"
            case .period: "period"
            case .text: "text"
            }
        }
    }
}

/// A value and the number of its rows.
public struct ValueCount: Sendable, Equatable {
    public var value: String
    public var rows: Int

    public init(_ value: String, _ rows: Int) {
        self.value = value
        self.rows = rows
    }
}

/// Units by periods.
public struct Coverage: Sendable, Equatable {
    public var unit: String
    public var time: String
    public var units: Int
    public var unitsInEveryPeriod: Int
    /// In the order of the periods' texts.
    public var periods: [Period]
    /// In which periods units are there, the most frequent pattern first.
    public var patterns: [Pattern]
    /// Unit × period pairs that occur.
    public var pairs: Int
    /// Pairs with more than one row: none in a file of one row a school and year.
    public var repeatedPairs: Int
    public var mostRowsInPair: Int
    /// Rows without a unit or without a period.
    public var rowsWithout: Int
    /// The pairs with several rows, by unit and period; none where most pairs have several, since rows are pupils then.
    public var repeats: [Repeat]

    public struct Period: Sendable, Equatable {
        public var period: String
        public var units: Int
        public var rows: Int
    }
    public struct Pattern: Sendable, Equatable {
        /// One entry a period.
        public var isThere: [Bool]
        public var units: Int
    }

    public struct Repeat: Sendable, Equatable {
        public var unit: String
        public var period: String
        public var rows: Int
    }
}
