import LinearAlgebra
import Panels
import Regression
import Tables

/// Weighted least squares on rows made from the cells of a design: changes between periods, stacked copies, one row a unit.
/// The estimands are combinations of its coefficients.
struct DerivedRegression {
    var outcome: [Double]
    var weight: [Double]
    /// Per row: a cell of the design in whose clusters it lies.
    var cell: [Int]
    /// In the order in which they stay where they depend on each other; a constant is one of them, or an effect stands for it.
    var regressors: [RowRegressor]
    /// Eliminated; for CR2 and the wild bootstrap each level must lie within one cluster.
    var effects: [EffectCodes] = []
    /// N in small-sample factors; nil for the number of rows.
    var observations: Double?

    /// A mean of effects: its contrast over the regressors.
    struct Asked {
        var estimand: Estimand
        /// Regressor and factor.
        var contrast: [Int: Double]
        /// Per cell of the design.
        var cellWeights: [Double]
    }

    /// - Parameters:
    ///   - design: whose cells the rows were made from.
    ///   - untreated: per cell, the mean outcome expected without treatment, from the coefficients (nil where left out).
    /// - Throws: `.collinearTreatment` where the first estimand rests on a regressor that others explain; further estimands
    ///   that do are left out.
    func fit(
        _ estimator: EstimatorName, _ design: Design, asked: [Asked], warnings: [Warning] = [],
        untreated: ([Double?]) -> [Double]
    ) throws(EstimationError) -> Fit {
        let rows = CompressedRows(
            derived: outcome, named: design.outcome, weight: weight, cell: cell, observations: observations)
        let model = try regressing { () throws(RegressionError) in
            try LeastSquares(derived: rows, regressors: regressors, effects: effects)
        }
        var kept: [Asked] = []
        for one in asked {
            // By index: a dictionary's own order must not choose the name in a message.
            let missing = one.contrast.keys.sorted().first { one.contrast[$0] != 0 && model.place[$0] == nil }
            if let missing {
                guard !kept.isEmpty else { throw .collinearTreatment(term: regressors[missing].name) }
            } else {
                kept.append(one)
            }
        }
        var contrasts = Matrix(model.coefficients.count, kept.count)
        for (k, one) in kept.enumerated() {
            for (regressor, factor) in one.contrast {
                if let place = model.place[regressor] { contrasts[place, k] = factor }
            }
        }
        let coefficients = model.place.map { $0.map { model.coefficients[$0] } }
        return Fit(
            estimator: estimator, design: design, rows: rows, estimands: kept.map(\.estimand),
            estimates: contrasts.transposedTimes(model.coefficients),
            weights: model.matrix.times(model.gramInverse.times(contrasts)),
            residuals: Matrix(rows: rows.count, columns: 1, storage: model.residuals), basis: .leastSquares(model),
            effects: [], untreatedOutcome: untreated(coefficients), warnings: warnings + model.warnings,
            cellWeights: kept.map { CellWeights($0.cellWeights) })
    }
}

extension Fit {
    /// Estimates known by their influence functions: what each block of clusters adds to their errors.
    ///
    /// - Parameters:
    ///   - influence: blocks × K, blocks being the levels of `design.clusterBlocks`.
    ///   - ledgerWeight: see there.
    ///   - regression: the same estimates as a regression's, where there is one.
    init(
        influenceOf estimator: EstimatorName, _ design: Design, estimands: [Estimand], estimates: [Double],
        influence: Matrix, untreatedOutcome: [Double], cellWeights: [CellWeights], ledgerWeight: [Double]? = nil,
        warnings: [Warning], regression: Fit? = nil
    ) {
        let blocks = design.clusterBlocks
        var first = [Int?](repeating: nil, count: blocks.levels.count)
        for (c, block) in blocks.codes.enumerated() where first[block] == nil { first[block] = c }
        let used = first.indices.filter { first[$0] != nil }
        let rows = CompressedRows(
            derived: [Double](repeating: 0, count: used.count), named: design.outcome,
            weight: [Double](repeating: 1, count: used.count), cell: used.compactMap { first[$0] })
        self.init(
            estimator: estimator, design: design, rows: rows, estimands: estimands, estimates: estimates,
            weights: influence.selecting(rows: used),
            residuals: Matrix(
                rows: used.count, columns: 1, storage: [Double](repeating: 1, count: used.count)),
            basis: .influence(regression: regression), effects: [], untreatedOutcome: untreatedOutcome,
            warnings: warnings, cellWeights: cellWeights, ledgerWeight: ledgerWeight)
    }
}
