import Estimation
import LinearAlgebra
import Panels
import Regression

/// What a wild cluster bootstrap of one estimate needs: sums by cluster, in which no row appears.
///
/// Draw v (one weight a cluster) has the error Σ v_g a_g and the cluster contributions C v with C = diag(d) − U'W, so that
/// t* = Σ v_g a_g / ‖C v‖. Where the null θ = b is imposed, a, d and W are affine in b; they stand here for b₀ = `null`,
/// with what a unit more of b adds.
///
/// - Source: Roodman, MacKinnon, Nielsen & Webb (2019), *Fast and wild*, Stata Journal; MacKinnon, Nielsen & Webb (2023),
///   *Fast and reliable jackknife and bootstrap methods for cluster-robust inference*.
struct WildModel: Sendable {
    var clusters: Int
    var estimate: Double
    /// Σ of the squared contributions of the data themselves: t = (estimate − b)/√(factor · squares).
    var squares: Double
    /// What the variance multiplies sums of squares by, in draws and data alike; it cancels from every p-value.
    var factor: Double
    var null: Double
    /// G: a and d at the null.
    var numerator: [Double]
    var diagonal: [Double]
    /// r × G: U, and W at the null.
    var left: Matrix
    var right: Matrix
    /// What a unit more of b adds to a, d and W; nil where the null is not imposed.
    var slope: Slope?

    struct Slope: Sendable {
        var numerator: [Double]
        var diagonal: [Double]
        var right: Matrix
    }

    /// t of the data for the null θ = b.
    func statistic(_ b: Double) -> Double { (estimate - b) / (factor * squares).squareRoot() }
}

/// The cluster sums of a least-squares fit, from which every variant of the bootstrap follows.
///
/// Columns are scaled to length one, so that what counts as singular does not depend on units of measurement.
struct ClusterSums {
    /// Rows of each cluster that has any.
    let blocks: [[Int]]
    /// (X'X)⁻¹.
    let inverse: Matrix
    /// K × G: X_g'e_g and X_g'y_g.
    let errors: Matrix
    let outcomes: Matrix
    /// X_g'X_g.
    let grams: [Matrix]
    private let matrix: Matrix

    init(_ fit: Fit, _ model: LeastSquares, cluster: CellFactor) {
        let lengths = (0..<model.matrix.columns).map { j in
            let column = model.matrix.column(j)
            return dot(column, column).squareRoot()
        }
        var x = model.matrix
        var inverse = model.gramInverse
        for j in lengths.indices {
            for i in 0..<x.rows { x[i, j] /= lengths[j] }
            for i in lengths.indices { inverse[i, j] *= lengths[i] * lengths[j] }
        }
        let coefficients = zip(model.coefficients, lengths).map { $0 * $1 }
        blocks = fit.rowsByCluster(cluster)
        grams = blocks.map { x.selecting(rows: $0).crossProduct() }
        let e = model.residuals
        let scores = blocks.map { block in x.selecting(rows: block).transposedTimes(block.map { e[$0] }) }
        errors = Matrix(rows: x.columns, columns: scores)
        outcomes = Matrix(
            rows: x.columns,
            columns: zip(grams, scores).map { gram, score in
                zip(score, gram.times(coefficients)).map { $0 + $1 }
            })
        matrix = x
        self.inverse = inverse
    }

    /// K × G: X_g'v_g for the weights v of one estimand.
    func leverage(_ v: [Double]) -> Matrix {
        Matrix(
            rows: matrix.columns,
            columns: blocks.map { block in matrix.selecting(rows: block).transposedTimes(block.map { v[$0] }) })
    }
}

extension Fit {
    /// Rows of each cluster that has any, clusters in order.
    func rowsByCluster(_ cluster: CellFactor) -> [[Int]] {
        var blocks = [[Int]](repeating: [], count: cluster.levels.count)
        for r in 0..<rows.count { blocks[cluster.codes[rows.cell[r]]].append(r) }
        return blocks.filter { !$0.isEmpty }
    }
}
