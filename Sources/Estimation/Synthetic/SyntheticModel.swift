import LinearAlgebra
import Panels

/// A synthetic estimate as a function of who stands in the treated units' places and who compares: what placebos, jackknife and
/// bootstrap work on.
public struct SyntheticModel: Sendable {
    public let form: SyntheticForm
    let panel: SyntheticPanel
    package private(set) var estimands: [Estimand]
    /// Weights and gaps as things were.
    package private(set) var observed = Outcome(gaps: [], found: [])
    /// The cells of the treated units alone.
    private let treatedDesign: Design
    /// Per cell of it: treated unit · periods + period.
    private let slot: [Int]

    /// Who stands where.
    package struct Places: Sendable {
        /// Per treated unit: the series that stands in its place.
        package var treated: [Int]
        package var donors: [Int]
        /// Per treated unit: how often it counts.
        package var times: [Int]
    }

    /// Weights of one start, or of one treated unit.
    package struct Found: Sendable {
        /// Index into the starts.
        package var start: Int
        /// Indices of the treated units that they are for.
        package var members: [Int]
        package var weights: SyntheticWeights
    }

    package struct Outcome: Sendable {
        /// Treated units × periods, in the scaled outcome: observed less synthetic.
        package var gaps: [Double]
        package var found: [Found]
    }

    init(_ panel: SyntheticPanel, _ form: SyntheticForm, estimands: [Estimand]) {
        self.panel = panel
        self.form = form
        self.estimands = estimands
        let count = panel.periodCount
        var place = [Int](repeating: -1, count: panel.design.cellCount)
        for (i, unit) in panel.treated.enumerated() {
            for t in 0..<count { for c in panel.cells[unit.series * count + t] { place[c] = i * count + t } }
        }
        treatedDesign = panel.design.keeping(place.map { $0 >= 0 })
        slot = place.filter { $0 >= 0 }
        observed = outcome(places)
    }

    /// The same with only some of its estimands, in the given order.
    func keeping(_ chosen: [Int]) -> SyntheticModel {
        var part = self
        part.estimands = chosen.map { estimands[$0] }
        return part
    }

    package var treatedCount: Int { panel.treated.count }
    package var donorCount: Int { panel.donors.count }
    package var periodCount: Int { panel.periodCount }
    package var scale: Double { panel.scale }

    /// As it was.
    package var places: Places {
        Places(
            treated: panel.treated.map(\.series), donors: panel.donors,
            times: [Int](repeating: 1, count: panel.treated.count))
    }

    package func path(_ series: Int) -> [Double] {
        Array(panel.outcome[series * periodCount..<(series + 1) * periodCount])
    }

    private func donors(_ series: [Int]) -> [Double] {
        var rows: [Double] = []
        rows.reserveCapacity(series.count * periodCount)
        for s in series { rows += panel.outcome[s * periodCount..<(s + 1) * periodCount] }
        return rows
    }

    /// Weights found anew, and the gaps under them. A start without treated units has no weights and gaps of 0.
    package func outcome(_ places: Places) -> Outcome {
        let rows = donors(places.donors)
        var outcome = Outcome(gaps: [Double](repeating: 0, count: treatedCount * periodCount), found: [])
        for (g, start) in panel.starts.enumerated() {
            let members = start.members.filter { places.times[$0] > 0 }
            guard !members.isEmpty else { continue }
            let groups = form == .difference ? [members] : members.map { [$0] }
            for group in groups {
                let problem = problem(group, start, places, rows)
                let weights = problem.weights(form)
                outcome.found.append(Found(start: g, members: group, weights: weights))
                for i in group {
                    let gaps = problem.gaps(of: path(places.treated[i]), weights)
                    for t in gaps.indices { outcome.gaps[i * periodCount + t] = gaps[t] }
                }
            }
        }
        return outcome
    }

