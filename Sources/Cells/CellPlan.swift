import Tables

/// Which column of a batch plays which part in the cells.
///
/// Columns are asked for in this order: keys, outcomes, covariates, weight, pupil.
struct CellPlan: Sendable {
    /// Key columns in the order of the result.
    var keys: [String]
    /// Keys that may not be empty, in the order in which they are tested, each with the reason given for a row.
    var required: [(key: Int, reason: String)] = []
    var outcomes: [String]
    /// By outcome: the subject whose rows it looks at; empty, or nil for an outcome of every row.
    var subjects: [String?] = []
    var covariates: [String] = []
    var weight: String?
    /// True where a pupil column follows.
    var hasPupil = false
    /// The key that tells the periods of a pupil apart.
    var pupilPeriod: Int?
    var arithmetic = Arithmetic.exact
    /// Reasons of missing values by number, as the batches' `missing` counts them from 1.
    var missingReasons: [String] = ["empty"] + MissingCodes.known
    var limits = ExactSums.Limits()

    init(keys: [String], outcomes: [String]) {
        self.keys = keys
        self.outcomes = outcomes
    }

    /// The places of the columns in a batch.
    var outcomeColumns: Range<Int> { keys.count..<keys.count + outcomes.count }
    var covariateColumns: Range<Int> { outcomeColumns.upperBound..<outcomeColumns.upperBound + covariates.count }
    var valueColumns: Range<Int> { outcomeColumns.lowerBound..<covariateColumns.upperBound }
    var weightColumn: Int? { weight == nil ? nil : covariateColumns.upperBound }
    var pupilColumn: Int? { hasPupil ? covariateColumns.upperBound + (weight == nil ? 0 : 1) : nil }

    /// True where an outcome looks at the rows of one subject alone.
    var hasSubjects: Bool { subjects.contains { $0 != nil } }

    /// The names of a block's variables, its outcome first.
    func variables(of block: Int) -> [String] { [outcomes[block]] + covariates }

    /// The places of a block's variables among `valueColumns`, counted from 0.
    func values(of block: Int) -> [Int] { [block] + (outcomes.count..<outcomes.count + covariates.count) }
}
