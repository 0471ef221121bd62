import Tables
import Testing

@testable import Cells

@Suite struct CellAccumulatorTests {
    /// The definition, one row at a time over a dictionary: what every fast path must equal.
    struct Twin {
        struct Sums: Equatable {
            var n: Int64 = 0
            var w: Int128 = 0
            var ww: Int128 = 0
            var s: [Int128] = [0, 0]
            var q: [Int128] = [0, 0, 0]
        }

        var cells: [[String]: Sums] = [:]
        var dropped: [String: Int] = [:]

        init(_ rows: TestRows, outcome: Int, decimals: [Int], weightDecimals: Int) {
            for row in 0..<rows.count where rows.kept[row] {
                if let reason = reason(rows, row, outcome) {
                    dropped[reason, default: 0] += 1
                    continue
                }
                let z = [outcome, 2].enumerated().map { i, column in
                    Int128(rows.numbers[row][column]?.mantissa(at: decimals[i]) ?? 0)
                }
                let w = Int128(rows.numbers[row][3]?.mantissa(at: weightDecimals) ?? 0)
                var sums = cells[rows.keys[row].map(bytes), default: Sums()]
                sums.n += 1
                sums.w += w
                sums.ww += w * w
                for i in 0...1 { sums.s[i] += w * z[i] }
                sums.q[0] += w * z[0] * z[0]
                sums.q[1] += w * z[0] * z[1]
                sums.q[2] += w * z[1] * z[1]
                cells[rows.keys[row].map(bytes)] = sums
            }
        }

        func reason(_ rows: TestRows, _ row: Int, _ outcome: Int) -> String? {
            if rows.keys[row][0].isEmpty { return "no unit" }
            if rows.keys[row][1].isEmpty { return "no period" }
            if rows.numbers[row][outcome] == nil {
                return ["outcome empty", "outcome missing: SUPP", "outcome missing: NE"][
                    Int(rows.missing[row][outcome]) - 1]
            }
            if rows.numbers[row][2] == nil { return "missing covariate ks2" }
            return rows.numbers[row][3]?.mantissa == 0 ? "weight zero" : nil
        }
    }

    private func expectTwin(_ table: CellTable, _ rows: TestRows) throws {
        for block in 0...1 {
            guard case .exact(let exact) = table.blocks[block].sums else {
                Issue.record("not exact")
                return
            }
            let twin = Twin(rows, outcome: block, decimals: exact.decimals, weightDecimals: exact.weightDecimals)
            var filled = 0
            for cell in 0..<table.cellCount {
                let key = table.keys.map { bytes($0.values[Int($0.codes[cell])]) }
                let sums = Twin.Sums(
                    n: exact.n[cell], w: exact.w[cell], ww: exact.ww[cell], s: Array(exact.s[cell * 2..<cell * 2 + 2]),
                    q: Array(exact.q[cell * 3..<cell * 3 + 3]))
                #expect(sums == twin.cells[key, default: Twin.Sums()])
                filled += exact.n[cell] > 0 ? 1 : 0
            }
            #expect(filled == twin.cells.count)
            let dropped = Dictionary(uniqueKeysWithValues: table.blocks[block].dropped.map { ($0.reason, $0.rows) })
            #expect(dropped == twin.dropped)
        }
    }

    @Test(arguments: [1, 2, 3, 4]) func equalsTheSlowTwin(seed: UInt64) throws {
        let rows = TestRows.random(3000, seed: seed)
        try expectTwin(rows.table(TestRows.randomPlan), rows)
    }

    @Test func keyBytesDecideTheOrderAndWhatIsEqual() throws {
        let table = try TestRows.random(3000, seed: 5).table(TestRows.randomPlan)
        #expect(table.keys[3].values.map(bytes) == ["b", "z", "é"].map(bytes))
        let codes = (0..<table.cellCount).map { cell in table.keys.map { $0.codes[cell] } }
        #expect(zip(codes, codes.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        #expect(table.keys[0].values.contains("") == false)
        #expect(table.keys[2].values.first == "")
    }

    /// Composed and decomposed é are equal as characters, not as bytes.
    @Test func valuesAreTheSameOnlyByTheirBytes() throws {
        var rows = TestRows()
        for text in ["é", "e\u{301}", "é"] { rows.append([text], [.init(mantissa: 1)]) }
        let plan = CellPlan(keys: ["name"], outcomes: ["y"])
        let table = try rows.feed(plan, lanes: 2, batch: 1, lane: { $0 % 2 }).finish(files: [""])
        #expect(table.keys[0].values.map(bytes) == ["e\u{301}", "é"].map(bytes))
        #expect(table.rowCounts == [1, 2])
    }

