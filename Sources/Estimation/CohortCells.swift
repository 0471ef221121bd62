import Panels
import Regression

/// The cells of each start at each event time, apart for the group and its peers: what saturated models have a dummy for.
struct CohortCells {
    struct Key: Hashable, Comparable {
        /// 0 for peers, or where there is no gap; 1 for the group.
        var part: Int
        /// An ordinal.
        var start: Int
        var step: Int

        static func < (a: Key, b: Key) -> Bool { (a.part, a.start, a.step) < (b.part, b.start, b.step) }
    }

    let design: Design
    /// Per cell; nil for comparison units, and for cells whose treatment does not follow from their event time.
    let key: [Key?]
    /// Ascending.
    let keys: [Key]
    private let cells: [Key: [Int]]

    /// - Parameter eventTime: per cell, after binning.
    init(_ design: Design, eventTime: [Int?]) {
        self.design = design
        let key = (0..<design.cellCount).map { c -> Key? in
            guard let start = design.start[design.unit[c]], let step = eventTime[c],
                design.isTreated[c] == (step >= 0)
            else { return nil }
            return Key(part: design.isGroup?[c] == true ? 1 : 0, start: start, step: step)
        }
        var cells: [Key: [Int]] = [:]
        for (c, key) in key.enumerated() { if let key { cells[key, default: []].append(c) } }
        self.key = key
        self.cells = cells
        keys = cells.keys.sorted()
    }

    /// The last event time before the start, for each start and part that has one: what its other periods are compared with.
    var references: [Key] {
        var last: [[Int]: Key] = [:]
        for key in keys where key.step < 0 { last[[key.part, key.start]] = key }
        return last.values.sorted()
    }

    func cells(_ key: Key) -> [Int] { cells[key] ?? [] }

    /// 1 in the cells of a key.
    func column(_ key: Key) -> CellColumn {
        var values = [Double](repeating: 0, count: design.cellCount)
        for c in cells(key) { values[c] = 1 }
        return CellColumn(name: name(key), values: values)
    }

    /// `the effect in 2007 on those that start in 2006`.
    func name(_ key: Key) -> String {
        let periods = Set(cells(key).map { design.period[$0] }).sorted().map { design.periods[$0].label }
        let what = key.step < 0 ? "the difference in" : "the effect in"
        let when = periods.count > 1 ? "\(periods[0]) to \(periods[periods.count - 1])" : periods.first ?? ""
        let who = design.isGroup == nil ? "those" : key.part == 1 ? "the group of those" : "the peers of those"
        return "\(what) \(when) on \(who) that start in \(design.label(ofOrdinal: key.start))"
    }

    /// Every cohort and period of the chosen keys, where event times are not joined.
    func groupTimes(_ chosen: [Key]) -> [Estimand] {
        let wanted = Set(chosen)
        var found: Set<[Int]> = []
        for c in key.indices {
            if let key = key[c], wanted.contains(key), design.eventTime[c] == key.step {
                found.insert([key.start, design.period[c]])
            }
        }
        let ordered = found.sorted { $0.lexicographicallyPrecedes($1) }
        return EstimandCells.parts(design).flatMap { part in
            ordered.map { Estimand(.groupTime(cohort: $0[0], period: $0[1]), part) }
        }
    }
}

extension EstimandCells {
    static func headline(_ design: Design) -> Estimand { Estimand(.overall, parts(design)[0]) }

    /// The headline, means of means, event times, cohorts, periods: what an estimator with an effect a cohort and period reports.
    ///
    /// - Parameter events: those that have an estimate, ascending.
    static func allMeans(_ design: Design, events: [Int]) -> [Estimand] {
        let treated = design.isTreated.indices.filter { design.isTreated[$0] }
        let periods = Array(Set(treated.map { design.period[$0] })).sorted()
        let kinds: [[Estimand.Kind]] = [
            [.overall], [.mean(.events), .mean(.cohorts), .mean(.periods)], events.map { .event($0) },
            design.treatedStarts.map { .cohort($0) }, periods.map { .calendar($0) },
        ]
        return kinds.flatMap { kinds in
            parts(design).flatMap { part in kinds.map { Estimand($0, part) } }
        }
    }
}
