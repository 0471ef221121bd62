import CByteScan
import Testing

@testable import Tables

/// The loops over the fields of a column are what `ShortDecimal` and `KeyDictionary` say of one text.
@Suite struct FieldLoopTests {
    /// Texts one after another in lines of three fields, the one under test in the middle or at the end.
    struct Lines {
        var bytes = [UInt8](repeating: 0, count: 64)
        var ends: [UInt32]
        var firsts: [UInt32] = []

        init(_ texts: [[UInt8]], column: Int, lineEnd: String = "\n") {
            ends = [UInt32(bytes.count - 1)]
            for text in texts {
                firsts.append(UInt32(ends.count))
                for c in 0..<3 {
                    bytes += c == column ? text : Array("ab".utf8)
                    if c == 2, lineEnd == "\r\n" { bytes.append(UInt8(ascii: "\r")) }
                    ends.append(UInt32(bytes.count))
                    bytes.append(UInt8(ascii: c == 2 ? "\n" : ","))
                }
            }
            bytes += [UInt8](repeating: 0, count: 64)
        }

        func with<R>(_ column: Int, cutCR: Bool, _ body: (inout cbs_fields) -> R) -> R? {
            bytes.withUnsafeBufferPointer { bytes in
                ends.withUnsafeBufferPointer { ends in
                    firsts.withUnsafeBufferPointer { firsts -> R? in
                        guard let b = bytes.baseAddress, let e = ends.baseAddress, let f = firsts.baseAddress else {
                            return nil
                        }
                        var fields = cbs_fields(bytes: b, ends: e, firsts: f, column: column, cut_cr: cutCR ? 1 : 0)
                        return body(&fields)
                    }
                }
            }
        }
    }

    struct Decimals: Equatable {
        var mantissas: [Int64]
        var missing: [UInt8]
        var others: [UInt32]
        var empty: Int
        var largest: UInt64
    }

    static func decimals(_ lines: Lines, _ column: Int, cutCR: Bool, level: Int32, scale: Int, from: Int) -> Decimals? {
        let n = lines.firsts.count
        var found = Decimals(
            mantissas: .init(repeating: -7, count: n), missing: .init(repeating: 9, count: n),
            others: .init(repeating: 0, count: n), empty: 0, largest: 0)
        return lines.with(column, cutCR: cutCR) { fields in
            let count = cbs_decimals(
                level, &fields, from, n, UInt8(ascii: "."), Int32(scale), &found.mantissas, &found.missing,
                &found.others, &found.empty, &found.largest)
            found.others.removeLast(n - count)
            return found
        }
    }

    /// The definition, one text at a time.
    static func decimals(_ texts: [[UInt8]], scale: Int, from: Int) -> Decimals {
        var want = Decimals(
            mantissas: .init(repeating: -7, count: texts.count), missing: .init(repeating: 9, count: texts.count),
            others: [], empty: 0, largest: 0)
        for row in from..<texts.count {
            want.mantissas[row] = 0
            want.missing[row] = texts[row].isEmpty ? 1 : 0
            if texts[row].isEmpty {
                want.empty += 1
                continue
            }
            let packed =
                texts[row].count > 8
                ? -1
                : ShortDecimal.read(texts[row] + [1, 2, 3, 4, 5, 6, 7, 8], texts[row].count, 0x2E2E_2E2E_2E2E_2E2E)
            let up = scale - Int(packed & 7)
            if packed < 0 || up < 0 {
                want.others.append(UInt32(row))
            } else {
                want.mantissas[row] = (packed >> 3) * Int64(PowersOfTen.integers[up])
                want.largest = max(want.largest, want.mantissas[row].magnitude)
            }
        }
        return want
    }

    @Test func decimalsEqualTheDefinition() {
        var random = SplitMix64(seed: 5)
        let alphabets = ["0123456789", "0123456789.", "0123456789.-e ", "5./:09"].map { Array($0.utf8) }
        for round in 0..<300 {
            let texts = (0..<Int.random(in: 1...150, using: &random)).map { _ in
                (0..<Int.random(in: 0...10, using: &random)).map { _ in
                    alphabets[round % alphabets.count].randomElement(using: &random) ?? 0
                }
            }
            let column = round % 3
            let isCR = round % 2 == 1
            let lines = Lines(texts, column: column, lineEnd: isCR ? "\r\n" : "\n")
            let scale = round % 7
            let from = round % 5 == 0 ? texts.count / 2 : 0
            let want = Self.decimals(texts, scale: scale, from: from)
            for level in 1...cbs_best_level() {
                let found = Self.decimals(
                    lines, column, cutCR: isCR && column == 2, level: level, scale: scale, from: from)
                #expect(found == want, "level \(level), round \(round)")
                if found != want { return }
            }
        }
    }

