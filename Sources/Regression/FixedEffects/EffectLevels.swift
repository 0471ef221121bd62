import Panels

extension CellFactor {
    /// The crossing of two factors, levels in order of first by second; only those that occur.
    public func crossed(with other: CellFactor) -> CellFactor {
        let pairs = zip(codes, other.codes).map { $0 * max(other.levels.count, 1) + $1 }
        let present = Array(Set(pairs)).sorted()
        var number: [Int: Int] = [:]
        for (i, pair) in present.enumerated() { number[pair] = i }
        let width = max(other.levels.count, 1)
        return CellFactor(
            name: "\(name) × \(other.name)",
            levels: present.map { "\(levels[$0 / width]), \(other.levels[$0 % width])" },
            codes: pairs.map { number[$0] ?? 0 })
    }

    /// True where every level lies within one level of the other factor.
    public func isNested(in other: CellFactor) -> Bool {
        precondition(codes.count == other.codes.count, "factors of different designs")
        var home = [Int?](repeating: nil, count: levels.count)
        for (level, outer) in zip(codes, other.codes) {
            if let known = home[level], known != outer { return false }
            home[level] = outer
        }
        return true
    }

    /// The cells of each level that occurs, levels in order.
    package var cellsByLevel: [(level: Int, cells: [Int])] {
        var cells = [[Int]](repeating: [], count: levels.count)
        for (c, code) in codes.enumerated() { cells[code].append(c) }
        return levels.indices.compactMap { cells[$0].isEmpty ? nil : ($0, cells[$0]) }
    }

    /// Levels that occur.
    public var usedLevelCount: Int {
        var used = [Bool](repeating: false, count: levels.count)
        for code in codes { used[code] = true }
        return used.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
}

extension [CellFactor] {
    /// Without effects that a finer one holds, such as a school's beside those of pupils who never leave it; of equal
    /// partitions the first stays. Nothing that is absorbed changes.
    var withoutHeld: [CellFactor] { EffectCodes.needed(map(EffectCodes.init)).map { self[$0] } }
}

extension Design {
    public var unitFactor: CellFactor { CellFactor(name: "unit", levels: units, codes: unit) }
    public var periodFactor: CellFactor { CellFactor(name: "period", levels: periods.map(\.label), codes: period) }

    /// The two-way effects: unit and period, each crossed with the group in a triple difference, then `absorbed`.
    public var effects: [CellFactor] {
        guard let isGroup else { return [unitFactor, periodFactor] + absorbed }
        let group = CellFactor(name: "group", levels: ["peers", "group"], codes: isGroup.map { $0 ? 1 : 0 })
        return [unitFactor.crossed(with: group), periodFactor.crossed(with: group)] + absorbed
    }

    /// The crossing of all cluster levels: the finest blocks within which errors may be correlated.
    public var clusterBlocks: CellFactor {
        clusters.dropFirst().reduce(clusters[0]) { $0.crossed(with: $1) }
    }

    /// The design with only the chosen cells, in the same order; levels keep their numbers.
    public func keeping(_ keep: [Bool]) -> Design {
        guard keep.contains(false) else { return self }
        let chosen = keep.indices.filter { keep[$0] }
        func pick<T>(_ values: [T]) -> [T] { chosen.map { values[$0] } }
        func pick(_ factor: CellFactor) -> CellFactor {
            CellFactor(name: factor.name, levels: factor.levels, codes: pick(factor.codes))
        }
        var part = self
        let observations = countedRows
        part.unit = pick(unit)
        part.period = pick(period)
        part.isTreated = pick(isTreated)
        part.eventTime = pick(eventTime)
        part.isGroup = isGroup.map(pick)
        part.isOn = isOn.map(pick)
        part.clusters = clusters.map(pick)
        part.factors = factors.map(pick)
        part.absorbed = absorbed.map(pick)
        part.pupils = pupils.map(pick)
        let q = moments.variableCount
        let triangle = q * (q + 1) / 2
        part.moments.n = pick(moments.n)
        part.moments.weight = pick(moments.weight)
        part.moments.squaredWeight = pick(moments.squaredWeight)
        part.moments.mean = chosen.flatMap { moments.mean[$0 * q..<($0 + 1) * q] }
        part.moments.within = chosen.flatMap { moments.within[$0 * triangle..<($0 + 1) * triangle] }
        // N counts rows, or with frequency weights their sum.
        part.observationCount = observationCount - (observations - part.countedRows(like: self))
        return part
    }

    /// Σn where N counts rows, else Σw.
    private var countedRows: Double { countedRows(like: self) }

    private func countedRows(like whole: Design) -> Double {
        let rows = whole.moments.n.reduce(0, +)
        return rows == whole.observationCount ? moments.n.reduce(0, +) : moments.weight.reduce(0, +)
    }
}
