/// What is gathered about one column while its rows pass, piece by piece, and joined in the pieces' order.
struct ColumnSummary: Sendable {
    static let distinctLimit = 20_000
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
    private var values = DistinctCounts(limit: distinctLimit)

    init(reasons: Int) {
        codes = .init(repeating: 0, count: reasons)
        identifiers = IdentifierCheck.Kind.allCases.map { IdentifierCheck(kind: $0, matching: 0, failing: 0) }
    }

    /// Takes the values of a piece's rows, each distinct text once with the number of its rows.
    mutating func add(_ rows: PieceRows, _ source: FieldSource, _ reader: NumberReader, _ scratch: ScratchText) {
        let texts = KeyDictionary()
        var found: [(firstRow: Int, rows: Int)] = []
        for r in 0..<rows.count {
            let (start, count) = source.text(rows, r, scratch, scratch)
            let code = Int(texts.code(start, count, 0, 0))
            if code == found.count { found.append((r, 1)) } else { found[code].rows += 1 }
        }
        for value in found {
            let (start, count) = source.text(rows, value.firstRow, scratch, scratch)
            add(start, count, rows: value.rows, reader)
        }
    }

    /// Takes a value of so many rows; 16 bytes past its end must be readable.
    mutating func add(_ start: UnsafePointer<UInt8>, _ count: Int, rows n: Int = 1, _ reader: NumberReader) {
        rows += n
        let text = UnsafeBufferPointer(start: start, count: count)
        switch reader.read(start, count) {
        case .missing(0):
            empty += n
            return
        case .missing(let reason):
            codes[reason] += n
            values.add(start, count, rows: n)
            return
        case .number(let number):
            numbers += n
            let value = number.double(start, count, reader.form)
            lowest = min(lowest, value)
            highest = max(highest, value)
            decimals = max(decimals, number.decimals)
        case .problem: break
        }
        noteForm(text, rows: n)
        values.add(start, count, rows: n)
    }

    private mutating func noteForm(_ text: UnsafeBufferPointer<UInt8>, rows n: Int) {
        longest = max(longest, text.count)
        if PeriodForm.matches(text) { periods += n }
        if text.allSatisfy(NumberText.isDigit) {
            if text.count > 1, text.first == UInt8(ascii: "0") { hasLeadingZero = true }
            if digitLength == nil { digitLength = text.count }
            if digitLength != text.count { isDigits = false }
        } else {
            isDigits = false
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
        values.merge(other.values)
    }

    /// What the column looks like. Numbers, periods and identifiers may hold missing codes; a group holds them as values.
    func description(name: String, reasons: [String]) -> ColumnDescription {
        let coded = codes.dropFirst().reduce(0, +)
        let plain = rows - empty - coded
        let looks = looks(plain: plain, reasons: reasons)
        var description = ColumnDescription(
            name: name, looks: looks, filled: rows - empty, empty: empty, missing: [], distinct: values.count,
            isDistinctCapped: values.isCapped)
        if case .group = looks { return description }
        if case .text = looks { return description }
        let codesSeen = values.sorted.filter { reasons.dropFirst().contains($0.value) }.count
        if !values.isCapped { description.distinct -= codesSeen }
        description.missing = codes.indices.dropFirst().filter { codes[$0] > 0 }.map {
            MissingCount(column: name, code: reasons[$0], count: codes[$0])
        }
        return description
    }

    private func looks(plain: Int, reasons: [String]) -> ColumnDescription.Looks {
        if rows == empty { return .empty }
        if plain > 0, periods == plain {
            let codes = Set(reasons)
            return .period(values.sorted.filter { !codes.contains($0.value) }.sorted { precedes($0.value, $1.value) })
        }
        let isFlag = values.count <= 2 && decimals == 0 && rows - empty >= 20
        if plain > 0, numbers == plain, !looksLikeCodes, !isFlag {
            return .number(lowest: lowest, highest: highest, decimals: decimals)
        }
        let filled = rows - empty
        if !values.isCapped, values.count <= Self.groupLimit, filled >= 10 * max(values.count, 1) {
            let holdsPupils = identifiers.contains { $0.kind == .upn && $0.matching > 0 }
            if !holdsPupils, !looksLikeCodes { return .group(values.sorted) }
        }
        let check = identifiers.filter { $0.matching * 10 > plain * 9 }.max { $0.matching < $1.matching }
        if check != nil || looksLikeCodes || values.isCapped || 2 * values.count > filled { return .identifier(check) }
        return .text(longest: longest)
    }

    /// Whole numbers of one length of five digits or more, or with leading zeros: URN, LAESTAB, ULN.
    private var looksLikeCodes: Bool {
        guard isDigits, let digitLength else { return false }
        return hasLeadingZero || digitLength >= 5
    }

    private func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
}

/// Distinct texts and the rows of each, up to a limit.
///
/// Not a value to copy and change twice: copies share the dictionary. Each is filled, merged into the next and forgotten.
struct DistinctCounts: Sendable {
    private let dictionary = KeyDictionary()
    private var rows: [Int] = []
    private let limit: Int
    private(set) var isCapped = false

