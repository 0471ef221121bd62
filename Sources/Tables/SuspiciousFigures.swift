/// Finds the figures of one number column that are out of line with the period before.
///
/// The rules are those of the manual. A unit's change is set against the median change of all units in the same period,
/// in units of the usual spread: the median absolute deviation of all changes (times 1.4826, a standard deviation for
/// normal changes), of which the part that few rows explain by chance is taken out and given back by each unit's own rows.
struct SuspiciousFigures {
    /// Changes farther than this from the median, in usual spreads, are told.
    static let jump = 6.0
    static let leastUnits = 10

    private typealias Figure = PeriodFigures.Figure

    private let table: PeriodTable
    private let column: Int
    private let name: String
    private let wholes: [Figure?]
    /// Periods whose values are zeros.
    private var emptied: Set<Int> = []
    private(set) var ofPeriods: [Suspicion] = []
    private(set) var ofUnits: [Suspicion] = []

    /// - Parameter listsUnits: false where there is no unit, or units are pupils.
    init(_ table: PeriodTable, column: Int, name: String, listsUnits: Bool) {
        self.table = table
        self.column = column
        self.name = name
        wholes = table.periods.indices.map { table.whole($0, column) }
        findZeroPeriods()
        findJumpsOfPeriods()
        if listsUnits {
            findZeroUnits()
            findJumpsOfUnits()
            findSpreadsOfUnits()
            dropExplainedSpreads()
        }
    }

    /// The column over the periods.
    var figures: PeriodComparison.Figures {
        PeriodComparison.Figures(
            column: name, rows: wholes.map { Int($0?.rows ?? 0) }, zeros: wholes.map { Int($0?.zeros ?? 0) },
            means: wholes.map { $0.map { table.mean($0, column) } })
    }

    private func zeroShare(_ figure: Figure) -> Double { Double(figure.zeros) / Double(figure.rows) }

    private func before(_ period: Int, where holds: (Int) -> Bool) -> Int? {
        (0..<period).last { !emptied.contains($0) && holds($0) }
    }

    private func suspicion(
        _ kind: Suspicion.Kind, unit: Int?, _ period: Int, _ figure: Figure, previous: (period: Int, figure: Figure)?,
        usualChange: Double? = nil, distance: Double
    ) -> Suspicion {
        Suspicion(
            kind: kind, column: name, unit: unit.map { table.units[$0] }, period: table.periods[period],
            rows: Int(figure.rows), zeros: Int(figure.zeros), mean: table.mean(figure, column),
            standardDeviation: figure.deviation,
            previous: previous.map {
                Suspicion.Previous(
                    period: table.periods[$0.period], rows: Int($0.figure.rows), mean: table.mean($0.figure, column),
                    standardDeviation: $0.figure.deviation)
            },
            usualChange: usualChange, distance: distance)
    }

    // MARK: Whole periods

    /// At least half of a period's values are 0, and in the median period at most a tenth.
    private mutating func findZeroPeriods() {
        let shares = wholes.map { $0.map(zeroShare) }
        guard shares.compactMap({ $0 }).count >= 2 else { return }
        let usual = Median.of(shares.compactMap { $0 })
        guard usual <= 0.1 else { return }
        for (period, figure) in wholes.enumerated() {
            guard let figure, let share = shares[period], share >= 0.5 else { continue }
            emptied.insert(period)
            ofPeriods.append(suspicion(.zeros, unit: nil, period, figure, previous: nil, distance: share))
        }
    }

