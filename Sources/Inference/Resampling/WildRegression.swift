import Estimation
import LinearAlgebra
import Panels
import Regression

/// Wild models of the estimands of a least-squares fit.
///
/// With F_g = X_g'X_g, M = (X'X)⁻¹, an estimand c'β and scores s_g = X_g'(y_g − X_g β̃): a_g = c'M s_g, and a cluster's
/// contribution to the draw's CR1 variance is a_g v_g − c'M F_g M Σ s_h v_h. Under the null β̃ = β̂ − Mc(c'β̂ − b)/(c'Mc).
/// Jackknife residuals take β̃ from the other clusters alone. The jackknife variance sums squares of c'β*₍₋g₎ − c'β*.
struct WildRegression {
    let fit: Fit
    let sums: ClusterSums

    /// - Parameter cluster: every effect that was eliminated must lie within its levels (`Estimator.fit` with `nested`).
    init(_ fit: Fit, _ model: LeastSquares, cluster: CellFactor) {
        self.fit = fit
        sums = ClusterSums(fit, model, cluster: cluster)
    }

    /// - Parameter factor: of the CR1 variance; the jackknife has its own.
    func model(_ k: Int, variant: WildVariant, null: Double, factor: Double) throws(EstimationError) -> WildModel {
        let p = sums.leverage(fit.weights.column(k))
        let contrast = p.times([Double](repeating: 1, count: p.columns))
        let m = sums.inverse.times(contrast)
        let scores = try scores(p, contrast, k, variant: variant, null: null)
        let g = sums.blocks.count
        let own = scores.base.transposedTimes(m)
        let ownSlope = scores.slope.map { $0.transposedTimes(m) }
        guard variant.variance == .jackknife else {
            let along = sums.errors.transposedTimes(m)
            return WildModel(
                clusters: g, estimate: fit.estimates[k], squares: dot(along, along), factor: factor, null: null,
                numerator: own, diagonal: own, left: p, right: sums.inverse.times(scores.base),
                slope: scores.slope.map {
                    .init(numerator: ownSlope ?? [], diagonal: ownSlope ?? [], right: sums.inverse.times($0))
                })
        }
        let without = try contrasts(contrast)
        let total = sums.outcomes.times([Double](repeating: 1, count: g))
        var squares = 0.0
        for h in 0..<g {
            let others = zip(total, sums.outcomes.column(h)).map { $0 - $1 }
            let difference = dot(without.column(h), others) - fit.estimates[k]
            squares += difference * difference
        }
        var left = without
        for h in 0..<g { for i in m.indices { left[i, h] = m[i] - without[i, h] } }
        func diagonal(_ scores: Matrix) -> [Double] { (0..<g).map { -dot(without.column($0), scores.column($0)) } }
        return WildModel(
            clusters: g, estimate: fit.estimates[k], squares: squares, factor: Double(g - 1) / Double(g), null: null,
            numerator: own, diagonal: diagonal(scores.base), left: left, right: scores.base,
            slope: scores.slope.map { .init(numerator: ownSlope ?? [], diagonal: diagonal($0), right: $0) })
    }

    /// K × G scores at the null, and what a unit more of it adds.
    private func scores(
        _ p: Matrix, _ contrast: [Double], _ k: Int, variant: WildVariant, null: Double
    ) throws(EstimationError) -> (base: Matrix, slope: Matrix?) {
        switch (variant.residuals, variant.imposesNull) {
        case (.fitted, false): return (sums.errors, nil)
        case (.fitted, true):
            let v = fit.weights.column(k)
            let size = dot(v, v)
            var (base, slope) = (sums.errors, p)
            let distance = (fit.estimates[k] - null) / size
            for i in p.storage.indices {
                base.storage[i] += p.storage[i] * distance
                slope.storage[i] = -p.storage[i] / size
            }
            return (base, slope)
        case (.jackknife, false):
            return (try jackknifeScores(directions: Matrix.identity(contrast.count), fixed: nil).base, nil)
        case (.jackknife, true):
            let length = dot(contrast, contrast)
            let unit = contrast.map { $0 / length }
            let (zero, slope) = try jackknifeScores(directions: orthogonal(to: contrast), fixed: unit)
            var base = zero
            for i in base.storage.indices { base.storage[i] += null * slope.storage[i] }
            return (base, slope)
        }
    }