    private func problem(
        _ group: [Int], _ start: SyntheticPanel.Start, _ places: Places, _ rows: [Double]
    ) -> SyntheticProblem {
        var target = [Double](repeating: 0, count: periodCount)
        var total = 0.0
        var members = 0
        for i in group {
            let share = panel.treated[i].share * Double(places.times[i])
            total += share
            members += places.times[i]
            let first = places.treated[i] * periodCount
            for t in 0..<periodCount { target[t] += share * panel.outcome[first + t] }
        }
        for t in target.indices { target[t] /= total }
        return SyntheticProblem(
            donors: rows, donorCount: places.donors.count, target: target, before: start.before, members: members)
    }

    /// The gaps under weights that are held, without one comparison unit, whose weight the others take over in proportion.
    ///
    /// - Returns: nil where a start's weight lies on that unit alone.
    package func gaps(holding found: [Found], without donor: Int) -> [Double]? {
        let rows = donors(panel.donors)
        var all = [Double](repeating: 0, count: treatedCount * periodCount)
        for one in found {
            var weights = one.weights
            let left = 1 - weights.unit[donor]
            guard abs(left) > 1e-9 else { return nil }
            weights.unit[donor] = 0
            for j in weights.unit.indices { weights.unit[j] /= left }
            let problem = problem(one.members, panel.starts[one.start], places, rows)
            for i in one.members {
                let gaps = problem.gaps(of: path(panel.treated[i].series), weights)
                for t in gaps.indices { all[i * periodCount + t] = gaps[t] }
            }
        }
        return all
    }

    /// Per estimand: what each gap counts for; nil where nobody behind it is left.
    ///
    /// - Parameter times: how often each treated unit counts; nil for once each.
    package func contrasts(times: [Int]? = nil) -> [[Double]?] {
        var design = treatedDesign
        if let times {
            for (c, place) in slot.enumerated() { design.moments.weight[c] *= Double(times[place / periodCount]) }
        }
        let cells = EstimandCells(design: design, eventTime: design.eventTime)
        return estimands.map { estimand in
            cells.weights(estimand).map { weights in
                var contrast = [Double](repeating: 0, count: treatedCount * periodCount)
                for (c, weight) in weights.enumerated() { contrast[slot[c]] += weight }
                return contrast
            }
        }
    }

    /// The estimates, in the outcome's own units.
    package func estimates(_ gaps: [Double], _ contrasts: [[Double]?]) -> [Double?] {
        contrasts.map { contrast in
            contrast.map { contrast in
                var sum = 0.0
                for i in contrast.indices where contrast[i] != 0 { sum += contrast[i] * gaps[i] }
                return sum * scale
            }
        }
    }

    /// Root mean squares of the gap of the treated units' mean path, before and after the start: starts by their units. With an
    /// intercept the mean before the start counts as none.
    package func fitAndGap(_ gaps: [Double]) -> (before: Double, after: Double) {
        var (before, after) = (0.0, 0.0)
        for start in panel.starts {
            var path = [Double](repeating: 0, count: periodCount)
            for i in start.members {
                for t in path.indices { path[t] += panel.treated[i].share * gaps[i * periodCount + t] }
            }
            let size = Double(start.members.count) / Double(treatedCount)
            let level = form == .difference ? path[..<start.before].reduce(0, +) / Double(start.before) : 0
            before += size * path[..<start.before].reduce(0) { $0 + ($1 - level) * ($1 - level) } / Double(start.before)
            after +=
                size * path[start.before...].reduce(0) { $0 + $1 * $1 } / Double(periodCount - start.before)
        }
        return (before.squareRoot() * scale, after.squareRoot() * scale)
    }

    /// Weights above 0 but one a set, intercepts included.
    var parameterCount: Int {
        observed.found.reduce(0) { sum, one in
            sum + one.weights.unit.count { $0 != 0 } - 1
                + (one.weights.time.isEmpty ? 0 : one.weights.time.count { $0 != 0 })
        }
    }
}

