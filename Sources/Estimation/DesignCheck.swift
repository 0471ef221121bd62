import Panels

extension Design {
    /// Indices of the periods that have cells, ascending.
    public var usedPeriods: [Int] {
        var isUsed = [Bool](repeating: false, count: periods.count)
        for t in period { isUsed[t] = true }
        return isUsed.indices.filter { isUsed[$0] }
    }

    /// Refuses designs from which no difference in differences can be had, each in its own words.
    ///
    /// - Parameter comparesWithNotYetTreated: units that start later may be the only comparison.
    public func checkEstimable(comparesWithNotYetTreated: Bool) throws(EstimationError) {
        guard cellCount > 0 else { throw .noRows }
        let present = isPresentUnit
        let treated = isTreatedUnit
        let unitCount = present.reduce(0) { $0 + ($1 ? 1 : 0) }
        let usedPeriods = self.usedPeriods
        guard isTreated.contains(true) else { throw .noTreated(units: unitCount) }
        guard usedPeriods.count > 1 else { throw .onePeriod(periods[usedPeriods[0]].label) }
        let starts = treatedStarts.map(label)
        if !units.indices.contains(where: { present[$0] && !treated[$0] }) {
            if starts.count <= 1 { throw .noComparison(units: unitCount, starts: starts) }
            guard comparesWithNotYetTreated else { throw .noNeverTreated(units: unitCount, starts: starts) }
        }
        if let isGroup {
            for side in [true, false] {
                for state in [true, false]
                where !isTreated.indices.contains(where: { isGroup[$0] == side && isTreated[$0] == state }) {
                    throw .groupMissing(
                        side: side ? "the group" : "its peers", missing: state ? "treated" : "untreated")
                }
            }
        }
        guard isTreated.indices.contains(where: { !isTreated[$0] && treated[unit[$0]] }) else {
            throw .noPeriodBefore(
                units: treated.reduce(0) { $0 + ($1 ? 1 : 0) }, firstPeriod: periods[usedPeriods[0]].label)
        }
    }
}
