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
