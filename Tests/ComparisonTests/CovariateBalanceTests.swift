import Cells
import Panels
import Testing

@testable import Comparison

@Suite struct CovariateBalanceTests {
    /// Two pupils a school and year; the partner school P starts in 2018, Q and R compare.
    private func pupils() throws -> Design {
        var table = RowTable(["urn", "year", "start", "fsm"], variables: ["y", "ks2"])
        for (urn, start, base) in [("P", "2018", 3.0), ("Q", "", 1), ("R", "", 2)] {
            for year in ["2016", "2017", "2018", "2019"] {
                table.add([urn, year, start, "Y"], base, 100 + base)
                table.add([urn, year, start, "N"], base + 2, 104 + base)
                if urn == "P" { table.add([urn, year, start, "Y"], base + 1, 102 + base) }
            }
        }
        var request = DesignRequest(unit: "urn", time: "year", treatment: .startColumn("start"))
        request.factors = ["fsm"]
        return try DesignBuilder.build(table.cells(), request).design
    }

    @Test func standardisesByThePupilsOfTheTreatedArm() throws {
        let balance = try CovariateBalance.atBaseline(of: try pupils())
        #expect(balance.spread == .treatedPupils && balance.firstStart == "2018")
        #expect(balance.rows.map(\.variable) == ["y", "ks2", "fsm=Y"])
        #expect(balance.treatedRows == 6 && balance.comparisonRows == 8)
        // Treated y at baseline: 3, 4, 5 twice, mean 4 and s² = 4/5; comparison 1, 3, 2, 4 twice, mean 5/2 and s² = 10/7.
        let y = balance.rows[0]
        #expect(y.treatedMean == 4 && y.comparisonMean == 2.5)
        #expect(abs((y.standardisedDifference ?? 0) - 1.5 / 0.8.squareRoot()) < 1e-14)
        #expect(abs((y.varianceRatio ?? 0) - 0.8 * 7 / 10) < 1e-14)
        // Shares 4 of 6 and 4 of 8; the variance of 0 and 1 with n − 1: 6/5 · 2/9.
        let fsm = balance.rows[2]
        #expect(fsm.isShare && abs(fsm.difference - 1.0 / 6) < 1e-15)
        #expect(abs((fsm.standardisedDifference ?? 0) - (1.0 / 6) / (4.0 / 15).squareRoot()) < 1e-14)
    }

    @Test func namesWhatDiffersByMoreThanAQuarter() throws {
        let balance = try CovariateBalance.atBaseline(of: try pupils())
        #expect(balance.warnings.map(\.code) == ["balance"])
        #expect(balance.warnings[0].message.hasSuffix("in y (1.68), ks2 (0.84), fsm=Y (0.32)"))
    }

    private func schools(_ starts: [(String, String)], _ value: (String, String) -> Double) throws -> Design {
        var table = RowTable(["urn", "year", "start"])
        for (urn, start) in starts {
            for year in ["2016", "2017", "2018", "2019"] { table.add([urn, year, start], value(urn, year)) }
        }
        let request = DesignRequest(unit: "urn", time: "year", treatment: .startColumn("start"))
        return try DesignBuilder.build(table.cells(), request).design
    }

    /// Starts differ: the baseline ends at the first of them for everyone, so 2018 of the later partner is not in it.
    @Test func unitRowsAreStandardisedByTheMeansOfUnits() throws {
        let value = ["A": 1.0, "B": 3, "C": 5, "D": 7, "E": 9]
        let design = try schools([("A", "2018"), ("B", "2019"), ("C", ""), ("D", ""), ("E", "")]) { urn, year in
            (value[urn] ?? 0) + (year == "2016" ? -1 : year == "2017" ? 1 : 50)
        }
        let balance = try CovariateBalance.atBaseline(of: design)
        #expect(balance.spread == .treatedUnits && balance.treatedRows == 4)
        // Unit means 1, 3 against 5, 7, 9: s² = 2 and 4.
        #expect(balance.rows[0].treatedMean == 2 && balance.rows[0].comparisonMean == 7)
        #expect(abs((balance.rows[0].standardisedDifference ?? 0) + 5 / 2.0.squareRoot()) < 1e-14)
        #expect(balance.rows[0].varianceRatio == 0.5)
    }

    @Test func oneTreatedUnitIsStandardisedByTheOthers() throws {
        let value = ["A": 1.0, "C": 5, "D": 7, "E": 9]
        let design = try schools([("A", "2018"), ("C", ""), ("D", ""), ("E", "")]) { urn, _ in value[urn] ?? 0 }
        let balance = try CovariateBalance.atBaseline(of: design)
        #expect(balance.spread == .comparisonUnits)
        #expect(balance.rows[0].standardisedDifference == -3 && balance.rows[0].varianceRatio == nil)
    }

    @Test func whatDoesNotVaryHasNoStandardisedDifference() throws {
        let design = try schools([("A", "2018"), ("B", "2018"), ("C", "")]) { urn, _ in urn == "C" ? 2 : 1 }
        let balance = try CovariateBalance.atBaseline(of: design)
        #expect(balance.rows[0].standardisedDifference == nil && balance.rows[0].difference == -1)
        #expect(balance.warnings.isEmpty)
    }

    @Test func saysWhyThereIsNothingToCompare() throws {
        var design = try schools([("A", "2018"), ("B", "2018"), ("C", "")]) { _, _ in 1 }
        design.start = [2018, 2018, 2019]
        #expect(throws: ComparisonError.noComparisonUnits) { try CovariateBalance.atBaseline(of: design) }
        design.start = [nil, nil, nil]
        #expect(throws: ComparisonError.noTreatedUnits) { try CovariateBalance.atBaseline(of: design) }
        design.start = [2016, nil, nil]
        #expect(throws: ComparisonError.noBaseline(firstStart: "2016")) { try IntakeChange.of(design) }
        #expect(
            ComparisonError.noBaseline(firstStart: "2016").message
                == "one of the two arms has no results before the first start, '2016'")
    }
}
