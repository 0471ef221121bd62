import Cells
import Panels
import Testing

@testable import Comparison

@Suite struct IntakeChangeTests {
    /// Prior attainment before 2017 and from 2018 on for three partners (the last starts in 2018) and three others.
    private func design(changes: [String: Double]) throws -> Design {
        var table = RowTable(["urn", "year", "start"], variables: ["y", "ks2"])
        for (urn, start) in [("A", "2017"), ("B", "2018"), ("C", "2018"), ("D", ""), ("E", ""), ("F", "")] {
            for year in ["2016", "2017", "2018"] {
                // What happens between the first and the last start is in neither window.
                let change = year == "2018" ? changes[urn] ?? 0 : year == "2017" ? 99 : 0
                for spread in [-5.0, 5] { table.add([urn, year, start], 1, 100 + change + spread) }
            }
        }
        return try DesignBuilder.build(
            table.cells(), DesignRequest(unit: "urn", time: "year", treatment: .startColumn("start"))
        ).design
    }

    @Test func comparesTheChangesOfTheTwoArms() throws {
        let intake = try IntakeChange.of(design(changes: ["A": 3, "B": 4, "C": 5, "D": 0, "E": 1, "F": 2]))
        let row = try #require(intake.rows.first)
        #expect(intake.rows.count == 1 && row.variable == "ks2")
        // Means 4 and 1, s² = 1 in both arms: √(1/3 + 1/3), Welch 4 degrees of freedom.
        #expect(row.change == 3)
        #expect(abs((row.standardError ?? 0) - (2.0 / 3).squareRoot()) < 1e-13)
        #expect(abs((row.degreesOfFreedom ?? 0) - 4) < 1e-12)
        // Six treated pupils at the baseline, ±5: s² = 30.
        #expect(abs((row.standardisedChange ?? 0) - 3 / 30.0.squareRoot()) < 1e-13)
        #expect(row.words == "ks2 rose by 3.00 more in the partners than in the comparison units (standard error 0.82)")
        #expect(intake.warnings.map(\.code) == ["intake"])
    }

    @Test func smallChangesAreNoWarning() throws {
        let intake = try IntakeChange.of(design(changes: ["A": 0.3, "B": 0.4, "C": 0.5]))
        #expect(abs((intake.rows.first?.change ?? 0) - 0.4) < 1e-12)
        #expect(intake.warnings.isEmpty)
    }

    /// A whole category whose share moves: counted in percentage points.
    @Test func sharesMoveInPercentagePoints() throws {
        var table = RowTable(["urn", "year", "start", "fsm"])
        for (urn, start) in [("A", "2018"), ("B", "2018"), ("D", ""), ("E", "")] {
            for year in ["2017", "2018"] {
                for pupil in 0..<10 {
                    let count = start.isEmpty || year == "2017" ? 3 : urn == "A" ? 4 : 5
                    table.add([urn, year, start, pupil < count ? "Y" : "N"], 1)
                }
            }
        }
        var request = DesignRequest(unit: "urn", time: "year", treatment: .startColumn("start"))
        request.factors = ["fsm"]
        let intake = try IntakeChange.of(DesignBuilder.build(table.cells(), request).design)
        #expect(abs((intake.rows.first?.change ?? 0) - 0.15) < 1e-15)
        #expect(
            intake.rows.first?.words
                == "fsm=Y rose by 15.00 percentage points more in the partners than in the comparison units (standard error 5.00)"
        )
    }
}
