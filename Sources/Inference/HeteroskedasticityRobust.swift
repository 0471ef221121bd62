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
        try checkRowsAreKnown(kind)
        guard kind != .hc1 else { return try uncorrected(smallSample) }
        guard model.eliminated.count < 2 else {
            throw .notInThisVersion("\(kind.rawValue) beside several fixed effects of many levels")
        }
        let leverage = RowLeverage(model, estimates)
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
        let moments = estimates.moments
        let triangle = moments.variableCount * (moments.variableCount + 1) / 2
        return (0..<estimates.rows.cellCount).map { c in
            ((e[c] * e[c] + moments.within[c * triangle]) / moments.n[c]).squareRoot()
        }
    }

    private func checkRowsAreKnown(_ kind: VarianceKind) throws(EstimationError) {
        guard !estimates.rows.covariatesVaryWithinCells else {
            throw .rowsNeeded(variance: kind.rawValue, reason: "a covariate varies within cells")
        }
        // Equal weights within a cell: Σw² = (Σw)²/n.
        let moments = estimates.moments
        let isEven = moments.n.indices.allSatisfy { c in
            abs(moments.squaredWeight[c] * moments.n[c] - moments.weight[c] * moments.weight[c])
                <= 1e-9 * moments.weight[c] * moments.weight[c]
        }
        guard isEven else { throw .rowsNeeded(variance: kind.rawValue, reason: "weights vary within cells") }
    }
}

extension CompressedRows {
    /// True where a covariate's variation within cells is more than the rounding of its means.
    fileprivate var covariatesVaryWithinCells: Bool {
        (0..<covariates.columns).contains { j in
            let squares = covariates.column(j).map { $0 * $0 }
            return squares[cellCount...].reduce(0, +) > 1e-24 * squares.reduce(0, +)
        }
    }
}

/// What is left of each row beyond its own pull on the fit, 1 − h with h = x'Mx + w/W of its level of the eliminated effect;
/// rows of one cell share it, each having the cell's h over n.
struct RowLeverage {
    /// Per cell; 0 where the row is fitted whatever its outcome.
    let room: [Double]
    /// Cells × regressors.
    private let x: Matrix
    private let m: Matrix
    private let effect: Elimination?
    private let scale: [Double]
    private let n: [Double]

    init(_ model: LeastSquares, _ estimates: LinearEstimates) {
        let effect = model.eliminated.first.map { Elimination($0, rows: estimates.rows) }
        let x = model.matrix.selecting(rows: Array(0..<estimates.rows.cellCount))
        let scale = estimates.rows.scale
        let leaned = x.times(model.gramInverse)
        var whole = [Double](repeating: 0, count: x.rows)
        for j in 0..<x.columns {
            for r in whole.indices { whole[r] += leaned[r, j] * x[r, j] }
        }
        if let effect {
            for r in whole.indices { whole[r] += scale[r] * scale[r] / effect.weight[effect.level[r]] }
        }
        room = whole.indices.map { r in
            let left = 1 - whole[r] / estimates.moments.n[r]
            return left > SymmetricEigen.nullRoom ? left : 0
        }
        self.x = x
        m = model.gramInverse
        self.effect = effect
        self.scale = scale
        n = estimates.moments.n
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
        let single = whole.indices.map { whole[$0] / n[$0] }
        let trace = whole.indices.reduce(0) { $0 + whole[$1] * room[$1] }
        var squares = whole.indices.reduce(0) { $0 + whole[$1] * single[$1] * (2 * room[$1] - 1) }
        var weighted = x
        for j in 0..<weighted.columns { for r in a.indices { weighted[r, j] *= single[r] } }
        squares += squaredTrace(m, x.transposedTimes(weighted))
        if let effect { squares += effectSquares(effect, single, weighted) }
        return trace * trace / squares
    }

    /// The part of Σ a²a²H² that the eliminated effect adds, level by level.
    private func effectSquares(_ effect: Elimination, _ single: [Double], _ weighted: Matrix) -> Double {
        var sums = Matrix(effect.weight.count, weighted.columns)
        var own = [Double](repeating: 0, count: effect.weight.count)
        for r in single.indices { own[effect.level[r]] += single[r] * scale[r] * scale[r] }
        for j in 0..<weighted.columns {
            for r in single.indices { sums[effect.level[r], j] += scale[r] * weighted[r, j] }
        }
        let leaned = sums.times(m)
        var total = 0.0
        for l in own.indices where effect.weight[l] > 0 {
            let cross = (0..<sums.columns).reduce(0.0) { $0 + leaned[l, $1] * sums[l, $1] }
            total += 2 * cross / effect.weight[l] + own[l] * own[l] / (effect.weight[l] * effect.weight[l])
        }
        return total
    }
}
