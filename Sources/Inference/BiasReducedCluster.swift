import Estimation
import LinearAlgebra
import Panels

/// CR2, the bias-reduced cluster-robust variance, with Satterthwaite degrees of freedom.
///
/// Residuals are linear in the outcome, e = R y. A cluster's rows of R are R_s, their cross product Ω_s = R_s R_s', and its
/// contribution is a_s'e_s with a_s = Ω_s^(−1/2) v_s (symmetric pseudo-inverse root), unbiased under independent errors of
/// one variance. V = Σ (a_s'e_s)²; with ℓ_s = R_s'a_s, df = (Σ‖ℓ_s‖²)² / Σ_{s,t} (ℓ_s'ℓ_t)².
/// For least squares R = I − H, so Ω_s = I − H_ss: Bell & McCaffrey (2002), Pustejovsky & Tipton (2018).
struct BiasReducedCluster {
    var fit: Fit

    func covariance() throws(EstimationError) -> CovarianceOfEstimates {
        guard fit.design.clusters.count == 1 else {
            throw .unsupported(variance: "cr2", estimator: "two levels of clusters", instead: "cr1")
        }
        let cluster = fit.design.clusters[0]
        guard cluster.usedLevelCount > 1 else { throw .oneCluster(name: cluster.name) }
        let blocks = Self.blocks(fit, cluster)
        switch fit.basis {
        case .leastSquares(let model): return try leastSquares(model, blocks)
        case .imputation(let model): return try imputation(model, blocks)
        }
    }

    /// Rows of each cluster that has any, in order.
    private static func blocks(_ fit: Fit, _ cluster: CellFactor) -> [[Int]] {
        var blocks = [[Int]](repeating: [], count: cluster.levels.count)
        for r in 0..<fit.rows.count { blocks[cluster.codes[fit.rows.cell[r]]].append(r) }
        return blocks.filter { !$0.isEmpty }
    }

    // MARK: Least squares

    private func leastSquares(_ model: LeastSquares, _ blocks: [[Int]]) throws(EstimationError) -> CovarianceOfEstimates
    {
        let e = fit.residual(0)
        let m = model.gramInverse
        let targets = fit.estimands.indices
        var contributions = Matrix(blocks.count, targets.count)
        // Per estimand: Σ over clusters of d, h = p'Mp, d² and dh, and the p's themselves.
        var trace = [Double](repeating: 0, count: targets.count)
        var squares = trace
        var directions = targets.map { _ in Matrix(m.rows, blocks.count) }
        for (s, block) in blocks.enumerated() {
            let x = model.matrix.selecting(rows: block)
            let adjusted = try adjustedWeights(x, fit.weights.selecting(rows: block), m)
            let p = x.transposedTimes(adjusted)
            let mp = m.times(p)
            for k in targets {
                let a = adjusted.column(k)
                contributions[s, k] = dot(a, block.map { e[$0] })
                let d = dot(a, a)
                let h = dot(p.column(k), mp.column(k))
                trace[k] += d - h
                squares[k] += d * (d - 2 * h)
                for j in 0..<m.rows { directions[k][j, s] = p[j, k] }
            }
        }
        let freedom = targets.map { k in
            let product = m.times(directions[k].times(directions[k].transposed))
            var cross = 0.0
            for i in 0..<m.rows { for j in 0..<m.rows { cross += product[i, j] * product[j, i] } }
            return trace[k] * trace[k] / (squares[k] + cross)
        }
        return CovarianceOfEstimates(
            kind: .cr2, matrix: contributions.crossProduct(), degreesOfFreedom: freedom)
    }

    /// (I − X M X')^(−1/2) v for one cluster, in whichever of its rows or columns are fewer.
    private func adjustedWeights(_ x: Matrix, _ v: Matrix, _ m: Matrix) throws(EstimationError) -> Matrix {
        if x.rows <= x.columns {
            let hat = x.times(m.times(x.transposed))
            return try complementRoot(hat, times: v)
        }
        // X = Q Λ^(1/2) U' with orthonormal Q, so I − H acts as I − Λ^(1/2) U'M U Λ^(1/2) within the span of X.
        let eigen = try solved { () throws(LinearAlgebraError) in try SymmetricEigen(x.crossProduct()) }
        let floor = 1e-12 * (eigen.values.last ?? 0)
        let used = eigen.values.indices.filter { eigen.values[$0] > floor }
        var lengthened = eigen.vectors.selecting(columns: used)
        var shortened = lengthened
        for (j, i) in used.enumerated() {
            let length = eigen.values[i].squareRoot()
            for row in 0..<lengthened.rows {
                lengthened[row, j] *= length
                shortened[row, j] /= length
            }
        }
        let basis = x.times(shortened)
        let hat = lengthened.transposedTimes(m.times(lengthened))
        return basis.times(try complementRoot(hat, times: basis.transposedTimes(v)))
    }

    private func complementRoot(_ hat: Matrix, times v: Matrix) throws(EstimationError) -> Matrix {
        var complement = Matrix.identity(hat.rows)
        for i in complement.storage.indices { complement.storage[i] -= hat.storage[i] }
        let eigen = try solved { () throws(LinearAlgebraError) in try SymmetricEigen(complement) }
        return eigen.inverseSquareRoot(times: v)
    }

