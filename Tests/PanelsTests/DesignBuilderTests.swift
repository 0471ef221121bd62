import Cells
import Tables
import Testing

@testable import Panels

/// Schools A (start 2018), B (start 2019), C and D (never), one row a school and year, 2016 to 2019.
private func schoolPanel(starts: [String: String] = ["A": "2018", "B": "2019", "C": "", "D": "0"]) -> RowTable {
    var table = RowTable(["urn", "year", "start"])
    for (position, urn) in starts.keys.sorted().enumerated() {
        for year in 2016...2019 {
            table.add([urn, String(year), starts[urn] ?? ""], Double(10 * position + year - 2016))
        }
    }
    return table
}

private let byStart = DesignRequest(unit: "urn", time: "year", treatment: .startColumn("start"))

@Suite struct DesignBuilderTests {
    @Test func numbersUnitsPeriodsAndStarts() throws {
        let (design, report) = try DesignBuilder.build(schoolPanel().cells(), byStart)
        #expect(design.units == ["A", "B", "C", "D"])
        #expect(design.periods.map(\.label) == ["2016", "2017", "2018", "2019"])
        #expect(design.start == [2018, 2019, nil, nil])
        #expect(design.unit == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
        #expect(design.eventTime == [-2, -1, 0, 1, -3, -2, -1, 0, nil, nil, nil, nil, nil, nil, nil, nil])
        #expect(design.isTreated.map { $0 ? 1 : 0 } == [0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(design.clusters == [CellFactor(name: "urn", levels: design.units, codes: design.unit)])
        #expect(design.observationCount == 16)
        #expect(!design.rowsArePupils)
        #expect(report.rowKind == .units && report.estimand == .schools)
        #expect(report.cohorts == [.init(start: "2018", units: 1), .init(start: "2019", units: 1)])
        #expect(report.neverSpellings == [.init(text: "", units: 1), .init(text: "0", units: 1)])
        #expect(report.warnings.isEmpty && report.dropped.isEmpty)
    }

    @Test func theOrderOfRowsChangesNothing() throws {
        let table = schoolPanel()
        let order = (0..<table.rowCount).sorted { ($0 * 7) % 16 < ($1 * 7) % 16 }
        let (a, first) = try DesignBuilder.build(table.cells(), byStart)
        let (b, second) = try DesignBuilder.build(table.reordered(order).cells(), byStart)
        #expect(a.moments == b.moments && a.unit == b.unit && a.eventTime == b.eventTime && first == second)
    }

    @Test func leavesOutUnitsTreatedFromTheFirstPeriodOn() throws {
        let table = schoolPanel(starts: ["A": "2018", "B": "2016", "C": "", "D": "2025"]).cells()
        let (design, report) = try DesignBuilder.build(table, byStart)
        #expect(design.units == ["A", "C", "D"])
        #expect(design.start == [2018, nil, nil])
        #expect(report.alwaysTreated == ["B"])
        #expect(report.notYetTreated == ["D"])
        #expect(report.dropped == [DroppedRows("treated from the first period on", 4)])
        #expect(report.warnings.map(\.code) == ["always-treated", "not-yet-treated"])
    }

    /// Without the always treated unit 2016 has no results; B, which starts in 2017, then has no period before.
    @Test func settlesWhoWasAlwaysTreatedWhenPeriodsGo() throws {
        var table = RowTable(["urn", "year", "start"])
        table.add(["Z", "2016", "2016"], 1)
        for (urn, start) in [("A", "2018"), ("B", "2017"), ("C", "")] {
            for year in ["2017", "2018"] { table.add([urn, year, start], 1) }
        }
        let (design, report) = try DesignBuilder.build(table.cells(), byStart)
        #expect(design.units == ["A", "C"])
        #expect(design.periods.map(\.label) == ["2017", "2018"])
        #expect(report.alwaysTreated == ["B", "Z"])
        #expect(report.dropped == [DroppedRows("treated from the first period on", 3)])
    }

