/// The text of a number, taken apart: ± digits · 10^exponent, trailing zeros cut.
///
/// Accepted: blanks round it, a sign, digits with a point, an exponent; thousands marks, another decimal mark and a percent
/// sign only where the form says so. Everything else is a `NumberProblem`. The rules are those of the manual, and the tests
/// hold the values equal to `strtod` to the last bit.
struct NumberText {
    var isNegative = false
    /// The significant digits, at most 19 of them, without trailing zeros; 0 for zero.
    var digits: UInt64 = 0
    var exponent = 0
    /// True where more than 19 significant digits stood in the text: then `digits` alone does not say the value.
    var isLong = false

    enum Outcome {
        case number(NumberText)
        case blank
        case problem(NumberProblem)
    }

    /// Reads `bytes[0..<count]`.
    static func read(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ form: NumberForm) -> Outcome {
        var i = 0
        var end = count
        while i < end, isBlank(bytes[i]) { i += 1 }
        while end > i, isBlank(bytes[end - 1]) { end -= 1 }
        if i == end { return .blank }
        let whole = UnsafeBufferPointer(start: bytes + i, count: end - i)
        if form.percent, bytes[end - 1] == UInt8(ascii: "%") {
            end -= 1
            while end > i, isBlank(bytes[end - 1]) { end -= 1 }
        }
        var number = NumberText()
        if i < end, bytes[i] == UInt8(ascii: "-") || bytes[i] == UInt8(ascii: "+") {
            number.isNegative = bytes[i] == UInt8(ascii: "-")
            i += 1
        }
        guard var digits = Digits(bytes, &i, end, form) else { return .problem(problem(whole)) }
        guard digits.readExponent(bytes, &i, end), i == end else { return .problem(problem(whole)) }
        number.digits = digits.value
        number.exponent = digits.exponent
        number.isLong = digits.isLong
        if number.isTooLarge(bytes, count, form) { return .problem(.tooLarge) }
        return .number(number)
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private func isTooLarge(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ form: NumberForm) -> Bool {
        exponent > 280 && digits != 0 && !double(bytes, count, form).isFinite
    }

    /// Value · 10^scale as an integer, or `nil` where more decimals or digits are needed than that holds.
    func mantissa(scale: Int) -> Int64? {
        let power = exponent + scale
        guard !isLong, digits != 0 else { return isLong ? nil : 0 }
        guard power >= 0, power <= 18 else { return nil }
        let (product, overflow) = digits.multipliedReportingOverflow(by: PowersOfTen.integers[power])
        guard !overflow, product <= UInt64(Int64.max) else { return nil }
        return isNegative ? -Int64(product) : Int64(product)
    }

    /// The decimals that the value needs; at least 0.
    var decimals: Int { digits == 0 ? 0 : max(0, -exponent) }

    /// The correctly rounded value. The bytes are the text it was read from, needed only where digits do not suffice.
    func double(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ form: NumberForm) -> Double {
        if !isLong, digits <= 1 << 53, exponent >= -22, exponent <= 22 {
            // Both operands are exact, so one rounding happens.
            let magnitude =
                exponent < 0
                ? Double(digits) / PowersOfTen.doubles[-exponent] : Double(digits) * PowersOfTen.doubles[exponent]
            return isNegative ? -magnitude : magnitude
        }
        var text = ""
        if !isLong {
            text = "\(isNegative ? "-" : "")\(digits)e\(exponent)"
        } else {
            for i in 0..<count {
                let byte = bytes[i]
                if byte == form.decimal {
                    text.append(".")
                } else if NumberText.isDigit(byte) || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: "+")
                {
                    text.unicodeScalars.append(Unicode.Scalar(byte))
                }
            }
        }
        // Swift's own conversion rounds correctly and knows no locale; beyond the range it gives 0 or infinity.
        return Double(text) ?? (exponent > 0 ? .infinity : 0)
    }

    /// The shortest decimal text of the value: `12.50` is `12.5`, `1e2` is `100`, `-0` is `0`.
    func canonical(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ form: NumberForm) -> String {
        if !isLong, digits == 0 { return "0" }
        if isLong || exponent > 20 || exponent < -40 { return "\(double(bytes, count, form))" }
        let sign = isNegative ? "-" : ""
        var text = String(digits)
        if exponent >= 0 { return sign + text + String(repeating: "0", count: exponent) }
        if text.utf8.count <= -exponent { text = String(repeating: "0", count: 1 - exponent - text.utf8.count) + text }
        return sign + text.dropLast(-exponent) + "." + text.suffix(-exponent)
    }

