import Cells
import Estimation
import LinearAlgebra
import Panels
import Regression

/// Estimates that are linear in the outcome, θ̂ = v'y, with the residuals e that stand for the errors: what a variance starts
/// from. An estimator's fit is one source of them, any regression another.
public struct LinearEstimates: Sendable {
    /// rows × K: v.
    public let weights: Matrix
    /// rows × K, or rows × 1 where all estimates share them: e.
    public let residuals: Matrix
    /// The fixed effects of the model, a code a cell.
    public let effects: [CellFactor]
    /// The levels at which errors may be correlated, a code a cell: none, one or two.
    public let clusters: [CellFactor]
    /// N in small-sample factors: rows, or the sum of frequency weights.
    public let observationCount: Double
    /// Every independent column, the levels of fixed effects included.
    public let parameterCount: Int
    /// nil where the estimates are not combinations of one regression's coefficients.
    public let regression: LeastSquares?
    /// Per row: its cell, or one of the same clusters for rows that carry variation within cells.
    let cell: [Int]
    let contents: CellContents
    /// Where each estimate comes from one of several equations with one row a unit.
    let equations: Equations?
    /// For messages.
    private let name: String

    /// Combinations of the coefficients of a regression on cells: θ̂ = C'b, v = X(X'X)⁻¹C.
    ///
    /// - Parameters:
    ///   - contrasts: kept columns × K.
    ///   - moments: of the cells behind `rows`.
    public init(
        _ model: LeastSquares, contrasts: Matrix, rows: CompressedRows, moments: CellMoments, observationCount: Double,
        effects: [CellFactor], clusters: [CellFactor]
    ) {
        self.init(
            model, contrasts: contrasts, cell: rows.cell, contents: CellContents(rows, moments),
            observationCount: observationCount, effects: effects, clusters: clusters)
    }

    /// Combinations of the coefficients of a regression on rows.
    ///
    /// - Parameters:
    ///   - contrasts: kept columns × K; nil for every coefficient that was kept, in order.
    ///   - effects, clusters: a code a row, as the rows came.
    public init(
        _ rows: RowRegression, contrasts: Matrix? = nil, effects: [CellFactor] = [], clusters: [CellFactor] = []
    ) {
        let count = rows.fit.residuals.count
        self.init(
            rows.fit, contrasts: contrasts ?? Matrix.identity(rows.fit.labels.count), cell: Array(0..<count),
            contents: CellContents(
                rows: count, scale: rows.scale, weightsCountRows: rows.weightKind == .frequency),
            observationCount: rows.observationCount, effects: effects.map(rows.sorted),
            clusters: clusters.map(rows.sorted))
    }

    private init(
        _ model: LeastSquares, contrasts: Matrix, cell: [Int], contents: CellContents, observationCount: Double,
        effects: [CellFactor], clusters: [CellFactor]
    ) {
        weights = model.matrix.times(model.gramInverse.times(contrasts))
        residuals = Matrix(rows: model.residuals.count, columns: 1, storage: model.residuals)
        self.effects = effects
        self.clusters = clusters
        self.observationCount = observationCount
        parameterCount = model.slopeCount + model.effectRank
        regression = model
        self.cell = cell
        self.contents = contents
        equations = nil
        name = "regression"
    }

    public init(_ fit: Fit) {
        weights = fit.weights
        residuals = fit.residuals
        effects = fit.effects
        clusters = fit.design.clusters
        observationCount = fit.rows.derivedCount ?? fit.design.observationCount
        parameterCount = fit.parameterCount
        regression = if case .leastSquares(let model) = fit.basis { model } else { nil }
        cell = fit.rows.cell
        let model = regression
        let rows = fit.rows
        let weights = fit.weights
        equations =
            if let equation = fit.equation, let model {
                Equations(equation, weights: weights, cell: rows.cell, model: model)
            } else { nil }
        contents =
            fit.rows.isDerived
            ? CellContents(derived: fit.rows)
            : CellContents(fit.rows, fit.design.moments)
        name = fit.estimator.rawValue
    }

