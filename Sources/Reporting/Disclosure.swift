import Attainment
import Inference

/// Small-number suppression: figures behind which fewer than `threshold` pupils stand are withheld,
/// and as many others as it takes that no published total gives them back.
///
/// A set of withheld parts whose total is known must have two members at least and, together, `threshold` pupils.
/// Rows stay where they are; their counts are kept in memory for a second pass and are never written.
public struct Disclosure: Sendable, Equatable {
    /// 0 turns suppression off.
    public var threshold: Int

    public init(threshold: Int) { self.threshold = threshold }

    /// How many entries of one table were withheld, and how many of them only to protect others.
    public struct Entry: Sendable, Equatable {
        public var table: String
        public var entries: Int
        public var primary: Int
        public var complementary: Int
    }

    private var smallest: Double { Double(threshold) }
    private func isSmall(_ n: Double) -> Bool { threshold > 0 && n < smallest }

    /// Withholds further members of a set with a known total, the smallest first, until the withheld ones are safe together.
    private func complete(_ members: [Int], _ hidden: inout [Bool], size: (Int) -> Double) {
        let order = members.filter { !hidden[$0] }.sorted { (size($0), $0) < (size($1), $1) }
        var withheld = members.filter { hidden[$0] }
        guard !withheld.isEmpty else { return }
        for next in order {
            guard withheld.count < 2 || isSmall(withheld.reduce(0) { $0 + size($1) }) else { return }
            hidden[next] = true
            withheld.append(next)
        }
    }

    /// Members of equal keys together, groups in the order of their first member.
    private func grouped<Key: Hashable>(_ indices: [Int], by key: (Int) -> Key) -> [[Int]] {
        var place: [Key: Int] = [:]
        var groups: [[Int]] = []
        for index in indices {
            if let known = place[key(index)] {
                groups[known].append(index)
            } else {
                place[key(index)] = groups.count
                groups.append([index])
            }
        }
        return groups
    }

    private func entry(_ table: String, primary: [Bool], hidden: [Bool]) -> Entry {
        let first = zip(primary, hidden).count { $0 && $1 }
        return Entry(
            table: table, entries: hidden.count, primary: first, complementary: hidden.count { $0 } - first)
    }
}

// MARK: Gaps

extension Disclosure {
    /// `GapAnalysis` withholds small gaps and protects them from its totals; here what is still small is withheld.
    public func apply(to rows: inout [GapRow], table: String = "gaps") -> Entry {
        let primary = rows.map { isSmall($0.n) || isSmall($0.nPeers) }
        let hidden = zip(rows, primary).map { $0.isSuppressed || $1 }
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: primary, hidden: hidden)
    }
}

extension GapRow {
    fileprivate mutating func withhold() {
        isSuppressed = true
        (mean, meanPeers, gap, standardError, degreesOfFreedom) = (nil, nil, nil, nil, nil)
        (lower, upper, pValue, hedgesG) = (nil, nil, nil, nil)
        (progressGap, progressGapStandardError, progressGapLower, progressGapUpper) = (nil, nil, nil, nil)
        (change, changeStandardError, changeLower, changeUpper) = (nil, nil, nil, nil)
    }
}

// MARK: The counterfactual ledger

