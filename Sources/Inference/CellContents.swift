import Cells
import Regression

/// The rows behind each cell, as far as variances row by row need them: rows of a cell share regressors and weight.
struct CellContents: Sendable {
    /// Per cell: rows.
    let n: [Double]
    /// Per cell: √W.
    let scale: [Double]
    /// Per cell: Σ w(y − ȳ)².
    let spread: [Double]
    /// Why the cells do not tell their rows apart; nil where they do.
    let obstacle: String?
    /// True for rows that were made from cells.
    private(set) var isDerived = false

    var count: Int { n.count }

    init(_ rows: CompressedRows, _ moments: CellMoments) {
        n = moments.n
        scale = Array(rows.scale[..<rows.cellCount])
        let triangle = moments.variableCount * (moments.variableCount + 1) / 2
        spread = moments.n.indices.map { moments.within[$0 * triangle] }
        obstacle =
            rows.covariatesVaryWithinCells
            ? "a covariate varies within cells" : moments.weightsVaryWithinCells ? "weights vary within cells" : nil
    }

    /// Rows made from cells: each for itself.
    init(derived rows: CompressedRows) {
        n = [Double](repeating: 1, count: rows.count)
        scale = rows.scale
        spread = [Double](repeating: 0, count: rows.count)
        obstacle = nil
        isDerived = true
    }

    /// Each row a cell of its own.
    ///
    /// - Parameters:
    ///   - scale: √w.
    ///   - weightsCountRows: a row of weight w stands for w rows.
    init(rows count: Int, scale: [Double]?, weightsCountRows: Bool) {
        self.scale = scale ?? [Double](repeating: 1, count: count)
        n = weightsCountRows ? self.scale.map { $0 * $0 } : [Double](repeating: 1, count: count)
        spread = [Double](repeating: 0, count: count)
        obstacle = nil
    }
}

extension CompressedRows {
    /// True where a covariate's variation within cells is more than the rounding of its means.
    fileprivate var covariatesVaryWithinCells: Bool {
        (0..<covariates.columns).contains { j in
            let squares = covariates.column(j).map { $0 * $0 }
            return squares[cellCount...].reduce(0, +) > 1e-24 * squares.reduce(0, +)
        }
    }
}

extension CellMoments {
    /// Equal weights within a cell: Σw² = (Σw)²/n.
    fileprivate var weightsVaryWithinCells: Bool {
        n.indices.contains { c in
            abs(squaredWeight[c] * n[c] - weight[c] * weight[c]) > 1e-9 * weight[c] * weight[c]
        }
    }
}