    /// Estimates whose errors come from the rows of two sources, one above the other.
    ///
    /// - Parameters:
    ///   - upper, lower: with the same levels of the same clusters.
    ///   - weights, residuals: rows of both × K.
    init(stacked upper: LinearEstimates, over lower: LinearEstimates, weights: Matrix, residuals: Matrix) {
        self.weights = weights
        self.residuals = residuals
        effects = []
        clusters = zip(upper.clusters, lower.clusters).map { a, b in
            CellFactor(name: a.name, levels: a.levels, codes: a.codes + b.codes)
        }
        observationCount = upper.observationCount
        parameterCount = upper.parameterCount
        regression = nil
        let cells = upper.clusters.first?.codes.count ?? 0
        cell = upper.cell + lower.cell.map { $0 + cells }
        contents = upper.contents
        equations = nil
        name = upper.name
    }

    public var count: Int { weights.columns }

    /// The residual column that belongs to estimate k.
    func residual(_ k: Int) -> [Double] { residuals.column(residuals.columns == 1 ? 0 : k) }

    /// Sums of v·e by cluster: clusters × K.
    func contributions(by cluster: CellFactor) -> Matrix {
        var sums = Matrix(cluster.levels.count, count)
        let codes = cell.map { cluster.codes[$0] }
        let levels = cluster.levels.count
        let rows = codes.count
        weights.storage.withUnsafeBufferPointer { v in
            residuals.storage.withUnsafeBufferPointer { e in
                sums.storage.withUnsafeMutableBufferPointer { sums in
                    for k in 0..<count {
                        let first = residuals.columns == 1 ? 0 : k * rows
                        for r in 0..<rows { sums[k * levels + codes[r]] += v[k * rows + r] * e[first + r] }
                    }
                }
            }
        }
        return sums
    }

    /// Parameters that a clustered variance counts: those of effects nested in a cluster are left to the cluster.
    var parameterCountBesideNested: Int {
        let slopes = regression?.slopeCount ?? 0
        let kept = EffectRank.count(
            effects.map(EffectCodes.init), rank: parameterCount - slopes, nestedIn: clusters.map(EffectCodes.init))
        return max(slopes + 1, slopes + kept)
    }

    /// - Throws: `.unsupported` where the estimates do not come from one regression.
    func leastSquares(_ kind: VarianceKind) throws(EstimationError) -> LeastSquares {
        guard let regression else {
            throw .unsupported(variance: kind.rawValue, estimator: name, instead: "cr1")
        }
        return regression
    }

    /// Variances row by row are not for rows of which several share an error, such as two changes of one unit.
    ///
    /// - Throws: `.unsupported`.
    func refuseSharedErrors(_ kind: VarianceKind) throws(EstimationError) {
        if contents.isDerived, equations == nil {
            throw .unsupported(variance: kind.rawValue, estimator: name, instead: "cr1")
        }
    }

    /// N − k, every parameter counted.
    func residualDegreesOfFreedom() throws(EstimationError) -> Double {
        let freedom = observationCount - Double(parameterCount)
        guard freedom > 0 else { throw .tooFewRows(rows: Int(observationCount), parameters: parameterCount) }
        return freedom
    }

    /// The one level of clusters.
    ///
    /// - Throws: `.unsupported` for two levels or none, `.oneCluster`.
    func onlyCluster(_ kind: VarianceKind) throws(EstimationError) -> CellFactor {
        guard clusters.count == 1 else {
            let what = clusters.isEmpty ? "rows without clusters" : "two levels of clusters"
            throw .unsupported(variance: kind.rawValue, estimator: what, instead: clusters.isEmpty ? "hc2" : "cr1")
        }
        guard clusters[0].usedLevelCount > 1 else { throw .oneCluster(name: clusters[0].name) }
        return clusters[0]
    }
}
