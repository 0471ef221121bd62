/// The figures of a gap that are asked for by name.
public struct FurtherFigures: Sendable, Equatable {
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
    /// The same with ranks among all pupils in the country.
    public var nationalIndex: GapFigure?
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
}
