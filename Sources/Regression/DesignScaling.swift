import Panels

extension Design {
    /// The design in which each unit counts so many times what it counts here; units of 0 leave it.
    ///
    /// - Parameter factors: per unit, none below 0.
    public func scaled(by factors: [Double]) -> Design {
        var part = keeping(unit.map { factors[$0] > 0 })
        part.moments = part.moments.scaled(by: part.unit.map { factors[$0] })
        return part
    }

    /// Per unit: what one of its periods before a time counts on average; where it has none, what one of all its periods counts.
    public func weightPerPeriod(before end: Int) -> [Double] {
        var early = [Sum](repeating: Sum(), count: units.count)
        var all = early
        for cell in 0..<cellCount {
            let ordinal = periods[period[cell]].ordinal
            all[unit[cell]].add(moments.weight[cell], ordinal)
            if ordinal < end { early[unit[cell]].add(moments.weight[cell], ordinal) }
        }
        return units.indices.map { early[$0].mean ?? all[$0].mean ?? 0 }
    }

    private struct Sum {
        var total = 0.0
        var periods: Set<Int> = []

        mutating func add(_ weight: Double, _ period: Int) {
            total += weight
            periods.insert(period)
        }

        var mean: Double? { total > 0 ? total / Double(periods.count) : nil }
    }
}
