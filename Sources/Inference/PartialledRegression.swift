import Estimation
import LinearAlgebra
import Panels

/// A regression of which only some columns change from draw to draw: effects, covariates and factors are taken out of the
/// outcome once, and out of the changing columns in each draw (Frisch, Waugh & Lovell).
struct PartialledRegression: Sendable {
    let design: Design
    let fixed: FixedPart
    private let cluster: [Int]
    private let clusterCount: Int

    init(_ design: Design, effects: [CellFactor], nuisance: [[Double]] = []) throws(EstimationError) {
        self.design = design
        fixed = try FixedPart(design, effects: effects, nuisance: nuisance)
        let clusters = design.clusters[0]
        cluster = fixed.rows.cell.map { clusters.codes[$0] }
        clusterCount = clusters.levels.count
    }

    /// The estimates of changing columns in one draw.
    struct Draw {
        /// Per column asked: its place among the kept, nil where others explain it.
        var place: [Int?]
        var estimates: [Double]
        /// Clustered covariance without a factor.
        var covariance: Matrix
    }

    /// - Parameter columns: per-cell values; earlier ones stay where columns depend on each other.
    func draw(_ columns: [[Double]]) -> Draw? {
        let raw = columns.map { fixed.expand($0) }
        let x = Matrix(rows: fixed.rows.count, columns: raw.map { fixed.residualise($0) })
        let floors = raw.map { 1e-9 * dot($0, $0) }
        guard let cholesky = try? OrderedCholesky(x.crossProduct(), floors: floors), !cholesky.kept.isEmpty else {
            return nil
        }
        let kept = x.selecting(columns: cholesky.kept)
        guard let b = try? cholesky.solve(kept.transposedTimes(fixed.outcome)),
            let inverse = try? cholesky.inverse()
        else { return nil }
        let fitted = kept.times(b)
        var scores = Matrix(clusterCount, b.count)
        for j in b.indices {
            for r in cluster.indices { scores[cluster[r], j] += kept[r, j] * (fixed.outcome[r] - fitted[r]) }
        }
        var place = [Int?](repeating: nil, count: columns.count)
        for (a, j) in cholesky.kept.enumerated() { place[j] = a }
        return Draw(
            place: place, estimates: b,
            covariance: inverse.times(scores.crossProduct()).times(inverse))
    }
}

extension PartialledRegression.Draw {
    /// c'b / √(c'Vc); nil where c needs a column that was left out.
    func studentised(_ contrast: [Double]) -> Double? {
        var c = [Double](repeating: 0, count: estimates.count)
        for (value, place) in zip(contrast, place) where value != 0 {
            guard let place else { return nil }
            c[place] = value
        }
        let estimate = dot(c, estimates)
        let variance = dot(c, covariance.times(c))
        if estimate == 0 { return 0 }
        return variance > 0 ? estimate / variance.squareRoot() : .infinity
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
