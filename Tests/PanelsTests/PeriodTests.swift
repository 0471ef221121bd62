import Testing

@testable import Panels

@Suite struct PeriodTests {
    @Test(arguments: [
        ("2019", Period.Kind.year, 2019), ("1", .year, 1), ("-1", .year, -1),
        ("201819", .academicYear, 2018), ("2018/19", .academicYear, 2018), ("2018-19", .academicYear, 2018),
        ("2018-2019", .academicYear, 2018), ("2018/2019", .academicYear, 2018), (" 201819 ", .academicYear, 2018),
        ("199900", .academicYear, 1999), ("1999/00", .academicYear, 1999),
        ("2018/19 autumn", .term, 6054), ("201819T1", .term, 6054), ("2018-19 Spring", .term, 6055),
        ("2018-2019 summer term", .term, 6056), ("201819 t3", .term, 6056),
        ("1970-01-01", .date, 0), ("2019-03-31", .date, 17986), ("2000-02-29", .date, 11016), ("1969-12-31", .date, -1),
    ])
    func reads(_ text: String, _ kind: Period.Kind, _ ordinal: Int) throws {
        let period = try Period(parsing: text)
        #expect(period == Period(kind: kind, ordinal: ordinal, label: text))
    }

    @Test(arguments: [
        ("201920", true), ("2020/21", true), ("2019-2020", true), ("2020", true), ("2021", true), ("2019", false),
        ("2021/22", false), ("2019/20 summer", false), ("2020-06-01", false),
    ])
    func knowsTheYearsWithoutExams(_ text: String, _ isOne: Bool) throws {
        #expect(try Period(parsing: text).isAssessedByTeachers == isOne)
    }

    @Test(arguments: ["201619", "2016/19", "2016-2019", "201619 autumn", "201818"])
    func refusesYearsThatDoNotFollowEachOther(_ text: String) {
        #expect(throws: DesignError.yearsNotConsecutive(text: text)) { try Period(parsing: text) }
    }

    @Test(arguments: [
        "", " ", "2019a", "2019-02-30", "2019-13-01", "201819T4", "201819 winter", "autumn", "20182019", "2018.5",
    ])
    func refusesWhatIsNoPeriod(_ text: String) {
        #expect(throws: DesignError.notAPeriod(text: text)) { try Period(parsing: text) }
    }

    @Test func refusesAMixtureWithExamplesOfBothKinds() throws {
        let error = try #require(throws: DesignError.self) {
            try PeriodTexts(["2018", "201819"], occurs: [true, true])
        }
        #expect(error.message == "the periods are of two kinds: '2018' is a year and '201819' an academic year")
        #expect(error.hint?.contains("2018 alone does not say which academic year it is") == true)
        #expect(error.status == .input)
    }

    @Test func spellingsOfOnePeriodShareTheFirstInByteOrder() throws {
        let texts = try PeriodTexts(["2017/18", "2018-19", "2018/19", "201819"], occurs: [true, true, true, false])
        #expect(texts.timeline.periods.map(\.label) == ["2017/18", "2018-19"])
        #expect(texts.indices == [0, 1, 1, nil])
        #expect(texts.respelled == [["2018-19", "2018/19"]])
    }

    @Test func termsAreThreeAYearWhateverTheirBytes() throws {
        let texts = try PeriodTexts(
            ["2017/18 summer", "2018/19 autumn", "2018/19 spring", "2018/19 summer", "2019/20 autumn"],
            occurs: [true, true, true, true, true])
        #expect(
            texts.timeline.periods.map(\.label) == [
                "2017/18 summer", "2018/19 autumn", "2018/19 spring", "2018/19 summer", "2019/20 autumn",
            ])
        #expect(texts.timeline.steps(from: 0, to: 4) == 4)
    }

    @Test func datesAreCountedByThoseThatOccur() throws {
        let texts = try PeriodTexts(["2018-07-01", "2019-01-01", "2019-07-01"], occurs: [true, true, true])
        #expect(texts.timeline.steps(from: 0, to: 2) == 2)
        let first = texts.timeline.periods[0].ordinal
        #expect(texts.timeline.ordinal(first, later: 1) == texts.timeline.periods[1].ordinal)
        #expect(texts.timeline.firstIndex(from: texts.timeline.ordinal(first, later: 3)) == nil)
    }
}
