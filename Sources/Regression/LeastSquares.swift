import LinearAlgebra
import Panels
import Tables

/// Ordinary (or weighted) least squares with fixed effects eliminated exactly.
public struct LeastSquares: Sendable {
    /// Names of the kept columns.
    public let labels: [ColumnLabel]
    /// Per column of the model: its place among the kept ones, nil where it was dependent.
    public let place: [Int?]
    /// rows × kept columns, after elimination.
    public let matrix: Matrix
    /// (X'X)⁻¹ of `matrix`.
    public let gramInverse: Matrix
    public let coefficients: [Double]
    /// y − Xb by row.
    public let residuals: [Double]
    /// Over pupil rows: what the compressed rows leave, and what lies beyond them.
    public let residualSumOfSquares: Double
    /// Reciprocal condition of the scaled Gram matrix.
    public let reciprocalCondition: Double
    /// Independent columns among all fixed effects, the constant included: eliminated levels and kept dummies.
    public let effectRank: Int
    /// The effects that were eliminated, without those that others hold; a code for each row that is not within cells.
    package let eliminated: [EffectCodes]
    /// What took the eliminated effects out; nil where all are columns.
    package let absorption: Absorption?
    /// The eliminated effect where it is one alone: then a row's leverage in it is its share of its level's weight.
    package private(set) var elimination: Elimination?
    public let warnings: [Warning]

    /// Below this reciprocal condition the Gram matrix is not trusted and QR of the rows takes over.
    package static let conditionLimit = 1e-10
    /// Below this one the solution is refined with sums of twice the digits, where that costs little.
    static let refinementLimit = 1e-4
    /// Values of a matrix up to which it is kept for that.
    static let refinementSize = 20_000_000

    package init(_ columns: ModelColumns, rows: CompressedRows) throws(RegressionError) {
        try self.init(RegressionProblem(columns, rows: rows))
        if columns.eliminated.count == 1 { elimination = Elimination(columns.eliminated[0], rows: rows) }
    }

    /// - Throws: `.noVariation`, `.nearlyCollinear`, `.notConverged`.
    package init(_ given: RegressionProblem) throws(RegressionError) {
        var problem = given
        let lengths = problem.squaredLengths()
        var absorption: Absorption?
        var x = problem.matrix
        var y = problem.outcome
        let isSmall = x.storage.count <= Self.refinementSize
        let original = isSmall && problem.effects.count < 2 ? problem : nil
        problem.matrix = Matrix(0, 0)
        problem.outcome = []
        if !problem.effects.isEmpty {
            var effects = try Absorption(problem.effects, scale: problem.scale, threads: problem.threads)
            try effects.apply(&x)
            try effects.apply(&y)
            absorption = effects
        }
        let variation = dot(y, y) + problem.unexplained
        guard variation > 0, variation > 1e-26 * problem.outcomeSize else {
            throw .noVariation(outcome: problem.outcomeName, cells: problem.observations)
        }
        let solution = try Solution(x, y, problem, lengths: lengths, absorption: absorption, original: original)
        matrix = solution.matrix
        coefficients = solution.coefficients
        gramInverse = solution.gramInverse
        reciprocalCondition = solution.reciprocalCondition
        residuals = solution.residuals
        residualSumOfSquares = dot(residuals, residuals) + problem.unexplained
        labels = solution.kept.map { problem.labels[$0] }
        var place = [Int?](repeating: nil, count: problem.labels.count)
        for (a, j) in solution.kept.enumerated() { place[j] = a }
        self.place = place
        self.absorption = absorption
        eliminated = EffectCodes.needed(problem.effects).map { problem.effects[$0] }
        effectRank = (absorption?.rank ?? 0) + labels.reduce(0) { $0 + ($1.role == .effect ? 1 : 0) }
        warnings = solution.warnings
    }

    /// How fixed effects were eliminated; nil where all are columns.
    public var effectMethod: Absorption.Method? { absorption?.method }

    /// False where `effectRank` can be too high: three or more effects with more levels than can be factored.
    public var isEffectRankExact: Bool { absorption?.isRankExact ?? true }

    /// Kept columns that are not fixed effects.
    public var slopeCount: Int { labels.reduce(0) { $0 + ($1.role == .effect ? 0 : 1) } }
}

extension CompressedRows {
    /// Σ W (ȳ − overall mean)² + what is within cells + ΣW·mean²: the size against which rounding is judged.
    package var outcomeSize: Double {
        dot(outcome, outcome) + unexplained + scale.reduce(0) { $0 + $1 * $1 } * outcomeMean * outcomeMean
    }
}
