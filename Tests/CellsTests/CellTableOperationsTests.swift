import Tables
import Testing

@testable import Cells

@Suite struct CellTableOperationsTests {
    private let rows = TestRows.random(2000, seed: 21)

    /// A roll-up equals the cells of the rows under fewer keys.
    @Test func rollUpIsTheTableOfFewerKeys() throws {
        let table = try rows.table(TestRows.randomPlan)
        var rolled = try table.rolledUp(keeping: ["year", "urn"])
        // Read the same rows with two keys only, in the other order.
        var fewer = rows
        fewer.keys = rows.keys.map { [$0[1], $0[0]] }
        var plan = TestRows.randomPlan
        plan.keys = ["year", "urn"]
        plan.required = [(1, "no unit"), (0, "no period")]
        #expect(rolled.keys.map(\.name) == ["year", "urn"])
        #expect(try rolled == fewer.table(plan))
        rolled = try table.rolledUp(keeping: [])
        #expect(rolled.cellCount == 1)
        #expect(rolled.rowCounts == [table.rowCounts.reduce(0, +)])
    }

    @Test func rollUpInDoublesAgreesWithExact() throws {
        var plan = TestRows.randomPlan
        plan.arithmetic = .double
        let double = try rows.table(plan).rolledUp(keeping: ["fsm"]).blocks[1].moments
        let exact = try rows.table(TestRows.randomPlan).rolledUp(keeping: ["fsm"]).blocks[1].moments
        #expect(double.n == exact.n)
        // Sums of some 600 doubles against integers.
        for (a, b) in zip(double.within, exact.within) { #expect(abs(a - b) < 1e-11 * exact.within[0]) }
        for (a, b) in zip(double.mean, exact.mean) { #expect(abs(a - b) < 1e-11) }
    }

    @Test func filterLeavesTheOtherCellsOut() throws {
        let table = try rows.table(TestRows.randomPlan)
        let byPredicate = table.filtered { $0[1] == "2016" && $0[2] == "Y" }
        var kept = rows
        kept.kept = (0..<rows.count).map { rows.kept[$0] && rows.keys[$0][1] == "2016" && rows.keys[$0][2] == "Y" }
        let expected = try kept.table(TestRows.randomPlan)
        #expect(byPredicate.keys == expected.keys)
        #expect(byPredicate.rowCounts == expected.rowCounts)
        #expect(byPredicate.blocks.map(\.moments) == expected.blocks.map(\.moments))
        let byValue = try table.filtered(by: "year") { $0 == "2016" }.filtered(by: "fsm") { $0 == "Y" }
        #expect(byValue == byPredicate)
    }

    /// Parts read apart, whatever the split, merge to the whole; parts with fewer decimals are brought to the larger scale.
    @Test func partsMergeToTheWhole() throws {
        let plan = TestRows.randomPlan
        let whole = try rows.table(plan)
        for parts in [2, 5] {
            var tables: [CellTable] = []
            for part in 0..<parts {
                var some = rows
                some.kept = (0..<rows.count).map { rows.kept[$0] && $0 % parts == part }
                tables.append(try some.table(plan))
            }
            var merged = tables[parts - 1]
            for table in tables.dropLast().reversed() { merged = try table.merged(with: merged) }
            #expect(merged.keys == whole.keys && merged.rowCounts == whole.rowCounts)
            #expect(merged.blocks.map(\.sums) == whole.blocks.map(\.sums))
        }
        var tenths = TestRows()
        tenths.append(["a"], [.init(mantissa: 15, decimals: 1)])
        var thousandths = TestRows()
        thousandths.append(["a"], [.init(mantissa: 1_125, decimals: 3)])
        let small = CellPlan(keys: ["urn"], outcomes: ["y"])
        let sum = try tenths.table(small).merged(with: thousandths.table(small))
        guard case .exact(let exact) = sum.blocks[0].sums else { return #expect(Bool(false)) }
        #expect(exact.decimals == [3])
        #expect(exact.s == [2625])
        #expect(exact.q == [1500 * 1500 + 1125 * 1125])
    }

    @Test func unlikeTablesAreNotMerged() throws {
        let plan = TestRows.randomPlan
        let table = try rows.table(plan)
        func refusal(_ change: (inout CellPlan) -> Void) throws -> String {
            var other = plan
            change(&other)
            let otherTable = try rows.table(other)
            do {
                _ = try table.merged(with: otherTable)
                return "merged"
            } catch { return error.message }
        }
        #expect(try refusal { $0.keys[0] = "school" }.contains("keys urn, year, fsm, trust and school, year"))
        #expect(try refusal { $0.covariates = ["ks1"] }.contains("ks1"))
        #expect(try refusal { $0.arithmetic = .double }.contains("exact sums and sums of doubles"))
    }

    @Test func addsADerivedKey() throws {
        let table = try rows.table(TestRows.randomPlan)
        let phased = try table.adding(key: "phase") { $0[1] < "2017" ? "before" : "after" }
        #expect(phased.cellCount == table.cellCount)
        #expect(try phased.key("phase").values == ["after", "before"])
        #expect(try phased.rolledUp(keeping: ["urn", "year", "fsm", "trust"]) == table)
        for cell in 0..<phased.cellCount {
            let year = phased.keys[1].values[Int(phased.keys[1].codes[cell])]
            #expect(phased.keys[4].values[Int(phased.keys[4].codes[cell])] == (year < "2017" ? "before" : "after"))
        }
        #expect(throws: CellsError.keyTwice("fsm")) { try table.adding(key: "fsm") { $0[0] } }
        #expect(throws: CellsError.noSuchKey("sen", known: ["urn", "year", "fsm", "trust"])) { try table.key("sen") }
    }

    @Test func findsTheFirstRepeatedUnitAndPeriod() throws {
        var rows = TestRows()
        for keys in [["a", "1"], ["b", "2"], ["a", "2"], ["b", "2"]] { rows.append(keys, [.init(mantissa: 1)]) }
        let plan = CellPlan(keys: ["urn", "year"], outcomes: ["y"])
        let found = try rows.table(plan).firstRepeated(["urn", "year"])
        #expect(found?.values == ["b", "2"])
        #expect(found?.rows == 2)
        #expect(try rows.table(plan).filtered { $0 != ["b", "2"] }.firstRepeated(["urn", "year"]) == nil)
    }
}
