import LinearAlgebra
import Panels

/// The results of a design arranged for two-period comparisons: matched by unit in a balanced panel of one row a unit and
/// period, as rows otherwise.
struct GroupTimeSample {
    let design: Design
    /// Per unit: the start, nil for units that compare throughout; a stand-in's start is nil.
    let start: [Int?]
    /// Per unit: takes part.
    let isUsed: [Bool]
    /// units × periods: the cell, −1 where there is none; nil where rows are not matched.
    private let cellOf: [Int]?

    /// - Parameter matches: false compares rows as repeated cross-sections even where every unit has one in every period.
    init(_ design: Design, _ plan: GroupTimePlan, matches: Bool = true) {
        self.design = design
        start = design.start.map { $0 == plan.standIn ? nil : $0 }
        let present = design.isPresentUnit
        isUsed = design.units.indices.map { u in
            present[u] && !(design.start[u].map { plan.withoutBefore.contains($0) } ?? false)
        }
        cellOf = matches ? Self.matched(design, isUsed) : nil
    }

    /// nil unless every used unit has exactly one row in every period.
    private static func matched(_ design: Design, _ isUsed: [Bool]) -> [Int]? {
        let periods = design.periods.count
        var cellOf = [Int](repeating: -1, count: design.units.count * periods)
        for c in 0..<design.cellCount where isUsed[design.unit[c]] {
            let place = design.unit[c] * periods + design.period[c]
            guard cellOf[place] < 0, design.moments.n[c] == 1 else { return nil }
            cellOf[place] = c
        }
        for u in isUsed.indices where isUsed[u] {
            guard (0..<periods).allSatisfy({ cellOf[u * periods + $0] >= 0 }) else { return nil }
        }
        return cellOf
    }

    var isMatched: Bool { cellOf != nil }

    /// The effect of one comparison, and what each block of clusters adds to its error.
    /// - Parameter blocks: a code a cell; `blockCount` of them.
    func effect(
        _ comparison: GroupTimePlan.Comparison, _ method: AdjustmentMethod, blocks: [Int], blockCount: Int
    ) throws(EstimationError) -> (estimate: Double, contributions: [Double]) {
        let (cells, found) =
            if let cellOf { try matched(comparison, method, cellOf) } else { try rows(comparison, method) }
        var contributions = [Double](repeating: 0, count: blockCount)
        for (i, c) in cells.enumerated() { contributions[blocks[c]] += found.influence[i] / Double(cells.count) }
        return (found.estimate, contributions)
    }

    private func role(_ unit: Int, _ comparison: GroupTimePlan.Comparison) -> Bool? {
        guard isUsed[unit] else { return nil }
        if start[unit] == comparison.cohort { return true }
        return comparison.isCompared(start[unit]) ? false : nil
    }

    private func matched(
        _ comparison: GroupTimePlan.Comparison, _ method: AdjustmentMethod, _ cellOf: [Int]
    ) throws(EstimationError) -> ([Int], TwoPeriodEffect) {
        let periods = design.periods.count
        let q = design.moments.variableCount
        var cells: [Int] = []
        var change: [Double] = []
        var isTreated: [Bool] = []
        for u in isUsed.indices {
            guard let role = role(u, comparison) else { continue }
            let (after, before) = (cellOf[u * periods + comparison.period], cellOf[u * periods + comparison.base])
            cells.append(min(comparison.period, comparison.base) == comparison.base ? before : after)
            change.append(design.moments.mean[after * q] - design.moments.mean[before * q])
            isTreated.append(role)
        }
        try require(isTreated, comparison)
        let panel = TwoPeriodPanel(
            change: change, isTreated: isTreated, weight: cells.map { design.moments.weight[$0] },
            covariates: covariates(cells))
        return (cells, try panel.effect(method))
    }

    private func rows(
        _ comparison: GroupTimePlan.Comparison, _ method: AdjustmentMethod
    ) throws(EstimationError) -> ([Int], TwoPeriodEffect) {
        let q = design.moments.variableCount
        var cells: [Int] = []
        var isTreated: [Bool] = []
        for c in 0..<design.cellCount where design.period[c] == comparison.period || design.period[c] == comparison.base
        {
            guard let role = role(design.unit[c], comparison) else { continue }
            cells.append(c)
            isTreated.append(role)
        }
        let isPost = cells.map { design.period[$0] == comparison.period }
        for post in [true, false] {
            try require(cells.indices.filter { isPost[$0] == post }.map { isTreated[$0] }, comparison)
        }
        let rows = TwoPeriodRows(
            outcome: cells.map { design.moments.mean[$0 * q] }, isTreated: isTreated, isPost: isPost,
            weight: cells.map { design.moments.weight[$0] }, covariates: covariates(cells))
        return (cells, try rows.effect(method))
    }

    private func require(_ isTreated: [Bool], _ comparison: GroupTimePlan.Comparison) throws(EstimationError) {
        guard isTreated.contains(true), isTreated.contains(false) else {
            throw .emptyComparison(
                cohort: design.label(ofOrdinal: comparison.cohort), period: design.periods[comparison.period].label)
        }
    }

    /// A constant, then covariates and factors' dummies, of the cells.
    private func covariates(_ cells: [Int]) -> Matrix {
        let q = design.moments.variableCount
        var columns = [[Double](repeating: 1, count: cells.count)]
        for j in 1..<max(q, 1) { columns.append(cells.map { design.moments.mean[$0 * q + j] }) }
        for factor in design.factors {
            for (level, members) in factor.cellsByLevel.dropFirst() where !members.isEmpty {
                columns.append(cells.map { factor.codes[$0] == level ? 1 : 0 })
            }
        }
        return Matrix(rows: cells.count, columns: columns)
    }
}
