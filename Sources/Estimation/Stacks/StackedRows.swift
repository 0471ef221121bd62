import Panels
import Regression
import Tables

/// The copies of cells that make the stacks, with their weights.
struct StackedRows {
    /// A cell in a stack.
    private struct Copy {
        var cell: Int
        var side: Int
        var stack: Int
        var eventTime: Int
        var isTreated: Bool
        var weight: Double
    }
    let design: Design
    private let copies: [Copy]
    /// Those with both arms, ascending, −1 among them.
    let eventTimes: [Int]
    /// In words: starts with the event times at which they lack an arm or a period.
    let partial: [String]
    private let sides: Int

    init(_ design: Design, _ plan: StackPlan) {
        self.design = design
        let sides = design.isGroup == nil ? 1 : 2
        self.sides = sides
        var byPeriod = [[Int]](repeating: [], count: design.periods.count)
        for (c, t) in design.period.enumerated() where design.moments.weight[c] > 0 { byPeriod[t].append(c) }
        let times = Array(Set(plan.stacks.flatMap { $0.periods.map(\.eventTime) })).sorted()
        var copies: [Copy] = []
        var partial: [String] = []
        for (a, stack) in plan.stacks.enumerated() {
            var missing: [Int] = []
            var kept: [[Copy]] = []
            for k in times {
                let here = stack.periods.first { $0.eventTime == k }.map { byPeriod[$0.index] } ?? []
                let found = here.compactMap { c -> Copy? in
                    plan.role(design.start[design.unit[c]], in: stack).map {
                        Copy(
                            cell: c, side: design.isGroup?[c] == false ? 1 : 0, stack: a, eventTime: k, isTreated: $0,
                            weight: design.moments.weight[c])
                    }
                }
                let hasArms = (0..<sides).allSatisfy { side in
                    [true, false].allSatisfy { arm in found.contains { $0.side == side && $0.isTreated == arm } }
                }
                if hasArms { kept.append(found) } else { missing.append(k) }
            }
            // Without its base a stack tells no change.
            let isWhole = kept.contains { $0.first?.eventTime == -1 } && kept.count > 1
            if isWhole { copies += kept.flatMap { $0 } }
            if !missing.isEmpty || !isWhole {
                let label = design.label(ofOrdinal: stack.start)
                partial.append(
                    isWhole
                        ? "\(label) at \(missing.map(String.init).joined(separator: ", "))" : "\(label) at all of them")
            }
        }
        self.partial = partial
        eventTimes = Array(Set(copies.map(\.eventTime))).sorted()
        self.copies = Self.corrected(copies, sides: sides, stacks: plan.stacks.count)
    }

    /// Comparison weights times (W^D_ak/ΣW^D_k)/(W^C_ak/ΣW^C_k), within each side.
    private static func corrected(_ copies: [Copy], sides: Int, stacks: Int) -> [Copy] {
        struct Key: Hashable {
            var stack: Int
            var side: Int
            var eventTime: Int
            var isTreated: Bool
        }
        var own: [Key: Double] = [:]
        var whole: [Key: Double] = [:]
        for copy in copies {
            let key = Key(stack: copy.stack, side: copy.side, eventTime: copy.eventTime, isTreated: copy.isTreated)
            own[key, default: 0] += copy.weight
            var all = key
            all.stack = -1
            whole[all, default: 0] += copy.weight
        }
        return copies.map { copy in
            guard !copy.isTreated else { return copy }
            func share(_ isTreated: Bool) -> Double {
                let key = Key(stack: copy.stack, side: copy.side, eventTime: copy.eventTime, isTreated: isTreated)
                var all = key
                all.stack = -1
                return (own[key] ?? 0) / (whole[all] ?? 1)
            }
            var corrected = copy
            corrected.weight *= share(true) / share(false)
            return corrected
        }
    }

    private var afterTimes: [Int] { eventTimes.filter { $0 >= 0 } }