// What a result tells of the weights, in names.
extension SyntheticModel {
    package var donorNames: [String] { panel.donors.map { panel.names[$0] } }
    package func name(treated i: Int) -> String { panel.names[panel.treated[i].series] }
    package func unit(ofSeries s: Int) -> String { panel.names[s] }
    package var startCount: Int { panel.starts.count }
    package func before(start g: Int) -> Int { panel.starts[g].before }
    package func ordinal(start g: Int) -> Int { panel.starts[g].ordinal }
    package func members(start g: Int) -> Range<Int> { panel.starts[g].members }
    package func start(ofTreated i: Int) -> Int { panel.treated[i].start }
    package func share(ofTreated i: Int) -> Double { panel.treated[i].share }
    package func label(start g: Int) -> String { panel.design.label(ofOrdinal: panel.starts[g].ordinal) }
    package func label(period t: Int) -> String { panel.design.periods[panel.periods[t]].label }

    /// Pupils of the comparison units that stand for a treated unit, or for all, in one of the design's periods; nil where pupils
    /// are not known.
    package func pupilsCompared(with unit: String?, period: Int) -> Double? {
        guard let pupils = panel.design.pupils, let t = panel.periods.firstIndex(of: period) else { return nil }
        var isUsed = [Bool](repeating: false, count: donorCount)
        for one in observed.found where unit == nil || one.members.contains(where: { name(treated: $0) == unit }) {
            for j in isUsed.indices where one.weights.unit[j] != 0 { isUsed[j] = true }
        }
        return isUsed.indices.reduce(0) { sum, j in
            isUsed[j] ? panel.cells[panel.donors[j] * periodCount + t].reduce(sum) { $0 + pupils[$1] } : sum
        }
    }

    /// The fewest pupils that a comparison unit with a weight has in a period; nil where pupils are not known.
    package var fewestPupilsOfADonor: Double? {
        guard let pupils = panel.design.pupils else { return nil }
        var fewest = Double.infinity
        for j in 0..<donorCount where observed.found.contains(where: { $0.weights.unit[j] != 0 }) {
            for t in 0..<periodCount {
                fewest = min(fewest, panel.cells[panel.donors[j] * periodCount + t].reduce(0) { $0 + pupils[$1] })
            }
        }
        return fewest
    }

    /// The standard deviation of comparison units' results before the last start, in the outcome's own units.
    package var donorSpread: Double {
        let before = panel.starts.map(\.before).max() ?? 0
        let values = panel.donors.flatMap { s in (0..<before).map { panel.outcome[s * periodCount + $0] } }
        guard values.count > 1 else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot() * scale
    }

    /// Periods before its start in which a treated unit lies beyond every comparison unit.
    package func periodsOutsideDonors(treated i: Int) -> [Int] {
        (0..<panel.starts[panel.treated[i].start].before).filter { t in
            let own = panel.outcome[panel.treated[i].series * periodCount + t]
            let others = panel.donors.map { panel.outcome[$0 * periodCount + t] }
            return own < others.min() ?? own || own > others.max() ?? own
        }
    }

    /// The gap in every period of one path, by weights found on all periods: its residuals if there was no effect in it.
    package func residuals(of path: [Double]) -> [Double] {
        var problem = SyntheticProblem(
            donors: donors(panel.donors), donorCount: donorCount, target: path, before: periodCount)
        guard form == .difference else { return problem.gaps(of: path, problem.weights(form)) }
        // The ridge of the estimate: of its own periods before and after the start.
        problem.before = panel.starts[0].before
        let zeta = Double(periodCount - problem.before).squareRoot().squareRoot() * problem.noise
        problem.before = periodCount
        let units = problem.unitProgramme(ridge: Double(periodCount) * zeta * zeta, hasIntercept: true).solve()
        let gaps = problem.gaps(of: path, SyntheticWeights(unit: units.weights, residual: units.residual))
        let level = gaps.reduce(0, +) / Double(gaps.count)
        return gaps.map { $0 - level }
    }
}
