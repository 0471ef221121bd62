import Estimation
import LinearAlgebra
import Panels

/// The wild model of an estimand of an imputation.
///
/// Draws come from the regression in which effects are shared within groups (`SteadyEffects`), with θ = b imposed and its
/// residuals e: y* = fitted + v_g e. The imputation of y* errs by Σ v_g w_g'e_g, w being its weights, and its conservative
/// variance sums squares of w_g'(R y*)_g, R the maker of its residuals: R takes the fitted part to 0, so that only R(v·e)
/// is left. R is untreated least squares, then the average of each group: both act through sums by cluster.
/// With all weights 1 a draw is the data themselves, as in a regression.
struct WildImputation {
    let fit: Fit
    let model: Imputation
    let blocks: [[Int]]
    private let groups: ImputationGroups

    /// - Throws: `.noResampling` where a unit effect reaches over clusters.
    init(_ fit: Fit, _ model: Imputation, cluster: CellFactor) throws(EstimationError) {
        self.fit = fit
        self.model = model
        blocks = fit.rowsByCluster(cluster)
        groups = ImputationGroups(fit.design)
        var home = [Int?](repeating: nil, count: model.levelWeight.count)
        for (g, block) in blocks.enumerated() {
            for r in block where model.level[r] >= 0 {
                guard home[model.level[r]] == nil || home[model.level[r]] == g else {
                    throw .noResampling(
                        method: "the wild bootstrap of imputation", reason: "units lie in several clusters",
                        instead: "cluster by the unit or by something that holds whole units")
                }
                home[model.level[r]] = g
            }
        }
    }

    func model(_ k: Int, imposesNull: Bool, null: Double, factor: Double) throws(EstimationError) -> WildModel {
        let steady = try SteadyEffects(fit, estimand: k)
        let w = fit.weights.column(k)
        let share = groups.averaging(fit.cellWeights[k].dense)
        let along = residualsByCluster(k)
        let lean = Lean(self, w, share)
        let slope = lean.draws(of: steady.direction)
        var base = lean.draws(of: steady.residuals)
        if imposesNull {
            let distance = null - steady.estimate
            for g in base.diagonal.indices { base.diagonal[g] += distance * slope.diagonal[g] }
            base.right = base.right.adding(slope.right, distance)
        }
        return WildModel(
            clusters: blocks.count, estimate: fit.estimates[k], squares: dot(along, along), factor: factor, null: null,
            numerator: base.diagonal, diagonal: base.diagonal, left: lean.left, right: base.right,
            slope: imposesNull
                ? .init(numerator: slope.diagonal, diagonal: slope.diagonal, right: slope.right) : nil)
    }

    private func residualsByCluster(_ k: Int) -> [Double] {
        let e = fit.residual(k)
        return blocks.map { block in block.reduce(0) { $0 + fit.weights[$1, k] * e[$1] } }
    }

    /// How residuals of one cluster lean on those of another: through the untreated fit and through group averages.
    private struct Lean {
        let owner: WildImputation
        let w: [Double]
        let share: [Double]
        /// (K + groups) × G: Σ w x*, then Σ w·√W by group of treated cells.
        let left: Matrix
        /// groups × K: the average x* of each group.
        let averages: Matrix

        init(_ owner: WildImputation, _ w: [Double], _ share: [Double]) {
            self.owner = owner
            self.w = w
            self.share = share
            let x = owner.model.deviations
            let scale = owner.fit.rows.scale
            let group = owner.groups.group
            var left = Matrix(x.columns + owner.groups.count, owner.blocks.count)
            for (g, block) in owner.blocks.enumerated() {
                for r in block where w[r] != 0 {
                    for j in 0..<x.columns { left[j, g] += w[r] * x[r, j] }
                    if r < group.count, group[r] >= 0 { left[x.columns + group[r], g] += w[r] * scale[r] }
                }
            }
            var averages = Matrix(owner.groups.count, x.columns)
            for c in share.indices where share[c] != 0 {
                for j in 0..<x.columns { averages[group[c], j] += share[c] * x[c, j] / scale[c] }
            }
            self.left = left
            self.averages = averages
        }

        /// d and W for residuals u that a draw multiplies.
        func draws(of u: [Double]) -> (diagonal: [Double], right: Matrix) {
            let x = owner.model.deviations
            let model = owner.model
            let scale = owner.fit.rows.scale
            var mean = [Double](repeating: 0, count: model.levelWeight.count)
            for r in u.indices where !model.isTreated[r] && model.level[r] >= 0 {
                mean[model.level[r]] += scale[r] * u[r]
            }
            for l in mean.indices where model.levelWeight[l] > 0 { mean[l] /= model.levelWeight[l] }
            let centred = u.indices.map { r in
                model.level[r] >= 0 ? u[r] - scale[r] * mean[model.level[r]] : u[r]
            }
            var products = Matrix(x.columns, owner.blocks.count)
            var sums = Matrix(owner.groups.count, owner.blocks.count)
            var diagonal = [Double](repeating: 0, count: owner.blocks.count)
            for (g, block) in owner.blocks.enumerated() {
                for r in block {
                    diagonal[g] += w[r] * centred[r]
                    if !model.isTreated[r] {
                        for j in 0..<x.columns { products[j, g] += x[r, j] * centred[r] }
                    } else if r < share.count, share[r] != 0 {
                        sums[owner.groups.group[r], g] += share[r] * centred[r] / scale[r]
                    }
                }
            }
            let slopes = model.gramInverse.times(products)
            let leaned = sums.adding(averages.times(slopes), -1)
            return (diagonal, slopes.stacked(on: leaned))
        }
    }
}

extension Matrix {
    /// This matrix's rows, then another's with as many columns.
    func stacked(on other: Matrix) -> Matrix {
        Matrix(rows: rows + other.rows, columns: (0..<columns).map { column($0) + other.column($0) })
    }
}
