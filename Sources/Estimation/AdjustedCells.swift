import Panels
import Regression

/// The untreated cells of a design after covariates and factors are taken off, with slopes from the regression of untreated
/// results on them beside the design's unit and period effects.
///
/// What is left of a cell: the mean ȳ − x̄'b, and within it S_yy − 2b'S_xy + b'S_xx b.
public struct AdjustedCells: Sendable {
    /// Untreated cells only.
    public let design: Design
    /// Per cell.
    public let mean: [Double]
    /// Per cell: Σ w (residual − its mean)².
    public let within: [Double]
    /// Slopes that were estimated.
    public let slopeCount: Int

    /// - Parameter isAdjusted: false leaves the outcome as it is.
    /// - Throws: `.noRows` where nothing is untreated, and what least squares refuses.
    public init(untreatedCellsOf whole: Design, isAdjusted: Bool = true) throws(EstimationError) {
        let design = whole.keeping(whole.isTreated.indices.map { !whole.isTreated[$0] && whole.moments.weight[$0] > 0 })
        guard design.cellCount > 0 else { throw .noRows }
        self.design = design
        let moments = design.moments
        let q = moments.variableCount
        let pairs = q * (q + 1) / 2
        let cells = 0..<design.cellCount
        guard isAdjusted, !design.covariates.isEmpty || !design.factors.isEmpty else {
            mean = cells.map { moments.mean[$0 * q] }
            within = cells.map { moments.within[$0 * pairs] }
            slopeCount = 0
            return
        }
        let rows = CompressedRows(design, pool: design.clusterBlocks.codes)
        let model = try regressing { () throws(RegressionError) in
            try LeastSquares(ModelColumns(design, rows: rows, effects: design.effects), rows: rows)
        }
        var slope: [String: Double] = [:]
        for (label, value) in zip(model.labels, model.coefficients) where [.covariate, .factor].contains(label.role) {
            slope[label.name] = value
        }
        slopeCount = slope.count
        let b = design.covariates.map { slope[$0] ?? 0 }
        // The outcome's entry is first, then (0, j); (i, j) follows by rows of the upper triangle.
        func entry(_ i: Int, _ j: Int) -> Int { min(i, j) * q - min(i, j) * (min(i, j) - 1) / 2 + abs(i - j) }
        mean = cells.map { c in
            let expected = b.indices.reduce(0.0) { $0 + b[$1] * moments.mean[c * q + $1 + 1] }
            let levels = design.factors.reduce(0.0) { sum, factor in
                sum + (slope["\(factor.name)=\(factor.levels[factor.codes[c]])"] ?? 0)
            }
            return moments.mean[c * q] - expected - levels
        }
        within = cells.map { c in
            var sum = moments.within[c * pairs]
            for i in b.indices {
                sum -= 2 * b[i] * moments.within[c * pairs + entry(0, i + 1)]
                for j in b.indices { sum += b[i] * b[j] * moments.within[c * pairs + entry(i + 1, j + 1)] }
            }
            return max(0, sum)
        }
    }
}
