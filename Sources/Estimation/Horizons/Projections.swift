import LinearAlgebra
import Panels
import Regression
import Tables

/// Local projections of every target side by side in one regression, so that their covariance comes with them: in each the
/// changes on effects of dates and the start.
struct Projections {
    typealias Target = LongDifferences.Target

    let differences: LongDifferences
    let weighting: HorizonWeighting
    private var panel: UnitPeriods { differences.panel }
    private var design: Design { differences.panel.design }

    /// The changes of a target at a date, on one side.
    private struct Group {
        var target: Target
        var side: Int
        var changes: [LongDifferences.Change]
        var treatedWeight: Double
        var comparedWeight: Double
        /// The comparison's mean change.
        var compared: Double
    }
    private var groups: [Group] = []
    /// Starts of which some horizon has nobody to compare with: label and horizons.
    private(set) var missing: [String] = []

    init(_ differences: LongDifferences, _ weighting: HorizonWeighting, targets: [Target]) {
        self.differences = differences
        self.weighting = weighting
        let hasCovariates = !differences.panel.covariates.isEmpty
        var lost: [Int: [Int]] = [:]
        for target in targets {
            for (date, base) in differences.dates(all: hasCovariates) {
                let all = differences.changes(target, date: date, base: base)
                for side in 0..<differences.panel.sideCount {
                    let changes = all.filter { $0.side == side }
                    let compared = changes.filter { !$0.isTreated }
                    let treated = changes.reduce(0) { $1.isTreated ? $0 + $1.weight : $0 }
                    let total = compared.reduce(0) { $0 + $1.weight }
                    if treated > 0, total == 0, case .horizon(let h) = target { lost[date, default: []].append(h) }
                    guard total > 0, treated > 0 || hasCovariates else { continue }
                    groups.append(
                        Group(
                            target: target, side: side, changes: changes, treatedWeight: treated, comparedWeight: total,
                            compared: compared.reduce(0) { $0 + $1.weight * $1.change } / total))
                }
            }
        }
        missing = lost.keys.sorted().map { date in
            let steps = Set(lost[date] ?? []).sorted().map(String.init).joined(separator: ", ")
            return "\(differences.panel.design.periods[date].label) at \(steps)"
        }
    }

    /// Horizons with an estimate on every side, ascending.
    var horizons: [Int] {
        let found = groups.filter { $0.treatedWeight > 0 }
        let times = Set(
            found.compactMap { group -> Int? in
                if case .horizon(let h) = group.target { h } else { nil }
            })
        return times.sorted().filter { h in
            (0..<panel.sideCount).allSatisfy { side in found.contains { $0.target == .horizon(h) && $0.side == side } }
        }
    }

    /// - Parameter nested: where given, effects of dates become columns, as CR2 asks.
    func fit(nested: Bool, warnings: [Warning]) throws(EstimationError) -> Fit {
        let sides = panel.sideCount
        let horizons = horizons
        let used = groups.filter { group in
            if case .horizon(let h) = group.target { return horizons.contains(h) }
            return (0..<sides).allSatisfy { side in
                groups.contains { $0.target == group.target && $0.side == side && $0.treatedWeight > 0 }
            }
        }
        let rows = used.enumerated().flatMap { g, group in group.changes.map { (group: g, change: $0) } }
        var regression = DerivedRegression(
            outcome: rows.map(\.change.change),
            weight: rows.map { $0.change.weight * factor(used[$0.group]) },
            cell: rows.map { panel.home($0.change.series) }, regressors: [])
        func add(_ name: String, _ role: ColumnLabel.Role, _ values: [Double]) -> Int {
            regression.regressors.append(RowRegressor(name, values, role: role))
            return regression.regressors.count - 1
        }
        if nested {
            for g in used.indices { _ = add("date", .effect, rows.map { $0.group == g ? 1 : 0 }) }
        } else {
            regression.effects = [
                EffectCodes(name: "date × horizon", levelCount: used.count, codes: rows.map { Int32($0.group) })
            ]
        }
        var place = [[Target: [(Int, Double)]]](repeating: [:], count: sides)
        for target in targets(used) {
            for side in 0..<sides {
                let members = used.indices.filter { used[$0].target == target && used[$0].side == side }
                let covariates = covariates(rows.map { members.contains($0.group) ? $0.change : nil })
                for (name, values) in covariates { _ = add(name, .covariate, values) }
                let isIn = rows.map { members.contains($0.group) && $0.change.isTreated }
                guard weighting == .equal, !covariates.isEmpty else {
                    place[side][target] = [(add(Self.name(target), .treatment, isIn.map { $0 ? 1 : 0 }), 1)]
                    continue
                }
                // Slopes of the comparison alone: the treated have their own about their means, and each date its effect.
                for (name, values) in centred(covariates, rows.map(\.change.weight), isIn) {
                    _ = add("\(name) × start", .covariate, values)
                }
                let whole = members.reduce(0) { $0 + used[$1].treatedWeight }
                place[side][target] = members.filter { used[$0].treatedWeight > 0 }.map { g in
                    let values = rows.map { $0.group == g && $0.change.isTreated ? 1.0 : 0 }
                    return (add("\(Self.name(target)) at a date", .treatment, values), used[g].treatedWeight / whole)
                }
            }
        }
        return try finish(regression, used: used, place: place, warnings: warnings)
    }

