/// One row of a result: an estimate with its uncertainty. A field that does not apply is nil and is left out of the output.
public struct Effect: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case overall, event, cohort, calendar, coefficient, gap
        case groupTime = "group-time"
        /// Cohorts with so many years of exposure.
        case exposure
    }
    public var outcome: String
    public var kind: Kind
    public var term: String?
    public var cohort: String?
    public var time: String?
    public var eventTime: Int?
    /// Years in which the partnership worked with the pupils.
    public var years: Int?
    public var group: String?
    /// The value of each `--by` column.
    public var by: [ByValue] = []
    public var estimate: Double?
    public var standardError: Double?
    public var degreesOfFreedom: Double?
    public var statistic: Double?
    public var pValue: Double?
    /// Of the wild cluster bootstrap with the null imposed.
    public var wildPValue: Double?
    public var permutationPValue: Double?
    public var lower: Double?
    public var upper: Double?
    /// Of a uniform band over the effects of the same kind.
    public var bandLower: Double?
    public var bandUpper: Double?
    public var n: Double?
    /// Figures withheld because too few pupils stand behind them.
    public var isSuppressed = false

    public init(outcome: String, kind: Kind, term: String? = nil, estimate: Double? = nil) {
        self.outcome = outcome
        self.kind = kind
        self.term = term
        self.estimate = estimate
    }
}

public struct ByValue: Sendable, Equatable {
    public var column: String
    public var value: String

    public init(_ column: String, _ value: String) {
        self.column = column
        self.value = value
    }
}
