import Inference

/// The gap in one outcome between a group and its peers, for one combination of the `--by` values.
public struct GapRow: Sendable, Equatable {
    public var outcome: String
    /// `fsm=Y`, or the value of the group column where each value stands against the rest.
    public var group: String
    public var by: [ByValue]
    /// Pupils in the group, and peers.
    public var n: Double
    public var nPeers: Double
    public var mean: Double?
    public var meanPeers: Double?
    /// `meanPeers` − `mean`: positive where the group is behind.
    public var gap: Double?
    public var standardError: Double?
    public var degreesOfFreedom: Double?
    public var lower: Double?
    public var upper: Double?
    public var pValue: Double?
    public var hedgesG: Double?
    /// The gap at equal prior attainment, with its own uncertainty.
    public var progressGap: Double?
    public var progressGapStandardError: Double?
    public var progressGapLower: Double?
    public var progressGapUpper: Double?
    /// With `--change`: the period the change is measured from, and the change of the gap since then.
    public var changeFrom: String?
    public var change: Double?
    public var changeStandardError: Double?
    public var changeLower: Double?
    public var changeUpper: Double?
    /// The slope of the gaps over the periods from `trendFrom` to this row's, a year; in the last period's row.
    public var trend: GapFigure?
    public var trendFrom: String?
    public var trendPeriods: Int?
    /// The gap between pupils of the same school, and what is left of it: the two add up to `gap`.
    public var within: GapFigure?
    public var between: GapFigure?
    /// Schools that hold pupils of both sides.
    public var schoolsWithBoth: Int?
    /// The disadvantage gap index with ranks among these pupils.
    public var index: GapFigure?
    /// National peers' mean − the group's mean.
    public var nationalGap: GapFigure?
    public var meanNationalPeers: Double?
    /// The gap over the standard deviation asked for.
    public var standardised: GapFigure?
    public var months: Int?
    public var monthsLower: Int?
    public var monthsUpper: Int?
    /// The p-value adjusted for the number of gaps tested, and bands that hold all of them at once.
    public var pAdjusted: Double?
    public var bandLower: Double?
    public var bandUpper: Double?
    public var isSuppressed = false

    public init(outcome: String, group: String, by: [ByValue], n: Double, nPeers: Double) {
        self.outcome = outcome
        self.group = group
        self.by = by
        self.n = n
        self.nPeers = nPeers
    }
}
