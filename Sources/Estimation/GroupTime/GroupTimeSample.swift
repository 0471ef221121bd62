import LinearAlgebra
import Panels

/// The results of a design arranged for two-period comparisons: matched in a balanced panel of one row a unit and period (and
/// side of a gap), as rows otherwise.
struct GroupTimeSample {
    let design: Design
    /// Per unit: the start, nil for units that compare throughout; a stand-in's start is nil.
    let start: [Int?]
    /// The starts that occur, and which of them each unit has.
    private let starts: [Int?]
    private let startCode: [Int]
    /// Per unit: takes part.
    let isUsed: [Bool]
    /// 2 in a triple difference, where a unit's group and its peers are followed apart, else 1.
    let sides: Int
    /// Per cell: unit × sides, plus 1 for the group.
    let subject: [Int]
    /// subjects × periods: the cell, −1 where there is none; nil where rows are not matched.
    private let cellOf: [Int]?
    /// Per period: its cells of used units.
    private let cellsOfPeriod: [[Int]]
    /// The columns of `covariates`: a constant, covariates, dummies.
    let covariateNames: [String]
    /// Levels of factors beside each factor's first that occurs.
    private let dummies: [Dummy]

    private struct Dummy {
        var name: String
        var codes: [Int]
        var level: Int
    }

