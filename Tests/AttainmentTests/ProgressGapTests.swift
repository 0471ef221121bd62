import Cells
import Panels
import Testing

@testable import Attainment

@Suite struct ProgressGapTests {
    private func request() -> GapRequest {
        var request = GapRequest(groups: [.contrast(GroupContrast(column: "fsm", value: "Y"))])
        request.prior = "ks2"
        request.threshold = 0
        return request
    }

    /// Without units pupils are independent, and the error is HC1.
    @Test(arguments: [(12, GoldenGaps.fewProgressHC1), (60, GoldenGaps.manyProgressHC1)])
    func independentPupilsHaveHC1(_ schools: Int, _ expected: [Double]) throws {
        var request = request()
        request.prior = "prior"
        request.time = "year"
        let row = try GapAnalysis.run(GoldenPupils.cells(schools: schools, withPrior: true), request).rows[0]
        // Normal equations of nearly collinear columns on the other side.
        #expect(row.progressGap.isClose(to: -expected[0], within: 1e-9))
        #expect(row.progressGapStandardError.isClose(to: expected[1], within: 1e-9))
    }

    /// Results that are a straight line in prior attainment, 3 lower for the group: the gap at equal prior is 3 whoever has what.
    @Test(arguments: [2, 3, 40]) func findsWhatIsThereHoweverFewValuesPriorHas(_ values: Int) throws {
        var table = RowTable(["fsm", "ks2", "year"])
        for pupil in 0..<120 {
            let isGroup = pupil % 3 == 0
            let prior = 80 + (pupil * 7 + (isGroup ? 0 : pupil % 2)) % values
            let late = pupil % 2 == 0
            // In the later year everybody scores more, and prior attainment counts for more.
            let score = (late ? 10 : 0) + (late ? 0.75 : 0.5) * Double(prior) - (isGroup ? 3 : 0)
            table.add([isGroup ? "Y" : "N", String(prior), late ? "2018" : "2017"], score)
        }
        var request = request()
        request.time = "year"
        let row = try GapAnalysis.run(table.cells(), request).rows[0]
        #expect(row.progressGap.isClose(to: 3, within: 1e-11))
    }

    @Test func oneValueOfPriorLeavesTheGapItself() throws {
        var table = RowTable(["fsm", "ks2"])
        for (fsm, y) in [("Y", 1.0), ("Y", 2), ("N", 5), ("N", 7)] { table.add([fsm, "100"], y) }
        let row = try GapAnalysis.run(table.cells(), request()).rows[0]
        #expect(row.progressGap.isClose(to: 4.5, within: 1e-14) && row.gap == 4.5)
    }

    @Test func priorThatTellsTheGroupLeavesNothingToCompare() throws {
        var table = RowTable(["fsm", "ks2"])
        for (fsm, ks2, y) in [("Y", "90", 1.0), ("Y", "90", 2), ("N", "100", 5), ("N", "100", 7)] {
            table.add([fsm, ks2], y)
        }
        let row = try GapAnalysis.run(table.cells(), request()).rows[0]
        #expect(row.progressGap == nil && row.progressGapStandardError == nil && row.gap == 4.5)
    }

    /// Ten pupils of the group, nine of them with prior attainment: the gap is shown, that at equal prior is not.
    @Test func tooFewWithPriorAttainmentShowNone() throws {
        var table = RowTable(["fsm", "ks2"])
        for pupil in 0..<10 {
            table.add(["Y", pupil == 9 ? "" : String(90 + pupil % 4)], Double(pupil))
            for _ in 0..<3 { table.add(["N", String(90 + pupil % 5)], Double(pupil + 2)) }
        }
        var request = request()
        request.threshold = 10
        let hidden = try GapAnalysis.run(table.cells(), request).rows[0]
        #expect(hidden.gap == 2 && hidden.progressGap == nil && !hidden.isSuppressed)
        request.threshold = 9
        #expect(try GapAnalysis.run(table.cells(), request).rows[0].progressGap != nil)
    }

    @Test func knotsStandAtFixedQuantilesOfThePupils() {
        let points = (1...100).map { (value: Double($0), weight: 1.0) }
        #expect(RestrictedCubicSpline(points: points).knots == [5, 28, 50, 73, 95])
        #expect(RestrictedCubicSpline(points: [(1, 50), (2, 1), (3, 49)]).knots == [1, 3])
    }

    /// Linear beyond the outer knots: equal steps there change every column equally.
    @Test func theSplineIsStraightOutside() {
        let spline = RestrictedCubicSpline(points: (1...100).map { (value: Double($0), weight: 1.0) })
        for column in spline.basis(at: [200, 210, 220, -20, -10, 0]) {
            #expect(abs((column[2] - column[1]) - (column[1] - column[0])) < 1e-9)
            #expect(abs((column[5] - column[4]) - (column[4] - column[3])) < 1e-12)
        }
    }
}
