import Cells
import Inference
import Tables

/// How much pupils' results lie above or below those of pupils with the same prior attainment: what to work out.
public struct ValueAddedRequest: Sendable {
    public enum Method: Sendable, Equatable {
        case bands(BandRule)
        /// The straight line of results on prior attainment within each period.
        case regression
        /// Between the knots of a published table, by subject.
        case knots(KnotTable)
    }

    /// A key column whose values are decimal numbers.
    public var prior: String
    public var unit: String?
    /// Expected results are found within each period.
    public var time: String?
    public var by: [String] = []
    public var method = Method.bands(.equalNumbers(10))
    /// Whose results are the yardstick: cells whose keys meet all of these.
    public var norm: [RowFilter] = []
    /// Rows and bands with fewer pupils are withheld; 0 shows all.
    public var threshold = 10
    public var level = 0.95
    /// Adds the scores drawn towards the mean of all as far as their units are small.
    public var shrinks = false
    public var block = 0
    /// Scores are divided by this: the official scores of Progress 8 are tenths of a difference in points.
    public var divisor = 1.0
    /// The key column with the subject, for knots.
    public var subject: String?
    /// The least score of each band of an official table; nil for bands without. Needs `outcomeKey`.
    public var floors: [Double?] = []
    /// The key column that holds the results themselves, so that each score is seen.
    public var outcomeKey: String?
    /// The national standard deviation of pupils' scores; nil takes that of the pupils at hand.
    public var pupilSpread: Double?

    public init(prior: String) { self.prior = prior }

    /// The columns that the scores depend on, each once.
    public var keyColumns: [String] {
        var columns: [String] = []
        for column in [unit, time].compactMap({ $0 }) + by + norm.map(\.column)
            + [subject, outcomeKey].compactMap({ $0 }) + [prior]
        where !columns.contains(column) {
            columns.append(column)
        }
        return columns
    }
}

/// The progress of one unit, or of a group of its pupils.
public struct ProgressRow: Sendable, Equatable {
    public var outcome: String
    /// Nil where no unit was named.
    public var unit: String?
    public var by: [ByValue]
    public var n: Double
    /// The mean of its pupils' scores, in the outcome's unit.
    public var score: Double
    /// S/√n, with S the standard deviation of all pupils' scores.
    public var standardError: Double?
    public var lower: Double?
    public var upper: Double?
    /// The score drawn towards the mean of all, and the share of its distance from that mean which is kept.
    public var shrunkScore: Double?
    public var shrunkLower: Double?
    public var shrunkUpper: Double?
    public var reliability: Double?
    /// The score before the least scores of an official table were applied; nil without them.
    public var unadjustedScore: Double?
    public var isSuppressed = false

    public init(outcome: String, unit: String?, by: [ByValue], n: Double, score: Double) {
        self.outcome = outcome
        self.unit = unit
        self.by = by
        self.n = n
        self.score = score
    }
}

/// The expected result of pupils with like prior attainment.
public struct ProgressBand: Sendable, Equatable {
    public var outcome: String
    public var time: String?
    public var from: Double
    public var to: Double
    /// The pupils of the yardstick in it; those of all for an official table.
    public var n: Double
    public var mean: Double?
    public var isSuppressed = false
}

/// The line of expected results in a period.
public struct ProgressLine: Sendable, Equatable {
    public var outcome: String
    public var time: String?
    public var n: Double
    public var intercept: Double
    public var slope: Double
}

/// The standard deviation of pupils' scores behind the standard errors of schools.
public struct ProgressSpread: Sendable, Equatable {
    public var outcome: String
    public var time: String?
    public var standardDeviation: Double?
    /// Recovered from published limits: the range within which the most schools' limits follow from it.
    public var from: Double?
    public var to: Double?
    /// The pupils whose scores it is of.
    public var n: Double?
    /// Schools with at least 20 pupils whose limits were looked at, and those that follow from it.
    public var schools: Int?
    public var reproduced: Int?

    public init(
        outcome: String, time: String? = nil, standardDeviation: Double?, from: Double? = nil, to: Double? = nil,
        n: Double? = nil, schools: Int? = nil, reproduced: Int? = nil
    ) {
        self.outcome = outcome
        self.time = time
        self.standardDeviation = standardDeviation
        self.from = from
        self.to = to
        self.n = n
        self.schools = schools
        self.reproduced = reproduced
    }
}

/// What `progress` found for one outcome.
public struct ValueAddedResult: Sendable, Equatable {
    public var units: [ProgressRow] = []
    public var bands: [ProgressBand] = []
    public var lines: [ProgressLine] = []
    public var spreads: [ProgressSpread] = []
    /// Pupils with a score.
    public var n = 0.0
    public var dropped: [DroppedRows] = []
    public var warnings: [Warning] = []

    public init() {}
}
