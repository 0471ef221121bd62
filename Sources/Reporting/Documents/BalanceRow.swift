/// How alike partners and comparison schools were before the start, in one characteristic.
public struct BalanceRow: Sendable, Equatable {
    /// Beyond this standardised difference the groups are called different.
    public static let limit = 0.25

    public var variable: String
    /// The variable's unit of measure, such as `points` or `%`; empty where it has none.
    public var unit: String
    public var treatedMean: Double?
    public var comparisonMean: Double?
    public var standardisedDifference: Double?
    public var varianceRatio: Double?
    /// Pupils behind each mean, where known; suppression works on them.
    public var nTreated: Double?
    public var nComparison: Double?
    public var isSuppressed = false

    public init(
        variable: String, unit: String = "", treatedMean: Double?, comparisonMean: Double?,
        standardisedDifference: Double?, varianceRatio: Double?, nTreated: Double? = nil, nComparison: Double? = nil
    ) {
        self.variable = variable
        self.unit = unit
        self.treatedMean = treatedMean
        self.comparisonMean = comparisonMean
        self.standardisedDifference = standardisedDifference
        self.varianceRatio = varianceRatio
        self.nTreated = nTreated
        self.nComparison = nComparison
    }
}

/// How one characteristic of the intake changed from before to after the start, in partners and comparison schools.
public struct IntakeRow: Sendable, Equatable {
    public var variable: String
    public var unit: String
    public var treatedBefore: Double?
    public var treatedAfter: Double?
    public var comparisonBefore: Double?
    public var comparisonAfter: Double?
    /// (treated after − before) − (comparison after − before), with its uncertainty where it was estimated.
    public var difference: Double?
    public var standardError: Double?
    public var pValue: Double?
    /// The smallest number of pupils behind one of the four means, where known.
    public var n: Double?
    public var isSuppressed = false

    public init(
        variable: String, unit: String = "", treatedBefore: Double?, treatedAfter: Double?, comparisonBefore: Double?,
        comparisonAfter: Double?, difference: Double?, standardError: Double? = nil, pValue: Double? = nil,
        n: Double? = nil
    ) {
        self.variable = variable
        self.unit = unit
        self.treatedBefore = treatedBefore
        self.treatedAfter = treatedAfter
        self.comparisonBefore = comparisonBefore
        self.comparisonAfter = comparisonAfter
        self.difference = difference
        self.standardError = standardError
        self.pValue = pValue
        self.n = n
    }
}