    private func targets(_ used: [Group]) -> [Target] {
        var targets: [Target] = []
        for group in used where !targets.contains(group.target) { targets.append(group.target) }
        return targets
    }

    private static func name(_ target: Target) -> String {
        switch target {
        case .horizon(let h): "event time \(h)"
        case .pooledAfter(let last): "event times 0 to \(last)"
        case .pooledBefore(let first): "event times -\(first) to -2"
        }
    }

    /// Weights that let every treated result count the same: least squares weighs a date by n_treated·n_compared/n.
    private func factor(_ group: Group) -> Double {
        guard weighting == .equal, panel.covariates.isEmpty else { return 1 }
        return (group.treatedWeight + group.comparedWeight) / group.comparedWeight
    }

    /// Per covariate: its value in the base period, 0 in rows that are not meant.
    private func covariates(_ rows: [LongDifferences.Change?]) -> [(String, [Double])] {
        panel.covariates.indices.map { j in
            (panel.covariates[j].name, rows.map { $0.map { panel.covariate(j, $0.series, $0.base) } ?? 0 })
        }
    }

    /// Values of the rows meant about their weighted mean, 0 elsewhere.
    private func centred(_ covariates: [(String, [Double])], _ weight: [Double], _ isIn: [Bool]) -> [(String, [Double])]
    {
        covariates.map { name, values in
            let chosen = values.indices.filter { isIn[$0] }
            let mean = chosen.reduce(0) { $0 + weight[$1] * values[$1] } / chosen.reduce(0) { $0 + weight[$1] }
            return (name, values.indices.map { isIn[$0] ? values[$0] - mean : 0 })
        }
    }

    private func finish(
        _ regression: DerivedRegression, used: [Group], place: [[Target: [(Int, Double)]]], warnings: [Warning]
    ) throws(EstimationError) -> Fit {
        let results = treatedResults(used)
        let single = place.map { targets in
            var places: [Int: [(Int, Double)]] = [:]
            for h in horizons { places[h] = targets[.horizon(h)] }
            return places
        }
        let means = EventMeans(results: results, place: single, eventTimes: horizons)
        let headline = means.byWeight()
        var asked = means.asked(headline: headline)
        let pooled = pooled(used, place, results)
        asked.insert(contentsOf: pooled, at: EstimandCells.parts(design).count)
        var fit = try regression.fit(LocalProjections.name, design, asked: asked, warnings: warnings) { coefficients in
            results.untreated { side, e in
                var sum = 0.0
                for (regressor, weight) in single[side][e] ?? [] {
                    guard let b = coefficients[regressor] else { return nil }
                    sum += weight * b
                }
                return sum
            }
        }
        fit.ledgerWeight = results.ledgerWeight(means.headlineShares(headline))
        return fit
    }

    /// The means of results over several periods, against the last before the start.
    private func pooled(
        _ used: [Group], _ place: [[Target: [(Int, Double)]]], _ results: TreatedResults
    ) -> [DerivedRegression.Asked] {
        targets(used).flatMap { target -> [DerivedRegression.Asked] in
            let family: Estimand.Family
            switch target {
            case .horizon: return []
            case .pooledAfter: family = .pooledAfter
            case .pooledBefore: family = .pooledBefore
            }
            return EstimandCells.parts(design).map { part in
                var asked = DerivedRegression.Asked(
                    estimand: Estimand(.mean(family), part), contrast: [:],
                    cellWeights: [Double](repeating: 0, count: design.cellCount))
                for (side, sign) in EventMeans.sides(part) {
                    for (regressor, weight) in place[side][target] ?? [] {
                        asked.contrast[regressor, default: 0] += sign * weight
                    }
                    let members = used.filter { $0.target == target && $0.side == side }
                    let whole = members.reduce(0) { $0 + $1.treatedWeight }
                    for change in members.flatMap(\.changes) where change.isTreated {
                        for c in change.ends.flatMap({ panel.cells(change.series, $0) }) {
                            asked.cellWeights[c] += sign * design.moments.weight[c] / whole / Double(change.ends.count)
                        }
                    }
                }
                return asked
            }
        }
    }

    /// Each treated result with its own effect: its change less that of the date's comparison.
    private func treatedResults(_ used: [Group]) -> TreatedResults {
        var results = TreatedResults(design)
        for group in used {
            guard case .horizon(let h) = group.target else { continue }
            for change in group.changes where change.isTreated {
                let end = change.ends[0]
                results.add(
                    .init(
                        cells: panel.cells(change.series, end), period: end, eventTime: h, side: group.side,
                        weight: change.weight, effect: change.change - group.compared))
            }
        }
        return results
    }
}
