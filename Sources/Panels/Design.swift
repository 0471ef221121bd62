import Cells

/// What estimators take: the cells of one outcome with their moments, who was treated when, factors and clusters.
///
/// Every per-cell array has `cellCount` entries in one canonical order (key bytes). A panel of schools is the case of one
/// row a cell. Cells without used rows are not in it, nor are cells whose treatment is not known.
public struct Design: Sendable {
    public var outcome: String
    public var covariates: [String]

    public var units: [String]
    public var unit: [Int]
    /// Sorted by calendar.
    public var periods: [Period]
    public var period: [Int]

    /// Per unit: the first period, as an ordinal, whose results the partnership could affect; nil for comparison units.
    /// A start inside a hole has been moved to the next period present.
    public var start: [Int?]
    /// Per cell: after the start (or `--treated` says 1).
    public var isTreated: [Bool]
    /// Per cell: calendar steps since the start; nil for comparison units. Periods absent from the data are holes.
    public var eventTime: [Int?]

    /// Where treatment stops or starts anew, or is on at first, and the estimator knows such: per unit, treated in its first
    /// period; then `start` is the first switch, on or off, and `isTreated` says that it has come. Nil elsewhere.
    public var startsOn: [Bool]?
    /// Per cell, in the same case: under treatment in this period.
    public var isOn: [Bool]?

    /// Where year groups say for how many years a cohort was worked with.
    public var exposure: Exposure?

    /// Per cell, in a triple difference: true where the cell belongs to the group, false for its peers; nil without `--gap`.
    public var isGroup: [Bool]?

    /// The levels at which errors are correlated: one or two.
    public var clusters: [CellFactor]
    /// Categorical regressors; the reference is level 0, the first in byte order.
    public var factors: [CellFactor]
    /// Fixed effects besides unit and period.
    public var absorbed: [CellFactor]

    /// Variables: the outcome, then `covariates`. Weights already follow the estimand (schools: each unit × period sums to 1).
    public var moments: CellMoments
    /// Pupils behind each cell, for suppression: row counts for pupil rows, `--count` for unit rows, nil where unknown.
    public var pupils: [Double]?
    /// True where rows are pupils, false where they are units.
    public var rowsArePupils: Bool
    /// True where each row is the mean of a unit's pupils in a period, `pupils` of them.
    public var isCollapsed = false
    /// The number of observations N in small-sample factors: rows, or the sum of frequency weights.
    public var observationCount: Double

    public var cellCount: Int { unit.count }

    /// Some units are treated in their first period, so that a switch may end their treatment.
    public var hasTreatedAtFirst: Bool { startsOn?.contains(true) ?? false }

    /// Per cell: rows of the input behind it.
    public var rowsBehind: [Double] { (isCollapsed ? pupils : nil) ?? moments.n }

    public init(
        outcome: String, covariates: [String] = [], units: [String], unit: [Int], periods: [Period], period: [Int],
        start: [Int?], isTreated: [Bool], eventTime: [Int?], isGroup: [Bool]? = nil, clusters: [CellFactor],
        factors: [CellFactor] = [], absorbed: [CellFactor] = [], moments: CellMoments, pupils: [Double]? = nil,
        rowsArePupils: Bool, observationCount: Double
    ) {
        self.outcome = outcome
        self.covariates = covariates
        self.units = units
        self.unit = unit
        self.periods = periods
        self.period = period
        self.start = start
        self.isTreated = isTreated
        self.eventTime = eventTime
        self.isGroup = isGroup
        self.clusters = clusters
        self.factors = factors
        self.absorbed = absorbed
        self.moments = moments
        self.pupils = pupils
        self.rowsArePupils = rowsArePupils
        self.observationCount = observationCount
    }
}

/// A category of cells: its levels in byte order and a code a cell.
public struct CellFactor: Sendable, Equatable {
    public var name: String
    public var levels: [String]
    public var codes: [Int]

    public init(name: String, levels: [String], codes: [Int]) {
        self.name = name
        self.levels = levels
        self.codes = codes
    }
}