    // MARK: Imputation

    private func imputation(_ model: Imputation, _ blocks: [[Int]]) throws(EstimationError) -> CovarianceOfEstimates {
        guard fit.rows.count * blocks.count <= ImputationResiduals.valueLimit else {
            throw .notInThisVersion("cr2 for imputation with \(fit.rows.count) cell rows in \(blocks.count) clusters")
        }
        var contributions = Matrix(blocks.count, fit.estimands.count)
        var freedom: [Double] = []
        let groups = ImputationGroups(fit.design)
        for k in fit.estimands.indices {
            let residuals = ImputationResiduals(fit, model, groups, omega: fit.cellWeights[k])
            let e = fit.residual(k)
            var spread = Matrix(fit.rows.count, blocks.count)
            for (s, block) in blocks.enumerated() {
                let active = block.filter { residuals.isActive[$0] }
                let rowsOfR = residuals.rows(active)
                let eigen = try solved { () throws(LinearAlgebraError) in try SymmetricEigen(rowsOfR.crossProduct()) }
                let v = Matrix(rows: active.count, columns: 1, storage: active.map { fit.weights[$0, k] })
                let a = eigen.inverseSquareRoot(times: v)
                contributions[s, k] = dot(a.storage, active.map { e[$0] })
                spread.storage.replaceSubrange(
                    s * spread.rows..<(s + 1) * spread.rows, with: rowsOfR.times(a).storage)
            }
            let products = spread.crossProduct()
            let trace = (0..<products.rows).reduce(0) { $0 + products[$1, $1] }
            freedom.append(trace * trace / dot(products.storage, products.storage))
        }
        return CovarianceOfEstimates(kind: .cr2, matrix: contributions.crossProduct(), degreesOfFreedom: freedom)
    }
}

/// Rows of R for one estimand of an imputation fit, e = R y:
/// R = I − Z̃ C Z₀' − E Ω', where E marks treated rows' groups, Ω their averaging weights and z̃ = z − the group's average.
/// Treated rows outside the estimand play no part: they move neither the estimate nor its residuals.
struct ImputationResiduals {
    let model: Imputation
    let rows: CompressedRows
    let group: [Int]
    let groupCells: [[Int]]
    /// Per cell: weight in its group's average.
    let share: [Double]
    let isActive: [Bool]
    /// X* M, rows × K.
    private let leverage: Matrix
    /// Per group: average of x*, and of level dummies.
    private let groupDeviation: [[Double]]

    /// Values of one dense rows × clusters matrix beyond this many (400 MB) are refused.
    static let valueLimit = 50_000_000

    init(_ fit: Fit, _ model: Imputation, _ groups: ImputationGroups, omega: [Double]) {
        self.model = model
        rows = fit.rows
        group = groups.group
        let share = groups.averaging(omega)
        self.share = share
        isActive = (0..<fit.rows.count).map { !model.isTreated[$0] || omega[fit.rows.cell[$0]] != 0 }
        leverage = model.deviations.times(model.gramInverse)
        var cells = [[Int]](repeating: [], count: groups.count)
        for c in share.indices where share[c] != 0 { cells[groups.group[c]].append(c) }
        groupCells = cells
        groupDeviation = cells.map { members in
            var average = [Double](repeating: 0, count: model.deviations.columns)
            for c in members {
                let weight = share[c] / fit.rows.scale[c]
                for j in average.indices { average[j] += weight * model.deviations[c, j] }
            }
            return average
        }
    }

    /// Rows of R as the columns of an n × count matrix.
    func rows(_ chosen: [Int]) -> Matrix {
        var deviations = Matrix(model.deviations.columns, chosen.count)
        for (i, r) in chosen.enumerated() {
            let average = averagingGroup(r).map { groupDeviation[$0] }
            for j in 0..<deviations.rows {
                deviations[j, i] = model.deviations[r, j] - (average.map { rows.scale[r] * $0[j] } ?? 0)
            }
        }
        var result = leverage.times(deviations)
        for i in chosen.indices {
            for q in 0..<rows.count { result[q, i] = model.isTreated[q] ? 0 : -result[q, i] }
        }
        var ownLevel = [Int: Double]()
        for (i, r) in chosen.enumerated() {
            ownLevel.removeAll(keepingCapacity: true)
            if model.level[r] >= 0 { ownLevel[model.level[r], default: 0] += rows.scale[r] }
            if let g = averagingGroup(r) {
                for c in groupCells[g] { ownLevel[model.level[c], default: 0] -= rows.scale[r] * share[c] }
            }
            for q in 0..<rows.cellCount where !model.isTreated[q] {
                if let own = ownLevel[model.level[q]] {
                    result[q, i] -= own * rows.scale[q] / model.levelWeight[model.level[q]]
                }
            }
            result[r, i] += 1
            if let g = averagingGroup(r) {
                for c in groupCells[g] { result[c, i] -= rows.scale[r] * share[c] / rows.scale[c] }
            }
        }
        return result
    }

    /// The group whose average is taken off row r; nil for untreated rows and for rows within cells.
    private func averagingGroup(_ r: Int) -> Int? {
        guard r < rows.cellCount, model.isTreated[r], group[r] >= 0, !groupCells[group[r]].isEmpty else { return nil }
        return group[r]
    }
}
