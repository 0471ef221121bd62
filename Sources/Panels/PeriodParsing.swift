extension Period {
    /// Reads a year (`2019`), an academic year (`201819`, `2018/19`, `2018-19`, `2018-2019`), a term (`2018/19 autumn`,
    /// `201819T1`) or an ISO date (`2019-03-31`). Spaces around the text are ignored; the label keeps the text as written.
    ///
    /// Ordinals: the year; the year in which an academic year begins; three times that plus 0 (autumn), 1 (spring) or
    /// 2 (summer) for terms; days since 1970-01-01 for dates.
    /// - Throws: `.yearsNotConsecutive` for `201619`, `.notAPeriod` for everything else that is none of these.
    public init(parsing text: String) throws(DesignError) {
        let bytes = Self.trimmed(Array(text.utf8))
        if let year = Self.academicYear(bytes) {
            guard year.isConsecutive else { throw .yearsNotConsecutive(text: text) }
            self.init(kind: .academicYear, ordinal: year.first, label: text)
        } else if let term = Self.term(bytes) {
            guard term.year.isConsecutive else { throw .yearsNotConsecutive(text: text) }
            self.init(kind: .term, ordinal: 3 * term.year.first + term.index, label: text)
        } else if let days = Self.isoDate(bytes) {
            self.init(kind: .date, ordinal: days, label: text)
        } else if let year = Self.integerYear(bytes) {
            self.init(kind: .year, ordinal: year, label: text)
        } else {
            throw .notAPeriod(text: text)
        }
    }

    private struct AcademicYear {
        var first: Int
        var isConsecutive: Bool
    }

    /// Six digits, or four and two or four digits around `/` or `-`.
    private static func academicYear(_ bytes: [UInt8]) -> AcademicYear? {
        let second: ArraySlice<UInt8>
        switch bytes.count {
        case 6: second = bytes[4...]
        case 7 where isYearSeparator(bytes[4]), 9 where isYearSeparator(bytes[4]): second = bytes[5...]
        default: return nil
        }
        guard let from = number(bytes[..<4]), let to = number(second) else { return nil }
        let follows = second.count == 2 ? (from + 1) % 100 == to : from + 1 == to
        return AcademicYear(first: from, isConsecutive: follows)
    }

    private static let termNames = ["autumn", "spring", "summer"].map { Array($0.utf8) }

    /// An academic year, then `T1` to `T3` or the name of the term, with or without spaces and the word "term".
    private static func term(_ bytes: [UInt8]) -> (year: AcademicYear, index: Int)? {
        for length in [9, 7, 6] where bytes.count > length {
            guard let year = academicYear(Array(bytes[..<length])) else { continue }
            var name = trimmed(bytes[length...].map { $0 | 0x20 })
            if name.count > 5, name.suffix(5).elementsEqual(" term".utf8) { name = trimmed(Array(name.dropLast(5))) }
            if let index = termNames.firstIndex(of: name) { return (year, index) }
            guard name.count == 2, name[0] == UInt8(ascii: "t") else { return nil }
            let index = Int(name[1]) - Int(UInt8(ascii: "1"))
            return (0..<3).contains(index) ? (year, index) : nil
        }
        return nil
    }

    /// Days since 1970-01-01 of the proleptic Gregorian calendar.
    private static func isoDate(_ bytes: [UInt8]) -> Int? {
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes[..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8...]),
            (1...12).contains(month)
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month - 1]).contains(day) else { return nil }
        // Years counted from March, so that the leap day is the last of its year.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let era = shifted >= 0 ? shifted / 400 : (shifted - 399) / 400
        let yearOfEra = shifted - 400 * era
        return 146_097 * era + 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// An integer of at most five digits: a year, or the number of a wave.
    private static func integerYear(_ bytes: [UInt8]) -> Int? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = isNegative ? bytes[1...] : bytes[...]
        guard digits.count <= 5, let value = number(digits) else { return nil }
        return isNegative ? -value : value
    }

    private static func isYearSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-")
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 9 else { return nil }
        var value = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = 10 * value + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return Array(bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
