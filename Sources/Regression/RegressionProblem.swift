import LinearAlgebra
import Panels

/// A regression ready to be solved: regressors and outcome in row space (value times the square root of the row's weight),
/// and the fixed effects to take out of them.
package struct RegressionProblem {
    package var labels: [ColumnLabel]
    /// rows × columns, in the order in which columns stay where they depend on each other.
    package var matrix: Matrix
    package var outcome: [Double]
    package var outcomeName: String
    /// Per row √W; 0 in rows within cells, which no effect and no constant reaches; nil where all are 1.
    package var scale: [Double]?
    /// Of the first rows, those that are not within cells.
    package var effects: [EffectCodes]
    /// The part of the outcome's squares that lies outside of these rows.
    package var unexplained = 0.0
    /// The outcome's squared length about 0: the size against which rounding is judged.
    package var outcomeSize: Double
    /// Cells or rows, for messages.
    package var observations: Int
    /// False where rows within cells stand for pupils' rows: they hold no more digits than cross products do.
    package var hasRows = true
    package var threads = 1
}

extension RegressionProblem {
    package init(_ columns: ModelColumns, rows: CompressedRows) {
        self.init(
            labels: columns.labels, matrix: columns.matrix, outcome: rows.outcome, outcomeName: rows.outcomeName,
            scale: rows.scale.allSatisfy { $0 == 1 } ? nil : rows.scale,
            effects: columns.eliminated.map(EffectCodes.init), unexplained: rows.unexplained,
            outcomeSize: rows.outcomeSize, observations: rows.cellCount,
            hasRows: rows.count == rows.cellCount)
    }

    /// Per column its squared length about the overall mean.
    func squaredLengths() -> [Double] {
        let weight = scale.map { $0.reduce(0) { $0 + $1 * $1 } } ?? Double(matrix.rows)
        return (0..<matrix.columns).map { j in
            matrix.storage[j * matrix.rows..<(j + 1) * matrix.rows].withUnsafeBufferPointer { column in
                var sum = 0.0
                if let scale {
                    for r in column.indices { sum += scale[r] * column[r] }
                } else {
                    for z in column { sum += z }
                }
                let mean = weight > 0 ? sum / weight : 0
                var length = 0.0
                for r in column.indices {
                    let distance = column[r] - (scale?[r] ?? 1) * mean
                    length += distance * distance
                }
                return length
            }
        }
    }
}
