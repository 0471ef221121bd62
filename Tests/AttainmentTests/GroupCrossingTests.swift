import Cells
import Panels
import Testing

@testable import Attainment

@Suite struct GroupCrossingTests {
    private func table(_ counts: [(fsm: String, sex: String, n: Int)]) -> CellTable {
        var table = RowTable(["fsm", "sex"])
        for (index, count) in counts.enumerated() {
            for pupil in 0..<count.n { table.add([count.fsm, count.sex], Double(index * 10 + pupil % 7)) }
        }
        return table.cells()
    }

    private func intersection(_ fsm: String, _ sex: String, unknown: [String] = []) -> GapRequest.Group {
        .intersection([
            GroupContrast(column: "fsm", value: fsm, unknown: unknown),
            GroupContrast(column: "sex", value: sex, unknown: unknown),
        ])
    }

    /// The same as a column that somebody made by hand.
    @Test func anIntersectionIsAColumnMadeOfSeveral() throws {
        let counts = [("Y", "F", 20), ("Y", "M", 15), ("N", "F", 30), ("N", "M", 25), ("", "F", 12), ("N", "U", 11)]
        var made = RowTable(["both"])
        for (index, (fsm, sex, n)) in counts.enumerated() {
            let both = fsm.isEmpty || sex == "U" ? "" : fsm == "Y" && sex == "F" ? "1" : "0"
            for pupil in 0..<n { made.add([both], Double(index * 10 + pupil % 7)) }
        }
        let found = try GapAnalysis.run(table(counts), GapRequest(groups: [intersection("Y", "F", unknown: ["U"])]))
        let expected = try GapAnalysis.run(
            made.cells(), GapRequest(groups: [.contrast(GroupContrast(column: "both", value: "1"))]))
        let (row, other) = (try #require(found.rows.first), try #require(expected.rows.first))
        #expect(row.group == "fsm=Y,sex=F" && row.n == 20 && row.nPeers == 70)
        #expect(row.gap.isClose(to: try #require(other.gap), within: 1e-13))
        #expect(row.standardError.isClose(to: try #require(other.standardError), within: 1e-13))
        #expect(found.dropped.map(\.rows) == [23])
    }

    @Test func eachCombinationStandsAgainstTheRest() throws {
        let cells = table([("Y", "F", 20), ("Y", "M", 15), ("N", "F", 30), ("N", "M", 25)])
        let rows = try GapAnalysis.run(cells, GapRequest(groups: [.crossed(columns: ["fsm", "sex"], unknown: [])])).rows
        #expect(rows.map(\.group) == ["fsm=N,sex=F", "fsm=N,sex=M", "fsm=Y,sex=F", "fsm=Y,sex=M"])
        #expect(rows.map(\.n) == [30, 25, 20, 15] && rows.allSatisfy { $0.n + $0.nPeers == 90 })
    }

    @Test func aCombinationThatNobodyHasIsRefused() {
        let cells = table([("Y", "M", 15), ("N", "F", 30), ("N", "M", 25)])
        #expect(throws: AttainmentError.valueNotFound(column: "fsm,sex", value: "Y,F")) {
            try GapAnalysis.run(cells, GapRequest(groups: [intersection("Y", "F")]))
        }
    }

    /// 4 girls with free meals: hidden, and with them the boys with free meals and the girls without, whose totals would
    /// give them back.
    @Test func marginalsGiveNoCombinationBack() throws {
        let cells = table([
            ("Y", "F", 4), ("Y", "M", 40), ("N", "F", 50), ("N", "M", 60), ("N", "X", 70), ("Y", "X", 30),
        ])
        let rows = try GapAnalysis.run(cells, GapRequest(groups: [.crossed(columns: ["fsm", "sex"], unknown: [])])).rows
        let hidden = rows.filter(\.isSuppressed).map(\.group)
        #expect(hidden.contains("fsm=Y,sex=F"))
        for (column, value) in [("fsm", "Y"), ("sex", "F")] {
            let of = hidden.filter { $0.contains("\(column)=\(value)") }
            #expect(of.count > 1, "the pupils with \(column)=\(value) less those shown are the 4")
        }
    }

    /// 40 with free meals, of whom 36 girls: the 4 others are the difference of two rows.
    @Test func aGroupWithinAnotherIsHiddenWhereTheRestIsSmall() throws {
        let cells = table([("Y", "F", 36), ("Y", "M", 4), ("N", "F", 50), ("N", "M", 60)])
        let fsm = GapRequest.Group.contrast(GroupContrast(column: "fsm", value: "Y"))
        let rows = try GapAnalysis.run(cells, GapRequest(groups: [fsm, intersection("Y", "F")])).rows
        #expect(rows.map(\.isSuppressed) == [false, true])
        #expect(rows[1].gap == nil)
        let alone = try GapAnalysis.run(cells, GapRequest(groups: [intersection("Y", "F")])).rows
        #expect(alone.map(\.isSuppressed) == [false])
    }

    /// With every further figure at once: prior attainment, schools, ranks and periods work for a crossing too.
    @Test func everyFigureWorksForAnIntersection() throws {
        var table = RowTable(["urn", "year", "fsm", "sex", "prior", "result"], variables: ["score"])
        for (index, pupil) in GoldenPupils.pupils(schools: 20, years: [2016, 2017, 2018]).enumerated() {
            table.add(
                [
                    pupil.urn, String(pupil.year), pupil.fsm, index % 2 == 0 ? "F" : "M", String(pupil.prior),
                    String(pupil.score),
                ], pupil.score)
        }
        var request = GapRequest(groups: [intersection("Y", "F")])
        request.unit = "urn"
        request.time = "year"
        (request.trend, request.change, request.within, request.index) = (true, true, true, true)
        (request.rankKey, request.prior, request.standardise) = ("result", "prior", true)
        request.adjustment = .simultaneous
        let rows = try GapAnalysis.run(table.cells(), request).rows
        #expect(rows.count == 3)
        for row in rows {
            #expect(row.within?.standardError != nil && row.index?.standardError != nil && row.progressGap != nil)
            #expect(row.standardised?.standardError != nil && row.pAdjusted != nil && row.bandLower != nil)
        }
        #expect(rows.last?.trend?.standardError != nil && rows.last?.change != nil)
    }
}
