import Estimation
import LinearAlgebra
import Panels
import Regression

/// A regression of which only some columns change from draw to draw: effects, covariates and factors are taken out of the
/// outcome once, and out of the changing columns in each draw (Frisch, Waugh & Lovell).
struct PartialledRegression: Sendable {
    let design: Design
    let fixed: FixedPart

    init(_ design: Design, effects: [CellFactor], nuisance: [[Double]] = []) throws(EstimationError) {
        self.design = design
        fixed = try regressing { () throws(RegressionError) in
            try FixedPart(design, effects: effects, nuisance: nuisance)
        }
    }

    /// The estimates of changing columns in one draw.
    struct Draw {
        /// Per column asked: its place among the kept, nil where others explain it.
        var place: [Int?]
        var estimates: [Double]
        /// Clustered covariance without a factor.
        var covariance: Matrix
    }

    /// - Parameter columns: earlier ones stay where columns depend on each other.
    func draw(_ columns: [SparseColumn]) -> Draw? {
        guard let parted = fixed.part(columns),
            let cholesky = try? OrderedCholesky(parted.gram, floors: parted.squaredLengths.map { 1e-9 * $0 }),
            !cholesky.kept.isEmpty, let b = try? cholesky.solve(cholesky.kept.map { parted.products[$0] }),
            let inverse = try? cholesky.inverse()
        else { return nil }
        let scores = fixed.scores(parted, kept: cholesky.kept, coefficients: b)
        var place = [Int?](repeating: nil, count: columns.count)
        for (a, j) in cholesky.kept.enumerated() { place[j] = a }
        return Draw(
            place: place, estimates: b, covariance: inverse.times(scores.crossProduct()).times(inverse))
    }
}

extension PartialledRegression.Draw {
    /// c'b, and c'b / √(c'Vc); nil where c needs a column that was left out.
    func headline(_ contrast: [Double]) -> DrawnHeadline? {
        var c = [Double](repeating: 0, count: estimates.count)
        for (value, place) in zip(contrast, place) where value != 0 {
            guard let place else { return nil }
            c[place] = value
        }
        return DrawnHeadline(estimate: dot(c, estimates), variance: dot(c, covariance.times(c)))
    }

    /// b'V⁻¹b over the columns asked that were kept, with their number; nil where V is singular.
    func wald(_ asked: Range<Int>) -> (statistic: Double, count: Int)? {
        let chosen = asked.compactMap { place[$0] }
        let b = chosen.map { estimates[$0] }
        let v = Matrix(rows: chosen.count, columns: chosen.map { j in chosen.map { covariance[$0, j] } })
        guard !chosen.isEmpty, let cholesky = try? OrderedCholesky(v), cholesky.dropped.isEmpty,
            let solution = try? cholesky.solve(b)
        else { return nil }
        return (dot(b, solution), chosen.count)
    }
}

/// Starts dealt anew, as columns that are not 0 only in the cells of units that start.
struct DealtColumns: Sendable {
    let design: Design
    private let cellsOfUnit: [[Int]]

    init(_ design: Design) {
        self.design = design
        var cells = [[Int]](repeating: [], count: design.units.count)
        for (c, u) in design.unit.enumerated() { cells[u].append(c) }
        cellsOfUnit = cells
    }

    /// Cells of units that start, with calendar steps since the start, units in order.
    func steps(_ start: [Int?]) -> [(cell: Int, step: Int)] {
        var steps: [(cell: Int, step: Int)] = []
        for (u, first) in start.enumerated() {
            guard let first else { continue }
            for c in cellsOfUnit[u] { steps.append((c, design.periods[design.period[c]].ordinal - first)) }
        }
        return steps
    }

    /// ΣW over a column's cells.
    func weight(_ column: SparseColumn) -> Double { column.cells.reduce(0) { $0 + design.moments.weight[$1] } }

    /// 1 in the chosen cells; in a triple difference the group's part, then its peers'.
    func columns(_ cells: [Int]) -> [SparseColumn] {
        guard let isGroup = design.isGroup else { return [SparseColumn(cells: cells)] }
        return [SparseColumn(cells: cells.filter { isGroup[$0] }), SparseColumn(cells: cells.filter { !isGroup[$0] })]
    }
}
