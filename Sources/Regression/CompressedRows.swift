import Cells
import LinearAlgebra
import Panels

/// Least squares on pupil rows from cells, exactly.
///
/// Each cell is one row, √W times its means. The variation within cells enters through p further rows a pool of cells:
/// with S the pool's sum of within-cell cross products and R'R = Sxx, their covariate values are the rows of R, their
/// outcomes R⁻ᵀSxy, and every column that is constant within cells is 0 in them. These rows are the pupil rows after an
/// orthogonal rotation (within each pool), so X'X, X'y, scores by cluster and the hat-matrix blocks of CR2 are those of
/// pupil rows; what the rotation turns out of reach of X goes to the residual sum of squares.
///
/// Analytic weights enter as √w on rows: variances that presume a working model presume errors with variance ∝ 1/w.
public struct CompressedRows: Sendable {
    public let cellCount: Int
    /// Per row: √W for cells (the first `cellCount` rows), 0 for rows that carry variation within cells.
    public let scale: [Double]
    /// Outcome times scale, after the overall mean is taken off.
    public let outcome: [Double]
    /// rows × covariates, likewise.
    public let covariates: Matrix
    /// Per row: a cell of the same pool; the cell itself for cell rows.
    public let cell: [Int]
    /// What is left of Σ Syy beyond the covariates' directions.
    public let unexplained: Double
    public let outcomeMean: Double
    public let outcomeName: String
    /// True where rows were made from cells in another way, so that a row is no cell's mean.
    public let isDerived: Bool
    /// N in small-sample factors for rows that were made in another way; nil where it is the design's.
    public let derivedCount: Double?

    public var count: Int { scale.count }

    /// - Parameters:
    ///   - design: C cells.
    ///   - pool: C codes; variation within cells is pooled where they agree. Everything that is asked of rows by block
    ///     (clusters, treatment) must be constant within a pool.
    public init(_ design: Design, pool: [Int]) {
        let moments = design.moments
        let q = moments.variableCount
        let cells = design.cellCount
        let total = moments.weight.reduce(0, +)
        let centre = (0..<q).map { j in
            total > 0 ? (0..<cells).reduce(0) { $0 + moments.weight[$1] * moments.mean[$1 * q + j] } / total : 0
        }
        var scale = moments.weight.map { $0.squareRoot() }
        var cell = Array(0..<cells)
        var values = (0..<q).map { j in (0..<cells).map { scale[$0] * (moments.mean[$0 * q + j] - centre[j]) } }
        var unexplained = 0.0
        for part in WithinCells.pools(moments, pool: pool) {
            let directions = part.directions(variableCount: q)
            unexplained += directions.unexplained
            for row in directions.rows {
                for j in 0..<q { values[j].append(row[j]) }
                scale.append(0)
                cell.append(part.firstCell)
            }
        }
        cellCount = cells
        self.scale = scale
        self.cell = cell
        outcome = values[0]
        covariates = Matrix(rows: scale.count, columns: Array(values.dropFirst()))
        self.unexplained = unexplained
        outcomeMean = centre[0]
        outcomeName = design.outcome
        isDerived = false
        derivedCount = nil
    }

    /// A column that is constant within cells, as rows: scale times value, 0 within cells.
    func expand(_ perCell: [Double]) -> [Double] {
        scale.indices.map { $0 < cellCount ? scale[$0] * perCell[$0] : 0 }
    }

    /// A covariate times a factor as rows, where rows are pooled by cell.
    func expand(_ column: CovariateColumn, _ design: Design) -> [Double] {
        let means = column.means(design)
        return scale.indices.map {
            $0 < cellCount ? scale[$0] * means[$0] : column.factor[cell[$0]] * covariates[$0, column.covariate]
        }
    }
}

/// The cross products within the cells of one pool.
private struct WithinCells {
    var firstCell: Int
    /// Upper triangle by rows, outcome first.
    var sum: [Double]

    /// Pools in order of code, each with its cells added in order.
    static func pools(_ moments: CellMoments, pool: [Int]) -> [WithinCells] {
        let size = moments.variableCount * (moments.variableCount + 1) / 2
        var pools = [WithinCells?](repeating: nil, count: (pool.max() ?? -1) + 1)
        for c in pool.indices {
            let block = moments.within[c * size..<(c + 1) * size]
            guard block.contains(where: { $0 != 0 }) else { continue }
            var entry = pools[pool[c]] ?? WithinCells(firstCell: c, sum: [Double](repeating: 0, count: size))
            for (i, value) in block.enumerated() { entry.sum[i] += value }
            pools[pool[c]] = entry
        }
        return pools.compactMap { $0 }
    }

    /// Rows (outcome, covariates) with the same cross products, and the outcome's part that they do not carry.
    func directions(variableCount q: Int) -> (rows: [[Double]], unexplained: Double) {
        func s(_ i: Int, _ j: Int) -> Double {
            let (a, b) = (min(i, j), max(i, j))
            return sum[a * q - a * (a - 1) / 2 + b - a]
        }
        var rows: [[Double]] = []
        for j in 1..<max(q, 1) {
            let left = s(j, j) - rows.reduce(0) { $0 + $1[j] * $1[j] }
            guard left > 1e-13 * s(j, j), left > 0 else { continue }
            let length = left.squareRoot()
            rows.append(
                (0..<q).map { i in
                    i == 0 || i > j ? (s(i, j) - rows.reduce(0) { $0 + $1[i] * $1[j] }) / length : i == j ? length : 0
                })
        }
        return (rows, max(0, s(0, 0) - rows.reduce(0) { $0 + $1[0] * $1[0] }))
    }
}
