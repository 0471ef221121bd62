import LinearAlgebra
import Probability

@testable import Inference

/// The hybrid test of relative magnitudes by its definition: the moment inequalities written out, every corner of the dual's
/// polytope {λ ≥ 0, λ'σ = 1, X'λ = 0} found by trying every basis.
struct LinearProgrammeTwin {
    private let y: [Double]
    private let ofTheta: [Double]
    private let covariance: Matrix
    private let corners: [[Double]]

    /// - Parameters:
    ///   - change: which change before the start is taken for the largest, `sign` 1 or −1.
    ///   - l: with a first weight other than 0.
    init(_ study: EventStudyEstimates, l: [Double], change: Int, sign: Double, m: Double) throws {
        let changes = study.changes()
        let v = changes.before[change].map { sign * $0 }
        let rows = changes.after.flatMap { after in
            [1.0, -1].map { side in zip(after, v).map { side * $0 - m * $1 } }
        }
        let a = Matrix(rows: study.estimates.count, columns: rows).transposed
        let p = study.before.count
        // Γ = (l'; 0 I), so Γ⁻¹ = (1/l₁, −l₂/l₁, …; 0 I).
        let t = l.count
        var inverse = Matrix.identity(t)
        for j in 0..<t { inverse[0, j] = (j == 0 ? 1 : -l[j]) / l[0] }
        let image = a.selecting(columns: Array(p..<p + t)).times(inverse)
        y = a.times(study.estimates)
        ofTheta = image.column(0)
        covariance = a.times(study.covariance).times(a.transposed)
        let deviations = rows.indices.map { [covariance] in covariance[$0, $0].squareRoot() }
        let equalities = [deviations] + (1..<t).map(image.column)
        var corners: [[Double]] = []
        for basis in Self.subsets(rows.count, t) {
            let part = Matrix(rows: t, columns: basis.map { r in equalities.map { $0[r] } })
            guard let found = Self.solve(part), found.allSatisfy({ $0 >= -1e-10 }) else { continue }
            var corner = [Double](repeating: 0, count: rows.count)
            for (value, r) in zip(found, basis) { corner[r] = value }
            let isNew = !corners.contains { known in zip(known, corner).allSatisfy { abs($0 - $1) < 1e-9 } }
            if isNew { corners.append(corner) }
        }
        self.corners = corners
    }

    var cornerCount: Int { corners.count }

    func accepts(_ theta: Double, critical: Double, alpha: Double) -> Bool {
        let moments = zip(y, ofTheta).map { $0 - $1 * theta }
        let scores = corners.map { dot($0, moments) }
        guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return true }
        let eta = scores[best]
        guard eta <= critical else { return false }
        let towards = covariance.times(corners[best])
        let variance = dot(corners[best], towards)
        guard variance > 1e-20 else { return true }
        var (lower, upper) = (-Double.infinity, critical)
        for other in corners.indices {
            let slope = dot(corners[other], towards) / variance
            let rest = scores[other] - slope * eta
            if slope < 1 - 1e-9 { lower = max(lower, rest / (1 - slope)) }
            if slope > 1 + 1e-9 { upper = min(upper, rest / (1 - slope)) }
        }
        let level = (alpha - alpha / 10) / (1 - alpha / 10)
        let deviation = variance.squareRoot()
        let (high, low) = (Normal.tail(lower / deviation), Normal.tail(upper / deviation))
        return eta / deviation <= max(0, Normal.tailQuantile(level * high + (1 - level) * low))
    }

    /// The share of draws under the least favourable moments whose η exceeds c.
    func exceeds(_ c: Double, draws: Int, seed: UInt64) throws -> Double {
        let spread = try Self.root(covariance)
        let loadings = corners.map { spread.transposedTimes($0) }
        var made = SeededEventStudy(seed: seed)
        var count = 0
        for _ in 0..<draws {
            let z = (0..<spread.columns).map { _ in made.normal() }
            if loadings.contains(where: { dot($0, z) > c }) { count += 1 }
        }
        return Double(count) / Double(draws)
    }

    private static func root(_ matrix: Matrix) throws -> Matrix {
        let eigen = try SymmetricEigen(matrix)
        var scaled = eigen.vectors
        for j in 0..<scaled.columns {
            for i in 0..<scaled.rows { scaled[i, j] *= max(0, eigen.values[j]).squareRoot() }
        }
        return scaled
    }

    private static func subsets(_ n: Int, _ k: Int) -> [[Int]] {
        guard k > 0 else { return [[]] }
        return subsets(n, k - 1).flatMap { head in ((head.last ?? -1) + 1..<n).map { head + [$0] } }
    }

    /// The solution of A x = (1, 0, …) by elimination; nil where A is singular.
    private static func solve(_ matrix: Matrix) -> [Double]? {
        let n = matrix.rows
        var rows = (0..<n).map { matrix.row($0) + [$0 == 0 ? 1.0 : 0] }
        for j in 0..<n {
            guard let pivot = (j..<n).max(by: { abs(rows[$0][j]) < abs(rows[$1][j]) }), abs(rows[pivot][j]) > 1e-9
            else { return nil }
            rows.swapAt(j, pivot)
            for i in 0..<n where i != j {
                let factor = rows[i][j] / rows[j][j]
                for c in j...n { rows[i][c] -= factor * rows[j][c] }
            }
        }
        return (0..<n).map { rows[$0][n] / rows[$0][$0] }
    }
}
