import LinearAlgebra
import Regression

/// Least squares on weighted rows of a few covariates, with what each row does to a prediction.
struct WeightedRegression {
    /// Xb by row.
    let fitted: [Double]
    /// y − Xb by row, also of rows with weight 0.
    let residual: [Double]
    private let covariates: Matrix
    private let weight: [Double]
    /// [E(wXX')]⁻¹ over the kept covariates, 0 elsewhere.
    private let inverse: Matrix

    /// - Parameters:
    ///   - y: m outcomes.
    ///   - covariates: m × p, with their names.
    ///   - weight: rows with weight 0 do not count.
    /// - Throws: where a covariate varies only among rows with weight 0, so that nothing tells its slope.
    init(_ y: [Double], _ covariates: Matrix, _ names: [String], weight: [Double]) throws(EstimationError) {
        let m = Double(y.count)
        var gram = covariates.crossProduct(weights: weight)
        for i in gram.storage.indices { gram.storage[i] /= m }
        let p = covariates.columns
        let cholesky = try numerically { () throws(LinearAlgebraError) in try OrderedCholesky(gram) }
        let part = try numerically { () throws(LinearAlgebraError) in try cholesky.inverse() }
        var inverse = Matrix(p, p)
        for (b, j) in cholesky.kept.enumerated() {
            for (a, i) in cholesky.kept.enumerated() { inverse[i, j] = part[a, b] }
        }
        let b = inverse.times(covariates.transposedTimes(zip(weight, y).map { $0 * $1 }).map { $0 / m })
        let fitted = covariates.times(b)
        self.fitted = fitted
        residual = y.indices.map { y[$0] - fitted[$0] }
        self.covariates = covariates
        self.weight = weight
        self.inverse = inverse
        for j in cholesky.dropped where Self.isLeft(covariates, j, kept: cholesky.kept) {
            throw .covariateWithoutComparison(name: names[j])
        }
    }

    /// Per row: ℓ_β'c for a mean of covariates c, with ℓ_β = w r X'[E(wXX')]⁻¹.
    func leverage(of mean: [Double]) -> [Double] {
        let direction = covariates.times(inverse.times(mean))
        return weight.indices.map { weight[$0] * residual[$0] * direction[$0] }
    }

    /// True where column j over all rows is not a combination of the kept ones.
    private static func isLeft(_ x: Matrix, _ j: Int, kept: [Int]) -> Bool {
        guard let found = try? OrderedCholesky(x.selecting(columns: kept + [j]).crossProduct()) else { return true }
        return found.kept.contains(kept.count)
    }
}
