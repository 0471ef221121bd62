import Estimation
import LinearAlgebra
import Panels
import Regression

/// CR2 and CR3 of imputation, with Satterthwaite's degrees of freedom. Every cluster contributes ℓ'y; V = Σ (ℓ'y)² and
/// df = (Σ‖ℓ‖²)²/Σ(ℓ_g'ℓ_t)².
///
/// Clusters without treated rows see R = I − Z₀CZ₀' alone, as in least squares (`AdjustedClusters`); only those with treated
/// rows, and all where the eliminated effect crosses clusters, need ℓ row by row.
///
/// CR2: imputation's residuals are e = R y with R an oblique projector. A cluster's rows of R are R_g, Ω = R_gR_g', and its
/// contribution a'e is unbiased under independent errors of one variance for any root of Ω. The root taken makes what a
/// cluster's own outcomes contribute, a'R_gg, a symmetric shrinkage of v: a = Ω⁺R_gg (R_gg'Ω⁺R_gg)^(−1/2) v, the polar
/// factor of Ω^(−1/2)R_gg. Where R is symmetric this is least squares' CR2. The symmetric root of Ω would also be unbiased
/// under independent errors, but turns weight away from a treated unit's mean effect, and with errors correlated within
/// units (8 to 20 of them, AR(1) of 0.5, treated spread once or twice) its intervals covered 85 to 95% where these cover
/// 92 to 99%. On a balanced panel with one start it is the two-way regression's CR2, degrees of freedom included.
///
/// CR3: ℓ'y is the estimate less the estimate without the cluster: the model fitted on the other clusters' untreated rows,
/// the mean taken over their treated results.
struct ImputationClusters {
    let fit: Fit
    let model: Imputation
    let kind: VarianceKind
    let clusters: ClusterRows
    private let plain: ClusterRows
    private let full: ClusterRows
    private let isNested: Bool

    init(_ fit: Fit, _ model: Imputation, _ kind: VarianceKind) throws(EstimationError) {
        self.fit = fit
        self.model = model
        self.kind = kind
        clusters = ClusterRows(try LinearEstimates(fit).onlyCluster(kind), cell: fit.rows.cell)
        let isNested = model.levelsLieWithin(clusters.rows)
        self.isNested = isNested
        let needsRows = { (block: [Int]) in !isNested || block.contains { model.isTreated[$0] } }
        plain = clusters.filter { !needsRows($0) }
        full = clusters.filter(needsRows)
        let values = fit.rows.count * full.count * (isNested ? 1 : model.deviations.columns + 1)
        guard values <= ImputationResiduals.valueLimit else {
            throw .notInThisVersion(
                "\(kind.rawValue) for imputation with \(fit.rows.count) cell rows in \(full.count) clusters")
        }
    }

    func covariance() throws(EstimationError) -> CovarianceOfEstimates {
        let sums = try plainClusters()
        let rowwise: any RowwiseClusters =
            switch kind {
            case .cr3: try LeftOutClusters(fit, model, full.rows, isNested: isNested)
            default: ObliqueClusters(fit, model, full.rows)
            }
        var contributions = Matrix(clusters.count, fit.estimands.count)
        var freedom: [Double] = []
        var undefined = sums.undefined
        for k in fit.estimands.indices {
            for g in 0..<plain.count { contributions[g, k] = sums.contributions[g, k] }
            let own = try rowwise.contributions(k)
            for g in 0..<full.count { contributions[plain.count + g, k] = own.sums[g] }
            if undefined[k] == nil, let lost = own.indispensable.firstIndex(of: true) {
                undefined[k] = .indispensable(full.names[lost])
            }
            let products = own.spread.crossProduct()
            let trace = sums.trace[k] + (0..<products.rows).reduce(0) { $0 + products[$1, $1] }
            let cross = crossSquares(sums, k, own.spread)
            freedom.append(trace * trace / (sums.squares[k] + 2 * cross + dot(products.storage, products.storage)))
        }
        return CovarianceOfEstimates(
            kind: kind, matrix: contributions.crossProduct(), degreesOfFreedom: freedom, undefined: undefined)
    }

    private func plainClusters() throws(EstimationError) -> AdjustedClusters {
        try AdjustedClusters(
            plain, x: model.deviations, m: model.gramInverse, weights: fit.weights, residual: { fit.residual($0) },
            kind == .cr3 ? .jackknife : .biasReduced)
    }

    /// Σ (ℓ_g'ℓ_t)² over plain clusters g and the given ℓ_t: ℓ_g = a − X₀Mp, level sums of a being 0.
    private func crossSquares(_ sums: AdjustedClusters, _ k: Int, _ spread: Matrix) -> Double {
        guard plain.count > 0 else { return 0 }
        var untreated = spread
        for t in 0..<spread.columns {
            for r in 0..<spread.rows where model.isTreated[r] { untreated[r, t] = 0 }
        }
        let leaned = model.gramInverse.times(model.deviations.transposedTimes(untreated))
        let explained = sums.directions[k].transposedTimes(leaned)
        var total = 0.0
        for (g, block) in plain.rows.enumerated() {
            for t in 0..<spread.columns {
                let product = block.reduce(0) { $0 + sums.adjusted[$1, k] * spread[$1, t] } - explained[g, t]
                total += product * product
            }
        }
        return total
    }
}

