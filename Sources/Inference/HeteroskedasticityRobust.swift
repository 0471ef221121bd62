import Estimation
import LinearAlgebra
import Regression

/// Variances that take the errors of rows as independent with any variance: V = f · Σ v²e²/(1 − h)^d over rows.
///
/// h is a row's leverage in the whole projection, absorbed effects included. HC1: d = 0, f = N/(N − k), t with N − k degrees
/// of freedom. HC2: d = 1, HC3: d = 2, f = 1, both with the degrees of freedom of CR2 and CR3 for clusters of one row, which
/// they then equal (Bell & McCaffrey 2002; Imbens & Kolesár 2016). MacKinnon & White (1985) name them.
///
/// Rows of a cell share v and h, so a cell's own square and its Syy hold their Σe².
struct HeteroskedasticityRobust {
    var estimates: LinearEstimates

    func covariance(_ kind: VarianceKind, _ smallSample: SmallSample) throws(EstimationError) -> CovarianceOfEstimates {
        let model = try estimates.leastSquares(kind)
        if let obstacle = estimates.contents.obstacle {
            throw .rowsNeeded(variance: kind.rawValue, reason: obstacle)
        }
        guard kind != .hc1 else { return try uncorrected(smallSample) }
        let leverage = try RowLeverage(model, estimates.contents)
        let adjustment: LeverageAdjustment = kind == .hc2 ? .biasReduced : .jackknife
        let size = sizes()
        var scores = Matrix(size.count, estimates.count)
        var undefined = [CovarianceOfEstimates.Undefined?](repeating: nil, count: estimates.count)
        var freedom: [Double] = []
        for k in 0..<estimates.count {
            let v = estimates.weights.column(k)
            let a = leverage.adjusted(v, adjustment)
            let negligible = 1e-7 * dot(v, v).squareRoot()
            for c in a.indices {
                scores[c, k] = a[c] * size[c]
                // A row that only itself fits is no loss where the estimate does not rest on it.
                if kind == .hc3, leverage.room[c] == 0, abs(v[c]) > negligible {
                    undefined[k] = .indispensable("one row")
                }
            }
            freedom.append(leverage.satterthwaite(a))
        }
        return CovarianceOfEstimates(
            kind: kind, matrix: scores.crossProduct(), degreesOfFreedom: freedom, undefined: undefined)
    }

    private func uncorrected(_ smallSample: SmallSample) throws(EstimationError) -> CovarianceOfEstimates {
        let freedom = try estimates.residualDegreesOfFreedom()
        let size = sizes()
        var scores = Matrix(size.count, estimates.count)
        for k in 0..<scores.columns { for c in size.indices { scores[c, k] = estimates.weights[c, k] * size[c] } }
        let n = estimates.observationCount
        let factor =
            switch smallSample {
            case .fixest, .stata: n / freedom
            case .clusters: n / (n - 1)
            case .none: 1.0
            }
        return CovarianceOfEstimates(
            kind: .hc1, matrix: scores.crossProduct().scaled(by: factor),
            degreesOfFreedom: [Double](repeating: freedom, count: estimates.count))
    }

    /// Per cell: √(Σ we²/n), so that v² times its square is Σ v²e² over the cell's rows.
    private func sizes() -> [Double] {
        let e = estimates.residual(0)
        let contents = estimates.contents
        return (0..<contents.count).map { c in ((e[c] * e[c] + contents.spread[c]) / contents.n[c]).squareRoot() }
    }
}

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
