import Cells
import Testing

@testable import Panels

/// Which cohorts could be reached: against pupils followed through school year by year.
@Suite struct ExposureTests {
    /// The slow twin: in which of the years from the start on a cohort was in a year group worked with.
    private static func counted(_ exposure: Exposure, start: Int, results: Int) -> Int {
        (0...exposure.outcomeYearGroup).count { yearGroup in
            let year = results - (exposure.outcomeYearGroup - yearGroup)
            return year >= start && exposure.yearGroups.contains(yearGroup)
        }
    }

    @Test func yearsOfExposureAreThoseOfPupilsFollowedThroughSchool() throws {
        for outcome in [6, 11, 13] {
            for first in 0...outcome {
                for last in first...outcome {
                    let exposure = try #require(Exposure(yearGroups: first...last, outcomeYearGroup: outcome))
                    for results in 2010...2040 {
                        let years = exposure.years(steps: results - 2015 - exposure.delay)
                        #expect(years == Self.counted(exposure, start: 2015, results: results))
                    }
                }
            }
        }
    }

    @Test func whatCannotBeIsNone() {
        #expect(Exposure(yearGroups: 7...12, outcomeYearGroup: 11) == nil)
        #expect(Exposure(yearGroups: -1...2, outcomeYearGroup: 6) == nil)
        #expect(Exposure(yearGroups: 7...7, outcomeYearGroup: 15) == nil)
    }

    /// One school a start, and two that never start, with results from 2015/16 to 2023/24.
    private func panel(_ starts: [String], years: ClosedRange<Int> = 2015...2023) -> CellTable {
        var table = RowTable(["urn", "year", "start"])
        for (position, start) in (starts + ["", "never"]).enumerated() {
            for year in years {
                table.add(["S\(position)", "\(year)/\((year + 1) % 100)", start], Double(position * 3 + year % 4))
            }
        }
        return table.cells()
    }

    private func request(_ exposure: Exposure?, lag: Int = 0) -> DesignRequest {
        var request = DesignRequest(unit: "urn", time: "year", treatment: .startColumn("start"))
        (request.exposure, request.lag) = (exposure, lag)
        return request
    }

    /// Work with Year 7 that begins in 2018/19 shows first in the Year 11 results of 2022/23.
    @Test func theFirstCohortIsTheOneThatGetsThere() throws {
        let exposure = try #require(Exposure(yearGroups: 7...7, outcomeYearGroup: 11))
        let (design, report) = try DesignBuilder.build(panel(["2018/19"]), request(exposure))
        #expect(design.start == [2022, nil, nil] && design.exposure == exposure)
        let start = try #require(report.exposure?.starts.first)
        #expect(start.start == "2018/19" && start.firstReached == "2022/23" && start.units == 1)
        #expect(start.notReached == ["2018/19", "2019/20", "2020/21", "2021/22"])
        #expect(start.reached == [.init(time: "2022/23", years: 1), .init(time: "2023/24", years: 1)])
    }

    @Test func theDesignIsThatOfTheSameLag() throws {
        let exposure = try #require(Exposure(yearGroups: 7...9, outcomeYearGroup: 11))
        let table = panel(["2017/18", "2018/19"])
        let (mapped, report) = try DesignBuilder.build(table, request(exposure))
        let (lagged, _) = try DesignBuilder.build(table, request(nil, lag: 2))
        #expect(mapped.start == lagged.start && mapped.eventTime == lagged.eventTime)
        #expect(mapped.isTreated == lagged.isTreated && lagged.exposure == nil)
        #expect(report.exposure?.starts.map { $0.reached.map(\.years) } == [[1, 2, 3, 3, 3], [1, 2, 3, 3]])
    }

    @Test func partnersWithNoCohortYetCompareAndAreNamed() throws {
        let exposure = try #require(Exposure(yearGroups: 7...7, outcomeYearGroup: 11))
        let (design, report) = try DesignBuilder.build(panel(["2018/19", "2021/22"]), request(exposure))
        #expect(design.start == [2022, nil, nil, nil])
        #expect(report.notYetTreated == ["S1"] && report.warnings.map(\.code).contains("not-yet-reached"))
        let late = try #require(report.exposure?.starts.last)
        #expect(late.firstReached == "2025/26" && late.reached == [] && late.notReached.count == 3)
    }

    @Test func noCohortAtAllIsRefused() throws {
        let exposure = try #require(Exposure(yearGroups: 0...2, outcomeYearGroup: 11))
        let error = #expect(throws: DesignError.self) {
            try DesignBuilder.build(panel(["2018/19"]), request(exposure))
        }
        #expect(error == .noCohortReached(first: "2027/28", last: "2023/24"))
        #expect(error?.status == .design && error?.code == "E390")
    }

    @Test func termsAreRefused() throws {
        let exposure = try #require(Exposure(yearGroups: 7...7, outcomeYearGroup: 11))
        var table = RowTable(["urn", "year", "start"])
        for (urn, start) in [("A", "201819T2"), ("B", "")] {
            for term in 1...3 { table.add([urn, "201819T\(term)", start], Double(term)) }
        }
        let error = #expect(throws: DesignError.self) {
            try DesignBuilder.build(table.cells(), request(exposure))
        }
        #expect(error?.code == "E380" && error?.hint?.contains("--lag") == true)
    }
}