/// What clusters that need rows give to one estimate: ℓ'y, ℓ as columns (rows × clusters), and whether the estimate can be
/// had without the cluster.
struct RowwiseContributions {
    var sums: [Double]
    var spread: Matrix
    var indispensable: [Bool]
}

protocol RowwiseClusters {
    func contributions(_ k: Int) throws(EstimationError) -> RowwiseContributions
}

/// CR2: a = Ω⁺R_gg (R_gg'Ω⁺R_gg)^(−1/2) v, ℓ = R_g'a.
private struct ObliqueClusters: RowwiseClusters {
    let fit: Fit
    let model: Imputation
    let blocks: [[Int]]
    private let groups: ImputationGroups
    private let levels: ImputationResiduals.Levels

    init(_ fit: Fit, _ model: Imputation, _ blocks: [[Int]]) {
        self.fit = fit
        self.model = model
        self.blocks = blocks
        groups = ImputationGroups(fit.design)
        levels = ImputationResiduals.Levels(fit, model)
    }

    func contributions(_ k: Int) throws(EstimationError) -> RowwiseContributions {
        let residuals = ImputationResiduals(fit, model, groups, levels, omega: fit.cellWeights[k].dense)
        let e = fit.residual(k)
        var result = RowwiseContributions(
            sums: [], spread: Matrix(fit.rows.count, 0), indispensable: blocks.map { _ in false })
        var columns: [[Double]] = []
        for block in blocks {
            let active = block.filter { residuals.isActive[$0] }
            let rowsOfR = residuals.rows(active)
            let v = Matrix(rows: active.count, columns: 1, storage: active.map { fit.weights[$0, k] })
            let a = try adjusted(rowsOfR, own: rowsOfR.selecting(rows: active), times: v)
            result.sums.append(dot(a.storage, active.map { e[$0] }))
            columns.append(rowsOfR.times(a).storage)
        }
        result.spread = Matrix(rows: fit.rows.count, columns: columns)
        return result
    }

    /// `own` is R_gg'.
    private func adjusted(_ rowsOfR: Matrix, own: Matrix, times v: Matrix) throws(EstimationError) -> Matrix {
        try numerically { () throws(LinearAlgebraError) in
            let whitened = try SymmetricEigen(rowsOfR.crossProduct()).pseudoInverse(times: own.transposed)
            return whitened.times(try SymmetricEigen(own.times(whitened)).inverseSquareRoot(times: v))
        }
    }
}

/// CR3: ℓ'y = θ̂ − θ̂_(−g).
private struct LeftOutClusters: RowwiseClusters {
    let fit: Fit
    let blocks: [[Int]]
    /// The imputation without each cluster.
    private let rest: [Imputation]

    /// - Parameter isNested: the levels of the eliminated effect lie within clusters; else each is fitted anew.
    init(_ fit: Fit, _ model: Imputation, _ blocks: [[Int]], isNested: Bool) throws(EstimationError) {
        self.fit = fit
        self.blocks = blocks
        let refit = isNested ? nil : try ImputationModel(fit.design)
        var rest: [Imputation] = []
        for block in blocks {
            if let refit {
                var isOut = fit.design.isTreated
                for r in block { isOut[fit.rows.cell[r]] = true }
                rest.append(try refit.solve(isTreated: isOut))
            } else {
                rest.append(try model.leavingOut(block, rows: fit.rows))
            }
        }
        self.rest = rest
    }

    func contributions(_ k: Int) throws(EstimationError) -> RowwiseContributions {
        var result = RowwiseContributions(sums: [], spread: Matrix(fit.rows.count, 0), indispensable: [])
        let v = fit.weights.column(k)
        var columns: [[Double]] = []
        for (block, imputation) in zip(blocks, rest) {
            let omega = fit.cellWeights[k].dense.leavingOut(block.filter { $0 < fit.rows.cellCount })
            let isLost = omega == nil || imputation.unidentified.contains { (omega?[$0] ?? 0) != 0 }
            result.indispensable.append(isLost)
            guard let omega, !isLost else {
                result.sums.append(0)
                columns.append([Double](repeating: 0, count: fit.rows.count))
                continue
            }
            let estimate = omega.indices.reduce(0.0) {
                omega[$1] == 0 ? $0 : $0 + omega[$1] * imputation.remainder[$1] / fit.rows.scale[$1]
            }
            result.sums.append(fit.estimates[k] - estimate)
            columns.append(zip(v, imputation.weights(omega, rows: fit.rows)).map { $0 - $1 })
        }
        result.spread = Matrix(rows: fit.rows.count, columns: columns)
        return result
    }
}

extension [Double] {
    /// The weights of a mean, or of a difference of means, without some cells: each mean's again sum to what they did. nil
    /// where a mean has no cells left.
    fileprivate func leavingOut(_ cells: [Int]) -> [Double]? {
        var rest = self
        for c in cells { rest[c] = 0 }
        for sign in [1.0, -1] {
            let before = reduce(0) { $0 + Swift.max(0, sign * $1) }
            let after = rest.reduce(0) { $0 + Swift.max(0, sign * $1) }
            guard before > 0 else { continue }
            guard after > 0 else { return nil }
            for c in rest.indices where sign * rest[c] > 0 { rest[c] *= before / after }
        }
        return rest
    }
}

extension Imputation {
    func levelsLieWithin(_ blocks: [[Int]]) -> Bool {
        level.liesWithin(blocks, count: levelWeight.count)
    }
}