    /// Scores with β = b·fixed + N γ, γ fitted to all clusters but the scores' own: at b = 0, and their slope in b.
    private func jackknifeScores(
        directions n: Matrix, fixed: [Double]?
    ) throws(EstimationError) -> (base: Matrix, slope: Matrix) {
        let clusters = sums.blocks.count
        let k = n.rows
        let whole = sums.grams.dropFirst().reduce(sums.grams[0]) { $0.adding($1, 1) }
        let total = sums.outcomes.times([Double](repeating: 1, count: clusters))
        var base = Matrix(k, clusters)
        var slope = base
        for (g, gram) in sums.grams.enumerated() {
            let rest = whole.adding(gram, -1)
            let outcome = sums.outcomes.column(g)
            let fixedProducts = fixed.map { rest.times($0) } ?? [Double](repeating: 0, count: k)
            let right = Matrix(
                rows: k, columns: [zip(total, outcome).map { $0 - $1 }, fixedProducts.map { -$0 }])
            let eigen = try numerically { () throws(LinearAlgebraError) in
                try SymmetricEigen(n.transposedTimes(rest.times(n)))
            }
            let beta = n.times(eigen.pseudoInverse(times: n.transposedTimes(right)))
            let atZero = gram.times(beta.column(0))
            let perUnit = gram.times(zip(beta.column(1), fixed ?? beta.column(1)).map { $0 + $1 })
            for i in 0..<k {
                base[i, g] = outcome[i] - atZero[i]
                slope[i, g] = -perUnit[i]
            }
        }
        return (base, slope)
    }

    /// K × G: (F − F_g)⁻¹ c.
    ///
    /// - Throws: `.noResampling` where the estimate does not exist without some cluster.
    private func contrasts(_ contrast: [Double]) throws(EstimationError) -> Matrix {
        let whole = sums.grams.dropFirst().reduce(sums.grams[0]) { $0.adding($1, 1) }
        let size = dot(contrast, contrast)
        let c = Matrix(rows: contrast.count, columns: 1, storage: contrast)
        var columns: [[Double]] = []
        for gram in sums.grams {
            let rest = whole.adding(gram, -1)
            let eigen = try numerically { () throws(LinearAlgebraError) in try SymmetricEigen(rest) }
            let solution = eigen.pseudoInverse(times: c)
            let left = zip(rest.times(solution).storage, contrast).map { $0 - $1 }
            guard dot(left, left) <= 1e-12 * size else {
                throw .noResampling(
                    method: "the jackknife form of the wild bootstrap",
                    reason: "the estimate does not exist without each cluster in turn", instead: "use WCR11 or WCR31")
            }
            columns.append(solution.storage)
        }
        return Matrix(rows: contrast.count, columns: columns)
    }

    /// K × (K − 1) orthonormal columns across c: a Householder reflection without its first column.
    private func orthogonal(to c: [Double]) -> Matrix {
        let length = dot(c, c).squareRoot()
        var u = c
        u[0] += c[0] < 0 ? -length : length
        let size = dot(u, u)
        var n = Matrix(c.count, c.count - 1)
        for j in 1..<c.count {
            for i in c.indices { n[i, j - 1] = (i == j ? 1 : 0) - 2 * u[i] * u[j] / size }
        }
        return n
    }
}

extension Matrix {
    /// This matrix plus a multiple of another of the same shape.
    func adding(_ other: Matrix, _ factor: Double) -> Matrix {
        var sum = self
        for i in sum.storage.indices { sum.storage[i] += factor * other.storage[i] }
        return sum
    }
}
