/// The rows of each unit × period: counted in one lane, then joined by their texts.
final class PairCounts {
    /// More pairs than this are not counted on, and no coverage is shown.
    static let limit = 4_000_000

    private(set) var units = KeyDictionary()
    private(set) var times = KeyDictionary()
    private var index = PairIndex()
    private var rows: [Int] = []
    private var without = 0
    private(set) var isCapped = false
    private let limit: Int

    init(limit: Int = PairCounts.limit) { self.limit = limit }

    /// Counts the rows of a piece; a unit or period counts only in a row that has both.
    func add(
        _ rows: PieceRows, _ unit: FieldSource, _ time: FieldSource, _ scratch: ScratchText, _ part: ScratchText
    ) {
        guard !isCapped else { return }
        for r in 0..<rows.count {
            let (start, count) = unit.text(rows, r, scratch, part)
            guard count > 0 else {
                without += 1
                continue
            }
            // The unit is looked up before the period, whose text may take its place in the scratch.
            let found = units.code(start, count, 0, 0)
            let (timeStart, timeCount) = time.text(rows, r, scratch, part)
            guard timeCount > 0 else {
                without += 1
                continue
            }
            note(found, times.code(timeStart, timeCount, 0, 0), 1)
        }
        isCapped = self.rows.count > limit
    }

    func add(_ unit: String, _ time: String, rows n: Int) { note(units.code(of: unit), times.code(of: time), n) }

    private func note(_ unit: UInt32, _ time: UInt32, _ n: Int) {
        let at = index.place(of: UInt64(unit) << 32 | UInt64(time))
        if at == rows.count { rows.append(n) } else { rows[at] += n }
    }

    func merge(_ other: PairCounts) {
        without += other.without
        isCapped = isCapped || other.isCapped
        guard !isCapped else { return }
        for (key, n) in zip(other.index.keys, other.rows) {
            add(other.units.texts[Int(key >> 32)], other.times.texts[Int(key & 0xFFFF_FFFF)], rows: n)
        }
        isCapped = rows.count > limit
    }

    /// - Returns: `nil` where there are too many pairs to be counted.
    func coverage(unit: String, time: String) -> Coverage? {
        guard !isCapped else { return nil }
        let order = times.texts.indices.sorted { Self.precedes(times.texts[$0], times.texts[$1]) }
        var rank = [Int](repeating: 0, count: order.count)
        for (place, code) in order.enumerated() { rank[code] = place }
        var periods = order.map { Coverage.Period(period: times.texts[$0], units: 0, rows: 0) }
        var presence: [UInt32: [Bool]] = [:]
        var repeated: [Coverage.Repeat] = []
        for (key, n) in zip(index.keys, rows) {
            let (unit, place) = (UInt32(key >> 32), rank[Int(key & 0xFFFF_FFFF)])
            periods[place].units += 1
            periods[place].rows += n
            presence[unit, default: .init(repeating: false, count: periods.count)][place] = true
            if n > 1 { repeated.append(.init(unit: units.texts[Int(unit)], period: periods[place].period, rows: n)) }
        }
        var patterns: [[Bool]: Int] = [:]
        for pattern in presence.values { patterns[pattern, default: 0] += 1 }
        let sorted = patterns.map { Coverage.Pattern(isThere: $0.key, units: $0.value) }.sorted {
            $0.units != $1.units ? $0.units > $1.units : Self.comesFirst($0.isThere, $1.isThere)
        }
        return Coverage(
            unit: unit, time: time, units: presence.count,
            unitsInEveryPeriod: patterns[.init(repeating: true, count: periods.count)] ?? 0, periods: periods,
            patterns: sorted, pairs: rows.count, repeatedPairs: repeated.count,
            mostRowsInPair: rows.max() ?? 0, rowsWithout: without,
            repeats: 2 * repeated.count > rows.count
                ? []
                : repeated.sorted {
                    $0.unit != $1.unit ? Self.precedes($0.unit, $1.unit) : Self.precedes($0.period, $1.period)
                })
    }

    private static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

    private static func comesFirst(_ a: [Bool], _ b: [Bool]) -> Bool {
        guard let differ = zip(a, b).first(where: { $0 != $1 }) else { return false }
        return differ.0
    }
}

/// Numbers pairs of codes in the order in which they come: open addressing over the keys.
struct PairIndex {
    private(set) var keys: [UInt64] = []
    /// The place plus one; 0 marks a free slot.
    private var slots = [UInt32](repeating: 0, count: 64)

    /// The place of a key, new or old.
    mutating func place(of key: UInt64) -> Int {
        let mask = slots.count - 1
        var at = Self.mixed(key) & mask
        while slots[at] != 0 {
            let place = Int(slots[at]) - 1
            if keys[place] == key { return place }
            at = (at + 1) & mask
        }
        keys.append(key)
        slots[at] = UInt32(keys.count)
        if 2 * keys.count > mask { grow() }
        return keys.count - 1
    }

    /// Both codes spread over all bits.
    private static func mixed(_ key: UInt64) -> Int {
        let product = key &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (product ^ (product &>> 32)) &>> 1)
    }

    private mutating func grow() {
        var bigger = [UInt32](repeating: 0, count: 4 * slots.count)
        let mask = bigger.count - 1
        for (place, key) in keys.enumerated() {
            var at = Self.mixed(key) & mask
            while bigger[at] != 0 { at = (at + 1) & mask }
            bigger[at] = UInt32(place + 1)
        }
        slots = bigger
    }
}
