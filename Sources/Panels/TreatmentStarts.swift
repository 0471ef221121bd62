import Cells

/// When each unit's results could first be affected, as the data or the list of partners say it.
struct TreatmentStarts {
    /// Per unit: the point of time with the lag added; nil for units that never start.
    private(set) var ordinal: [Int?]
    /// Per unit: the same without the lag.
    private(set) var workOrdinal: [Int?] = []
    /// Per unit: the start as written, or as it was found.
    private(set) var text: [String?]
    /// Units whose start came by `takesFirstStart` out of several.
    private(set) var settled: [Int] = []
    /// Per unit and period, for treatments that stop or are on at first; nil elsewhere.
    private(set) var reversals: Reversals?
    private(set) var neverSpellings: [DesignReport.NeverSpelling] = []
    private(set) var matchedPartners: [String] = []
    private(set) var unmatchedPartners: [String] = []

    /// Treatments that do not simply start.
    struct Reversals {
        /// Per unit: treated in the first period in which it is there.
        var startsOn: [Bool]
        /// Units × periods; nil where the unit is not there.
        var isOn: [Bool?]
    }

    /// The cells that say who was treated: those of every unit that is not excluded, with or without a result.
    struct Evidence {
        var units: [String]
        /// Per cell: the unit, the index of the period, and whether the cell counts.
        var unit: [Int]
        var period: [Int]
        var counts: [Bool]
        var timeline: Timeline
    }

    init(_ evidence: Evidence, treatment: CellKey?, request: DesignRequest) throws(DesignError) {
        ordinal = [Int?](repeating: nil, count: evidence.units.count)
        text = [String?](repeating: nil, count: evidence.units.count)
        switch request.treatment {
        case .startColumn(let name):
            guard let treatment else { throw .columnNotInCells(name: name) }
            try readStarts(evidence, treatment, takesFirst: request.takesFirstStart)
        case .treatedColumn(let name):
            guard let treatment else { throw .columnNotInCells(name: name) }
            try readSwitches(evidence, treatment, request)
        case .partners(let entries, let startAt):
            try readPartners(evidence, entries, startAt: startAt, request)
        }
        workOrdinal = ordinal
        if request.exposure != nil, evidence.timeline.kind == .term || evidence.timeline.kind == .date {
            throw .exposureNeedsYears(period: evidence.timeline.periods[0])
        }
        let lag = request.exposure?.delay ?? request.lag
        for unit in ordinal.indices { ordinal[unit] = ordinal[unit].map { evidence.timeline.ordinal($0, later: lag) } }
    }

    /// Empty, `0` and `never` mark units that never start.
    static func isNever(_ text: String) -> Bool { text.isEmpty || text == "0" || text.lowercased() == "never" }

    /// - Returns: nil for units that never start.
    private static func start(_ text: String, of unit: String, on timeline: Timeline) throws(DesignError) -> Int? {
        if isNever(text) { return nil }
        guard let period = try? Period(parsing: text) else { throw .startNotAPeriod(unit: unit, text: text) }
        guard period.kind == timeline.kind else {
            // A code such as -1 or 9999 reads as a year and means none.
            if period.kind == .year, !(1000..<9999).contains(period.ordinal) {
                throw .startNotAPeriod(unit: unit, text: text)
            }
            throw .startOfOtherKind(unit: unit, start: period, periods: timeline.periods[0])
        }
        return period.ordinal
    }

    private mutating func readStarts(
        _ evidence: Evidence, _ key: CellKey, takesFirst: Bool
    ) throws(DesignError) {
        var firstCode = [Int?](repeating: nil, count: evidence.units.count)
        var isSettled = [Bool](repeating: false, count: evidence.units.count)
        for cell in evidence.unit.indices where evidence.counts[cell] {
            let unit = evidence.unit[cell]
            let code = Int(key.codes[cell])
            guard let known = firstCode[unit] else {
                firstCode[unit] = code
                ordinal[unit] = try Self.start(key.values[code], of: evidence.units[unit], on: evidence.timeline)
                text[unit] = key.values[code]
                continue
            }
            guard known != code else { continue }
            let other = try Self.start(key.values[code], of: evidence.units[unit], on: evidence.timeline)
            guard other != ordinal[unit] else { continue }
            guard takesFirst else {
                throw .startDiffers(unit: evidence.units[unit], first: key.values[known], second: key.values[code])
            }
            isSettled[unit] = true
            if let other, other < ordinal[unit] ?? Int.max {
                ordinal[unit] = other
                text[unit] = key.values[code]
            }
        }
        settled = isSettled.indices.filter { isSettled[$0] }
        countNeverSpellings(key.values, firstCode)
    }

    private mutating func countNeverSpellings(_ values: [String], _ firstCode: [Int?]) {
        var units = [Int](repeating: 0, count: values.count)
        for (unit, code) in firstCode.enumerated() {
            if let code, ordinal[unit] == nil { units[code] += 1 }
        }
        neverSpellings = values.indices.filter { units[$0] > 0 }.map { .init(text: values[$0], units: units[$0]) }
    }

