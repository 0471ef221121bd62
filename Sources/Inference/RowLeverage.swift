import Estimation
import LinearAlgebra
import Regression

/// What is left of each row beyond its own pull on the fit, 1 − h with h = x'Mx + w/W of its level of the finest eliminated
/// effect; rows of one cell share it, each having the cell's h over n.
///
/// Other eliminated effects stand among the x as dummies about that effect's means.
struct RowLeverage {
    /// Per cell; 0 where the row is fitted whatever its outcome.
    let room: [Double]
    /// Cells × regressors.
    private let x: Matrix
    private let m: Matrix
    private let finest: FinestEffect?
    private let contents: CellContents

    init(_ model: LeastSquares, _ contents: CellContents) throws(EstimationError) {
        self.contents = contents
        let effects = model.eliminated
        let largest = effects.indices.max { effects[$0].levelCount < effects[$1].levelCount }
        let finest = largest.map { FinestEffect(effects[$0], contents) }
        self.finest = finest
        let others = effects.indices.filter { $0 != largest }.map { effects[$0] }
        let dummies = try ExplicitEffects(
            others, beside: largest.map { [effects[$0]] } ?? [], contents, rows: contents.count)
        let (x, m) = ExplicitEffects.joined(
            model.matrix.selecting(rows: Array(0..<contents.count)), model.gramInverse, with: dummies)
        (self.x, self.m) = (x, m)
        let leaned = x.times(m)
        var whole = [Double](repeating: 0, count: contents.count)
        for j in 0..<x.columns {
            for r in whole.indices { whole[r] += leaned[r, j] * x[r, j] }
        }
        if let finest {
            for r in whole.indices { whole[r] += finest.share(of: r, contents) }
        }
        room = whole.indices.map { r in
            let left = 1 - whole[r] / contents.n[r]
            return left > SymmetricEigen.nullRoom ? left : 0
        }
    }

    /// a = v(1 − h)^(−1/2) or v(1 − h)⁻¹, per cell; 0 in rows that are fitted whatever their outcome.
    func adjusted(_ v: [Double], _ adjustment: LeverageAdjustment) -> [Double] {
        room.indices.map { c in
            guard room[c] > 0 else { return 0 }
            return v[c] / (adjustment == .biasReduced ? room[c].squareRoot() : room[c])
        }
    }

    /// (Σ‖ℓ‖²)²/Σ(ℓ'ℓ)² with ℓ = (I − H)_i' a_i over rows.
    ///
    /// (ℓ_i'ℓ_j)² = a_i²a_j²(δ − H)²_ij, H_ij = x_i'Mx_j + 1{same level} s_i s_j/W, whose squares sum by moments of the cells.
    func satterthwaite(_ a: [Double]) -> Double {
        // a² of all rows of a cell, and of one.
        let whole = a.map { $0 * $0 }
        let single = whole.indices.map { whole[$0] / contents.n[$0] }
        let trace = whole.indices.reduce(0) { $0 + whole[$1] * room[$1] }
        var squares = whole.indices.reduce(0) { $0 + whole[$1] * single[$1] * (2 * room[$1] - 1) }
        var weighted = x
        for j in 0..<weighted.columns { for r in a.indices { weighted[r, j] *= single[r] } }
        squares += squaredTrace(m, x.transposedTimes(weighted))
        if let finest { squares += levelSquares(finest, single, weighted) }
        return trace * trace / squares
    }

    /// The part of Σ a²a²H² that the finest effect adds, level by level.
    private func levelSquares(_ finest: FinestEffect, _ single: [Double], _ weighted: Matrix) -> Double {
        let scale = contents.scale
        var sums = Matrix(finest.weight.count, weighted.columns)
        var own = [Double](repeating: 0, count: finest.weight.count)
        for r in single.indices { own[finest.level[r]] += single[r] * scale[r] * scale[r] }
        for j in 0..<weighted.columns {
            for r in single.indices { sums[finest.level[r], j] += scale[r] * weighted[r, j] }
        }
        let leaned = sums.times(m)
        var total = 0.0
        for l in own.indices where finest.weight[l] > 0 {
            let cross = (0..<sums.columns).reduce(0.0) { $0 + leaned[l, $1] * sums[l, $1] }
            total += 2 * cross / finest.weight[l] + own[l] * own[l] / (finest.weight[l] * finest.weight[l])
        }
        return total
    }
}

/// Of the effects that a regression eliminated, the one with most levels: the projection on it has one number a level.
private struct FinestEffect {
    /// Per cell.
    let level: [Int]
    /// Per level: ΣW.
    let weight: [Double]

    init(_ effect: EffectCodes, _ contents: CellContents) {
        let level = effect.codes.map(Int.init)
        var weight = [Double](repeating: 0, count: effect.levelCount)
        for (r, l) in level.enumerated() { weight[l] += contents.scale[r] * contents.scale[r] }
        self.level = level
        self.weight = weight
    }

    /// w/W: the row's pull on its own level's mean.
    func share(of row: Int, _ contents: CellContents) -> Double {
        contents.scale[row] * contents.scale[row] / weight[level[row]]
    }
}
