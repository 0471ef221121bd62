import Cells
import Panels
import Tables

/// Which gaps to work out from the cells.
public struct GapRequest: Sendable {
    public enum Group: Sendable, Equatable {
        /// One value against its peers.
        case contrast(GroupContrast)
        /// Each known value of the column against the rest.
        case eachValue(column: String, unknown: [String])
        /// Pupils with all of the values, against all others who are known in every column.
        case intersection([GroupContrast])
        /// Each combination of the columns' values against the rest.
        case crossed(columns: [String], unknown: [String])
    }

    public var groups: [Group]
    /// Key columns: a row for each combination of their values.
    public var by: [String] = []
    /// The key column by which errors are clustered; nil where pupils count as independent.
    public var unit: String?
    /// The key column with the period: for the change, and within which prior attainment is compared.
    public var time: String?
    /// The change of each gap since the period before; then rows are by period too.
    public var change = false
    /// The period that changes are measured from, `firstPeriod` for the first of each series; nil for the one before.
    public var baseline: String?
    public static let firstPeriod = "first"
    /// The slope of each gap over the periods; then rows are by period too.
    public var trend = false
    /// The part of each gap within schools and that between them.
    public var within = false
    /// The disadvantage gap index; `rankKey` names the key that tells results apart, where the outcome is no share.
    public var index = false
    public var rankKey: String?
    /// The texts of `rankKey` are the results; else, as with grades that have points, each stands for one.
    public var rankKeyHoldsNumbers = false
    /// Adds the index with ranks among all pupils in the country.
    public var nationalRanks: NationalRanks?
    /// The means of national peers.
    public var national: NationalPeers?
    /// A key column whose values are decimal numbers.
    public var prior: String?
    public var standardise = false
    public var standardiser = Standardiser.total
    /// Tells the standardised gap as months of progress.
    public var months: MonthsOfProgress?
    public var adjustment = MultipleComparisons.none
    /// The standard deviation of pupils, for unit rows.
    public var pupilSpread: Double?
    /// Rows with fewer pupils on either side are suppressed; 0 turns it off.
    public var threshold = 10
    /// Rows without any pupil on a side are suppressed too.
    public var zeroIsSmall = true
    /// Means are shares in percent: rows with few pupils on either side of a share are suppressed too.
    public var isShare = false
    public var level = 0.95
    /// Low values are good (absence): the group is behind where its mean is higher.
    public var lowerIsBetter = false
    /// The block of the outcome, and that of the pupils behind a unit's row.
    public var block = 0
    /// The block that counts rows of the input, where that of the outcome counts pupils.
    public var rowBlock: Int?
    public var countBlock: Int?
    public var rowKind = RowKind.pupils
    public var weightKind = WeightKind.analytic

    /// The figures of many gaps are worked out on so many threads; they do not depend on it.
    public var threads = 1

    public init(groups: [Group]) { self.groups = groups }

    /// 1, or −1 where low values are good.
    var sign: Double { lowerIsBetter ? -1 : 1 }
}

/// What `gaps` found.
public struct GapResult: Sendable, Equatable {
    /// By group as asked for, then by the values of `by` in byte order, periods by calendar.
    ///
    /// The counts of a suppressed row are those of its pupils and must not be shown either.
    public var rows: [GapRow]
    public var warnings: [Warning]
    /// Used rows of the cells that joined no gap, by reason.
    public var dropped: [DroppedRows]
}