    private mutating func readSwitches(
        _ evidence: Evidence, _ key: CellKey, _ request: DesignRequest
    ) throws(DesignError) {
        let count = evidence.timeline.periods.count
        var isOn = [Bool?](repeating: nil, count: evidence.units.count * count)
        for cell in evidence.unit.indices where evidence.counts[cell] {
            let (unit, period) = (evidence.unit[cell], evidence.period[cell])
            let value = key.values[Int(key.codes[cell])]
            let label = evidence.timeline.periods[period].label
            guard value == "0" || value == "1" else {
                throw .treatedNotZeroOrOne(column: key.name, unit: evidence.units[unit], period: label)
            }
            let slot = unit * count + period
            if let known = isOn[slot], known != (value == "1") {
                throw .treatedDiffers(unit: evidence.units[unit], period: label)
            }
            isOn[slot] = value == "1"
        }
        if request.keepsReversals, !request.takesFirstStart, keepReversals(evidence, isOn) { return }
        for unit in evidence.units.indices {
            let row = isOn[unit * count..<(unit + 1) * count]
            guard let first = row.firstIndex(of: true) else { continue }
            if let end = row[first...].firstIndex(of: false) {
                guard request.takesFirstStart else {
                    throw .treatmentSwitchesOff(
                        unit: evidence.units[unit], on: evidence.timeline.periods[first - row.startIndex].label,
                        off: evidence.timeline.periods[end - row.startIndex].label)
                }
                settled.append(unit)
            }
            let period = evidence.timeline.periods[first - row.startIndex]
            (ordinal[unit], text[unit]) = (period.ordinal, period.label)
        }
    }

    /// - Returns: false where treatment only ever starts, so that starts say it all.
    private mutating func keepReversals(_ evidence: Evidence, _ isOn: [Bool?]) -> Bool {
        let count = evidence.timeline.periods.count
        var startsOn = evidence.units.map { _ in false }
        var simplyStarts = true
        var firstSwitch = [Int?](repeating: nil, count: startsOn.count)
        for unit in evidence.units.indices {
            let row = (0..<count).filter { isOn[unit * count + $0] != nil }
            guard let first = row.first else { continue }
            startsOn[unit] = isOn[unit * count + first] == true
            firstSwitch[unit] = row.first { isOn[unit * count + $0] != startsOn[unit] }
            let last = row.last.map { isOn[unit * count + $0] == true } ?? false
            let changes = zip(row, row.dropFirst()).count { isOn[unit * count + $0] != isOn[unit * count + $1] }
            simplyStarts = simplyStarts && (changes == 0 && !startsOn[unit] || changes == 1 && last)
        }
        guard !simplyStarts else { return false }
        reversals = Reversals(startsOn: startsOn, isOn: isOn)
        for (unit, first) in firstSwitch.enumerated() {
            guard let first else { continue }
            (ordinal[unit], text[unit]) = (
                evidence.timeline.periods[first].ordinal, evidence.timeline.periods[first].label
            )
        }
        return true
    }

    private mutating func readPartners(
        _ evidence: Evidence, _ entries: [PartnerEntry], startAt: String?, _ request: DesignRequest
    ) throws(DesignError) {
        var index: [String: Int] = [:]
        for (unit, name) in evidence.units.enumerated() { index[name] = unit }
        var present = [Bool](repeating: false, count: evidence.units.count)
        for cell in evidence.unit.indices where evidence.counts[cell] { present[evidence.unit[cell]] = true }
        var isListed = present.map { _ in false }
        for entry in entries where !request.excluded.contains(entry.unit) {
            guard let unit = index[entry.unit], present[unit] else {
                if !unmatchedPartners.contains(entry.unit) { unmatchedPartners.append(entry.unit) }
                continue
            }
            let own = entry.start.flatMap { $0.isEmpty ? nil : $0 }
            guard let written = own ?? startAt else { throw .partnerWithoutStart(unit: entry.unit) }
            let start = try Self.start(written, of: entry.unit, on: evidence.timeline)
            if isListed[unit], start != ordinal[unit] {
                guard request.takesFirstStart else {
                    throw .startDiffers(unit: entry.unit, first: text[unit] ?? "", second: written)
                }
                if !settled.contains(unit) { settled.append(unit) }
                if (start ?? Int.max) > (ordinal[unit] ?? Int.max) { continue }
            }
            isListed[unit] = true
            (ordinal[unit], text[unit]) = (start, written)
        }
        matchedPartners = evidence.units.indices.filter { isListed[$0] }.map { evidence.units[$0] }
        unmatchedPartners.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard matchedPartners.isEmpty else { return }
        let trimmed = Set(evidence.units.indices.filter { present[$0] }.map { Self.withoutBlanks(evidence.units[$0]) })
        throw .noPartnerFound(
            listed: unmatchedPartners.count,
            wouldMatchWithoutBlanks: unmatchedPartners.count { trimmed.contains(Self.withoutBlanks($0)) })
    }

    private static func withoutBlanks(_ text: String) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
