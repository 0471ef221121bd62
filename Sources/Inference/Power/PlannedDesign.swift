import Cells
import Estimation
import Panels
import Probability
import Regression

/// Designs that were not carried out: this one with other schools or other years. Only who is there, when and with how
/// many pupils matters; outcomes stand in so that estimators run, and their values change no weight.
extension Design {
    /// As many treated and comparison units as named, copies of those that are there. Fewer are taken evenly over them.
    ///
    /// Units stand by start, so that cohorts keep their shares.
    func withUnits(treated: Int, comparison: Int) -> Design {
        let present = isPresentUnit
        let isTreatedUnit = isTreatedUnit
        func sources(_ isTaken: (Int) -> Bool, _ count: Int) -> [Int] {
            let pool = units.indices.filter { present[$0] && isTaken($0) }.sorted {
                (start[$0] ?? .max, $0) < (start[$1] ?? .max, $1)
            }
            return pool.isEmpty ? [] : (0..<count).map { pool[$0 * pool.count / count] }
        }
        return copying(
            units: sources({ isTreatedUnit[$0] }, treated) + sources({ !isTreatedUnit[$0] }, comparison))
    }

    /// Unit j with the cells of unit `sources[j]`.
    private func copying(units sources: [Int]) -> Design {
        var cellsOfUnit = [[Int]](repeating: [], count: units.count)
        for c in 0..<cellCount { cellsOfUnit[unit[c]].append(c) }
        let cells = sources.flatMap { cellsOfUnit[$0] }
        let owner = sources.indices.flatMap { j in cellsOfUnit[sources[j]].map { _ in j } }
        func pick<T>(_ values: [T]) -> [T] { cells.map { values[$0] } }
        func pick(_ factor: CellFactor) -> CellFactor {
            CellFactor(name: factor.name, levels: factor.levels, codes: pick(factor.codes))
        }
        let q = moments.variableCount
        let triangle = q * (q + 1) / 2
        var copy = self
        copy.units = sources.indices.map { "\(units[sources[$0]]) (\($0 + 1))" }
        copy.start = sources.map { start[$0] }
        copy.unit = owner
        copy.period = pick(period)
        copy.isTreated = pick(isTreated)
        copy.eventTime = pick(eventTime)
        copy.isGroup = isGroup.map(pick)
        copy.clusters = [CellFactor(name: "unit", levels: copy.units, codes: owner)]
        copy.factors = factors.map(pick)
        copy.absorbed = absorbed.map(pick)
        copy.pupils = pupils.map(pick)
        copy.moments.n = pick(moments.n)
        copy.moments.weight = pick(moments.weight)
        copy.moments.squaredWeight = pick(moments.squaredWeight)
        copy.moments.mean = cells.flatMap { moments.mean[$0 * q..<($0 + 1) * q] }
        copy.moments.within = cells.flatMap { moments.within[$0 * triangle..<($0 + 1) * triangle] }
        let ratio = cellCount > 0 ? Double(cells.count) / Double(cellCount) : 1
        copy.observationCount = observationCount * ratio
        return copy
    }

    /// So many periods before the first start, and from the last start on, without holes; every unit is there in each, with
    /// the harmonic mean of its pupils. Covariates and factors are left out: their periods are not known.
    func withPeriods(before: Int, after: Int) -> Design {
        let starts = treatedStarts
        guard let first = starts.first, let last = starts.last else { return self }
        let ordinals = Array(first - before..<last + after)
        let sizes = strata()
        var unit: [Int] = []
        var period: [Int] = []
        var side: [Bool] = []
        var pupils: [Double] = []
        var moments = CellMoments(variableCount: 1, n: [], weight: [], squaredWeight: [], mean: [], within: [])
        var random = CounterRandom(seed: 1, stream: 0)
        for size in sizes {
            for t in ordinals.indices {
                unit.append(size.unit)
                period.append(t)
                side.append(size.isGroup)
                pupils.append(size.pupils)
                moments.n.append(rowsArePupils ? size.pupils : 1)
                moments.weight.append(size.weight)
                moments.squaredWeight.append(size.sampling * size.weight * size.weight)
                moments.mean.append(Normal.tailQuantile(random.uniform()))
                moments.within.append(0)
            }
        }
        let treated = isTreatedUnit
        let start = self.start.indices.map { treated[$0] ? self.start[$0] : nil }
        return Design(
            outcome: outcome, units: units, unit: unit,
            periods: ordinals.map { Period(kind: periods[0].kind, ordinal: $0, label: String($0)) }, period: period,
            start: start,
            isTreated: unit.indices.map { c in start[unit[c]].map { ordinals[period[c]] >= $0 } ?? false },
            eventTime: unit.indices.map { c in start[unit[c]].map { ordinals[period[c]] - $0 } },
            isGroup: isGroup.map { _ in side }, clusters: [CellFactor(name: "unit", levels: units, codes: unit)],
            moments: moments, pupils: self.pupils.map { _ in pupils }, rowsArePupils: rowsArePupils,
            observationCount: moments.n.reduce(0, +))
    }

    /// A unit (and side of a gap) with the means over its periods: pupils (harmonic), weight, Σw²/(Σw)².
    private struct Stratum {
        var unit: Int
        var isGroup: Bool
        var pupils: Double
        var weight: Double
        var sampling: Double
    }

    private func strata() -> [Stratum] {
        let places = units.count * 2 * periods.count
        var n = [Double](repeating: 0, count: places)
        var weight = n
        var squared = n
        for c in 0..<cellCount {
            let place = (unit[c] * 2 + (isGroup?[c] == true ? 1 : 0)) * periods.count + period[c]
            n[place] += pupils?[c] ?? moments.n[c]
            weight[place] += moments.weight[c]
            squared[place] += moments.squaredWeight[c]
        }
        return (0..<units.count * 2).compactMap { stratum in
            let used = (stratum * periods.count..<(stratum + 1) * periods.count).filter { weight[$0] > 0 }
            guard !used.isEmpty else { return nil }
            let count = Double(used.count)
            return Stratum(
                unit: stratum / 2, isGroup: stratum % 2 == 1, pupils: harmonicMean(used.map { n[$0] }) ?? 0,
                weight: used.reduce(0) { $0 + weight[$1] } / count,
                sampling: used.reduce(0) { $0 + squared[$1] / (weight[$1] * weight[$1]) } / count)
        }
    }

    /// The harmonic mean of the pupils in a unit and period; nil where their number is not known.
    var pupilsAUnitAndPeriod: Double? {
        guard let pupils = pupils ?? (rowsArePupils ? moments.n : nil) else { return nil }
        var n = [Double](repeating: 0, count: units.count * periods.count)
        for c in 0..<cellCount { n[unit[c] * periods.count + period[c]] += pupils[c] }
        return harmonicMean(n)
    }
}

/// Of the values above 0; nil where there are none.
private func harmonicMean(_ values: [Double]) -> Double? {
    let used = values.filter { $0 > 0 }
    return used.isEmpty ? nil : Double(used.count) / used.reduce(0) { $0 + 1 / $1 }
}
