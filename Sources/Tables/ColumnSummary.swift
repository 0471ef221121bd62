/// What the values of one column come to: counts, ranges and forms, each joined by adding up.
struct ColumnSummary: Sendable {
    /// More values than this make no group.
    static let groupLimit = 20

    private var rows = 0
    private var empty = 0
    private var numbers = 0
    private var lowest = Double.infinity
    private var highest = -Double.infinity
    private var decimals = 0
    private var codes: [Int]
    private var periods = 0
    private var longest = 0
    /// Digits alone, all of one length of five or more.
    private var digitLength: Int?
    private var isDigits = true
    private var hasLeadingZero = false
    private var identifiers: [IdentifierCheck]

    init(reasons: Int) {
        codes = .init(repeating: 0, count: reasons)
        identifiers = IdentifierCheck.Kind.allCases.map { IdentifierCheck(kind: $0, matching: 0, failing: 0) }
    }

    mutating func addEmpty(_ n: Int) {
        rows += n
        empty += n
    }

    /// Takes a value of so many rows; 16 bytes past its end must be readable.
    ///
    /// - Returns: false where it is empty or blank.
    @discardableResult
    mutating func add(_ start: UnsafePointer<UInt8>, _ count: Int, rows n: Int, _ reader: NumberReader) -> Bool {
        rows += n
        let short = reader.short(start, count)
        if short >= 0 {
            note(Double(short >> 3) / PowersOfTen.doubles[Int(short & 7)], decimals: Int(short & 7), rows: n) {
                // The decimals that the value needs: those of `1.50` are one.
                if case .number(let number) = reader.read(start, count) { number.decimals } else { 0 }
            }
        } else {
            switch reader.read(start, count) {
            case .missing(0):
                empty += n
                return false
            case .missing(let reason):
                codes[reason] += n
                return true
            case .number(let number):
                note(number.double(start, count, reader.form), decimals: number.decimals, rows: n) { number.decimals }
            case .problem: break
            }
        }
        noteForm(UnsafeBufferPointer(start: start, count: count), rows: n)
        return true
    }

    private mutating func note(_ value: Double, decimals most: Int, rows n: Int, decimals: () -> Int) {
        numbers += n
        lowest = min(lowest, value)
        highest = max(highest, value)
        if most > self.decimals { self.decimals = max(self.decimals, decimals()) }
    }

    private mutating func noteForm(_ text: UnsafeBufferPointer<UInt8>, rows n: Int) {
        longest = max(longest, text.count)
        if PeriodForm.matches(text) { periods += n }
        if isDigits {
            if text.allSatisfy(NumberText.isDigit), digitLength ?? text.count == text.count {
                if text.count > 1, text.first == UInt8(ascii: "0") { hasLeadingZero = true }
                digitLength = text.count
            } else {
                isDigits = false
            }
        }
        if let (kind, isRight) = IdentifierCheck.kind(of: text),
            let k = IdentifierCheck.Kind.allCases.firstIndex(of: kind)
        {
            identifiers[k].matching += n
            if !isRight { identifiers[k].failing += n }
        }
    }

    mutating func merge(_ other: ColumnSummary) {
        rows += other.rows
        empty += other.empty
        numbers += other.numbers
        lowest = min(lowest, other.lowest)
        highest = max(highest, other.highest)
        decimals = max(decimals, other.decimals)
        for i in codes.indices { codes[i] += other.codes[i] }
        periods += other.periods
        longest = max(longest, other.longest)
        isDigits =
            isDigits && other.isDigits && (digitLength ?? other.digitLength) == (other.digitLength ?? digitLength)
        digitLength = digitLength ?? other.digitLength
        hasLeadingZero = hasLeadingZero || other.hasLeadingZero
        for i in identifiers.indices {
            identifiers[i].matching += other.identifiers[i].matching
            identifiers[i].failing += other.identifiers[i].failing
        }
    }

