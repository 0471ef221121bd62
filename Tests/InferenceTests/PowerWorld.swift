import Cells
import Panels
import Probability

/// Schools with known components of variance: y = lasting + year + shock + pupil + effect, shocks AR(1) within a school.
struct PowerWorld {
    /// Per school: its start; nil for comparison.
    var starts: [Int?]
    var years = 6
    var lasting = 3.0
    var shock = 1.5
    var correlation = 0.6
    /// A part of the school-year's own that no other year shares.
    var nugget = 0.0
    var pupilSpread = 10.0
    /// Pupils in a school-year, drawn between the two; 0...0 for school results.
    var pupils = 20...60
    var effect = 0.0
    var missingShare = 0.0

    init(_ schools: Int, treated: Int, start: Int = 4) {
        starts = (0..<schools).map { $0 < treated ? start : nil }
    }

    init(starts: [Int?]) { self.starts = starts }

    func sample(_ seed: UInt64) -> Design {
        var random = CounterRandom(seed: seed, stream: 7)
        func normal() -> Double { Normal.tailQuantile(random.uniform()) }
        let names = starts.indices.map { String(10_000 + $0) }
        var unit: [Int] = []
        var period: [Int] = []
        var moments = CellMoments(variableCount: 1, n: [], weight: [], squaredWeight: [], mean: [], within: [])
        for (u, start) in starts.enumerated() {
            let level = lasting * normal()
            var error = normal()
            for t in 1...years {
                if t > 1 { error = correlation * error + (1 - correlation * correlation).squareRoot() * normal() }
                let n = Double(pupils.lowerBound + random.below(pupils.count))
                let treated = start.map { t >= $0 ? effect : 0 } ?? 0
                let own = shock * error + nugget * normal()
                let isUnit = pupils.upperBound == 0
                let mean =
                    level + 0.3 * Double(t) + own + treated + (isUnit ? 0 : pupilSpread * normal() / n.squareRoot())
                let within =
                    isUnit || n < 2
                    ? 0 : pupilSpread * pupilSpread * ChiSquared(degreesOfFreedom: n - 1).tailQuantile(random.uniform())
                guard random.uniform() >= missingShare else { continue }
                unit.append(u)
                period.append(t - 1)
                let count = isUnit ? 1 : n
                moments.n.append(count)
                moments.weight.append(count)
                moments.squaredWeight.append(count)
                moments.mean.append(mean)
                moments.within.append(within)
            }
        }
        return Design(
            outcome: "y", units: names, unit: unit,
            periods: (1...years).map { Period(kind: .year, ordinal: $0, label: String($0)) }, period: period,
            start: starts, isTreated: unit.indices.map { c in starts[unit[c]].map { period[c] + 1 >= $0 } ?? false },
            eventTime: unit.indices.map { c in starts[unit[c]].map { period[c] + 1 - $0 } },
            clusters: [CellFactor(name: "unit", levels: names, codes: unit)], moments: moments,
            rowsArePupils: pupils.upperBound > 0, observationCount: moments.n.reduce(0, +))
    }

    /// Γ(k) of shocks and what each year has of its own, less Γ(0): half the variance of the difference, k years apart.
    func movement(_ years: Int) -> Double {
        let shared = (0..<years).reduce(1.0) { product, _ in product * correlation }
        return shock * shock * (1 - shared) + nugget * nugget
    }
}
