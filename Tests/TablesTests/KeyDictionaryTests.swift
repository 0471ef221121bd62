import Testing

@testable import Tables

@Suite struct KeyDictionaryTests {
    @Test func codesAreDenseAndStay() {
        let dictionary = KeyDictionary()
        var random = SplitMix64(seed: 3)
        var known: [String: UInt32] = [:]
        for _ in 0..<20_000 {
            // Lengths around eight and sixteen, where the comparison changes, with many equal ends.
            let length = Int(random.next() % 20)
            let text = String((0..<length).map { _ in random.next() & 7 == 0 ? "b" : "a" })
            let code = dictionary.code(of: text)
            if let before = known[text] {
                #expect(code == before)
            } else {
                #expect(Int(code) == known.count)
                known[text] = code
            }
        }
        #expect(dictionary.count == known.count)
        for (code, text) in dictionary.texts.enumerated() { #expect(known[text] == UInt32(code)) }
        #expect(dictionary.find("a\0") == nil)
        #expect(dictionary.code(of: "a\0") != dictionary.code(of: "a"))
    }

    @Test func theFirstPlaceIsKept() throws {
        let folder = try TemporaryFolder()
        let first = try folder.file("k\na\n\"b\nc\"\na\n", named: "1.csv")
        let second = try folder.file("k\nd\na\n", named: "2.csv")
        final class Places: BatchConsumer, @unchecked Sendable {
            // One piece a file and one thread: the test looks at two lanes, one after the other.
            var found: [[String]] = []
            func begin(lanes: Int) {}
            func consume(_ batch: borrowing Batch) {
                guard case .key(let key) = batch.columns[0] else { return }
                let d = key.dictionary
                found.append(d.texts.indices.map { "\(d.texts[$0]) \(d.firstFile[$0]):\(d.firstLine[$0])" })
            }
        }
        let places = Places()
        var request = ReadRequest(
            files: [InputFile(first), InputFile(second)], columns: [ColumnRequest("k", role: .key)])
        // Doubles have fixed lanes, whatever the threads.
        request.arithmetic = .double
        _ = try RowReader(request).read(into: places)
        #expect(places.found == [["a 0:2", "b\nc 0:3"], ["d 1:2", "a 1:3"]])
    }
}