    /// A field that a short row lacks ends before it begins: it is empty.
    @Test func fieldsThatAreNotThereAreEmpty() {
        var lines = Lines([Array("12".utf8), Array("34".utf8)], column: 1)
        lines.ends[Int(lines.firsts[0]) + 1] = lines.ends[Int(lines.firsts[0])]
        for level in 1...cbs_best_level() {
            let found = Self.decimals(lines, 1, cutCR: false, level: level, scale: 0, from: 0)
            #expect(found == Decimals(mantissas: [0, 34], missing: [1, 0], others: [], empty: 1, largest: 34))
        }
    }

    @Test func codesAreThoseOfTheDictionary() {
        var random = SplitMix64(seed: 6)
        for round in 0..<60 {
            let letters = Array(["ab", "0123456789", "a\"b", "é\0x"][round % 4].utf8)
            func text() -> [UInt8] {
                (0..<Int.random(in: 0...10, using: &random)).map { _ in letters.randomElement(using: &random) ?? 0 }
            }
            let dictionary = KeyDictionary()
            for _ in 0..<(round * 7) { _ = dictionary.code(of: String(decoding: text(), as: UTF8.self)) }
            let texts = (0..<200).map { _ in text() }
            let column = round % 3
            let isCR = round % 2 == 0
            let lines = Lines(texts, column: column, lineEnd: isCR ? "\r\n" : "\n")
            for level in 1...cbs_best_level() {
                var codes = [UInt32](repeating: 0, count: 200)
                var others = [UInt32](repeating: 0, count: 200)
                let count = lines.with(column, cutCR: isCR && column == 2) { fields in
                    cbs_codes(
                        level, &fields, 0, 200, dictionary.table.slots, dictionary.table.shift, &codes, &others)
                }
                var left = others[..<(count ?? 0)]
                for row in texts.indices {
                    let known =
                        texts[row].count <= 8 && texts[row].first != UInt8(ascii: "\"")
                        ? (texts[row] + [UInt8](repeating: 1, count: 16)).withUnsafeBufferPointer { padded in
                            padded.baseAddress.flatMap { dictionary.find($0, texts[row].count) }
                        } : nil
                    if let known {
                        #expect(codes[row] == known)
                    } else {
                        #expect(left.popFirst() == UInt32(row), "level \(level), row \(row)")
                    }
                }
                #expect(left.isEmpty)
            }
        }
    }

    @Test func fewCodesAreThoseOfTheDictionary() {
        var random = SplitMix64(seed: 8)
        for round in 0..<80 {
            let letters = Array(["ab", "0123", "a\"b", "\0x"][round % 4].utf8)
            func text() -> [UInt8] {
                (0..<Int.random(in: 0...9, using: &random)).map { _ in letters.randomElement(using: &random) ?? 0 }
            }
            let dictionary = KeyDictionary()
            while dictionary.count < round % 13 {
                let known = text()
                if known.count < 8, known.first != UInt8(ascii: "\"") {
                    _ = dictionary.code(of: String(decoding: known, as: UTF8.self))
                }
            }
            guard let few = dictionary.few else {
                Issue.record("\(dictionary.count) short texts are few")
                continue
            }
            let texts = (0..<150).map { _ in round % 3 == 0 ? Array(text().prefix(1)) : text() }
            let column = round % 3
            let isCR = round % 2 == 0
            let lines = Lines(texts, column: column, lineEnd: isCR ? "\r\n" : "\n")
            for level in 1...cbs_best_level() {
                var codes = [UInt32](repeating: 0, count: 150)
                var others = [UInt32](repeating: 0, count: 150)
                let from = round % 4
                let count = lines.with(column, cutCR: isCR && column == 2) { fields in
                    cbs_few_codes(level, &fields, from, 150, few, few.count, &codes, &others)
                }
                var left = others[..<(count ?? 0)]
                for row in from..<150 {
                    if let known = dictionary.find(String(decoding: texts[row], as: UTF8.self)) {
                        #expect(codes[row] == known)
                    } else {
                        #expect(left.popFirst() == UInt32(row), "level \(level), row \(row), round \(round)")
                    }
                }
                #expect(left.isEmpty)
            }
        }
    }

    @Test func longAndManyTextsAreNotFew() {
        let dictionary = KeyDictionary()
        for k in 0..<12 { _ = dictionary.code(of: "\(k)") }
        #expect(dictionary.few?.count == 12)
        _ = dictionary.code(of: "12")
        #expect(dictionary.few == nil)
        for text in ["eight888", "\"quote"] {
            let dictionary = KeyDictionary()
            _ = dictionary.code(of: text)
            #expect(dictionary.few == nil)
        }
    }

    @Test func evenLinesEndWhereTheirFieldsDo() {
        let bytes = Array("a,b\nc,d\n".utf8)
        #expect(cbs_even(bytes, [1, 3, 5, 7], 2, 2, UInt8(ascii: "\n")) == 1)
        #expect(cbs_even(bytes, [1, 3, 5, 7], 1, 4, UInt8(ascii: "\n")) == 1)
        #expect(cbs_even(bytes, [1, 3, 5, 7], 4, 1, UInt8(ascii: "\n")) == 0)
    }
}
