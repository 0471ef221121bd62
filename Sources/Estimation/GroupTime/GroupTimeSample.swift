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

    /// The design with the units and periods that a plan uses.
    static func used(_ design: Design, _ plan: GroupTimePlan) -> Design {
        let last = plan.standIn.map { $0 - plan.anticipation } ?? .max
        return design.keeping(
            (0..<design.cellCount).map { c in
                let start = design.start[design.unit[c]]
                return design.periods[design.period[c]].ordinal < last
                    && !(start.map { plan.withoutBefore.contains($0) } ?? false)
            })
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

    /// Refuses matched units that lie in several clusters, and rows of a cell whose covariates differ.
    func checkRows() throws(EstimationError) {
        if isMatched {
            for cluster in design.clusters where !design.unitFactor.isNested(in: cluster) {
                throw .unitsInSeveralClusters(cluster: cluster.name)
            }
            return
        }
        let q = design.moments.variableCount
        let pairs = q * (q + 1) / 2
        for j in 1..<max(q, 1) {
            let place = j * q - j * (j - 1) / 2
            let isSpread = (0..<design.cellCount).contains { c in
                let mean = design.moments.mean[c * q + j]
                return design.moments.within[c * pairs + place] > 1e-20 * (1 + mean * mean) * design.moments.weight[c]
            }
            if isSpread {
                throw .rowsNeeded(
                    variance: CallawaySantAnna.name.rawValue, reason: "\(design.covariates[j - 1]) varies within cells")
            }
        }
    }

    /// The effect of one comparison.
    struct Effect {
        var estimate: Double
        /// Per block: what it adds to the error.
        var contributions: [Double]
        /// The treated cells of the period, each with its share of their weight and its own effect.
        var treated: [(cell: Int, share: Double, effect: Double)]
        /// Of the propensity score, where there is one.
        var scoreCoefficients: [Double]?
    }

    /// - Parameters:
    ///   - blocks: a code a cell; `blockCount` of them.
    ///   - start: coefficients near the propensity score's, where such are known.
    func effect(
        _ comparison: GroupTimePlan.Comparison, _ method: AdjustmentMethod, blocks: [Int], blockCount: Int,
        start: [Double]? = nil
    ) throws(EstimationError) -> Effect {
        let (cells, found, treated) =
            if let cellOf { try matched(comparison, method, cellOf, start) } else { try rows(comparison, method) }
        var contributions = [Double](repeating: 0, count: blockCount)
        for (i, c) in cells.enumerated() { contributions[blocks[c]] += found.influence[i] / Double(cells.count) }
        let total = treated.reduce(0) { $0 + $1.share }
        return Effect(
            estimate: found.estimate, contributions: contributions,
            treated: treated.map { ($0.cell, $0.share / total, $0.effect) },
            scoreCoefficients: found.scoreCoefficients)
    }

    private typealias Found = (
        cells: [Int], effect: TwoPeriodEffect, treated: [(cell: Int, share: Double, effect: Double)]
    )

    private func role(_ unit: Int, _ comparison: GroupTimePlan.Comparison) -> Bool? {
        guard isUsed[unit] else { return nil }
        if start[unit] == comparison.cohort { return true }
        return comparison.isCompared(start[unit]) ? false : nil
    }

    private func matched(
        _ comparison: GroupTimePlan.Comparison, _ method: AdjustmentMethod, _ cellOf: [Int], _ start: [Double]?
    ) throws(EstimationError) -> Found {
        let changes = changes(comparison, cellOf)
        try require(changes.isTreated, comparison)
        let panel = TwoPeriodPanel(
            change: changes.change, isTreated: changes.isTreated, weight: changes.weight,
            covariates: covariates(changes.cells), start: start)
        let found = try panel.effect(method)
        let treated = changes.cells.indices.filter { changes.isTreated[$0] }
        return (changes.cells, found, treated.map { (changes.after[$0], changes.weight[$0], found.own[$0]) })
    }

    /// The changes that a comparison of matched rows is made from; covariates and weights are those of the earlier period.
    struct Changes {
        /// Cells of the earlier period, and of the comparison's own.
        var cells: [Int] = []
        var after: [Int] = []
        var change: [Double] = []
        var isTreated: [Bool] = []
        var weight: [Double] = []
    }

    /// nil where rows are not matched.
    func changes(_ comparison: GroupTimePlan.Comparison) -> Changes? { cellOf.map { changes(comparison, $0) } }

    private func changes(_ comparison: GroupTimePlan.Comparison, _ cellOf: [Int]) -> Changes {
        let periods = design.periods.count
        let q = design.moments.variableCount
        var found = Changes()
        for u in isUsed.indices {
            guard let role = role(u, comparison) else { continue }
            let (after, before) = (cellOf[u * periods + comparison.period], cellOf[u * periods + comparison.base])
            let earlier = comparison.base < comparison.period ? before : after
            found.cells.append(earlier)
            found.after.append(after)
            found.change.append(design.moments.mean[after * q] - design.moments.mean[before * q])
            found.isTreated.append(role)
            found.weight.append(design.moments.weight[earlier])
        }
        return found
    }

    private func rows(
        _ comparison: GroupTimePlan.Comparison, _ method: AdjustmentMethod
    ) throws(EstimationError) -> Found {
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
        let found = try rows.effect(method)
        let after = cells.indices.filter { isTreated[$0] && isPost[$0] }
        let expected = expected(
            cells.indices.filter { isTreated[$0] && !isPost[$0] }.map { cells[$0] }, after.map { cells[$0] },
            effect: found.estimate)
        return (
            cells, found,
            zip(after, expected).map { i, expected in
                (cells[i], rows.weight[i], rows.outcome[i] - expected)
            }
        )
    }

    /// What treated cells would have been: their common mean less the effect, units as far apart as they were in the base
    /// period.
    private func expected(_ before: [Int], _ after: [Int], effect: Double) -> [Double] {
        let q = design.moments.variableCount
        var base = WeightedMeans(count: design.units.count)
        for c in before { base.add(design.moments.mean[c * q], design.moments.weight[c], to: design.unit[c]) }
        var all = WeightedMeans(count: 1)
        for c in before { all.add(design.moments.mean[c * q], design.moments.weight[c], to: 0) }
        let common = all.means[0]
        let means = base.means
        let apart = after.map { c in base.weight[design.unit[c]] > 0 ? means[design.unit[c]] - common : 0 }
        var centre = WeightedMeans(count: 2)
        for (c, apart) in zip(after, apart) {
            centre.add(design.moments.mean[c * q], design.moments.weight[c], to: 0)
            centre.add(apart, design.moments.weight[c], to: 1)
        }
        let (mean, shift) = (centre.means[0], centre.means[1])
        return apart.map { mean - effect + $0 - shift }
    }

    private func require(_ isTreated: [Bool], _ comparison: GroupTimePlan.Comparison) throws(EstimationError) {
        guard isTreated.contains(true), isTreated.contains(false) else {
            throw .emptyComparison(
                cohort: design.label(ofOrdinal: comparison.cohort), period: design.periods[comparison.period].label)
        }
    }

    /// Covariates and factors' dummies beside the constant.
    var covariateCount: Int { design.cellCount > 0 ? covariates([0]).columns - 1 : 0 }

    /// A constant, then covariates and factors' dummies, of the cells.
    func covariates(_ cells: [Int]) -> Matrix {
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
