import Estimation
import LinearAlgebra
import Regression

/// Eliminated effects as columns again, for what needs the projection on them row by row: their dummies after other effects
/// are taken out of them, independent ones only.
///
/// Regressors are orthogonal to all eliminated effects, so the projection on regressors and dummies together has the blocks
/// of each.
struct ExplicitEffects {
    /// Rows × kept dummies.
    let columns: Matrix
    /// Of the cross product of `columns`.
    let inverse: Matrix

    /// - Parameters:
    ///   - effects: those that are to be columns.
    ///   - held: those that are taken out of them; without any, the first effect has a dummy for every level.
    ///   - rows: rows of the regression; beyond the cells dummies are 0.
    /// - Returns: nil where no column is left.
    /// - Throws: `.regression(.tooManyLevels)` or `.tooManyValues` where they would take too much memory.
    init?(
        _ effects: [EffectCodes], beside held: [EffectCodes], _ contents: CellContents, rows: Int
    ) throws(EstimationError) {
        // The first level is what the held effects, or the first effect, already say.
        let skipped = effects.indices.map { held.isEmpty && $0 == 0 ? 0 : 1 }
        let count = zip(effects, skipped).reduce(0) { $0 + $1.0.levelCount - $1.1 }
        guard count > 0 else { return nil }
        if count > ModelColumns.levelLimit, let widest = effects.max(by: { $0.levelCount < $1.levelCount }) {
            throw .regression(.tooManyLevels(effect: widest.name, levels: count, limit: ModelColumns.levelLimit))
        }
        guard count * rows <= ModelColumns.valueLimit else {
            throw .regression(.tooManyValues(rows: rows, columns: count))
        }
        var all = Matrix(rows, count)
        var first = 0
        for (effect, skip) in zip(effects, skipped) {
            for (r, code) in effect.codes.enumerated() where Int(code) >= skip {
                all[r, first + Int(code) - skip] = contents.scale[r]
            }
            first += effect.levelCount - skip
        }
        let floors = (0..<count).map { j in 1e-9 * dot(all.column(j), all.column(j)) }
        if !held.isEmpty {
            let before = all
            all = try regressing { () throws(RegressionError) in
                var taken = before
                var absorption = try Absorption(held, scale: contents.scale)
                try absorption.apply(&taken)
                return taken
            }
        }
        let gram = all.crossProduct()
        let (kept, inverse) = try numerically { () throws(LinearAlgebraError) in
            let cholesky = try OrderedCholesky(gram, floors: floors)
            return (cholesky.kept, try cholesky.inverse())
        }
        guard !kept.isEmpty else { return nil }
        columns = all.selecting(columns: kept)
        self.inverse = inverse
    }

    /// Regressors and dummies side by side, with the inverse of their cross product.
    static func joined(_ x: Matrix, _ m: Matrix, with dummies: ExplicitEffects?) -> (x: Matrix, m: Matrix) {
        guard let dummies else { return (x, m) }
        var inverse = Matrix(x.columns + dummies.columns.columns, x.columns + dummies.columns.columns)
        for j in 0..<m.columns { for i in 0..<m.rows { inverse[i, j] = m[i, j] } }
        for j in 0..<dummies.inverse.columns {
            for i in 0..<dummies.inverse.rows { inverse[m.rows + i, m.columns + j] = dummies.inverse[i, j] }
        }
        let columns = x.columns + dummies.columns.columns
        return (Matrix(rows: x.rows, columns: columns, storage: x.storage + dummies.columns.storage), inverse)
    }
}
