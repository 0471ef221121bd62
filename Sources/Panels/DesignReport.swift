import Cells
import Tables

/// What was found and decided on the way from cells to the design, for the result and its reader.
public struct DesignReport: Sendable, Equatable {
    public var rowKind: RowKind
    public var estimand: EstimandKind
    /// Rows of the input in the design, whatever their weights.
    public var rowsUsed = 0
    /// Units in the design.
    public var unitCount = 0
    /// Treated units in the design by start, in calendar order.
    public var cohorts: [Cohort] = []
    public var matchedPartners: [String] = []
    public var unmatchedPartners: [String] = []
    /// Spellings of "never treated" that occurred, with the number of units each, in byte order; "" is the empty field.
    public var neverSpellings: [NeverSpelling] = []
    /// Units left out by request and found in the data, and names asked for that do not occur.
    public var excludedUnits: [String] = []
    public var unmatchedExclusions: [String] = []
    public var unmatchedComparisonUnits: [String] = []
    /// Treated from the first period on, left out.
    public var alwaysTreated: [String] = []
    /// With a start after the last period: they compare.
    public var notYetTreated: [String] = []
    /// Where year groups say which cohorts could be reached.
    public var exposure: ExposureReach?
    public var warnings: [Warning] = []
    /// Used rows of the cells that the design leaves out, one reason a row, in the order in which reasons are tested.
    public var dropped: [DroppedRows] = []

    public struct Cohort: Sendable, Equatable {
        public var start: String
        public var units: Int

        public init(start: String, units: Int) {
            self.start = start
            self.units = units
        }
    }

    public struct NeverSpelling: Sendable, Equatable {
        public var text: String
        public var units: Int

        public init(text: String, units: Int) {
            self.text = text
            self.units = units
        }
    }

    public init(rowKind: RowKind, estimand: EstimandKind) {
        self.rowKind = rowKind
        self.estimand = estimand
    }

    public var treatedUnitCount: Int { cohorts.reduce(0) { $0 + $1.units } }
}