extension Disclosure {
    /// The ledger is additive twice: the units of a period make its group rows, and the periods make the headline.
    /// Both totals are published, so both ways are protected.
    ///
    /// - Parameter whole: the ledger of all pupils, where `rows` splits it into a group and its peers: a period that is
    ///   withheld there is withheld here, since both sides together are the whole.
    public func apply(
        to rows: inout [CounterfactualRow], within whole: [CounterfactualRow] = [], table: String = "counterfactual"
    ) -> Entry {
        let primary = rows.map { isSmall($0.n) }
        let closed = Set(whole.filter { $0.group != nil && $0.isSuppressed }.map(\.time))
        var hidden = zip(rows, primary).map { $0.isSuppressed || $1 || closed.contains($0.time) }
        let size = { (index: Int) in rows[index].n }
        let periods = grouped(Array(rows.indices)) { LedgerCell(rows[$0], time: rows[$0].time, group: nil) }
        let series = grouped(rows.indices.filter { rows[$0].group != nil }) {
            LedgerCell(rows[$0], time: nil, group: rows[$0].group)
        }
        var before: [Bool]
        repeat {
            before = hidden
            for period in periods { protect(period, rows, &hidden) }
            for times in series { complete(times, &hidden, size: size) }
        } while hidden != before
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: primary, hidden: hidden)
    }

    /// One period: its units among themselves, its groups among themselves, and a withheld total against its parts.
    private func protect(_ period: [Int], _ rows: [CounterfactualRow], _ hidden: inout [Bool]) {
        let size = { (index: Int) in rows[index].n }
        let units = period.filter { rows[$0].unit != nil }
        let groups = period.filter { rows[$0].group != nil }
        complete(units, &hidden, size: size)
        if groups.count > 1 { complete(groups, &hidden, size: size) }
        // A total that is withheld must not be the sum of parts that are all shown.
        if !groups.isEmpty, groups.allSatisfy({ hidden[$0] }), !units.isEmpty, !units.contains(where: { hidden[$0] }) {
            if let first = units.min(by: { (size($0), $0) < (size($1), $1) }) { hidden[first] = true }
            complete(units, &hidden, size: size)
        }
    }

    private struct LedgerCell: Hashable {
        let outcome: String
        let values: [String]
        let time: String?
        let group: String?

        init(_ row: CounterfactualRow, time: String?, group: String?) {
            outcome = row.outcome
            values = row.by.flatMap { [$0.column, $0.value] }
            self.time = time
            self.group = group
        }
    }
}

extension CounterfactualRow {
    fileprivate mutating func withhold() {
        isSuppressed = true
        (observed, counterfactual, lower, upper) = (nil, nil, nil, nil)
    }
}

// MARK: Paths, effects, balance, intake

extension Disclosure {
    /// A point is withheld with its own count, with the ledger's row of the same group and period, and where the
    /// difference between the two would speak of fewer pupils than the threshold.
    public func apply(
        to points: inout [PathPoint], beside ledger: [CounterfactualRow], table: String = "path"
    ) -> Entry {
        let primary = points.map { isSmall($0.n) }
        var hidden = zip(points, primary).map { $0.isSuppressed || $1 }
        for (index, point) in points.enumerated() where point.arm == .partners {
            let row = ledger.first { $0.time == point.time && $0.group == (point.group ?? "partners") && $0.by.isEmpty }
            guard let row else { continue }
            let rest = point.n - row.n
            if row.isSuppressed || (rest > 0 && isSmall(rest)) { hidden[index] = true }
        }
        // A group and its peers are together all pupils, whose path may be published too.
        for sides in grouped(points.indices.filter { points[$0].group != nil }, by: { Side(points[$0]) }) {
            complete(sides, &hidden) { points[$0].n }
        }
        for index in points.indices where hidden[index] {
            points[index].isSuppressed = true
            (points[index].observed, points[index].counterfactual) = (nil, nil)
        }
        return entry(table, primary: primary, hidden: hidden)
    }