    /// A text that begins with a letter and can be told from all other problems by its bytes, as identifiers can.
    private static func isPlainWord(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last else { return false }
        let letter = first | 0x20
        return letter &- UInt8(ascii: "a") < 26 && letter != UInt8(ascii: "i") && letter != UInt8(ascii: "n")
            && last != UInt8(ascii: "%") && !text.contains(UInt8(ascii: ","))
    }

    /// What a text that is not a number looks like, for the hint.
    private static func problem(_ text: UnsafeBufferPointer<UInt8>) -> NumberProblem {
        if isPlainWord(text) { return .word }
        if let start = text.baseAddress, FormulaText.isWrapped(start, text.count) { return .formula }
        let string = String(decoding: text, as: UTF8.self).lowercased()
        if string.hasPrefix("\u{2212}") { return .trueMinus }
        let body = string.drop { $0 == "-" || $0 == "+" }
        if body == "inf" || body == "infinity" || body == "nan" { return .notFinite }
        if body.hasPrefix("0x") { return .hexadecimal }
        let holdsDigit = text.contains(where: isDigit)
        guard holdsDigit else { return .word }
        if string.hasSuffix("%") { return .percent }
        if "£$€".contains(where: { string.hasPrefix(String($0)) }) { return .currency }
        if string.contains(",") { return .comma }
        return .word
    }
}

/// How numbers are written in the file.
struct NumberForm: Sendable, Equatable {
    var decimal = UInt8(ascii: ".")
    var thousands: UInt8?
    var percent = false

    init() {}

    init(_ form: FileForm) {
        decimal = form.decimal
        thousands = form.thousands
        percent = form.percent
    }
}

/// The digits, the decimal mark and the exponent of a number.
private struct Digits {
    var value: UInt64 = 0
    var exponent = 0
    var isLong = false
    private var used = 0
    private var zeros = 0

    /// Reads digits with at most one decimal mark; `nil` where there is no digit or a thousands mark stands wrong.
    init?(_ bytes: UnsafePointer<UInt8>, _ i: inout Int, _ end: Int, _ form: NumberForm) {
        let start = i
        var group = 0
        var isGrouped = false
        while i < end {
            if NumberText.isDigit(bytes[i]) {
                take(bytes[i] &- 0x30)
                group += 1
            } else if let mark = form.thousands, bytes[i] == mark, group > 0, isGrouped ? group == 3 : group <= 3 {
                isGrouped = true
                group = 0
            } else {
                break
            }
            i += 1
        }
        if isGrouped, group != 3 { return nil }
        var count = i - start
        if i < end, bytes[i] == form.decimal {
            i += 1
            while i < end, NumberText.isDigit(bytes[i]) {
                take(bytes[i] &- 0x30)
                exponent -= 1
                count += 1
                i += 1
            }
        }
        guard count > 0 else { return nil }
        exponent += zeros
    }

    /// Zeros wait until a digit follows them, so trailing ones are never part of the value.
    private mutating func take(_ digit: UInt8) {
        if digit == 0 {
            if used > 0 { zeros += 1 }
            return
        }
        let places = zeros + 1
        guard used + places <= 19 else {
            isLong = true
            // What is left out counts as a power of ten, so that the size stays right.
            used = 20
            zeros += 1
            return
        }
        value = value &* PowersOfTen.integers[places] &+ UInt64(digit)
        used += places
        zeros = 0
    }

    /// Reads `e±digits` if there is one; false where the `e` has no digits.
    mutating func readExponent(_ bytes: UnsafePointer<UInt8>, _ i: inout Int, _ end: Int) -> Bool {
        guard i < end, bytes[i] | 0x20 == UInt8(ascii: "e") else { return true }
        i += 1
        var isNegative = false
        if i < end, bytes[i] == UInt8(ascii: "-") || bytes[i] == UInt8(ascii: "+") {
            isNegative = bytes[i] == UInt8(ascii: "-")
            i += 1
        }
        let start = i
        var power = 0
        while i < end, NumberText.isDigit(bytes[i]) {
            // Far beyond any double; the cap keeps the sum from overflowing.
            power = min(power * 10 + Int(bytes[i] &- 0x30), 1_000_000)
            i += 1
        }
        exponent += isNegative ? -power : power
        return i > start
    }
}

enum PowersOfTen {
    static let integers: [UInt64] = (0...19).map { (0..<$0).reduce(UInt64(1)) { power, _ in power * 10 } }
    static let doubles: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