    /// The mean of all rows moved by half a standard deviation and by five standard errors, and three times as far as it
    /// usually moves; or the standard deviation doubled or halved.
    private mutating func findJumpsOfPeriods() {
        var changes: [(period: Int, before: Int, change: Double)] = []
        for (period, figure) in wholes.enumerated() where !emptied.contains(period) {
            guard let figure, let earlier = before(period, where: { wholes[$0] != nil }), let last = wholes[earlier]
            else { continue }
            changes.append((period, earlier, figure.mean - last.mean))
        }
        for (k, change) in changes.enumerated() {
            guard let figure = wholes[change.period], let last = wholes[change.before] else { continue }
            let others = changes.indices.filter { $0 != k }.map { abs(changes[$0].change) }
            let spread = max(last.deviation, figure.deviation)
            let error = spread * (1 / Double(figure.rows) + 1 / Double(last.rows)).squareRoot()
            let isFar =
                abs(change.change) >= 0.5 * spread && abs(change.change) >= 5 * error
                && (others.count < 2 || abs(change.change) >= 3 * Median.of(others))
            if spread > 0, isFar {
                ofPeriods.append(
                    suspicion(
                        .jump, unit: nil, change.period, figure, previous: (change.before, last),
                        distance: change.change / spread))
                continue
            }
            guard min(figure.rows, last.rows) >= 30, last.deviation > 0 else { continue }
            let ratio = figure.deviation / last.deviation
            guard ratio >= 2 || ratio <= 0.5 else { continue }
            ofPeriods.append(
                suspicion(.spread, unit: nil, change.period, figure, previous: (change.before, last), distance: ratio))
        }
    }

    // MARK: Units

    /// A fifth of at least five values are 0, ten times as many as elsewhere; or all of fewer, where elsewhere one in a
    /// hundred is and the unit has none in at least two other periods.
    private mutating func findZeroUnits() {
        var all = Figure()
        for (period, figure) in wholes.enumerated() where !emptied.contains(period) {
            if let figure { all.add(figure) }
        }
        for unit in table.units.indices {
            for period in table.periods.indices where !emptied.contains(period) {
                guard let figure = table.figure(unit, period, column), figure.zeros > 0 else { continue }
                let elsewhere = Double(all.zeros - figure.zeros) / Double(max(1, all.rows - figure.rows))
                let share = zeroShare(figure)
                if figure.rows >= 5 {
                    guard figure.zeros >= 5, share >= 0.2, share >= 10 * elsewhere else { continue }
                } else {
                    let others = table.periods.indices.filter { $0 != period && !emptied.contains($0) }
                        .compactMap { table.figure(unit, $0, column) }
                    guard share == 1, elsewhere <= 0.01, others.count >= 2, others.allSatisfy({ $0.zeros == 0 }) else {
                        continue
                    }
                }
                ofUnits.append(suspicion(.zeros, unit: unit, period, figure, previous: nil, distance: share))
            }
        }
    }

    private struct Change {
        var unit: Int
        var period: Int
        var before: Int
        var change: Double
        /// 1/n + 1/n of the two figures.
        var inverse: Double
        var usual = 0.0
    }

    private func changes() -> [Change] {
        var changes: [Change] = []
        for unit in table.units.indices {
            var last: (period: Int, figure: Figure)?
            for period in table.periods.indices where !emptied.contains(period) {
                guard let figure = table.figure(unit, period, column) else { continue }
                if let last {
                    changes.append(
                        Change(
                            unit: unit, period: period, before: last.period, change: figure.mean - last.figure.mean,
                            inverse: 1 / Double(figure.rows) + 1 / Double(last.figure.rows)))
                }
                last = (period, figure)
            }
        }
        return changes
    }