    @Test func countsHolesInEventTimeAndMovesAStartInAHole() throws {
        var table = RowTable(["urn", "year", "start"])
        for (urn, start) in [("A", "202021"), ("B", "")] {
            for year in ["201718", "201819", "202122", "202223"] { table.add([urn, year, start], 1) }
        }
        let (design, report) = try DesignBuilder.build(table.cells(), byStart)
        #expect(design.start == [2021, nil])
        #expect(design.eventTime[..<4] == [-4, -3, 0, 1])
        #expect(report.cohorts == [.init(start: "202122", units: 1)])
        #expect(report.warnings.isEmpty)
    }

    @Test func datesAreNumberedInTheirOrder() throws {
        var table = RowTable(["urn", "day", "start"])
        for (urn, start) in [("A", "2019-02-01"), ("B", "")] {
            for day in ["2018-07-01", "2019-01-01", "2019-07-01", "2020-01-01"] { table.add([urn, day, start], 1) }
        }
        let request = DesignRequest(unit: "urn", time: "day", treatment: .startColumn("start"))
        let (design, report) = try DesignBuilder.build(table.cells(), request)
        #expect(design.periods.map(\.ordinal) == [0, 1, 2, 3])
        #expect(design.start == [2, nil] && design.eventTime[..<4] == [-2, -1, 0, 1])
        #expect(report.cohorts == [.init(start: "2019-07-01", units: 1)])
    }

    @Test func theLagMovesTheStart() throws {
        var request = byStart
        request.lag = 1
        let (design, report) = try DesignBuilder.build(schoolPanel().cells(), request)
        #expect(design.start == [2019, nil, nil, nil])
        #expect(report.notYetTreated == ["B"])
    }

    @Test func readsTreatmentByPeriod() throws {
        var table = RowTable(["urn", "year", "on"])
        for year in 2016...2018 {
            table.add(["A", String(year), year >= 2017 ? "1" : "0"], 1)
            table.add(["B", String(year), "0"], 1)
        }
        let request = DesignRequest(unit: "urn", time: "year", treatment: .treatedColumn("on"))
        let (design, _) = try DesignBuilder.build(table.cells(), request)
        #expect(design.start == [2017, nil])
        #expect(design.eventTime == [-1, 0, 1, nil, nil, nil])
    }

