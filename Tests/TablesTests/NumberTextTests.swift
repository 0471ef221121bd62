import Foundation
import Testing

@testable import Tables

@Suite struct NumberTextTests {
    static func read(_ text: String, _ form: NumberForm = NumberForm()) -> NumberText.Outcome {
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
        return bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return .blank }
            return NumberText.read(base, text.utf8.count, form)
        }
    }

    static func double(_ text: String, _ form: NumberForm = NumberForm()) -> Double? {
        guard case .number(let number) = read(text, form) else { return nil }
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { number.double($0, buffer.count, form) }
        }
    }

    static func problem(_ text: String, _ form: NumberForm = NumberForm()) -> NumberProblem? {
        guard case .problem(let problem) = read(text, form) else { return nil }
        return problem
    }

    /// A million random texts: the same bits as the C library's correctly rounded `strtod`.
    @Test func everyBitEqualsStrtod() {
        var random = SplitMix64(seed: 2026)
        var text: [UInt8] = []
        var differing = 0
        for round in 0..<1_000_000 {
            text.removeAll(keepingCapacity: true)
            if random.next() & 3 == 0 { text.append(UInt8(ascii: "-")) }
            let digits = 1 + Int(random.next() % (round % 10 == 0 ? 40 : 17))
            let point = Int(random.next() % UInt64(digits + 2))
            for i in 0..<digits {
                if i == point { text.append(UInt8(ascii: ".")) }
                text.append(UInt8(ascii: "0") + UInt8(random.next() % 10))
            }
            if round % 3 == 0 {
                text += Array("e\(Int(random.next() % 620) - 330)".utf8)
            }
            let count = text.count
            text += [UInt8](repeating: 0, count: 16)
            text.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let want = base.withMemoryRebound(to: CChar.self, capacity: buffer.count) { strtod($0, nil) }
                switch NumberText.read(base, count, NumberForm()) {
                case .number(let number):
                    if number.double(base, count, NumberForm()).bitPattern != want.bitPattern { differing += 1 }
                case .problem(.tooLarge): if want.isFinite { differing += 1 }
                default: differing += 1
                }
            }
        }
        #expect(differing == 0)
    }

    /// The eight-byte way against the plain one, over every short text of a small alphabet and random longer ones.
    @Test func shortDecimalsEqualTheLongWay() {
        var random = SplitMix64(seed: 5)
        let alphabet = Array("0123456789..-e /:".utf8)
        for _ in 0..<200_000 {
            let length = 1 + Int(random.next() % 8)
            let text = (0..<length).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            let padded = text + [UInt8](repeating: UInt8(ascii: "7"), count: 16)
            let packed = padded.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map {
                    ShortDecimal.read($0, length, UInt64(UInt8(ascii: ".")) &* 0x0101_0101_0101_0101)
                } ?? -1
            }
            let string = String(decoding: text, as: UTF8.self)
            let isPlain = text.allSatisfy { NumberText.isDigit($0) || $0 == UInt8(ascii: ".") }
            let points = text.filter { $0 == UInt8(ascii: ".") }.count
            if isPlain, points <= 1, length > points {
                // Swift wants a digit on either side of the point.
                let want = points == 1 ? Double("0" + string + "0") : Double(string)
                guard packed >= 0, Double(packed >> 3) / PowersOfTen.doubles[Int(packed & 7)] == want else {
                    Issue.record("\(string) gives \(packed)")
                    return
                }
            } else {
                #expect(packed < 0, "\(string)")
            }
        }
    }

    @Test(arguments: [
        ("1", 1.0), ("+1.50", 1.5), (" 12 ", 12), ("-0", 0), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("1E-2", 0.01),
        ("00012", 12), ("123456789012345678901234567890", 1.2345678901234568e29), ("1e-400", 0),
    ])
    func whatIsANumber(_ text: String, _ value: Double) { #expect(Self.double(text) == value) }

    @Test(arguments: [
        ("1,234", NumberProblem.comma), ("3,5", .comma), ("12%", .percent), ("£5", .currency), ("(3)", .word),
        ("0x1F", .hexadecimal), ("inf", .notFinite), ("-Infinity", .notFinite), ("NaN", .notFinite),
        ("1e400", .tooLarge),
        ("-1e309", .tooLarge), ("\u{2212}5", .trueMinus), ("withheld", .word), ("1 2", .word), ("1e", .word),
        ("--1", .word),
        (".", .word), ("e5", .word), ("1.2.3", .word), ("+", .word), ("1_000", .word),
    ])
    func whatIsNone(_ text: String, _ problem: NumberProblem) { #expect(Self.problem(text) == problem) }

    @Test func marksOnlyWhereTheFormSaysSo() {
        var form = NumberForm()
        form.thousands = UInt8(ascii: ",")
        form.percent = true
        #expect(Self.double("1,234", form) == 1234)
        #expect(Self.double("12,345,678.25", form) == 12_345_678.25)
        #expect(Self.double("67%", form) == 67)
        #expect(Self.double("-1.5 %", form) == -1.5)
        for wrong in ["1,23", "1234,567", ",123", "1,,234", "1,2345"] { #expect(Self.problem(wrong, form) == .comma) }
        form = NumberForm()
        form.decimal = UInt8(ascii: ",")
        form.thousands = UInt8(ascii: ".")
        #expect(Self.double("1.234,5", form) == 1234.5)
    }

    @Test(arguments: [
        ("12.50", "12.5"), ("100.0", "100"), ("1e2", "100"), ("-0", "0"), ("0.050", "0.05"), ("007", "7"),
        ("-1.25", "-1.25"),
        ("1e-3", "0.001"),
    ])
    func canonicalTextIsTheShortest(_ text: String, _ want: String) {
        guard case .number(let number) = Self.read(text) else {
            Issue.record("no number")
            return
        }
        let bytes = Array(text.utf8)
        #expect(
            bytes.withUnsafeBufferPointer { $0.baseAddress.map { number.canonical($0, bytes.count, NumberForm()) } }
                == want)
    }
}