    func fit(warnings: [Warning]) throws(EstimationError) -> Fit {
        let q = design.moments.variableCount
        let weight = copies.map(\.weight)
        // About the mean, so that large outcomes lose no digits.
        let total = weight.reduce(0, +)
        let centre = copies.reduce(0) { $0 + $1.weight * design.moments.mean[$1.cell * q] } / total
        var regression = DerivedRegression(
            outcome: copies.map { design.moments.mean[$0.cell * q] - centre }, weight: weight, cell: copies.map(\.cell),
            regressors: [], observations: copies.reduce(0) { $0 + design.moments.n[$1.cell] })
        func add(_ name: String, _ role: ColumnLabel.Role, _ value: (Copy) -> Double) -> Int {
            regression.regressors.append(RowRegressor(name, copies.map(value), role: role))
            return regression.regressors.count - 1
        }
        for side in 0..<sides {
            _ = add("constant", .effect) { $0.side == side ? 1 : 0 }
            _ = add("treated", .nuisance) { $0.side == side && $0.isTreated ? 1 : 0 }
            for k in eventTimes where k != -1 {
                _ = add("period at \(k)", .nuisance) { $0.side == side && $0.eventTime == k ? 1 : 0 }
            }
        }
        let columns = design.cellCovariates
        let slopes = columns.map { column in (column.name, add(column.name, column.role) { column.values[$0.cell] }) }
        var place = [[Int: [(Int, Double)]]](repeating: [:], count: sides)
        for side in 0..<sides {
            for k in eventTimes where k != -1 {
                let regressor = add("event time \(k)", .treatment) {
                    $0.side == side && $0.isTreated && $0.eventTime == k ? 1 : 0
                }
                place[side][k] = [(regressor, 1)]
            }
        }
        let results = treatedResults()
        let means = EventMeans(results: results, place: place, eventTimes: eventTimes.filter { $0 != -1 })
        let headline = EventMeans.plain(afterTimes)
        var fit = try regression.fit(
            StackedDiD.name, design,
            asked: means.asked(headline: headline)
                + slopes.map { .init(estimand: Estimand(.coefficient($0.0)), contrast: [$0.1: 1], cellWeights: []) },
            warnings: warnings
        ) { coefficients in
            results.untreated { side, k in place[side][k]?.first.flatMap { coefficients[$0.0] } }
        }
        fit.ledgerWeight = results.ledgerWeight(means.headlineShares(headline))
        return fit
    }

    /// Treated copies after the start, each with its own effect: the change since the base less that of its stack's comparison.
    private func treatedResults() -> TreatedResults {
        let q = design.moments.variableCount
        func y(_ copy: Copy) -> Double { design.moments.mean[copy.cell * q] }
        struct Key: Hashable {
            var stack: Int
            var side: Int
            var eventTime: Int
        }
        var compared: [Key: (sum: Double, weight: Double)] = [:]
        var before: [[Int]: (sum: Double, weight: Double)] = [:]
        for copy in copies {
            if !copy.isTreated {
                let key = Key(stack: copy.stack, side: copy.side, eventTime: copy.eventTime)
                let old = compared[key] ?? (0, 0)
                compared[key] = (old.sum + copy.weight * y(copy), old.weight + copy.weight)
            } else if copy.eventTime == -1 {
                for key in [[design.unit[copy.cell], copy.side], [-1 - copy.stack, copy.side]] {
                    let old = before[key] ?? (0, 0)
                    before[key] = (old.sum + copy.weight * y(copy), old.weight + copy.weight)
                }
            }
        }
        func mean(_ sums: (sum: Double, weight: Double)?) -> Double { sums.map { $0.sum / $0.weight } ?? 0 }
        var results = TreatedResults(design)
        for copy in copies where copy.isTreated {
            let now = compared[Key(stack: copy.stack, side: copy.side, eventTime: copy.eventTime)]
            let then = compared[Key(stack: copy.stack, side: copy.side, eventTime: -1)]
            // A unit without a result in the base stands where its stack's treated stood.
            let own = before[[design.unit[copy.cell], copy.side]] ?? before[[-1 - copy.stack, copy.side]]
            results.add(
                .init(
                    cells: [copy.cell], period: design.period[copy.cell], eventTime: copy.eventTime, side: copy.side,
                    weight: copy.weight, effect: y(copy) - mean(own) - (mean(now) - mean(then))))
        }
        return results
    }
}
