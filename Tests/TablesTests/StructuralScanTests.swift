import CByteScan
import Testing

@testable import Tables

@Suite struct StructuralScanTests {
    struct Found: Equatable {
        var ends: [UInt32]
        var lineEnds: Int
        var lineBytes: Int
        var inside: Bool
        var flags: UInt32
    }

    static func scan(_ text: [UInt8], level: Int32, _ lineEnd: UInt8, inside: Bool = false) -> Found {
        let padded = text + [UInt8](repeating: 0, count: 64)
        // Guards behind the slots must stay as they are: the scan may not write past its own.
        var ends = [UInt32](repeating: 7, count: text.count + 4)
        let result = cbs_scan(
            level, padded, 0, text.count, UInt8(ascii: ","), lineEnd, inside ? 1 : 0, &ends)
        #expect(ends[text.count...].allSatisfy { $0 == 7 })
        return Found(
            ends: Array(ends.prefix(Int(result.ends))), lineEnds: Int(result.line_ends),
            lineBytes: Int(result.line_bytes), inside: result.inside != 0, flags: result.flags)
    }

    /// The definition in Swift.
    static func reference(_ text: [UInt8], _ lineEnd: UInt8, inside: Bool = false) -> Found {
        var machine = PlainMachine(separator: UInt8(ascii: ","), lineEnd: lineEnd)
        if inside { machine.state = .quoted }
        var found = Found(ends: [], lineEnds: 0, lineBytes: 0, inside: false, flags: 0)
        for (i, byte) in text.enumerated() {
            if byte == lineEnd { found.lineBytes += 1 }
            if byte == UInt8(ascii: "\"") { found.flags |= UInt32(CBS_QUOTES) }
            if byte >= 0x80 { found.flags |= UInt32(CBS_NOT_ASCII) }
            switch machine.step(byte, next: i + 1 < text.count ? text[i + 1] : nil) {
            case .fieldEnd: found.ends.append(UInt32(i))
            case .lineEnd:
                found.ends.append(UInt32(i))
                found.lineEnds += 1
            case .afterQuote: found.flags |= UInt32(CBS_AFTER_QUOTE | CBS_QUOTE_AS_DATA)
            case .quoteAsData: found.flags |= UInt32(CBS_QUOTE_AS_DATA)
            case .strayLineEnd: found.flags |= UInt32(CBS_STRAY_LINE_END)
            case .data: break
            }
        }
        found.inside = machine.state == .quoted
        return found
    }

    /// Every length around the block edges, over the bytes that change the scanner's mind.
    @Test(arguments: [0, 1, 63, 64, 65, 127, 128, 129, 200, 700])
    func everyWayEqualsTheDefinition(_ length: Int) {
        var random = SplitMix64(seed: UInt64(length) + 1)
        let alphabets = ["a,\n\"", "abcdefgh,\n", "a,\n\"\r", "ab,\n\"\r\né", "aaaaaaaaaaaaaaa,bbbbbbbbbbbbbb\n\""]
        for round in 0..<200 {
            let alphabet = Array(alphabets[round % alphabets.count].utf8)
            for lineEnd in [UInt8(ascii: "\n"), UInt8(ascii: "\r")] {
                let text = (0..<length).map { _ in alphabet.randomElement(using: &random) ?? 0 } + [lineEnd]
                for inside in [false, true] {
                    let want = Self.reference(text, lineEnd, inside: inside)
                    for level in 0...cbs_best_level() {
                        var found = Self.scan(text, level: level, lineEnd, inside: inside)
                        // Whether a quote is data decides nothing; the fast ways need not tell it apart.
                        found.flags |= want.flags & UInt32(CBS_QUOTE_AS_DATA)
                        #expect(
                            found == want, "level \(level), inside \(inside), \(String(decoding: text, as: UTF8.self))")
                        if found != want { return }
                    }
                }
            }
        }
    }

    /// Well-formed quoted fields must take the fast way and still be right, with quotes at every offset of a block.
    @Test func quotesAtEveryOffset() {
        for shift in 0..<130 {
            for field in ["\"\"", "\"a,b\"", "\"\"\"\"", "\"a\"\"\n,b\"", "\"\r\n\""] {
                let text = Array((String(repeating: "x", count: shift) + "," + field + ",y\r\n").utf8)
                let want = Self.reference(text, UInt8(ascii: "\n"))
                for level in 0...cbs_best_level() {
                    #expect(Self.scan(text, level: level, UInt8(ascii: "\n")) == want)
                }
            }
        }
    }

    @Test func utf8IsCheckedLetterByLetter() {
        func invalid(_ bytes: [UInt8]) -> Int { cbs_invalid_utf8(bytes, bytes.count) }
        let good = Array("naïve £5 – 😀 \u{10FFFF}\u{7FF}\u{800}\u{FFFF}".utf8)
        #expect(invalid(good) == good.count)
        let bad: [[UInt8]] = [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3], [0xE2, 0x82], [0xC3, 0x28], [0xFF],
        ]
        for letter in bad {
            for shift in 0..<10 {
                let text = [UInt8](repeating: 0x61, count: shift) + letter
                #expect(invalid(text) == shift, "\(letter)")
                #expect(String(validating: text, as: UTF8.self) == nil)
            }
        }
    }
}
