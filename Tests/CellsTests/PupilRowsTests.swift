import Tables
import Testing

@testable import Cells

@Suite struct PupilRowsTests {
    private var plan: CellPlan {
        var plan = CellPlan(keys: ["urn", "year"], outcomes: ["y"])
        plan.hasPupil = true
        plan.pupilPeriod = 1
        return plan
    }

    private func rows(_ pupils: [(pupil: String, year: String)]) -> TestRows {
        var rows = TestRows()
        for (pupil, year) in pupils { rows.append(["a", year], [.init(mantissa: 1)], pupil: pupil) }
        return rows
    }

    private func refusal(_ rows: TestRows, lanes: Int = 1) -> CellsError? {
        do {
            _ = try rows.feed(plan, lanes: lanes, batch: 3, lane: { $0 % lanes }).finish(files: ["pupils.csv"])
            return nil
        } catch { return error as? CellsError }
    }

    /// The earliest repeat is named, whatever the lanes, and never the identifier.
    @Test(arguments: [1, 2, 3]) func namesBothLines(lanes: Int) throws {
        var pupils = (0..<2000).map { (pupil: "P\($0)", year: "201819") }
        pupils += (0..<2000).map { (pupil: "P\($0)", year: "201920") }
        pupils[192] = ("P5", "201819")
        pupils[3000] = ("P77", "201819")
        let error = try #require(refusal(rows(pupils), lanes: lanes))
        #expect(
            error.description.hasPrefix(
                "pupils.csv: error: one pupil has two rows for 201819, on lines 7 and 194 (E301)"))
        #expect(!error.description.contains("P5"))
    }

    @Test func onePupilInManyPeriodsIsNoFault() {
        #expect(refusal(rows((0..<500).map { ("P\($0 % 10)", "\(2000 + $0 / 10)") })) == nil)
    }

    @Test func rowsWithoutIdentifierAreCounted() throws {
        let rows = rows([("", "2018"), ("", "2018"), ("a", "2018")])
        let accumulator = rows.feed(plan)
        #expect(try accumulator.finish(files: [""]).rowCounts == [3])
        #expect(accumulator.unidentifiedRows == 2)
    }

    @Test func rowsLeftOutByFiltersAreNoRepeats() {
        var rows = rows([("a", "2018"), ("a", "2018")])
        rows.kept[0] = false
        #expect(refusal(rows) == nil)
    }

    /// The published vectors: key bytes 00 to 0f, messages 00, 01, … of 0, 7, 8 and 15 bytes.
    @Test func sipHashIsSipHash() {
        let k0: UInt64 = 0x0706_0504_0302_0100, k1: UInt64 = 0x0f0e_0d0c_0b0a_0908
        let expected: [(Int, UInt64)] = [
            (0, 0x726f_db47_dd0e_0e31), (7, 0xab02_00f5_8b01_d137), (8, 0x93f5_f579_9a93_2462),
            (15, 0xa129_ca61_49be_45e5),
        ]
        for (length, hash) in expected {
            let message = String(decoding: (0..<UInt8(length)), as: UTF8.self)
            #expect(PupilHash.sipHash(message, k0, k1) == hash)
        }
    }
}
