import Estimation
import LinearAlgebra
import Regression

/// Rows of R for one estimand of an imputation fit, e = R y:
/// R = I − Z̃ C Z₀' − E Ω', where E marks treated rows' groups, Ω their averaging weights and z̃ = z − the group's average.
/// Treated rows outside the estimand play no part: they move neither the estimate nor its residuals.
struct ImputationResiduals {
    let model: Imputation
    let rows: CompressedRows
    let group: [Int]
    let groupCells: [[Int]]
    /// Per cell: weight in its group's average.
    let share: [Double]
    let isActive: [Bool]
    private let levels: Levels
    /// Per group: average of x*, and of level dummies.
    private let groupDeviation: [[Double]]

    /// Values of one dense rows × clusters matrix beyond this many (400 MB) are refused.
    static let valueLimit = 50_000_000

    /// What all estimands share: untreated cell rows by level, and X* M, rows × K.
    struct Levels {
        let rows: [[Int]]
        let leverage: Matrix

        init(_ fit: Fit, _ model: Imputation) {
            var ofLevel = [[Int]](repeating: [], count: model.levelWeight.count)
            for r in 0..<fit.rows.cellCount where !model.isTreated[r] { ofLevel[model.level[r]].append(r) }
            rows = ofLevel
            leverage = model.deviations.times(model.gramInverse)
        }
    }

    init(_ fit: Fit, _ model: Imputation, _ groups: ImputationGroups, _ levels: Levels, omega: [Double]) {
        self.model = model
        self.levels = levels
        rows = fit.rows
        group = groups.group
        let share = groups.averaging(omega)
        self.share = share
        isActive = (0..<fit.rows.count).map { !model.isTreated[$0] || omega[fit.rows.cell[$0]] != 0 }
        var cells = [[Int]](repeating: [], count: groups.count)
        for c in share.indices where share[c] != 0 { cells[groups.group[c]].append(c) }
        groupCells = cells
        groupDeviation = cells.map { members in
            var average = [Double](repeating: 0, count: model.deviations.columns)
            for c in members {
                let weight = share[c] / fit.rows.scale[c]
                for j in average.indices { average[j] += weight * model.deviations[c, j] }
            }
            return average
        }
    }

    /// Rows of R as the columns of an n × count matrix.
    func rows(_ chosen: [Int]) -> Matrix {
        var deviations = Matrix(model.deviations.columns, chosen.count)
        for (i, r) in chosen.enumerated() {
            let average = averagingGroup(r).map { groupDeviation[$0] }
            for j in 0..<deviations.rows {
                deviations[j, i] = model.deviations[r, j] - (average.map { rows.scale[r] * $0[j] } ?? 0)
            }
        }
        var result = levels.leverage.times(deviations)
        for i in chosen.indices {
            for q in 0..<rows.count { result[q, i] = model.isTreated[q] ? 0 : -result[q, i] }
        }
        var ownLevel = [Int: Double]()
        for (i, r) in chosen.enumerated() {
            ownLevel.removeAll(keepingCapacity: true)
            if model.level[r] >= 0 { ownLevel[model.level[r], default: 0] += rows.scale[r] }
            if let g = averagingGroup(r) {
                for c in groupCells[g] { ownLevel[model.level[c], default: 0] -= rows.scale[r] * share[c] }
            }
            for level in ownLevel.keys.sorted() {
                let own = ownLevel[level] ?? 0
                for q in levels.rows[level] { result[q, i] -= own * rows.scale[q] / model.levelWeight[level] }
            }
            result[r, i] += 1
            if let g = averagingGroup(r) {
                for c in groupCells[g] { result[c, i] -= rows.scale[r] * share[c] / rows.scale[c] }
            }
        }
        return result
    }

    /// The group whose average is taken off row r; nil for untreated rows and for rows within cells.
    private func averagingGroup(_ r: Int) -> Int? {
        guard r < rows.cellCount, model.isTreated[r], group[r] >= 0, !groupCells[group[r]].isEmpty else { return nil }
        return group[r]
    }
}
