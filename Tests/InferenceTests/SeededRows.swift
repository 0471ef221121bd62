import Probability

/// Small made-up data, the same on every machine: schools by years, some of them partners, with pupils and a covariate.
struct SeededRows {
    private var random: CounterRandom

    init(seed: UInt64) { random = CounterRandom(seed: seed, stream: 0) }

    mutating func normal() -> Double { Normal.tailQuantile(random.uniform()) }

    /// - Parameters:
    ///   - starts: one a unit; nil for comparison.
    ///   - pupils: rows in each unit × period, drawn between the two.
    ///   - missing: the share of unit × periods left out.
    mutating func panel(
        starts: [Int?], periods: ClosedRange<Int> = 1...6, pupils: ClosedRange<Int> = 1...1, missing: Double = 0,
        effect: (Int) -> Double = { _ in 1 }, covariate: Bool = false, groups: Bool = false, unitSpread: Double = 2
    ) -> RowDesign {
        var rows = RowDesign(unit: [], time: [], y: [], start: [])
        var x: [Double] = []
        var group: [Bool] = []
        for (u, start) in starts.enumerated() {
            let level = unitSpread * normal()
            for t in periods {
                let isMissing = random.uniform() < missing
                let shock = 0.3 * normal()
                let count = pupils.lowerBound + random.below(pupils.count)
                for i in 0..<count where !isMissing {
                    let z = normal()
                    let treated = start.map { t >= $0 ? effect(t - $0) : 0 } ?? 0
                    let isGroup = groups && i % 2 == 0
                    rows.unit.append(u < 10 ? "u0\(u)" : "u\(u)")
                    rows.time.append(t)
                    rows.start.append(start)
                    rows.y.append(
                        level + 0.2 * Double(t) + shock + treated * (isGroup ? 1.5 : 1) + (covariate ? 0.7 * z : 0)
                            - (isGroup ? 1 : 0) + normal())
                    x.append(z)
                    group.append(isGroup)
                }
            }
        }
        if covariate { rows.covariates = [("x", x)] }
        if groups { rows.isGroup = group }
        rows.rowsArePupils = pupils.upperBound > 1
        return rows
    }
}
