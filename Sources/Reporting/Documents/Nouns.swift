/// The words that a study uses for its units, its outcome and its group, so that sentences name them.
public struct Nouns: Sendable, Equatable {
    public var unit: String
    public var units: String
    /// Who is behind a row: `pupils`, or the units themselves where a row is a unit.
    public var rows: String

    public init(unit: String = "school", units: String = "schools", rows: String = "pupils") {
        self.unit = unit
        self.units = units
        self.rows = rows
    }

    func unit(_ count: Int) -> String { count == 1 ? unit : units }
}

/// How an outcome is spoken of.
public struct OutcomeName: Sendable, Equatable {
    /// The column, as in the results.
    public var column: String
    /// For people, such as `Attainment 8`.
    public var title: String
    /// `points`, `percentage points`, `days`.
    public var unit: String
    public var isLowerBetter: Bool
    /// A yes/no outcome: its means are shares in percent.
    public var isShare: Bool

    public init(
        column: String, title: String? = nil, unit: String = "points", isLowerBetter: Bool = false,
        isShare: Bool = false
    ) {
        self.isShare = isShare
        self.column = column
        self.title = title ?? column
        self.unit = unit
        self.isLowerBetter = isLowerBetter
    }
}
