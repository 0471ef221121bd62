/// Numbers for people: rounded from their shortest decimal, half away from zero, the same in every locale.
package enum Numeral {
    /// How the minus sign is set: a hyphen for terminals and Markdown, the true sign for prose and pages.
    package enum Minus: String, Sendable {
        case hyphen = "-"
        case sign = "\u{2212}"
    }

    /// `value` with exactly `decimals` decimals; a result that is all zeros has no sign.
    package static func fixed(_ value: Double, decimals: Int, minus: Minus = .sign) -> String {
        guard value.isFinite else { return "" }
        let number = Decimal(value)
        let digits = number.rounded(decimals: decimals)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let whole = padded.dropLast(decimals)
        let sign = number.isNegative && digits.contains { $0 != "0" } ? minus.rawValue : ""
        return sign + grouped(whole) + (decimals > 0 ? "." + padded.suffix(decimals) : "")
    }

    /// `value` with at least one and at most `digits` significant digits, never in powers of ten, no more than six decimals.
    package static func significant(_ value: Double, digits: Int, minus: Minus = .sign) -> String {
        fixed(value, decimals: decimals(for: value, digits: digits), minus: minus)
    }

    /// The decimals that show `digits` significant digits of `value`, 0 to 6.
    static func decimals(for value: Double, digits: Int) -> Int {
        guard value.isFinite, value != 0 else { return 0 }
        return min(6, max(0, digits - Decimal(value).point))
    }

    /// A count: whole numbers with thousands separators, others (sums of weights) with one decimal.
    package static func count(_ value: Double, minus: Minus = .sign) -> String {
        fixed(value, decimals: value.rounded() == value ? 0 : 1, minus: minus)
    }

    /// A p-value: two decimals from 0.1, three below, `<0.001` below that.
    static func probability(_ value: Double) -> String {
        value < 0.0005 ? "<0.001" : value > 0.995 ? ">0.99" : fixed(value, decimals: value < 0.0995 ? 3 : 2)
    }

    /// A number that somebody chose, such as a target: its own decimals, four at most.
    static func plain(_ value: Double, minus: Minus = .sign) -> String {
        let decimals = (0...4).first {
            Double(fixed(value, decimals: $0, minus: .hyphen).filter { $0 != "," }) == value
        }
        return fixed(value, decimals: decimals ?? 4, minus: minus)
    }

    private static func grouped(_ digits: Substring) -> String {
        guard digits.count > 3 else { return String(digits) }
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { out += "," }
            out.append(digit)
        }
        return out
    }

    /// The shortest decimal of a double: 0.d1d2d3… × 10^point.
    private struct Decimal {
        var isNegative: Bool
        var digits: [UInt8]
        var point: Int

        init(_ value: Double) {
            isNegative = value.sign == .minus
            let text = value.magnitude.description
            let parts = text.split(separator: "e")
            let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            digits = mantissa.joined().utf8.map { $0 - 0x30 }
            point = mantissa[0].count + exponent
            let zeros = digits.prefix { $0 == 0 }.count
            digits.removeFirst(zeros)
            point = digits.isEmpty ? 0 : point - zeros
        }

        /// The digits of the value × 10^decimals, rounded to a whole number.
        func rounded(decimals: Int) -> String {
            let kept = point + decimals
            guard kept >= 0, !digits.isEmpty else { return "0" }
            var out = Array(digits.prefix(kept)) + Array(repeating: 0, count: max(0, kept - digits.count))
            if kept < digits.count, digits[kept] >= 5 {
                var index = kept - 1
                while index >= 0, out[index] == 9 {
                    out[index] = 0
                    index -= 1
                }
                if index >= 0 { out[index] += 1 } else { out.insert(1, at: 0) }
            }
            return out.isEmpty ? "0" : String(decoding: out.map { $0 + 0x30 }, as: UTF8.self)
        }
    }
}