    private mutating func findJumpsOfUnits() {
        var found = changes()
        for period in table.periods.indices {
            let own = found.indices.filter { found[$0].period == period }
            guard own.count >= Self.leastUnits else { continue }
            let usual = Median.of(own.map { found[$0].change })
            for i in own { found[i].usual = usual }
        }
        let counts = found.reduce(into: [Int: Int]()) { $0[$1.period, default: 0] += 1 }
        found.removeAll { counts[$0.period] ?? 0 < Self.leastUnits }
        guard !found.isEmpty else { return }
        let within = withinVariance
        let scale = 1.4826 * Median.of(found.map { abs($0.change - $0.usual) })
        let real = max(0, scale * scale - within * Median.of(found.map(\.inverse)))
        guard scale > 0 else { return }
        let told = Set(ofUnits.map { [$0.unit ?? "", $0.period] })
        var lastTold: (unit: Int, period: Int, sign: Bool)?
        for change in found {
            let distance =
                (change.change - change.usual) / (real + within * change.inverse).squareRoot()
            guard abs(distance) > Self.jump else { continue }
            // What comes back after a period out of line is the same news.
            let isReturn = lastTold.map {
                $0.unit == change.unit && $0.period == change.before && $0.sign != (distance > 0)
            }
            lastTold = (change.unit, change.period, distance > 0)
            guard isReturn != true, !told.contains([table.units[change.unit], table.periods[change.period]]),
                let figure = table.figure(change.unit, change.period, column),
                let last = table.figure(change.unit, change.before, column)
            else { continue }
            ofUnits.append(
                suspicion(
                    .jump, unit: change.unit, change.period, figure, previous: (change.before, last),
                    usualChange: change.usual, distance: distance))
        }
    }

    /// The variance of rows within their unit and period; 0 where each has one row.
    private var withinVariance: Double {
        var (squares, degrees) = (0.0, 0.0)
        for unit in table.units.indices {
            for period in table.periods.indices where !emptied.contains(period) {
                guard let figure = table.figure(unit, period, column), figure.rows > 1 else { continue }
                squares += figure.about
                degrees += Double(figure.rows - 1)
            }
        }
        return degrees > 0 ? squares / degrees : 0
    }

    /// A unit out of line widens its period; the unit is what should be looked at.
    private mutating func dropExplainedSpreads() {
        let told = Set(ofUnits.map(\.period))
        ofPeriods.removeAll { spread in
            spread.kind == .spread
                && (told.contains(spread.period) || spread.previous.map { told.contains($0.period) } ?? false)
        }
    }

    /// The standard deviation of at least ten rows against that of at least ten before is a quarter of what it usually is in
    /// that period, or four times as much.
    private mutating func findSpreadsOfUnits() {
        typealias Pair = (unit: Int, period: Int, before: Int, figure: Figure, last: Figure)
        var pairs: [Pair] = []
        for unit in table.units.indices {
            for period in table.periods.indices where !emptied.contains(period) {
                guard let figure = table.figure(unit, period, column), figure.rows >= 10,
                    let earlier = before(period, where: { table.figure(unit, $0, column) != nil }),
                    let last = table.figure(unit, earlier, column), last.rows >= 10, last.deviation > 0
                else { continue }
                pairs.append((unit, period, earlier, figure, last))
            }
        }
        func ratio(_ pair: Pair) -> Double { pair.figure.deviation / pair.last.deviation }
        var usual = [Double](repeating: 1, count: table.periods.count)
        for period in table.periods.indices {
            let ratios = pairs.filter { $0.period == period }.map(ratio)
            let median = Median.of(ratios)
            if ratios.count >= Self.leastUnits, median > 0 { usual[period] = median }
        }
        var told = Set(ofUnits.map { [$0.unit ?? "", $0.period] })
        for pair in pairs {
            let share = ratio(pair) / usual[pair.period]
            // What comes back after a period out of line is the same news.
            let isTold = [pair.period, pair.before].contains {
                told.contains([table.units[pair.unit], table.periods[$0]])
            }
            guard share >= 4 || share <= 0.25, !isTold else { continue }
            told.insert([table.units[pair.unit], table.periods[pair.period]])
            ofUnits.append(
                suspicion(
                    .spread, unit: pair.unit, pair.period, pair.figure, previous: (pair.before, pair.last),
                    distance: ratio(pair)))
        }
    }
}

enum Median {
    /// The median; of an even count the mean of the middle two. 0 of nothing.
    static func of(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
