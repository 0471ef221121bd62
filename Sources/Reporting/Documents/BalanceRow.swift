/// How alike partners and comparison schools were before the start, in one characteristic.
public struct BalanceRow: Sendable, Equatable {
    /// Beyond this standardised difference the groups are called different.
    public static let limit = 0.25

    public var variable: String
    /// What people call it, where that is known; the column's name otherwise.
    public var title: String?
    /// The variable's unit of measure, such as `points` or `%`; empty where it has none.
    public var unit: String
    public var treatedMean: Double?
    public var comparisonMean: Double?
    public var standardisedDifference: Double?
    public var varianceRatio: Double?
    /// Pupils behind each mean, where known; suppression works on them.
    public var nTreated: Double?
    public var nComparison: Double?
    /// For a share: the fewest pupils who have the level or lack it, over both arms; from the shares where not counted.
    public var smallestCount: Double?
    public var isSuppressed = false

    public init(
        variable: String, unit: String = "", treatedMean: Double?, comparisonMean: Double?,
        standardisedDifference: Double?, varianceRatio: Double?, nTreated: Double? = nil, nComparison: Double? = nil,
        smallestCount: Double? = nil
    ) {
        if let smallestCount {
            self.smallestCount = smallestCount
        } else if unit == "%" {
            self.smallestCount = [(nTreated, treatedMean), (nComparison, comparisonMean)].compactMap { n, share in
                guard let n, let share else { return nil }
                let yes = (n * share / 100).rounded()
                return min(yes, n - yes)
            }.min()
        }
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

/// How differently one characteristic of the intake changed in partners and comparison schools.
public struct IntakeRow: Sendable, Equatable {
    public var variable: String
    public var title: String?
    public var unit: String
    /// The partners' mean change minus that of the comparison schools, with its uncertainty where there is one.
    public var change: Double?
    public var standardError: Double?
    /// The change over the standard deviation of the balance.
    public var standardisedChange: Double?
    /// The smaller number of pupils behind one of the arms, where known.
    public var n: Double?
    public var isSuppressed = false

    public init(
        variable: String, unit: String = "", change: Double?, standardError: Double? = nil,
        standardisedChange: Double? = nil, n: Double? = nil
    ) {
        self.variable = variable
        self.unit = unit
        self.change = change
        self.standardError = standardError
        self.standardisedChange = standardisedChange
        self.n = n
    }
}
