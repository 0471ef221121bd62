import Cells
import Counterpart
import Foundation
import Panels
import Probability

/// A world of schools with a known effect, and samples of it as designs.
///
///     y = school + 0.1·year + τ·treated + spread·shock + pupil
///
/// Shocks of a school's years follow AR(1) with variance 1; pupils have the standard deviation `pupilSpread`.
struct SimulatedSchools: Sendable {
    /// Errors of pupils and shocks: normal, or Student's t with 3 degrees of freedom.
    enum Tails: Sendable { case normal, heavy }

    /// Per school: the year from which it is treated; nil for comparison.
    var starts: [Int?]
    var years = 6
    /// The effect in the year of the start, and what every year after adds. Estimates move with the effect, intervals too,
    /// so that 0 tells as much of coverage as any other, and tests of no effect are tests of a truth.
    var effect = 0.0
    var growth = 0.0
    var correlation = 0.5
    /// The factor on the shocks of treated schools.
    var treatedSpread = 1.0
    /// Pupils a school-year; 0: the rows are school results.
    var pupils = 5
    /// Schools differ in size: up to so many times `pupils`, one size a school.
    var largestSize = 1
    var pupilSpread = 2.0
    var tails = Tails.normal
    /// Scores above are set to it, and all are rounded to a tenth.
    var ceiling: Double?
    /// The share of school-years that are missing at random.
    var missingShare = 0.0
    /// A slope of treated schools a year, from the first year on.
    var treatedTrend = 0.0
    /// The factor on every error; 0: noiseless.
    var noise = 1.0
    /// Results are 0 or 100, with the log-odds −0.3 (treated schools 0.2) + 0.1·year + effect; pupils of a school lean alike.
    var areShares = false

    /// `treated` of `schools` start in the same year.
    init(_ schools: Int, treated: Int, start: Int = 4) {
        starts = (0..<schools).map { $0 < treated ? start : nil }
    }

    init(starts: [Int?]) { self.starts = starts }

    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    var isNull: Bool { effect == 0 && growth == 0 }

    /// The mean effect over the treated pupils (or school results) of a sample.
    func truth(_ design: Design) -> Double {
        let weight = design.moments.weight
        var sum = 0.0
        var total = 0.0
        for c in 0..<design.cellCount where design.isTreated[c] {
            sum += weight[c] * change(starts[design.unit[c]], year: design.period[c] + 1)
            total += weight[c]
        }
        return total > 0 ? sum / total : 0
    }

    /// What the treatment adds to the mean result of a school that starts in a year.
    private func change(_ start: Int?, year: Int) -> Double {
        let added = start.map { year >= $0 ? effect + growth * Double(year - $0) : 0 } ?? 0
        guard areShares else { return added }
        let line = logOdds(start, year: year)
        return 100 * (1 / (1 + exp(-line)) - 1 / (1 + exp(added - line)))
    }

    private func logOdds(_ start: Int?, year: Int) -> Double {
        let added = start.map { year >= $0 ? effect + growth * Double(year - $0) : 0 } ?? 0
        return (start == nil ? -0.3 : 0.2) + 0.1 * Double(year) + added
    }

    /// The k-th sample; the same on any thread.
    func sample(seed: UInt64, _ k: Int) -> Design {
        var draws = Draws(random: CounterRandom(seed: seed, stream: UInt64(k)), tails: tails)
        let ranks = (0..<starts.count).map { String($0 + 10_000) }
        var unit: [Int] = []
        var period: [Int] = []
        var moments = CellMoments(variableCount: 1, n: [], weight: [], squaredWeight: [], mean: [], within: [])
        for (u, start) in starts.enumerated() {
            let level = 2 * draws.error()
            let spread = noise * (start == nil ? 1 : treatedSpread)
            let size = max(1, pupils) * (largestSize == 1 ? 1 : 1 + draws.random.below(largestSize))
            var shock = draws.error()
            for t in 1...years {
                if t > 1 { shock = correlation * shock + (1 - correlation * correlation).squareRoot() * draws.error() }
                let isMissing = missingShare > 0 && draws.random.uniform() < missingShare
                let treated = start.map { t >= $0 ? effect + growth * Double(t - $0) : 0 } ?? 0
                let trend = start == nil ? 0 : treatedTrend * Double(t)
                let centre = level + 0.1 * Double(t) + treated + trend + spread * shock
                let bar = areShares ? Normal.tailQuantile(1 / (1 + exp(-logOdds(start, year: t)))) : 0
                let scores = (0..<size).map { _ in
                    areShares
                        ? (0.3.squareRoot() * level / 2 + 0.7.squareRoot() * draws.error() > bar ? 100 : 0)
                        : score(pupils == 0 ? centre : centre + noise * pupilSpread * draws.error())
                }
                // Without its first year a school that starts soon could not be compared with anything.
                guard !isMissing || t == 1 else { continue }
                let mean = scores.reduce(0, +) / Double(scores.count)
                unit.append(u)
                period.append(t - 1)
                moments.n.append(Double(scores.count))
                moments.weight.append(Double(scores.count))
                moments.squaredWeight.append(Double(scores.count))
                moments.mean.append(mean)
                moments.within.append(scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
            }
        }
        return Design(
            outcome: "score", units: ranks, unit: unit,
            periods: (1...years).map { Period(kind: .year, ordinal: $0, label: String($0)) }, period: period,
            start: starts, isTreated: unit.indices.map { c in starts[unit[c]].map { period[c] + 1 >= $0 } ?? false },
            eventTime: unit.indices.map { c in starts[unit[c]].map { period[c] + 1 - $0 } },
            clusters: [CellFactor(name: "school", levels: ranks, codes: unit)], moments: moments,
            rowsArePupils: pupils > 0, observationCount: moments.n.reduce(0, +))
    }

    /// On a scale of which about an eighth of the pupils reach the ceiling.
    private func score(_ value: Double) -> Double {
        guard let ceiling else { return value }
        return (min(ceiling, ceiling - 4 + value) * 10).rounded() / 10
    }
}

/// Errors of variance 1.
private struct Draws {
    var random: CounterRandom
    var tails: SimulatedSchools.Tails

    mutating func error() -> Double {
        switch tails {
        case .normal: Normal.tailQuantile(random.uniform())
        // The variance of t with 3 degrees of freedom is 3.
        case .heavy: StudentT(degreesOfFreedom: 3).tailQuantile(random.uniform()) / 3.0.squareRoot()
        }
    }
}
