import Estimation
import LinearAlgebra
import Panels
import Regression

/// The rows of each cluster that has any, clusters in order.
struct ClusterRows {
    let names: [String]
    let rows: [[Int]]

    /// - Parameter cell: per row.
    init(_ cluster: CellFactor, cell: [Int]) {
        var rows = [[Int]](repeating: [], count: cluster.levels.count)
        for (r, c) in cell.enumerated() { rows[cluster.codes[c]].append(r) }
        let used = rows.indices.filter { !rows[$0].isEmpty }
        names = used.map { cluster.levels[$0] }
        self.rows = used.map { rows[$0] }
    }

    private init(names: [String], rows: [[Int]]) {
        self.names = names
        self.rows = rows
    }

    var count: Int { rows.count }

    func filter(_ isIncluded: ([Int]) -> Bool) -> ClusterRows {
        let chosen = rows.indices.filter { isIncluded(rows[$0]) }
        return ClusterRows(names: chosen.map { names[$0] }, rows: chosen.map { rows[$0] })
    }
}

/// Clusters of a model whose residuals in them are those of e = (I − XMX')y, each with adjusted weights a for each estimate.
///
/// A cluster contributes a'e. As e = R y with R = I − XMX', its contribution is ℓ'y with ℓ = R_g'a, and with p = X_g'a
/// ‖ℓ_g‖² = a'a − p'Mp, ℓ_g'ℓ_t = −p_g'Mp_t: what Satterthwaite's degrees of freedom, (Σ‖ℓ‖²)²/Σ(ℓ_g'ℓ_t)², are made of.
struct AdjustedClusters {
    let clusters: ClusterRows
    /// Clusters × K: a'e.
    private(set) var contributions: Matrix
    /// Per estimate: Σ‖ℓ‖².
    private(set) var trace: [Double]
    /// Per estimate: Σ(ℓ_g'ℓ_t)² over all pairs of these clusters.
    private(set) var squares: [Double]
    /// rows × K: a; 0 outside these clusters.
    private(set) var adjusted: Matrix
    /// Per estimate, regressors × clusters: p.
    private(set) var directions: [Matrix]
    /// Per estimate: for each cluster, true where the estimate cannot be had without it (jackknife only).
    private(set) var isIndispensable: [[Bool]]

    /// - Parameters:
    ///   - x: rows × regressors, after elimination of an effect nested in the clusters.
    ///   - m: (X'X)⁻¹.
    ///   - weights: rows × K: v.
    ///   - residual: e for estimate k.
    init(
        _ clusters: ClusterRows, x: Matrix, m: Matrix, weights: Matrix, residual: (Int) -> [Double],
        _ adjustment: LeverageAdjustment
    ) throws(EstimationError) {
        let targets = 0..<weights.columns
        self.clusters = clusters
        contributions = Matrix(clusters.count, targets.count)
        trace = targets.map { _ in 0 }
        squares = trace
        adjusted = Matrix(weights.rows, targets.count)
        directions = targets.map { _ in Matrix(m.rows, clusters.count) }
        isIndispensable = targets.map { _ in [Bool](repeating: false, count: clusters.count) }
        let errors = targets.map(residual)
        let negligible = targets.map { 1e-7 * dot(weights.column($0), weights.column($0)).squareRoot() }
        for (g, block) in clusters.rows.enumerated() {
            let own = x.selecting(rows: block)
            let v = weights.selecting(rows: block)
            let room = try ClusterRoom(own, m)
            let a = room.adjusted(v, adjustment)
            let lost = adjustment == .jackknife ? room.lengthsOutside(v) : []
            let p = own.transposedTimes(a)
            let mp = m.times(p)
            for k in targets {
                let column = a.column(k)
                for (i, r) in block.enumerated() { adjusted[r, k] = column[i] }
                contributions[g, k] = dot(column, block.map { errors[k][$0] })
                let d = dot(column, column)
                let h = dot(p.column(k), mp.column(k))
                trace[k] += d - h
                squares[k] += d * (d - 2 * h)
                for j in 0..<m.rows { directions[k][j, g] = p[j, k] }
                if !lost.isEmpty, lost[k] > negligible[k] { isIndispensable[k][g] = true }
            }
        }
        for k in targets { squares[k] += squaredTrace(m, directions[k].times(directions[k].transposed)) }
    }

    /// Per estimate: the first cluster without which it cannot be had.
    var undefined: [CovarianceOfEstimates.Undefined?] {
        isIndispensable.map { lost in lost.firstIndex(of: true).map { .indispensable(clusters.names[$0]) } }
    }
}

/// I − X_g M X_g' of one cluster, by its eigenvectors, in whichever of its rows or columns are fewer.
///
/// Its null directions are what the cluster alone decides: without it they could not be estimated.
private struct ClusterRoom {
    private let eigen: SymmetricEigen
    /// Orthonormal columns that span X_g, where it has more rows than columns: beyond them I − H is I, and there v is 0.
    private let basis: Matrix?

    init(_ x: Matrix, _ m: Matrix) throws(EstimationError) {
        guard x.rows > x.columns else {
            basis = nil
            eigen = try Self.complement(x.times(m.times(x.transposed)))
            return
        }
        // X = Q Λ^(1/2) U' with orthonormal Q, so I − H acts as I − Λ^(1/2) U'M U Λ^(1/2) within the span of X.
        let own = try numerically { () throws(LinearAlgebraError) in try SymmetricEigen(x.crossProduct()) }
        let floor = 1e-12 * (own.values.last ?? 0)
        let used = own.values.indices.filter { own.values[$0] > floor }
        var lengthened = own.vectors.selecting(columns: used)
        var shortened = lengthened
        for (j, i) in used.enumerated() {
            let length = own.values[i].squareRoot()
            for row in 0..<lengthened.rows {
                lengthened[row, j] *= length
                shortened[row, j] /= length
            }
        }
        basis = x.times(shortened)
        eigen = try Self.complement(lengthened.transposedTimes(m.times(lengthened)))
    }

    private static func complement(_ hat: Matrix) throws(EstimationError) -> SymmetricEigen {
        var complement = Matrix.identity(hat.rows)
        for i in complement.storage.indices { complement.storage[i] -= hat.storage[i] }
        return try numerically { () throws(LinearAlgebraError) in try SymmetricEigen(complement) }
    }

    /// (I − H)^(−1/2) v or (I − H)⁻¹ v, pseudo-inverses both.
    func adjusted(_ v: Matrix, _ adjustment: LeverageAdjustment) -> Matrix {
        var scaled = eigen.vectors.transposedTimes(basis?.transposedTimes(v) ?? v)
        for (i, value) in eigen.values.enumerated() {
            let factor =
                value <= SymmetricEigen.nullRoom ? 0 : 1 / (adjustment == .jackknife ? value : value.squareRoot())
            for k in 0..<scaled.columns { scaled[i, k] *= factor }
        }
        let whole = eigen.vectors.times(scaled)
        return basis?.times(whole) ?? whole
    }

    /// Per column: the length of what v has in the null directions.
    func lengthsOutside(_ v: Matrix) -> [Double] {
        let null = eigen.values.indices.filter { eigen.values[$0] <= SymmetricEigen.nullRoom }
        let outside = eigen.vectors.selecting(columns: null).transposedTimes(basis?.transposedTimes(v) ?? v)
        return (0..<v.columns).map { dot(outside.column($0), outside.column($0)).squareRoot() }
    }
}
