#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Counts, zeros, sums and squares of number columns by unit and period, gathered row by row in the reader's lanes.
///
/// The request's columns are the unit (or none), the period, then the numbers, in double arithmetic: there the lanes are
/// fixed, so the sums do not depend on the threads.
final class PeriodFigures: BatchConsumer, @unchecked Sendable {
    // Unchecked: each lane is written by one thread at a time.

    /// One column in one cell. Values are less the column's lowest, so that squares lose no digits.
    struct Figure: Equatable {
        var rows: UInt32 = 0
        var zeros: UInt32 = 0
        var sum = 0.0
        var squares = 0.0

        var mean: Double { sum / Double(rows) }
        /// Sum of squares about the mean.
        var about: Double { max(0, squares - sum * sum / Double(rows)) }
        var deviation: Double { rows > 1 ? (about / Double(rows - 1)).squareRoot() : 0 }

        mutating func add(_ other: Figure) {
            rows += other.rows
            zeros += other.zeros
            sum += other.sum
            squares += other.squares
        }
    }

    private struct Lane {
        var index = PairIndex()
        var figures: [Figure] = []
        var slots: [Int] = []
        var units: KeyDictionary?
        var times: KeyDictionary?
    }

    private let hasUnit: Bool
    private let lowest: [Double]
    private var lanes = PerLane(repeating: Lane(), count: 0)

    /// - Parameter lowest: the lowest value of each number column.
    init(hasUnit: Bool, lowest: [Double]) {
        self.hasUnit = hasUnit
        self.lowest = lowest
    }

    func begin(lanes: Int) { self.lanes = .init(repeating: Lane(), count: lanes) }

    func consume(_ batch: borrowing Batch) {
        var lane = Lane()
        swap(&lane, &lanes[batch.lane])
        defer { swap(&lane, &lanes[batch.lane]) }
        let first = hasUnit ? 1 : 0
        guard case .key(let times) = batch.columns[first] else { return }
        var unitCodes: UnsafePointer<UInt32>?
        if hasUnit, case .key(let units) = batch.columns[0] {
            lane.units = units.dictionary
            unitCodes = units.codes
        }
        lane.times = times.dictionary
        let count = lowest.count
        lane.slots.removeAll(keepingCapacity: true)
        for r in 0..<batch.rowCount {
            lane.slots.append(lane.index.place(of: UInt64(unitCodes?[r] ?? 0) << 32 | UInt64(times.codes[r])) * count)
        }
        let room = lane.index.keys.count * count
        if lane.figures.count < room { lane.figures += .init(repeating: Figure(), count: room - lane.figures.count) }
        for c in 0..<count {
            guard case .number(let numbers) = batch.columns[first + 1 + c] else { continue }
            Self.add(numbers, batch.rowCount, lowest[c], lane.slots, c, to: &lane.figures)
        }
    }

    private static func add(
        _ numbers: Batch.NumberColumn, _ rows: Int, _ lowest: Double, _ slots: [Int], _ column: Int,
        to figures: inout [Figure]
    ) {
        let (values, missing) = (numbers.doubles, numbers.missing)
        figures.withUnsafeMutableBufferPointer { figures in
            for r in 0..<rows where missing[r] == 0 {
                let value = values[r] - lowest
                let at = slots[r] + column
                figures[at].rows &+= 1
                if values[r] == 0 { figures[at].zeros &+= 1 }
                figures[at].sum += value
                figures[at].squares += value * value
            }
        }
    }

    /// All cells, by unit and period in the order of their texts; rows without a unit or period are left out.
    func table() -> PeriodTable {
        let units = KeyDictionary()
        let times = KeyDictionary()
        var index = PairIndex()
        var figures: [Figure] = []
        let count = lowest.count
        for lane in lanes.values {
            let unitCodes = lane.units.map { $0.texts.map { units.code(of: $0) } } ?? [0]
            let timeCodes = lane.times.map { $0.texts.map { times.code(of: $0) } } ?? []
            for (place, key) in lane.index.keys.enumerated() {
                let (unit, time) = (unitCodes[Int(key >> 32)], timeCodes[Int(key & 0xFFFF_FFFF)])
                let isKnown = !times.texts[Int(time)].isEmpty && (!hasUnit || !units.texts[Int(unit)].isEmpty)
                guard isKnown else { continue }
                let at = index.place(of: UInt64(unit) << 32 | UInt64(time)) * count
                if at == figures.count { figures += .init(repeating: Figure(), count: count) }
                for c in 0..<count { figures[at + c].add(lane.figures[place * count + c]) }
            }
        }
        return PeriodTable(
            units: hasUnit ? units.texts : [""], times: times.texts, keys: index.keys, figures: figures, lowest: lowest)
    }
}

/// The cells of units and periods, both in the order of their texts.
struct PeriodTable {
    typealias Figure = PeriodFigures.Figure

    let units: [String]
    let periods: [String]
    let columnCount: Int
    private let lowest: [Double]
    private let figures: [Figure]
    /// For each unit and period the place of its first figure, or −1.
    private var places: [Int32]

    init(units: [String], times: [String], keys: [UInt64], figures: [Figure], lowest: [Double]) {
        func sorted(_ texts: [String]) -> (texts: [String], rank: [Int]) {
            let order = texts.indices.filter { !texts[$0].isEmpty || texts.count == 1 }.sorted {
                texts[$0].utf8.lexicographicallyPrecedes(texts[$1].utf8)
            }
            var rank = [Int](repeating: 0, count: texts.count)
            for (place, code) in order.enumerated() { rank[code] = place }
            return (order.map { texts[$0] }, rank)
        }
        let (units, unitRank) = sorted(units)
        let (periods, periodRank) = sorted(times)
        self.units = units
        self.periods = periods
        self.figures = figures
        self.lowest = lowest
        columnCount = lowest.count
        places = .init(repeating: -1, count: units.count * periods.count)
        for (place, key) in keys.enumerated() {
            let (unit, period) = (unitRank[Int(key >> 32)], periodRank[Int(key & 0xFFFF_FFFF)])
            places[unit * periods.count + period] = Int32(place)
        }
    }

    /// The figure of a cell; `nil` where it has no row with a value.
    func figure(_ unit: Int, _ period: Int, _ column: Int) -> Figure? {
        let place = Int(places[unit * periods.count + period])
        guard place >= 0, figures[place * columnCount + column].rows > 0 else { return nil }
        return figures[place * columnCount + column]
    }

    /// The figure of a whole period.
    func whole(_ period: Int, _ column: Int) -> Figure? {
        var all = Figure()
        for unit in units.indices { if let figure = figure(unit, period, column) { all.add(figure) } }
        return all.rows > 0 ? all : nil
    }

    /// The mean as it is in the file.
    func mean(_ figure: Figure, _ column: Int) -> Double { figure.mean + lowest[column] }
}