    /// For an estimator that knows treatments that end, the start is the first switch and the design says what is on.
    @Test func keepsTreatmentsThatEnd() throws {
        let paths = ["A": "0110", "B": "1100", "C": "1111", "D": "0000", "E": "0011"]
        var table = RowTable(["urn", "year", "on"])
        for (unit, path) in paths.sorted(by: { $0.key < $1.key }) {
            for (i, on) in path.enumerated() { table.add([unit, String(2016 + i), String(on)], 1) }
        }
        var request = DesignRequest(unit: "urn", time: "year", treatment: .treatedColumn("on"))
        #expect(throws: DesignError.treatmentSwitchesOff(unit: "A", on: "2017", off: "2019")) {
            try DesignBuilder.build(table.cells(), request)
        }
        request.keepsReversals = true
        let (design, report) = try DesignBuilder.build(table.cells(), request)
        #expect(design.start == [2017, 2018, nil, nil, 2018])
        #expect(design.startsOn == [false, true, true, false, false])
        #expect(report.alwaysTreated.isEmpty)
        #expect(design.hasTreatedAtFirst)
        for c in 0..<design.cellCount {
            let path = Array(paths[design.units[design.unit[c]]] ?? "")
            #expect(design.isOn?[c] == (path[design.period[c]] == "1"))
            #expect(design.isTreated[c] == design.start[design.unit[c]].map { 2016 + design.period[c] >= $0 } ?? false)
        }
        // The first start alone counts where that was asked for.
        request.takesFirstStart = true
        let (first, _) = try DesignBuilder.build(table.cells(), request)
        #expect(first.isOn == nil && first.startsOn == nil && !first.units.contains("C"))
    }

    /// Treatments that only ever start need no more than the starts.
    @Test func startsSayItAllWhereNothingEnds() throws {
        var table = RowTable(["urn", "year", "on"])
        for year in 2016...2018 {
            table.add(["A", String(year), year >= 2017 ? "1" : "0"], 1)
            table.add(["B", String(year), "0"], 1)
        }
        var request = DesignRequest(unit: "urn", time: "year", treatment: .treatedColumn("on"))
        request.keepsReversals = true
        let (design, _) = try DesignBuilder.build(table.cells(), request)
        #expect(design.start == [2017, nil] && design.startsOn == nil && design.isOn == nil)
    }

    @Test func joinsAListOfPartners() throws {
        let entries = [PartnerEntry(unit: "A", start: "2018"), PartnerEntry(unit: "X"), PartnerEntry(unit: "B")]
        let request = DesignRequest(unit: "urn", time: "year", treatment: .partners(entries, startAt: "2019"))
        let (design, report) = try DesignBuilder.build(schoolPanel().cells(), request)
        #expect(design.start == [2018, 2019, nil, nil])
        #expect(report.matchedPartners == ["A", "B"])
        #expect(report.unmatchedPartners == ["X"])
        #expect(
            report.warnings == [
                Warning("unmatched-partners", "1 unit on the list of partners does not occur in these files: 'X'")
            ])
    }

    @Test func leavesOutAndRestrictsUnitsByName() throws {
        var request = byStart
        request.excluded = ["B", "Q"]
        request.comparisonUnits = ["C"]
        let (design, report) = try DesignBuilder.build(schoolPanel().cells(), request)
        #expect(design.units == ["A", "C"])
        #expect(report.excludedUnits == ["B"] && report.unmatchedExclusions == ["Q"])
        #expect(
            report.dropped == [
                DroppedRows("excluded by request", 4), DroppedRows("not among the units that may compare", 4),
            ])
    }

    // MARK: Pupils, schools and sides

    /// Three pupils a school and year, one of them with fsm=Y, and one whose value is not known.
    private func pupilRows() -> RowTable {
        var table = RowTable(["urn", "year", "start", "fsm", "trust"])
        for (urn, start) in [("A", "2018"), ("B", "")] {
            for year in ["2017", "2018"] {
                for (fsm, y) in [("Y", 1.0), ("N", 2), ("N", 4), ("", 9)] {
                    table.add([urn, year, start, fsm, urn == "A" && year == "2018" ? "T2" : "T1"], y)
                }
            }
        }
        return table
    }

    @Test func repeatedUnitPeriodsArePupils() throws {
        let (design, report) = try DesignBuilder.build(pupilRows().cells(), byStart)
        #expect(report.rowKind == .pupils && report.estimand == .pupils)
        #expect(design.rowsArePupils)
        #expect(design.pupils == design.moments.n)
        #expect(design.observationCount == 16)
    }

    @Test func schoolsCountTheSameAsAnEstimand() throws {
        var request = byStart
        request.estimand = .schools
        request.factors = ["fsm"]
        let (design, _) = try DesignBuilder.build(pupilRows().cells(), request)
        // Cells of a school and year: two pupils with N and one with Y.
        #expect(Array(design.moments.n[..<2]) == [2, 1])
        #expect(Array(design.moments.weight[..<2]) == [2.0 / 3, 1.0 / 3])
        #expect(Array(design.moments.squaredWeight[..<2]) == [2.0 / 9, 1.0 / 9])
        #expect(Array(design.moments.within[..<2]) == [2.0 / 3, 0])
        #expect(Array(design.moments.mean[..<2]) == [3, 1])
        #expect(design.observationCount == 12)
    }

    @Test func otherKeysOfTheCellsChangeNothing() throws {
        let (design, _) = try DesignBuilder.build(pupilRows().cells(), byStart)
        #expect(design.cellCount == 4 && design.moments.mean == [4, 4, 4, 4])
    }

    @Test func aGapKeepsOnlyItsTwoSides() throws {
        var request = byStart
        request.gap = GroupContrast(column: "fsm", value: "Y")
        request.estimand = .schools
        let (design, report) = try DesignBuilder.build(pupilRows().cells(), request)
        #expect(design.isGroup == [false, true, false, true, false, true, false, true])
        #expect(report.dropped == [DroppedRows("fsm belongs neither to the group nor to its peers", 4)])
        // Each side of each school and year counts the same.
        #expect(design.moments.weight == [Double](repeating: 1, count: 8))
    }

    @Test func countsUnitsThatChangeTheirCluster() throws {
        var request = byStart
        request.clusters = ["trust"]
        let (design, report) = try DesignBuilder.build(pupilRows().cells(), request)
        #expect(design.clusters[0].levels == ["T1", "T2"])
        #expect(
            report.warnings == [
                Warning("cluster-not-nested", "1 unit belongs to more than one 'trust': 'A'")
            ])
    }

    @Test func factorsLeaveOutEmptyValuesAndKeepByteOrder() throws {
        var request = byStart
        request.factors = ["fsm"]
        let (design, report) = try DesignBuilder.build(pupilRows().cells(), request)
        #expect(design.factors == [CellFactor(name: "fsm", levels: ["N", "Y"], codes: [0, 1, 0, 1, 0, 1, 0, 1])])
        #expect(report.dropped == [DroppedRows("no fsm", 4)])
    }

    @Test func unitRowsTakeTheirPupilsFromTheCount() throws {
        var table = RowTable(["urn", "year", "start"], variables: ["y", "pupils"])
        for (urn, start, pupils) in [("A", "2018", 12.0), ("B", "", 7)] {
            for year in ["2017", "2018"] {
                table.add([urn, year, start], 1, year == "2018" && urn == "B" ? nil : pupils)
            }
        }
        var request = byStart
        request.countBlock = 1
        let (design, _) = try DesignBuilder.build(table.cells(blocks: [[0], [1]]), request)
        #expect(design.pupils == [12, 12, 7, 0])
    }

    @Test func frequencyWeightsAreObservations() throws {
        var table = RowTable(["urn", "year", "start"])
        for (urn, start) in [("A", "2018"), ("B", "")] {
            for year in ["2017", "2018"] { table.add([urn, year, start], 1, weight: 5) }
        }
        var request = byStart
        request.rows = .pupils
        request.weightKind = .frequency
        let (design, report) = try DesignBuilder.build(table.cells(), request)
        #expect(design.observationCount == 20 && design.pupils == [5, 5, 5, 5])
        #expect(design.moments.squaredWeight == [5, 5, 5, 5] && report.rowsUsed == 4)
    }

    @Test func splitsByValue() throws {
        let parts = try pupilRows().cells().split(by: ["fsm"])
        #expect(parts.map(\.values) == [[""], ["N"], ["Y"]])
        let (design, _) = try DesignBuilder.build(parts[1].table, byStart)
        #expect(design.moments.mean == [3, 3, 3, 3])
    }
}

