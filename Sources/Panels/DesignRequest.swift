/// How the design is to be made from the cells: which columns mean what, who was treated, what a row is.
public struct DesignRequest: Sendable {
    /// Key columns of the cells.
    public var unit: String
    public var time: String
    public var treatment: TreatmentSource
    /// Steps from the start to the first period whose results could be affected.
    public var lag = 0
    /// Instead of a lag: starts are those of the work, and results follow when the pupils worked with get to them.
    public var exposure: Exposure?
    /// A unit with two starts, or whose treatment ends, counts as treated from its first start on, instead of stopping the run.
    public var takesFirstStart = false
    /// A 0/1 column may go off and on again: the start is then the first switch, either way, and the design says what is on.
    public var keepsReversals = false
    public var excluded: Set<String> = []
    /// Where given, only these units compare.
    public var comparisonUnits: Set<String>?
    public var gap: GroupContrast?
    /// One or two key columns; empty for the unit.
    public var clusters: [String] = []
    public var factors: [String] = []
    public var absorbed: [String] = []
    /// Key columns that say nothing of their own: cells are split by them, so that their rows share a covariate or a weight.
    /// Those that the cells lack are passed over.
    public var splits: [String] = []
    /// nil for the default: pupils for pupil rows, schools for unit rows.
    public var estimand: EstimandKind?
    /// nil to decide from the data.
    public var rows: RowKind?
    /// A column identifies the pupils, so that rows are pupils.
    public var hasPupilColumn = false
    /// The block of the outcome.
    public var block = 0
    /// A block whose first variable is the number of pupils behind a unit's row.
    public var countBlock: Int?
    public var weightKind = WeightKind.analytic
    /// Estimates that compare with partners not yet treated do without comparison units where starts differ.
    public var allowsNotYetOnly = false

    public init(unit: String, time: String, treatment: TreatmentSource) {
        self.unit = unit
        self.time = time
        self.treatment = treatment
    }
}

/// Where it is said who was treated and when.
public enum TreatmentSource: Sendable, Equatable {
    /// A key column with the first period whose results could be affected; empty, `0` or `never` for comparison units.
    case startColumn(String)
    /// A key column with 1 in the periods with treatment and 0 in the others.
    case treatedColumn(String)
    /// A list apart from the results; `startAt` holds for entries without a start of their own.
    case partners([PartnerEntry], startAt: String?)
}

/// One line of a list of partners.
public struct PartnerEntry: Sendable, Equatable {
    public var unit: String
    public var start: String?

    public init(unit: String, start: String? = nil) {
        self.unit = unit
        self.start = start
    }
}

/// What weights mean: precision of a row, or the number of equal rows that it stands for.
public enum WeightKind: String, Sendable { case analytic, frequency }
