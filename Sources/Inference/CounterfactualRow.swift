/// What was observed and what would have been expected without the partnership, for one unit or group in one period.
public struct CounterfactualRow: Sendable, Equatable {
    public var outcome: String
    /// Exactly one of `unit` and `group` is set; groups are `partners` or, in a triple difference, `group` and `peers`.
    public var unit: String?
    public var group: String?
    public var time: String
    public var by: [ByValue] = []
    public var observed: Double?
    public var counterfactual: Double?
    public var lower: Double?
    public var upper: Double?
    /// The weight of the row in the headline's mean: rows, or weights where there are any; 0 before the start.
    public var weight: Double
    public var n: Double
    /// Pupils of the few comparison units whose weighted mean the counterfactual is; nil where it is no such mean, or pupils are not
    /// known.
    public var comparisonPupils: Double?
    /// Calendar steps from the unit's start; nil for groups.
    public var eventTime: Int?
    public var isSuppressed = false

    public init(
        outcome: String, unit: String? = nil, group: String? = nil, time: String, observed: Double?,
        counterfactual: Double?, lower: Double? = nil, upper: Double? = nil, weight: Double, n: Double
    ) {
        self.outcome = outcome
        self.unit = unit
        self.group = group
        self.time = time
        self.observed = observed
        self.counterfactual = counterfactual
        self.lower = lower
        self.upper = upper
        self.weight = weight
        self.n = n
    }
}

/// A mean of one arm in one period, with the path expected without the partnership, for the figure.
public struct PathPoint: Sendable, Equatable {
    public enum Arm: String, Sendable { case partners, comparison }
    public var arm: Arm
    /// In a triple difference: `group` or `peers`.
    public var group: String?
    public var time: String
    public var ordinal: Int
    public var observed: Double?
    public var counterfactual: Double?
    public var n: Double
    public var isSuppressed = false

    public init(
        arm: Arm, group: String? = nil, time: String, ordinal: Int, observed: Double?, counterfactual: Double?,
        n: Double
    ) {
        self.arm = arm
        self.group = group
        self.time = time
        self.ordinal = ordinal
        self.observed = observed
        self.counterfactual = counterfactual
        self.n = n
    }
}
