import Estimation
import LinearAlgebra
import Regression

/// Equations side by side in one regression, each with one row a unit: each estimate comes from one of them, and variances
/// row by row are that equation's own.
struct Equations: Sendable {
    /// Per estimate.
    let ofEstimate: [Int]
    /// Per equation: rows and independent columns.
    let rows: [Int]
    let parameters: [Int]
    /// Per row: a number for its unit, the same in all equations.
    private let unit: [Int]
    private let unitCount: Int
    private let ofRow: [Int]

    /// - Returns: nil where an estimate comes from several equations.
    init?(_ equation: [Int], weights: Matrix, cell: [Int], model: LeastSquares) {
        let count = (equation.max() ?? -1) + 1
        var ofEstimate: [Int] = []
        for k in 0..<weights.columns {
            let v = weights.column(k)
            // A QR of the whole leaves rounding where another equation's weights are 0.
            let negligible = 1e-12 * (v.map(abs).max() ?? 0)
            let found = Set(equation.indices.filter { abs(v[$0]) > negligible }.map { equation[$0] })
            guard found.count == 1, let only = found.first else { return nil }
            ofEstimate.append(only)
        }
        self.ofEstimate = ofEstimate
        var rows = [Int](repeating: 0, count: count)
        for e in equation { rows[e] += 1 }
        self.rows = rows
        var parameters = [Int](repeating: 0, count: count)
        for j in 0..<model.matrix.columns {
            if let first = equation.indices.first(where: { model.matrix[$0, j] != 0 }) {
                parameters[equation[first]] += 1
            }
        }
        self.parameters = parameters
        unit = cell
        unitCount = (cell.max() ?? -1) + 1
        ofRow = equation
    }

    /// Per estimate: n − k of its equation.
    func degreesOfFreedom() throws(EstimationError) -> [Double] {
        var freedom: [Double] = []
        for e in ofEstimate {
            guard rows[e] > parameters[e] else { throw .tooFewRows(rows: rows[e], parameters: parameters[e]) }
            freedom.append(Double(rows[e] - parameters[e]))
        }
        return freedom
    }

    /// Sums over the rows of each unit, which lie in different equations: units × columns.
    func byUnit(_ scores: Matrix) -> Matrix {
        var sums = Matrix(unitCount, scores.columns)
        for k in 0..<scores.columns {
            for r in unit.indices { sums[unit[r], k] += scores[r, k] }
        }
        return sums
    }

    /// Per estimate its own equation's rows, others 0: rows × K.
    func own(_ values: [Double]) -> Matrix {
        var own = Matrix(values.count, ofEstimate.count)
        for (k, e) in ofEstimate.enumerated() {
            for r in values.indices where ofRow[r] == e { own[r, k] = values[r] }
        }
        return own
    }
}