    /// What the column looks like. Numbers, periods and identifiers may hold missing codes; a group holds them as values.
    ///
    /// - Parameter values: the texts that are neither empty nor blank, the most frequent first; `nil` where there are too
    ///   many.
    func description(name: String, reasons: [String], values: [ValueCount]?, _ reader: NumberReader)
        -> ColumnDescription
    {
        let plain = rows - empty - codes.dropFirst().reduce(0, +)
        let looks = looks(plain: plain, values: values, codes: Set(reasons.dropFirst()))
        var description = ColumnDescription(
            name: name, looks: looks, filled: rows - empty, empty: empty, missing: [],
            distinct: values?.count ?? ColumnTally.distinctLimit, isDistinctCapped: values == nil)
        switch looks {
        case .group, .text, .empty: return description
        case .number:
            description.notNumbers = plain - numbers
            description.bins = values.map { bins($0, reader) } ?? []
            if plain > numbers {
                description.words = Array((values ?? []).lazy.filter { isWord($0, reader) }.prefix(3))
            }
        case .identifier, .period: break
        }
        if let values { description.distinct -= values.filter { reasons.dropFirst().contains($0.value) }.count }
        description.missing = codes.indices.dropFirst().filter { codes[$0] > 0 }.map {
            MissingCount(column: name, code: reasons[$0], count: codes[$0])
        }
        return description
    }

    private func looks(plain: Int, values: [ValueCount]?, codes: Set<String>) -> ColumnDescription.Looks {
        if rows == empty { return .empty }
        if plain > 0, periods == plain {
            let periods = (values ?? []).filter { !codes.contains($0.value) }
            return .period(periods.sorted { $0.value.utf8.lexicographicallyPrecedes($1.value.utf8) })
        }
        let filled = rows - empty
        let isFlag = values.map { $0.count <= 2 } == true && decimals == 0 && filled >= 20
        if plain > 0, numbers == plain, !looksLikeCodes, !isFlag {
            return .number(lowest: lowest, highest: highest, decimals: decimals)
        }
        if let values, values.count <= Self.groupLimit, filled >= 10 * max(values.count, 1) {
            let holdsPupils = identifiers.contains { $0.kind == .upn && $0.matching > 0 }
            if !holdsPupils, !looksLikeCodes { return .group(values) }
        }
        // A few words among many numbers are codes that nobody declared, or mistakes.
        if numbers < plain, 10 * numbers >= 9 * plain, numbers >= 20, !looksLikeCodes {
            return .number(lowest: lowest, highest: highest, decimals: decimals)
        }
        let check = identifiers.filter { $0.matching * 10 > plain * 9 }.max { $0.matching < $1.matching }
        if check != nil || looksLikeCodes || 2 * (values?.count ?? filled) > filled { return .identifier(check) }
        return .text(longest: longest)
    }

    /// Whole numbers of one length of five digits or more, or with leading zeros: URN, LAESTAB, ULN.
    private var looksLikeCodes: Bool {
        guard isDigits, let digitLength else { return false }
        return hasLeadingZero || digitLength >= 5
    }

    /// The rows in each eighth of the range.
    private func bins(_ values: [ValueCount], _ reader: NumberReader) -> [Int] {
        guard highest > lowest else { return [] }
        var bins = [Int](repeating: 0, count: 8)
        for value in values {
            let scratch = ScratchText(value.value)
            guard case .number(let number) = reader.read(scratch.start, scratch.count) else { continue }
            let share = (number.double(scratch.start, scratch.count, reader.form) - lowest) / (highest - lowest)
            bins[min(7, max(0, Int(8 * share)))] += value.rows
        }
        return bins
    }

    private func isWord(_ value: ValueCount, _ reader: NumberReader) -> Bool {
        let scratch = ScratchText(value.value)
        if case .problem = reader.read(scratch.start, scratch.count) { return true }
        return false
    }
}