    /// Lanes, batch sizes and row orders: the same table, to the bit.
    @Test func doesNotDependOnLanesBatchesOrOrder() throws {
        let rows = TestRows.random(2500, seed: 6)
        let plan = TestRows.randomPlan
        let table = try rows.table(plan)
        for (lanes, batch) in [(1, 7), (2, 64), (3, 100), (16, 33), (5, 2500)] {
            let split = rows.feed(plan, lanes: lanes, batch: batch, lane: { ($0 * 7 + $0 / 3) % lanes })
            #expect(try split.finish(files: [""]) == table)
        }
        for seed in 1...3 {
            var random = SplitMix64(seed: UInt64(seed))
            let order = (0..<rows.count).shuffled(using: &random)
            let shuffled = rows.feed(plan, lanes: 3, batch: 50, lane: { $0 % 3 }, order: order)
            #expect(try shuffled.finish(files: [""]) == table)
        }
    }

    /// Sums emptied into 128 bits every few rows, or added there directly, are the same sums.
    @Test(arguments: [(1 << 20, 1), (1 << 25, 1), (1 << 20, 1 << 20), (1 << 30, 1 << 4)])
    func emptyingChangesNothing(sum: Int, rowsThatFit: Int) throws {
        let rows = TestRows.random(2500, seed: 7)
        var plan = TestRows.randomPlan
        let table = try rows.table(plan)
        plan.limits = ExactSums.Limits(sum: UInt64(sum), rows: UInt64(rowsThatFit))
        #expect(try rows.feed(plan, batch: 10).finish(files: [""]) == table)
    }

