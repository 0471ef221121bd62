import Cells
import Tables
import Testing

@testable import Panels

/// Every way in which data can fail to make a design, made for real, with its words.
@Suite struct DesignRefusalTests {
    private func table(_ rows: [[String]], _ keys: [String] = ["urn", "year", "start"]) -> CellTable {
        var table = RowTable(keys)
        for row in rows { table.add(row, 1) }
        return table.cells()
    }

    /// A school for each start, with results in the years given.
    private func panel(_ starts: [String], years: [String] = ["2017", "2018", "2019"]) -> CellTable {
        table(starts.enumerated().flatMap { position, start in years.map { ["S\(position)", $0, start] } })
    }

    private let byStart = DesignRequest(unit: "urn", time: "year", treatment: .startColumn("start"))

    private func refusal(_ table: CellTable, _ request: DesignRequest? = nil) throws -> DesignError {
        try #require(throws: DesignError.self) { try DesignBuilder.build(table, request ?? byStart) }
    }

    @Test func partnersAlone() throws {
        let error = try refusal(panel(["2018", "2018"]))
        #expect(error.status == .design)
        #expect(
            error.message
                == "these files can show progress, not impact; add comparison schools, such as the published tables (all 2 units are partners)"
        )
    }

    @Test func allTreatedAtDifferentTimesPointsToNotYet() throws {
        let error = try refusal(panel(["2018", "2019"]))
        #expect(error == .noComparisonUnits(partners: 2, startsDiffer: true))
        #expect(error.hint?.contains("--comparison not-yet") == true)
        var request = byStart
        request.allowsNotYetOnly = true
        let (design, _) = try DesignBuilder.build(panel(["2018", "2019"]), request)
        #expect(design.start == [2018, 2019])
    }

    @Test(arguments: ["-1", "2009"])
    func aStartBeforeTheDataStopsAndAsks(_ start: String) throws {
        let error = try refusal(panel([start, start, "2018", ""]))
        #expect(error == .startBeforeData(text: start, units: ["S0", "S1"], firstPeriod: "2017"))
        #expect(
            error.message == "2 units ('S0', 'S1') have the start '\(start)', which lies before the first period '2017'"
        )
        #expect(error.hint?.contains("leave the field empty or write 0 or never") == true)
        #expect(error.status == .input)
    }

    @Test(arguments: ["-1", "9999", "999999", "none"])
    func aCodeAmongAcademicYearsStopsAndAsks(_ start: String) throws {
        let error = try refusal(panel([start, "201819", ""], years: ["201718", "201819"]))
        #expect(error == .startNotAPeriod(unit: "S0", text: start))
    }

    @Test func startsOfAnotherKind() throws {
        let error = try refusal(panel(["2018", ""], years: ["201718", "201819"]))
        #expect(
            error.message
                == "the start of 'S0' is a year, but the results are by an academic year such as '201718'")
    }

    @Test func twoStartsWithinAUnit() throws {
        let rows = [
            ["A", "2017", "2018"], ["A", "2018", "2019"], ["A", "2019", "2018"], ["B", "2017", ""],
            ["B", "2018", "never"],
            ["B", "2019", "0"],
        ]
        #expect(try refusal(table(rows)).message == "'A' has two starts: '2018' and '2019'")
        var request = byStart
        request.takesFirstStart = true
        let (design, report) = try DesignBuilder.build(table(rows), request)
        #expect(design.start == [2018, nil])
        #expect(report.warnings.map(\.code) == ["first-start"])
    }

    @Test func treatmentThatEnds() throws {
        let rows = [
            ["A", "2016", "0"], ["A", "2017", "1"], ["A", "2018", "0"], ["B", "2016", "0"], ["B", "2017", "0"],
            ["B", "2018", "0"],
        ]
        var request = DesignRequest(unit: "urn", time: "year", treatment: .treatedColumn("on"))
        let cells = table(rows, ["urn", "year", "on"])
        #expect(try refusal(cells, request).message == "'A' is treated in '2017' and no longer treated in '2018'")
        request.takesFirstStart = true
        let (design, report) = try DesignBuilder.build(cells, request)
        #expect(design.isTreated == [false, true, true, false, false, false])
        #expect(report.warnings.map(\.code) == ["first-start"])
    }

    @Test func treatmentThatIsNeitherZeroNorOneOrBoth() throws {
        let request = DesignRequest(unit: "urn", time: "year", treatment: .treatedColumn("on"))
        let keys = ["urn", "year", "on"]
        #expect(
            try refusal(table([["A", "2016", "yes"]], keys), request)
                == .treatedNotZeroOrOne(column: "on", unit: "A", period: "2016"))
        #expect(
            try refusal(table([["A", "2016", "0"], ["A", "2016", "1"], ["B", "2017", "0"]], keys), request)
                == .treatedDiffers(unit: "A", period: "2016"))
    }

    @Test func partnersThatDoNotOccurOrHaveNoStart() throws {
        var request = DesignRequest(
            unit: "urn", time: "year", treatment: .partners([PartnerEntry(unit: "X", start: "2018")], startAt: nil))
        let none = try refusal(panel(["", ""]), request)
        #expect(none.message == "none of the 1 partners listed occurs in these files")
        #expect(none.status == .design)
        request.treatment = .partners([PartnerEntry(unit: "S0", start: "")], startAt: nil)
        #expect(try refusal(panel(["", ""]), request) == .partnerWithoutStart(unit: "S0"))
        request.treatment = .partners(
            [PartnerEntry(unit: "S0", start: "2018"), PartnerEntry(unit: "S0", start: "2019")], startAt: nil)
        #expect(try refusal(panel(["", ""]), request) == .startDiffers(unit: "S0", first: "2018", second: "2019"))
        request.treatment = .partners([PartnerEntry(unit: "S0"), PartnerEntry(unit: "S1")], startAt: "2018")
        #expect(try refusal(panel(["", ""]), request) == .noComparisonUnits(partners: 2, startsDiffer: false))
    }

    @Test func twoRowsOfAUnitInAPeriod() throws {
        var request = byStart
        request.rows = .units
        let rows = [
            ["A", "2017", "2018"], ["A", "2018", "2018"], ["A", "2018", "2018"], ["B", "2017", ""], ["B", "2018", ""],
        ]
        #expect(try refusal(table(rows), request).message == "'A' has two rows for '2018'")
    }

    @Test func unitRowsHaveNoPupilEstimand() throws {
        var request = byStart
        request.estimand = .pupils
        #expect(try refusal(panel(["2018", ""]), request) == .estimandNeedsPupilRows)
    }

    @Test func noneTreatedOnePeriodNothingBeforeNothingAtAll() throws {
        #expect(
            try refusal(panel(["", "0"])).message == "none of the 2 units is treated in any of the 3 periods")
        #expect(try refusal(panel(["2017", ""], years: ["2017"])) == .onePeriod(label: "2017"))
        #expect(
            try refusal(panel(["2017", ""])).message
                == "the only treated unit was treated from the first period '2017' on, so that there is no period before"
        )
        #expect(try refusal(table([])) == .noRows)
    }

    @Test func aColumnThatTheCellsLack() throws {
        var request = byStart
        request.absorbed = ["trust"]
        #expect(try refusal(panel(["2018", ""]), request).message == "the cells have no key column 'trust'")
    }

    @Test func everyRefusalHasItsOwnCodeAndAHint() {
        let period = Period(kind: .year, ordinal: 2018, label: "2018")
        let all: [DesignError] = [
            .notAPeriod(text: "x"), .yearsNotConsecutive(text: "201619"), .mixedPeriods(first: period, second: period),
            .columnNotInCells(name: "c"), .startNotAPeriod(unit: "A", text: "x"),
            .startOfOtherKind(unit: "A", start: period, periods: period),
            .startBeforeData(text: "1", units: ["A"], firstPeriod: "2018"),
            .startDiffers(unit: "A", first: "1", second: "2"),
            .treatedNotZeroOrOne(column: "on", unit: "A", period: "2018"), .treatedDiffers(unit: "A", period: "2018"),
            .treatmentSwitchesOff(unit: "A", on: "2017", off: "2018"), .partnerWithoutStart(unit: "A"),
            .repeatedUnitRow(unit: "A", period: "2018"), .estimandNeedsPupilRows, .noRows, .noPartnerFound(listed: 1),
            .noComparisonUnits(partners: 1, startsDiffer: false), .noTreatedUnits(units: 1, periods: 1),
            .onlyAlwaysTreated(units: 1, firstPeriod: "2018"), .onePeriod(label: "2018"),
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(all.allSatisfy { $0.hint != nil })
    }
}