    /// - Parameter matches: false compares rows as repeated cross-sections even where every unit has one in every period.
    init(_ design: Design, _ plan: GroupTimePlan, matches: Bool = true) {
        self.design = design
        let start = design.start.map { $0 == plan.standIn ? nil : $0 }
        self.start = start
        starts = [nil] + Array(Set(start.compactMap { $0 })).sorted()
        let codes = Dictionary(uniqueKeysWithValues: zip(starts, 0...))
        startCode = start.map { codes[$0] ?? 0 }
        let present = design.isPresentUnit
        let isUsed = design.units.indices.map { u in
            present[u] && !(design.start[u].map { plan.withoutBefore.contains($0) } ?? false)
        }
        let sides = design.isGroup == nil ? 1 : 2
        let subject = (0..<design.cellCount).map { c in
            design.unit[c] * sides + (design.isGroup?[c] == true ? 1 : 0)
        }
        var cellsOfPeriod = [[Int]](repeating: [], count: design.periods.count)
        for c in 0..<design.cellCount where isUsed[design.unit[c]] { cellsOfPeriod[design.period[c]].append(c) }
        self.isUsed = isUsed
        self.sides = sides
        self.subject = subject
        self.cellsOfPeriod = cellsOfPeriod
        dummies = design.factors.flatMap { factor in
            factor.cellsByLevel.dropFirst().map {
                Dummy(name: "\(factor.name)=\(factor.levels[$0.level])", codes: factor.codes, level: $0.level)
            }
        }
        covariateNames = ["constant"] + design.covariates + dummies.map(\.name)
        cellOf = matches ? Self.matched(design, subject, cellsOfPeriod, subjects: isUsed.count * sides) : nil
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

    /// nil unless every subject that has a row has exactly one in every period.
    private static func matched(
        _ design: Design, _ subject: [Int], _ cellsOfPeriod: [[Int]], subjects: Int
    ) -> [Int]? {
        let periods = cellsOfPeriod.count
        var cellOf = [Int](repeating: -1, count: subjects * periods)
        var seen = [Int](repeating: 0, count: subjects)
        for (t, cells) in cellsOfPeriod.enumerated() {
            for c in cells {
                let place = subject[c] * periods + t
                guard cellOf[place] < 0, design.moments.n[c] == 1 else { return nil }
                cellOf[place] = c
                seen[subject[c]] += 1
            }
        }
        return seen.allSatisfy { $0 == 0 || $0 == periods } ? cellOf : nil
    }

    var isMatched: Bool { cellOf != nil }

    /// Refuses matched units that lie in several clusters, and rows of a cell whose covariates differ.
    func checkRows() throws(EstimationError) {
        if isMatched {
            for cluster in design.clusters where !design.effects[0].isNested(in: cluster) {
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

    /// The effect of one comparison on those on one of its sides.
    struct Effect {
        var estimate: Double
        /// Per block: what it adds to the error.
        var contributions: [Double]
        /// The treated cells of the period, each with its share of their weight and its own effect.
        var treated: [(cell: Int, share: Double, effect: Double)]
        /// The propensity score, where there is one and rows are matched.
        var score: PropensityScore?
    }

    /// - Parameters:
    ///   - target: on whom the effect is.
    ///   - compared: with whom.
    ///   - blocks: of the design's cells.
    ///   - before: the propensity score of a comparison much like this, where there is one.
    func effect(
        _ comparison: GroupTimePlan.Comparison, _ method: AdjustmentMethod,
        of target: GroupTimeArm = GroupTimeArm(.cohort), against compared: GroupTimeArm = GroupTimeArm(.comparison),
        blocks: CellFactor, before: PropensityScore? = nil
    ) throws(EstimationError) -> Effect {
        let roles = roles(comparison, target, compared)
        let (cells, found, treated) =
            if let cellOf {
                try matched(comparison, method, roles, cellOf, before)
            } else {
                try rows(comparison, method, roles)
            }
        var contributions = [Double](repeating: 0, count: blocks.levels.count)
        for (i, c) in cells.enumerated() { contributions[blocks.codes[c]] += found.influence[i] / Double(cells.count) }
        let total = treated.reduce(0) { $0 + $1.share }
        return Effect(
            estimate: found.estimate, contributions: contributions,
            treated: treated.map { ($0.cell, $0.share / total, $0.effect) },
            score: found.score)
    }

    private typealias Found = (
        cells: [Int], effect: TwoPeriodEffect, treated: [(cell: Int, share: Double, effect: Double)]
    )

    /// The cells of an arm in a comparison's period, each with its share of their weight.
    func cells(of arm: GroupTimeArm, _ comparison: GroupTimePlan.Comparison) -> [(cell: Int, share: Double)] {
        let periods = design.periods.count
        let earlier = min(comparison.base, comparison.period)
        let cells = cellsOfPeriod[comparison.period].filter { c in
            arm.contains(start: start[design.unit[c]], isGroup: design.isGroup?[c] == true, of: comparison)
        }
        let weight = cells.map { c in design.moments.weight[cellOf.map { $0[subject[c] * periods + earlier] } ?? c] }
        let total = weight.reduce(0, +)
        return zip(cells, weight).map { ($0, $1 / total) }
    }

    /// Whose side each subject is on.
    struct Roles {
        enum Role: UInt8 { case none, compared, treated }
        var role: [Role]
        var isGroup: Bool?
    }

    private func roles(
        _ comparison: GroupTimePlan.Comparison, _ target: GroupTimeArm, _ compared: GroupTimeArm?
    ) -> Roles {
        var roles = Roles(
            role: [Roles.Role](repeating: .none, count: isUsed.count * sides),
            isGroup: target.isGroup == compared?.isGroup ? target.isGroup : nil)
        for side in 0..<sides {
            let ofStart: [Roles.Role] = starts.map { start in
                if target.contains(start: start, isGroup: side == 1, of: comparison) { return .treated }
                return compared?.contains(start: start, isGroup: side == 1, of: comparison) == true ? .compared : .none
            }
            for u in isUsed.indices where isUsed[u] { roles.role[u * sides + side] = ofStart[startCode[u]] }
        }
        return roles
    }

    private func matched(
        _ comparison: GroupTimePlan.Comparison, _ method: AdjustmentMethod, _ roles: Roles, _ cellOf: [Int],
        _ before: PropensityScore?
    ) throws(EstimationError) -> Found {
        let changes = changes(comparison, roles, cellOf)
        try require(changes.isTreated, comparison, roles)
        let panel = TwoPeriodPanel(
            change: changes.change, isTreated: changes.isTreated, weight: changes.weight,
            covariates: covariates(changes.cells), names: covariateNames, before: before)
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

        init(capacity: Int) {
            cells.reserveCapacity(capacity)
            after.reserveCapacity(capacity)
            change.reserveCapacity(capacity)
            isTreated.reserveCapacity(capacity)
            weight.reserveCapacity(capacity)
        }
    }

    /// An arm's rows whose mean, with its sign, is part of an effect.
    struct ArmRows {
        var cells: [Int]
        var outcome: [Double]
        var weight: [Double]
        var sign: Double
    }

    /// Changes where rows are matched; otherwise the rows of the period, and those of the base period with sign −1.
    func rows(of arm: GroupTimeArm, _ comparison: GroupTimePlan.Comparison) -> [ArmRows] {
        let roles = roles(comparison, arm, nil)
        if let cellOf {
            let changes = changes(comparison, roles, cellOf)
            return [ArmRows(cells: changes.cells, outcome: changes.change, weight: changes.weight, sign: 1)]
        }
        let q = design.moments.variableCount
        return [(comparison.period, 1.0), (comparison.base, -1)].map { period, sign in
            let cells = cellsOfPeriod[period].filter { roles.role[subject[$0]] == .treated }
            return ArmRows(
                cells: cells, outcome: cells.map { design.moments.mean[$0 * q] },
                weight: cells.map { design.moments.weight[$0] }, sign: sign)
        }
    }

    private func changes(_ comparison: GroupTimePlan.Comparison, _ roles: Roles, _ cellOf: [Int]) -> Changes {
        let periods = design.periods.count
        let q = design.moments.variableCount
        var found = Changes(capacity: roles.role.count)
        for (s, role) in roles.role.enumerated() where role != .none {
            let (after, before) = (cellOf[s * periods + comparison.period], cellOf[s * periods + comparison.base])
            guard after >= 0 else { continue }
            let earlier = comparison.base < comparison.period ? before : after
            found.cells.append(earlier)
            found.after.append(after)
            found.change.append(design.moments.mean[after * q] - design.moments.mean[before * q])
            found.isTreated.append(role == .treated)
            found.weight.append(design.moments.weight[earlier])
        }
        return found
    }

    private func rows(
        _ comparison: GroupTimePlan.Comparison, _ method: AdjustmentMethod, _ roles: Roles
    ) throws(EstimationError) -> Found {
        let q = design.moments.variableCount
        var cells: [Int] = []
        for t in [comparison.base, comparison.period] {
            cells += cellsOfPeriod[t].filter { roles.role[subject[$0]] != .none }
        }
        let isTreated = cells.map { roles.role[subject[$0]] == .treated }
        let isPost = cells.map { design.period[$0] == comparison.period }
        for post in [true, false] {
            try require(cells.indices.filter { isPost[$0] == post }.map { isTreated[$0] }, comparison, roles)
        }
        let rows = TwoPeriodRows(
            outcome: cells.map { design.moments.mean[$0 * q] }, isTreated: isTreated, isPost: isPost,
            weight: cells.map { design.moments.weight[$0] }, covariates: covariates(cells), names: covariateNames)
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

    private func require(
        _ isTreated: [Bool], _ comparison: GroupTimePlan.Comparison, _ roles: Roles
    ) throws(EstimationError) {
        guard isTreated.contains(true), isTreated.contains(false) else {
            throw .emptyComparison(
                cohort: design.label(ofOrdinal: comparison.cohort), period: design.periods[comparison.period].label,
                side: roles.isGroup.map { $0 ? "the group" : "its peers" })
        }
    }

    /// Covariates and factors' dummies beside the constant.
    var covariateCount: Int { covariateNames.count - 1 }

    /// A constant, then covariates and factors' dummies, of the cells.
    func covariates(_ cells: [Int]) -> Matrix {
        let q = design.moments.variableCount
        var storage = [Double](repeating: 1, count: cells.count * (q + dummies.count))
        storage.withUnsafeMutableBufferPointer { storage in
            for j in 1..<max(q, 1) {
                let first = j * cells.count
                for (i, c) in cells.enumerated() { storage[first + i] = design.moments.mean[c * q + j] }
            }
            for (j, dummy) in dummies.enumerated() {
                let first = (q + j) * cells.count
                for (i, c) in cells.enumerated() { storage[first + i] = dummy.codes[c] == dummy.level ? 1 : 0 }
            }
        }
        return Matrix(rows: cells.count, columns: q + dummies.count, storage: storage)
    }
}