    /// Sums beyond 64 bits, from products just below 2^63.
    @Test func holdsSumsBeyond64Bits() throws {
        var rows = TestRows()
        let large: Int64 = 3_000_000_000
        for row in 0..<5000 { rows.append(["a\(row % 2)"], [.init(mantissa: large - Int64(row))]) }
        let plan = CellPlan(keys: ["k"], outcomes: ["y"])
        let table = try rows.feed(plan, lanes: 2, batch: 64, lane: { $0 % 2 }).finish(files: [""])
        guard case .exact(let exact) = table.blocks[0].sums else { return #expect(Bool(false)) }
        for cell in 0...1 {
            let values = (0..<5000).filter { $0 % 2 == cell }.map { Int128(large) - Int128($0) }
            #expect(exact.q[cell] == values.reduce(0) { $0 + $1 * $1 })
            #expect(exact.q[cell] > Int128(Int64.max))
            #expect(exact.s[cell] == values.reduce(0, +))
        }
    }

    @Test func scalesGrowAsDecimalsAppear() throws {
        var rows = TestRows()
        for row in 0..<40 {
            let decimals = row / 10
            rows.append(
                ["a", "2018", "N", "t"],
                [
                    .init(mantissa: Int64(row), decimals: decimals), .init(mantissa: 3, decimals: decimals / 2),
                    .init(mantissa: Int64(7 * row), decimals: 3 - decimals),
                    .init(mantissa: 15, decimals: row / 20),
                ])
        }
        for order in [Array(0..<40), Array((0..<40).reversed())] {
            let plan = TestRows.randomPlan
            let table = try rows.feed(plan, lanes: 2, batch: 3, lane: { $0 % 2 }, order: order).finish(files: [""])
            guard case .exact(let exact) = table.blocks[0].sums else { return #expect(Bool(false)) }
            #expect(exact.decimals == [3, 3])
            #expect(exact.weightDecimals == 1)
            try expectTwin(table, rows)
        }
    }

    @Test func refusesProductsFrom2To63OnAndNamesTheFirstColumn() throws {
        let plan = TestRows.randomPlan
        func rows(_ outcome: Int64, _ ks2: Int64, _ weight: Int64) -> TestRows {
            var rows = TestRows()
            rows.append(
                ["a", "b", "", ""],
                [.init(mantissa: outcome), .init(mantissa: 1), .init(mantissa: 1), .init(mantissa: 1)])
            rows.append(
                ["a", "b", "", ""], [.init(mantissa: 1), .init(mantissa: 1), .init(mantissa: ks2), .init(mantissa: 1)])
            rows.append(
                ["a", "b", "", ""],
                [.init(mantissa: 1), .init(mantissa: 1), .init(mantissa: 1), .init(mantissa: weight)])
            return rows
        }
        // 3,037,000,499² is the largest square below 2^63.
        #expect(throws: Never.self) { try rows(3_037_000_499, 1, 1).table(plan) }
        #expect(throws: TooLargeForExactSums(column: "attainment8")) { try rows(3_037_000_500, 1 << 40, 1).table(plan) }
        #expect(throws: TooLargeForExactSums(column: "ks2")) { try rows(1, .min, 1).table(plan) }
        #expect(throws: TooLargeForExactSums(column: "attainment8")) { try rows(2_000_000_000, 1, 3).table(plan) }
        #expect(throws: TooLargeForExactSums(column: "w")) { try rows(1, 1, 1 << 32).table(plan) }
        var filtered = rows(3_037_000_500, 1, 1)
        filtered.kept[0] = false
        #expect(throws: Never.self) { try filtered.table(plan) }
    }

    @Test func weightsMustBeThereAndNotNegative() throws {
        var rows = TestRows()
        func append(_ weight: Int64?) {
            rows.append(["a", "b", "", ""], [nil, nil, nil, weight.map { .init(mantissa: $0) }])
        }
        for weight: Int64? in [1, -2, nil, -1, 0] { append(weight) }
        for arithmetic in [Arithmetic.exact, .double] {
            var plan = TestRows.randomPlan
            plan.arithmetic = arithmetic
            let split = rows.feed(plan, lanes: 2, batch: 1, lane: { $0 % 2 })
            let first = CellsError.negativeWeight(
                column: "w", first: Place(file: "rows.csv", line: 3, column: "w"), rows: 2)
            #expect(throws: first) { try split.finish(files: ["rows.csv"]) }
            #expect(
                first.description.hasPrefix("rows.csv:3:w: error: the weight in w is below zero; first of 2 (E220)"))
        }
        rows.kept[1] = false
        let missing = CellsError.missingWeight(
            column: "w", first: Place(file: "rows.csv", line: 4, column: "w"), rows: 1)
        #expect(throws: missing) { try rows.table(TestRows.randomPlan) }
    }

    @Test func tellsWhenEveryWeightIsZero() throws {
        var rows = TestRows()
        for _ in 0..<3 { rows.append(["a", "b", "", ""], Array(repeating: .init(mantissa: 0), count: 4)) }
        #expect(throws: CellsError.noPositiveWeight(column: "w")) { try rows.table(TestRows.randomPlan) }
    }

    @Test func noRowsAreAnEmptyTable() throws {
        let table = try TestRows().table(TestRows.randomPlan)
        #expect(table.cellCount == 0)
        #expect(table.blocks.count == 2)
        #expect(table.blocks[0].moments.n.isEmpty)
    }

    /// Keys of more bits than one word has.
    @Test func takesManyWideKeys() throws {
        var rows = TestRows()
        var random = SplitMix64(seed: 8)
        for row in 0..<4000 {
            let keys = (0..<8).map { "\($0 == 0 ? row : Int.random(in: 0..<2000, using: &random))" }
            rows.append(keys, [.init(mantissa: Int64(row))])
            rows.append(keys, [.init(mantissa: 1)])
        }
        let plan = CellPlan(keys: (0..<8).map { "k\($0)" }, outcomes: ["y"])
        let table = try rows.feed(plan, lanes: 3, batch: 100, lane: { $0 % 3 }).finish(files: [""])
        #expect(table.cellCount == 4000)
        #expect(table.rowCounts.allSatisfy { $0 == 2 })
        guard case .exact(let exact) = table.blocks[0].sums else { return #expect(Bool(false)) }
        for cell in 0..<4000 {
            let row = Int(table.keys[0].values[Int(table.keys[0].codes[cell])]) ?? -1
            #expect(exact.s[cell] == Int128(row + 1))
            #expect(
                (0..<8).allSatisfy { table.keys[$0].values[Int(table.keys[$0].codes[cell])] == rows.keys[2 * row][$0] })
        }
    }

    @Test func withoutKeysThereIsOneCell() throws {
        var rows = TestRows()
        for row in 1...10 { rows.append([], [.init(mantissa: Int64(row), decimals: 1)]) }
        let moments = try rows.table(CellPlan(keys: [], outcomes: ["y"])).blocks[0].moments
        #expect(moments.n == [10])
        #expect(moments.mean == [0.55])
        #expect(moments.within == [0.825])
    }
}

/// Texts as bytes: `String` compares characters, under which two spellings of é are one.
func bytes(_ text: String) -> String { text.utf8.map { String($0) }.joined(separator: " ") }
