/// The figures of each period side by side, and those that are out of line with the period before.
public struct PeriodComparison: Sendable, Equatable {
    /// The columns of periods and units, as one name each; without a unit only whole periods are compared.
    public var time: String
    public var unit: String?
    /// True where nobody named the period: it is the one column that looks like one.
    public var isFound: Bool
    /// In the order of their texts.
    public var periods: [String]
    /// The number columns that all files have.
    public var columns: [Figures]
    /// Whole periods first, column by column; then units, the farthest out of line first.
    public var suspicions: [Suspicion]
    /// Number columns that were not compared, because there are more figures than are kept.
    public var columnsLeftOut: [String]

    /// One column over the periods.
    public struct Figures: Sendable, Equatable {
        public var column: String
        /// One entry a period: the rows with a value, those whose value is 0, and the mean of all; `nil` without a row.
        public var rows: [Int]
        public var zeros: [Int]
        public var means: [Double?]
    }
}

/// A figure that somebody should look at before it is believed.
public struct Suspicion: Sendable, Equatable {
    public enum Kind: String, Sendable {
        /// Values are 0 where elsewhere hardly any is: absent results or cohorts not yet complete, filled with zeros.
        case zeros
        /// The mean moved far more than that of other units, or of the whole table more than its spread allows.
        case jump
        /// The values spread much more or much less than in the period before.
        case spread
    }

    public var kind: Kind
    public var column: String
    /// `nil` where the whole period is out of line.
    public var unit: String?
    public var period: String
    public var rows: Int
    public var zeros: Int
    public var mean: Double
    public var standardDeviation: Double
    /// The last period before with values.
    public var previous: Previous?
    /// The median change of all units from period to period; for units that jumped.
    public var usualChange: Double?
    /// How many times the usual spread of changes (or of values, for a whole period) the figure is from the usual.
    public var distance: Double

    public struct Previous: Sendable, Equatable {
        public var period: String
        public var rows: Int
        public var mean: Double
        public var standardDeviation: Double
    }
}