    init(limit: Int) { self.limit = limit }

    var count: Int { rows.count }

    mutating func add(_ start: UnsafePointer<UInt8>, _ length: Int, rows count: Int) {
        if rows.count >= limit, dictionary.find(start, length) == nil {
            isCapped = true
            return
        }
        note(dictionary.code(start, length, 0, 0), count)
    }

    mutating func add(_ text: String, rows count: Int) {
        if rows.count >= limit, dictionary.find(text) == nil {
            isCapped = true
            return
        }
        note(dictionary.code(of: text), count)
    }

    private mutating func note(_ code: UInt32, _ count: Int) {
        if Int(code) == rows.count { rows.append(count) } else { rows[Int(code)] += count }
    }

    mutating func merge(_ other: DistinctCounts) {
        isCapped = isCapped || other.isCapped
        for (code, text) in other.dictionary.texts.enumerated() { add(text, rows: other.rows[code]) }
    }

    /// The most frequent first, ties in byte order.
    var sorted: [ValueCount] {
        zip(dictionary.texts, rows).map { ValueCount($0, $1) }.sorted {
            $0.rows != $1.rows ? $0.rows > $1.rows : $0.value.utf8.lexicographicallyPrecedes($1.value.utf8)
        }
    }
}

/// The forms of periods: `2018`, `201819`, `2018/19`, `2018-19`, `2018-2019`, with or without a term, and ISO dates.
enum PeriodForm {
    static func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= 4, let year = number(text, 0, 4), year >= 1900, year < 2100 else { return false }
        if text.count == 4 { return true }
        if text.count >= 6, let next = number(text, 4, 2), next == (year + 1) % 100 { return isTerm(text, 6) }
        guard text[4] == UInt8(ascii: "/") || text[4] == UInt8(ascii: "-"), text.count >= 7 else { return false }
        if text.count >= 9, number(text, 5, 4) == year + 1 { return isTerm(text, 9) }
        if number(text, 5, 2) == (year + 1) % 100, text.count == 7 || text[7] != UInt8(ascii: "-") {
            return isTerm(text, 7)
        }
        guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let month = number(text, 5, 2), let day = number(text, 8, 2)
        else { return false }
        return 1...12 ~= month && 1...31 ~= day
    }

    private static func number(_ text: UnsafeBufferPointer<UInt8>, _ from: Int, _ count: Int) -> Int? {
        var value = 0
        for i in from..<(from + count) {
            guard i < text.count, NumberText.isDigit(text[i]) else { return nil }
            value = value * 10 + Int(text[i] - 0x30)
        }
        return value
    }

    private static func isTerm(_ text: UnsafeBufferPointer<UInt8>, _ from: Int) -> Bool {
        let rest = String(decoding: text[from...], as: UTF8.self).lowercased().filter { $0 != " " }
        return ["", "autumn", "spring", "summer", "t1", "t2", "t3"].contains(rest)
    }
}
