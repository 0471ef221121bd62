import Panels
import Testing

@testable import Attainment

@Suite struct GapSuppressionTests {
    /// A row for each school and year with its counts.
    private func drafts(_ counts: [(by: [String], n: Double, peers: Double)], groups: [Int]? = nil) -> [GapDraft] {
        counts.enumerated().map { position, count in
            var row = GapRow(
                outcome: "y", group: "g", by: zip(["school", "year"], count.by).map { .init($0, $1) }, n: count.n,
                nPeers: count.peers)
            row.gap = 1
            return GapDraft(row: row, contrast: groups?[position] ?? 0, combination: position)
        }
    }

    private let fsm = [LabelledContrast(contrast: GroupContrast(column: "fsm", value: "Y"), label: "fsm=Y")]

    private func suppressed(_ drafts: [GapDraft], _ contrasts: [LabelledContrast]) -> [Bool] {
        var drafts = drafts
        GapSuppression(threshold: 10).mark(&drafts, contrasts)
        return drafts.map(\.row.isSuppressed)
    }

    @Test func tenPupilsAreEnoughAndNineAreNot() {
        #expect(suppressed(drafts([(["A"], 10, 10)]), fsm) == [false])
        #expect(suppressed(drafts([(["A"], 9, 50)]), fsm) == [true])
        #expect(suppressed(drafts([(["A"], 50, 9)]), fsm) == [true])
    }

    @Test func oneSuppressedRowTakesTheNextSmallestWithIt() {
        let rows = drafts([(["A"], 5, 50), (["B"], 30, 50), (["C"], 20, 60), (["D"], 40, 50)])
        #expect(suppressed(rows, fsm) == [true, false, true, false])
    }

    @Test func twoThatTogetherStayBelowTakeAThird() {
        let few = drafts([(["A"], 4, 50), (["B"], 5, 50), (["C"], 20, 60), (["D"], 40, 50)])
        #expect(suppressed(few, fsm) == [true, true, true, false])
        let enough = drafts([(["A"], 4, 50), (["B"], 6, 50), (["C"], 20, 60), (["D"], 40, 50)])
        #expect(suppressed(enough, fsm) == [true, true, false, false])
    }

    /// A row without any pupil of the group hides nobody, and so protects nobody.
    @Test func anEmptySideProtectsNobody() {
        let rows = drafts([(["A"], 0, 50), (["B"], 5, 50), (["C"], 20, 60)])
        #expect(suppressed(rows, fsm) == [true, true, true])
        #expect(suppressed(drafts([(["A"], 0, 50), (["B"], 20, 50)]), fsm) == [true, false])
    }

    /// By a rule that shows nought a row without pupils stays, and the small ones are protected as before.
    @Test func noughtIsShownWhereTheRuleSaysSo() {
        var rows = drafts([(["A"], 0, 50), (["B"], 5, 50), (["C"], 20, 60), (["D"], 30, 60)])
        GapSuppression(threshold: 10, zeroIsSmall: false).mark(&rows, fsm)
        #expect(rows.map(\.row.isSuppressed) == [false, true, true, false])
    }

    @Test func rowsAndColumnsOfATableAreBothProtected() {
        var counts: [(by: [String], n: Double, peers: Double)] = []
        for (position, school) in ["A", "B", "C"].enumerated() {
            for year in ["1", "2", "3"] { counts.append((by: [school, year], n: 20 + Double(position), peers: 90)) }
        }
        counts[0].n = 5
        let marks = suppressed(drafts(counts), fsm)
        for line in 0..<3 {
            #expect((0..<3).filter { marks[3 * line + $0] }.count != 1)
            #expect((0..<3).filter { marks[3 * $0 + line] }.count != 1)
        }
        #expect(marks[0])
    }

    /// With 115 pupils in all, the figures of B and C and of their peers would give those of A.
    @Test func theValuesOfAColumnShareTheirTotal() {
        let contrasts = ["A", "B", "C"].map {
            LabelledContrast(contrast: GroupContrast(column: "eth", value: $0), label: $0)
        }
        let rows = drafts([([], 5, 110), ([], 50, 65), ([], 60, 55)], groups: [0, 1, 2])
        #expect(suppressed(rows, contrasts) == [true, true, false])
    }

    @Test func suppressedRowsHaveNoFigures() throws {
        let table = GoldenPupils.cells(schools: 4, withPrior: true)
        var request = GapRequest(groups: [.contrast(GroupContrast(column: "fsm", value: "Y"))])
        request.by = ["urn"]
        request.prior = "prior"
        request.standardise = true
        let rows = try GapAnalysis.run(table, request).rows
        #expect(rows.contains { $0.isSuppressed })
        for row in rows where row.isSuppressed {
            var bare = GapRow(outcome: "score", group: "fsm=Y", by: row.by, n: row.n, nPeers: row.nPeers)
            bare.isSuppressed = true
            #expect(row == bare)
        }
        request.threshold = 0
        #expect(try GapAnalysis.run(table, request).rows.allSatisfy { !$0.isSuppressed && $0.gap != nil })
    }

    /// The change is measured from the latest period that is shown.
    @Test func aChangeNeverSpeaksOfASuppressedPeriod() throws {
        var table = RowTable(["year", "fsm"])
        for (year, pupils) in [("2016", 12), ("2017", 5), ("2018", 6), ("2019", 12)] {
            for pupil in 0..<pupils {
                table.add([year, "Y"], Double(pupil))
                table.add([year, "N"], Double(pupil + (year == "2019" ? 5 : 2)))
            }
        }
        var request = GapRequest(groups: [.contrast(GroupContrast(column: "fsm", value: "Y"))])
        request.time = "year"
        request.change = true
        let rows = try GapAnalysis.run(table.cells(), request).rows
        #expect(rows.map(\.isSuppressed) == [false, true, true, false])
        #expect(rows.map(\.change) == [nil, nil, nil, 3])
        #expect(rows[3].changeFrom == "2016")
    }
}
