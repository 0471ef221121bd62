import Tables
import Testing

@testable import Cells

@Suite struct CentredMomentsTests {
    private func doublePlan() -> CellPlan {
        var plan = CellPlan(keys: ["urn"], outcomes: ["y"])
        plan.covariates = ["x"]
        plan.weight = "w"
        plan.arithmetic = .double
        return plan
    }

    /// Values of standard deviation about 15 with one decimal, round an offset; weights of 0.1 to 4.
    private func rows(offset: Int64, seed: UInt64 = 11) -> TestRows {
        var random = SplitMix64(seed: seed)
        var rows = TestRows()
        for row in 0..<4000 {
            let values = [Int64.random(in: -259...259, using: &random), .random(in: 0...300, using: &random)]
            rows.append(
                ["\(row % 3)"],
                [
                    .init(mantissa: offset * 10 + values[0], decimals: 1), .init(mantissa: values[1], decimals: 1),
                    .init(mantissa: .random(in: 1...40, using: &random), decimals: 1),
                ])
        }
        return rows
    }

    /// Two passes over the doubles themselves: the definition.
    private func twoPass(_ rows: TestRows, cell: String) -> (mean: [Double], within: [Double]) {
        let members = (0..<rows.count).filter { rows.keys[$0] == [cell] }
        func value(_ row: Int, _ column: Int) -> Double { rows.numbers[row][column]?.double ?? 0 }
        let weight = members.reduce(0) { $0 + value($1, 2) }
        let origin = (0...1).map { value(members[0], $0) }
        let mean = (0...1).map { i in members.reduce(0) { $0 + value($1, 2) * (value($1, i) - origin[i]) } / weight }
        func product(_ i: Int, _ j: Int) -> Double {
            members.reduce(0) {
                $0 + value($1, 2) * (value($1, i) - origin[i] - mean[i]) * (value($1, j) - origin[j] - mean[j])
            }
        }
        return ((0...1).map { mean[$0] + origin[$0] }, [product(0, 0), product(0, 1), product(1, 1)])
    }

    /// The two sides sum some 1300 terms of size 15 in different orders: a few hundred half-units of rounding at most.
    @Test(arguments: [Int64(0), 1_000_000, 1_000_000_000]) func keepsTheDigitsOfTwoPasses(offset: Int64) throws {
        let rows = rows(offset: offset)
        let table = try rows.feed(doublePlan(), lanes: 3, batch: 100, lane: { $0 % 3 }).finish(files: [""])
        let moments = table.blocks[0].moments
        for cell in 0...2 {
            let expected = twoPass(rows, cell: "\(cell)")
            for i in 0...1 {
                #expect(abs(moments.mean[cell * 2 + i] - expected.mean[i]) <= 1e-13 + 2 * expected.mean[i].ulp)
            }
            for pair in 0...2 {
                let scale = (expected.within[0] * expected.within[2]).squareRoot()
                #expect(abs(moments.within[cell * 3 + pair] - expected.within[pair]) < 1e-12 * scale)
            }
        }
    }

    /// The roll-up must keep them too: cells differ far below the offset.
    @Test func rollingUpKeepsTheDigits() throws {
        let plain = try rows(offset: 0).table(doublePlan()).rolledUp(keeping: []).blocks[0].moments
        let moved = try rows(offset: 1_000_000_000).table(doublePlan()).rolledUp(keeping: []).blocks[0].moments
        // The doubles at 10^9 are themselves off by up to 6e-8, on a standard deviation of 15.
        #expect(abs(moved.within[0] / plain.within[0] - 1) < 1e-8)
        #expect(moved.n == plain.n)
        #expect(moved.weight[0].isClose(to: plain.weight[0], relative: 1e-13))
    }

    @Test func agreesWithExactSums() throws {
        var exactPlan = doublePlan()
        exactPlan.arithmetic = .exact
        let rows = rows(offset: 40)
        let exact = try rows.table(exactPlan).blocks[0].moments
        let double = try rows.table(doublePlan()).blocks[0].moments
        #expect(exact.n == double.n)
        // Rounding of some 1300 updates against none.
        for (a, b) in zip(exact.within, double.within) { #expect(abs(a - b) < 1e-12 * exact.within[0]) }
        for (a, b) in zip(exact.mean, double.mean) { #expect(b.isClose(to: a, relative: 1e-14)) }
        for (a, b) in zip(exact.squaredWeight, double.squaredWeight) { #expect(b.isClose(to: a, relative: 1e-13)) }
    }

    /// Lanes decide the bits, and nothing else does.
    @Test func sameLanesSameBits() throws {
        let rows = rows(offset: 1_000)
        let first = try rows.feed(doublePlan(), lanes: 4, batch: 50, lane: { $0 % 4 }).finish(files: [""])
        let second = try rows.feed(doublePlan(), lanes: 4, batch: 50, lane: { $0 % 4 }).finish(files: [""])
        #expect(first == second)
    }

    @Test func refusesSquaresBeyondDoubles() throws {
        var rows = TestRows()
        // The mantissa stands for nothing here: doubles are what double mode reads.
        for value in [Double.greatestFiniteMagnitude, -Double.greatestFiniteMagnitude] {
            rows.append(["a"], [.init(mantissa: 0, override: value), .init(mantissa: 1), .init(mantissa: 1)])
        }
        #expect(throws: CellsError.valuesTooLarge(variable: "y")) { try rows.table(doublePlan()) }
    }
}

extension Double {
    func isClose(to other: Double, relative tolerance: Double) -> Bool {
        abs(self - other) <= tolerance * max(abs(self), abs(other))
    }
}
