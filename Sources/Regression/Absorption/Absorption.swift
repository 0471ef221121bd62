import LinearAlgebra

/// The exact elimination of any number of fixed effects from columns of rows.
///
/// The effect with most levels has a diagonal block and goes first, group by group; what is left of the others is their Schur
/// complement S in its m levels. Up to `denseLimit` levels S is factored with pivoting; beyond, S a = b is solved by
/// conjugate gradients. Effects in whose levels another effect's lie whole say nothing more and are left aside.
///
/// Columns are in row space: the value times the square root of the row's weight.
/// - Complexity: O(N) a column and O(m²), after O(N + m³) once; memory 12 bytes a row and 8 m² bytes.
public struct Absorption: Sendable {
    /// How the effects beside the largest were taken out.
    public enum Method: Sendable, Equatable {
        /// There are none.
        case groupMeans
        /// A pivoted Cholesky factor of so many levels.
        case factored(levels: Int)
        /// Conjugate gradients: the most iterations that a column took, and the largest share of a column's length that the
        /// effects' directions still held at the end.
        case iterated(levels: Int, iterations: Int, residual: Double)
    }

    /// The number of independent columns among all effects' dummies.
    public let rank: Int
    /// False where the rank is counted pair by pair and can be too high: three or more effects beyond `denseLimit`.
    public let isRankExact: Bool
    public private(set) var method: Method
    /// Effects that others hold, by name.
    public let redundant: [String]
    private let rows: GroupedRows
    private let solver: Solver
    /// True where one elimination leaves more than rounding.
    private let needsRefinement: Bool

    private enum Solver: Sendable {
        case none
        case factor(PivotedCholesky, scale: [Double])
        case gradients(ConjugateGradients)
    }

    /// Levels of the smaller effects up to which their Schur complement is factored: 128 MB.
    public static let denseLimit = 4_000

    /// - Parameters:
    ///   - effects: at least one, all of as many rows.
    ///   - scale: per row the square root of its weight, above 0; nil where all weigh 1.
    ///   - threads: never changes a bit.
    ///   - denseLimit: for tests.
    public init(
        _ effects: [EffectCodes], scale: [Double]?, threads: Int = 1, denseLimit: Int = Absorption.denseLimit
    ) throws(RegressionError) {
        let places = EffectCodes.needed(effects)
        let needed = places.map { effects[$0] }
        redundant = effects.indices.filter { !places.contains($0) }.map { effects[$0].name }
        // The first of equal size, so that the choice never depends on anything but the design.
        let main = needed.indices.max { (needed[$0].levelCount, -$0) < (needed[$1].levelCount, -$1) } ?? 0
        let others = needed.indices.filter { $0 != main }.map { needed[$0] }
        let rows = GroupedRows(needed[main], others: others, scale: scale, threads: threads)
        self.rows = rows
        let groups = rows.weight.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
        if others.isEmpty {
            (solver, rank, isRankExact, method, needsRefinement) = (.none, groups, true, .groupMeans, false)
        } else if rows.otherCount <= denseLimit {
            let complement = SchurComplement(rows)
            // Two effects: exactly one level too many for each set of levels that rows connect.
            let known = others.count == 1 ? complement.connectedRank : nil
            let factor = try numerically { () throws(LinearAlgebraError) in
                try PivotedCholesky(complement.scaled, tolerance: SchurComplement.tolerance)
            }
            solver = .factor(factor, scale: complement.scale)
            rank = groups + (known ?? factor.rank)
            isRankExact = true
            method = .factored(levels: rows.otherCount)
            needsRefinement = factor.reciprocalCondition < 1e-3
        } else {
            let sets = ConnectedSets(needed[main], others)
            solver = .gradients(ConjugateGradients(rows))
            rank = sets.rank
            isRankExact = others.count == 1
            method = .iterated(levels: rows.otherCount, iterations: 0, residual: 0)
            needsRefinement = true
        }
    }

    /// Takes the effects out of a column.
    ///
    /// - Throws: `.notConverged` where conjugate gradients do not reach the digits that coefficients need.
    public mutating func apply(_ column: inout [Double]) throws(RegressionError) {
        try apply(&column, at: 0)
    }

    /// Takes the effects out of every column of a matrix; rows beyond the effects' are left as they are.
    public mutating func apply(_ matrix: inout Matrix) throws(RegressionError) {
        for j in 0..<matrix.columns { try apply(&matrix.storage, at: j * matrix.rows) }
    }

    /// The column that begins at a place in a longer array.
    private mutating func apply(_ storage: inout [Double], at first: Int) throws(RegressionError) {
        let count = rows.rowCount
        let (solver, rows) = (solver, rows)
        var outcome: Result<ConjugateGradients.Record?, RegressionError> = .success(nil)
        storage.withUnsafeMutableBufferPointer { all in
            let column = UnsafeMutableBufferPointer(rebasing: all[first..<first + count])
            do throws(RegressionError) {
                outcome = .success(try Self.take(column, rows, solver, refines: needsRefinement))
            } catch {
                outcome = .failure(error)
            }
        }
        guard let record = try outcome.get(), case .iterated(let levels, let iterations, let residual) = method else {
            return
        }
        method = .iterated(
            levels: levels, iterations: max(iterations, record.iterations), residual: max(residual, record.residual))
    }

    private static func take(
        _ column: UnsafeMutableBufferPointer<Double>, _ rows: GroupedRows, _ solver: Solver, refines: Bool
    ) throws(RegressionError) -> ConjugateGradients.Record? {
        switch solver {
        case .none:
            rows.take([], from: column)
            return nil
        case .factor(let factor, let scale):
            for _ in 0..<(refines ? 3 : 1) {
                let scores = rows.scores(UnsafeBufferPointer(column))
                let values = try numerically { () throws(LinearAlgebraError) in
                    try factor.solve(zip(scores, scale).map { $0 * $1 })
                }
                rows.take(zip(values, scale).map { $0 * $1 }, from: column)
            }
            return nil
        case .gradients(let gradients): return try gradients.eliminate(from: column, rows)
        }
    }
}
