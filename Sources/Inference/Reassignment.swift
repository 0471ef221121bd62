import Panels
import Probability

/// Who could have been treated instead: starts dealt anew among units, as many of each start as there were.
///
/// Units of one cluster are dealt together where all of them share a start; otherwise each unit is dealt on its own.
/// Assignment k is the k-th of all where all are tried, else a shuffle keyed by (seed, k): the same on any thread.
struct Reassignment: Sendable {
    /// Per unit: the block that is dealt, −1 for units without rows.
    private let block: [Int]
    /// Per block: its start as a code into `starts`.
    private let codes: [Int]
    private let starts: [Int?]
    private let seed: UInt64
    /// Number of distinct assignments, as a double: it can be astronomic.
    let possibleCount: Double
    let isEnumerated: Bool
    /// Assignments tried.
    let count: Int

    init(_ design: Design, draws: Int, seed: UInt64) {
        let present = design.isPresentUnit
        let cluster = design.clusters.first.map { Self.clusterOfUnit(design, $0) } ?? nil
        var number: [Int: Int] = [:]
        block = design.units.indices.map { u in
            guard present[u] else { return -1 }
            let home = cluster?[u] ?? u
            let known = number[home] ?? number.count
            number[home] = known
            return known
        }
        var startOfBlock = [Int?](repeating: nil, count: number.count)
        for u in block.indices where block[u] >= 0 { startOfBlock[block[u]] = design.start[u] }
        let distinct = Array(Set(startOfBlock.compactMap { $0 })).sorted()
        starts = [nil] + distinct
        let all = starts
        codes = startOfBlock.map { start in all.firstIndex { $0 == start } ?? 0 }
        self.seed = seed
        possibleCount = Self.arrangements(Self.tally(codes, all.count))
        isEnumerated = possibleCount <= Double(draws)
        count = isEnumerated ? Int(possibleCount) : draws
    }

    /// Units by number, each dealt on its own, the first of them holding the starts.
    init(units: Int, starts held: [Int], draws: Int, seed: UInt64) {
        block = Array(0..<units)
        let distinct = Array(Set(held)).sorted()
        let all: [Int?] = [nil] + distinct
        starts = all
        codes = (0..<units).map { u in u < held.count ? all.firstIndex { $0 == held[u] } ?? 0 : 0 }
        self.seed = seed
        possibleCount = Self.arrangements(Self.tally(codes, all.count))
        isEnumerated = possibleCount <= Double(draws)
        count = isEnumerated ? Int(possibleCount) : draws
    }

    /// Per unit: its start under assignment k.
    func starts(_ k: Int) -> [Int?] {
        let dealt = isEnumerated ? arrangement(k) : shuffled(k)
        return block.map { $0 < 0 ? nil : starts[dealt[$0]] }
    }

    private func shuffled(_ k: Int) -> [Int] {
        var random = CounterRandom(seed: seed, stream: UInt64(k))
        var dealt = codes
        for i in stride(from: dealt.count - 1, to: 0, by: -1) { dealt.swapAt(i, random.below(i + 1)) }
        return dealt
    }

    /// The k-th arrangement in the order of codes.
    private func arrangement(_ k: Int) -> [Int] {
        var left = Self.tally(codes, starts.count)
        var rest = Double(k)
        return codes.indices.map { _ in
            for code in left.indices where left[code] > 0 {
                left[code] -= 1
                let below = Self.arrangements(left)
                if rest < below { return code }
                rest -= below
                left[code] += 1
            }
            return 0
        }
    }

    private static func tally(_ codes: [Int], _ count: Int) -> [Int] {
        var tally = [Int](repeating: 0, count: count)
        for code in codes { tally[code] += 1 }
        return tally
    }

    /// The multinomial coefficient, exact while it is a whole number below 2^53.
    private static func arrangements(_ tally: [Int]) -> Double {
        var total = 0
        var product = 1.0
        for size in tally {
            // One factor of C(total + size, size) at a time, each division exact.
            var choose = 1.0
            for i in 0..<size { choose = choose * Double(total + i + 1) / Double(i + 1) }
            product *= choose.isFinite ? choose.rounded() : choose
            total += size
        }
        return product
    }

    /// Per unit its cluster, where every unit lies in one cluster and every cluster's units share a start; else nil.
    private static func clusterOfUnit(_ design: Design, _ cluster: CellFactor) -> [Int]? {
        var home = [Int?](repeating: nil, count: design.units.count)
        for (u, g) in zip(design.unit, cluster.codes) {
            if let known = home[u], known != g { return nil }
            home[u] = g
        }
        var start = [Int??](repeating: nil, count: cluster.levels.count)
        for (u, g) in home.enumerated() {
            guard let g else { continue }
            if let known = start[g], known != design.start[u] { return nil }
            start[g] = .some(design.start[u])
        }
        return home.map { $0 ?? -1 }
    }
}

extension Design {
    /// Per cell: treated under other starts.
    func isTreated(under start: [Int?]) -> [Bool] {
        (0..<cellCount).map { c in start[unit[c]].map { periods[period[c]].ordinal >= $0 } ?? false }
    }

    /// Per cell: calendar steps since other starts.
    func eventTime(under start: [Int?]) -> [Int?] {
        (0..<cellCount).map { c in start[unit[c]].map { periods[period[c]].ordinal - $0 } }
    }
}