    /// An estimate with fewer rows behind it than the threshold is withheld. The effect on a gap and the effects on its
    /// two sides give each other back, and so may the parts of a headline (by period, cohort and event time): where one
    /// of them is small, or the ledger's withheld rows could be worked out from them, all parts are withheld.
    ///
    /// - Parameters:
    ///   - ledger: of the same analysis, its small rows withheld; `path` gives the order of its periods.
    ///   - countsPupils: `n` of an effect counts pupils; where it counts unit rows it protects nobody.
    public func apply(
        to effects: inout [Effect], beside ledger: [CounterfactualRow] = [], path: [PathPoint] = [], countsPupils: Bool,
        table: String = "effects"
    ) -> Entry {
        let primary = effects.map { countsPupils && $0.n.map(isSmall) ?? false }
        var hidden = zip(effects, primary).map { $0.isSuppressed || $1 }
        let sides = effects.indices.filter { effects[$0].kind == .gap || effects[$0].group != nil }
        for together in grouped(sides, by: { EffectCell(effects[$0], isPart: false) })
        where together.contains(where: { hidden[$0] }) {
            for index in together { hidden[index] = true }
        }
        let isClosed = PartsOfTheHeadline(ledger, path: path).giveBack { isSmall($0) }
        let parts = effects.indices.filter { effects[$0].isPart }
        for together in grouped(parts, by: { EffectCell(effects[$0], isPart: true) })
        where isClosed || together.contains(where: { hidden[$0] }) {
            for index in together { hidden[index] = true }
        }
        for index in effects.indices where hidden[index] { effects[index].withhold() }
        return entry(table, primary: primary, hidden: hidden)
    }

    private struct Side: Hashable {
        let arm: PathPoint.Arm
        let time: String

        init(_ point: PathPoint) {
            arm = point.arm
            time = point.time
        }
    }

    private struct EffectCell: Hashable {
        let outcome: String
        let values: [String]
        let cohort: String?
        let time: String?
        let eventTime: Int?

        init(_ effect: Effect, isPart: Bool) {
            outcome = effect.outcome
            values = effect.by.flatMap { [$0.column, $0.value] }
            cohort = isPart ? nil : effect.cohort
            time = isPart ? nil : effect.time
            eventTime = isPart ? nil : effect.eventTime
        }
    }

    public func apply(to rows: inout [BalanceRow], table: String = "balance") -> Entry {
        let hidden = rows.map { row in [row.nTreated, row.nComparison].contains { $0.map(isSmall) ?? false } }
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: hidden, hidden: hidden)
    }

    public func apply(to rows: inout [IntakeRow], table: String = "intake") -> Entry {
        let hidden = rows.map { $0.n.map(isSmall) ?? false }
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: hidden, hidden: hidden)
    }
}

extension Effect {
    /// One of the parts whose weighted mean is the headline.
    fileprivate var isPart: Bool {
        switch kind {
        case .cohort, .calendar, .groupTime: true
        case .event: (eventTime ?? -1) >= 0
        case .overall, .gap, .coefficient: false
        }
    }

    fileprivate mutating func withhold() {
        isSuppressed = true
        (estimate, standardError, degreesOfFreedom, statistic) = (nil, nil, nil, nil)
        (pValue, permutationPValue, lower, upper) = (nil, nil, nil, nil)
    }
}

extension BalanceRow {
    fileprivate mutating func withhold() {
        isSuppressed = true
        (treatedMean, comparisonMean, standardisedDifference, varianceRatio) = (nil, nil, nil, nil)
    }
}

extension IntakeRow {
    fileprivate mutating func withhold() {
        isSuppressed = true
        (change, standardError, standardisedChange) = (nil, nil, nil)
    }
}

extension DidDocument {
    /// Withholds small numbers in every list of the document.
    /// - Parameter effectsCountPupils: `n` of an effect counts pupils; where it counts unit rows it protects nobody.
    /// - Returns: what was withheld, table by table.
    public mutating func withhold(_ disclosure: Disclosure, effectsCountPupils: Bool) -> [Disclosure.Entry] {
        wording.threshold = disclosure.threshold
        let rows = [
            disclosure.apply(to: &balance), disclosure.apply(to: &intake), disclosure.apply(to: &counterfactual),
            disclosure.apply(to: &path, beside: counterfactual),
        ]
        let first = disclosure.apply(to: &effects, beside: counterfactual, path: path, countsPupils: effectsCountPupils)
        return [first] + rows
    }
}