@Suite struct DesignWarningTests {
    @Test func namesTheYearsWithoutExams() throws {
        var table = RowTable(["urn", "year", "start"])
        for (urn, start) in [("A", "202021"), ("B", "")] {
            for year in ["201819", "201920", "202021"] { table.add([urn, year, start], 1) }
        }
        let (_, report) = try DesignBuilder.build(table.cells(), byStart)
        #expect(report.warnings.map(\.code) == ["covid-years"])
        #expect(report.warnings.first?.message.hasPrefix("201920 and 202021 are among the periods") == true)
    }

    @Test func countsWhatIsAbsent() throws {
        var table = schoolPanel()
        table.add(["E", "2016", ""], 1)
        let (_, report) = try DesignBuilder.build(table.cells(), byStart)
        #expect(
            report.warnings == [
                Warning("unbalanced", "1 of 5 units lacks results in some periods (3 of 20 unit-periods)")
            ])
    }

    @Test func seesResultsMissingInOneArm() throws {
        var table = RowTable(["urn", "year", "start"])
        for (urn, start) in [("A", "2018"), ("B", "")] {
            for year in ["2017", "2018"] {
                for pupil in 0..<10 { table.add([urn, year, start], urn == "A" && pupil < 3 ? nil : 1) }
            }
        }
        let (_, report) = try DesignBuilder.build(table.cells(), byStart)
        #expect(report.warnings.map(\.code) == ["missing-by-arm"])
        #expect(report.warnings.first?.message.hasPrefix("30% of the rows of treated units") == true)
    }
}
