import Testing

@testable import Reporting

/// A small repeatable generator for property tests.
struct Dice {
    var state: UInt64

    init(_ seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    mutating func below(_ n: Int) -> Int { Int(next() % UInt64(n)) }
    mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}

/// Labels that have broken other writers.
let hostileLabels = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "it's \"so\"", "a & b", "]]>", "--><!--", "=1+2",
    "+441234", "-2", "@cmd", "\u{FEFF}=x", "' =x", "'plain", "''=x", "\t=x", "a,b", "a\nb", "a\r\nb", " padded ", "",
    "\u{0}\u{1}\u{1B}[31mred\u{7}", "x\u{202E}txt.exe", "\u{2028}line", "café | table", "**bold** _it_ `code`", "\\",
    "\"",
    "\"\u{301}", "|\u{301}", "\u{FF1D}x", "\u{2212}3", "𝕏 😀", "a\u{FFFE}b", "trailing\\",
]

@Suite struct JSONValueTests {
    /// Every bit pattern of a finite double reads back to itself, signed zero and the smallest numbers included.
    @Test func doublesReadBackToTheSameBits() throws {
        var dice = Dice(1)
        var values: [Double] = [
            0, -0.0, 1, -1, 0.1, 1e16, 1e-5, 1e22, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            123_456_789_012_345_680,
        ]
        for _ in 0..<2000 { values.append(Double(bitPattern: dice.next())) }
        for value in values where value.isFinite {
            let text = try #require(JSONValue.numeral(value))
            #expect(Double(text)?.bitPattern == value.bitPattern, "\(text)")
            switch try JSONReader.read(text) {
            case .integer(let integer): #expect(Double(integer).bitPattern == value.bitPattern)
            case .number(let number): #expect(number.bitPattern == value.bitPattern)
            default: Issue.record("no number: \(text)")
            }
        }
    }

    @Test func whatIsNoNumberIsNull() {
        #expect(
            JSONValue.array([.number(.nan), .number(.infinity), .number(-.infinity)]).compact() == "[null,null,null]")
    }

    @Test func hostileTextReadsBack() throws {
        for label in hostileLabels {
            let value: JSONValue = .object([.init(label, .array([.text(label)]))])
            #expect(try JSONReader.read(value.pretty()) == value)
            #expect(try JSONReader.read(value.compact()) == value)
            #expect(!value.compact().contains("<"))
            #expect(value.pretty().unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        }
    }

    @Test func everyStructureReadsBack() throws {
        var dice = Dice(2)
        func value(_ depth: Int) -> JSONValue {
            switch dice.below(depth > 3 ? 5 : 7) {
            case 0: .null
            case 1: .bool(dice.below(2) == 0)
            case 2: .integer(Int(truncatingIfNeeded: dice.next()))
            case 3: .number(Double(dice.below(1_000_000)) / 1024 + 0.00048828125)
            case 4: .text(dice.pick(hostileLabels))
            case 5: .array((0..<dice.below(14)).map { _ in value(depth + 1) })
            default: .object((0..<dice.below(5)).map { .init("k\($0)", value(depth + 1)) })
            }
        }
        for _ in 0..<200 {
            let one = value(0)
            #expect(try JSONReader.read(one.pretty()) == one)
        }
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "nul", "\"a", "\"\\x\"", "\"\u{1}\"", "[1] 2",
        "{\"a\":1,\"a\":2}",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "1e999", "{1:2}", String(repeating: "[", count: 200),
    ]) func refusesWhatIsNotJSON(_ text: String) {
        #expect(throws: JSONReader.Fault.self) { try JSONReader.read(text) }
    }
}
