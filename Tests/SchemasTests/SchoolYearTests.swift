import Testing

@testable import Schemas

struct SchoolYearTests {
    @Test(arguments: [
        ("ks2-2016-850.csv", [2016]), ("2018-2019_england_ks4final.csv", [2019]), ("a/2015/england_ks4final.csv", []),
        ("936_ks2final.csv", []), ("202425_performance_tables_schools_final.csv", [2025]),
        ("results 2018-19.csv", [2019]), ("edubasealldata20240101.csv", []), ("2016 and 2018.csv", [2016, 2018]),
        ("201619.csv", []), ("1999_2000.csv", [2000]), ("2018-20.csv", [2018]),
    ])
    func yearsOfNames(name: String, years: [Int]) { #expect(SchoolYear.all(inNameOf: name) == years) }

    @Test(
        arguments: [
            ("2018", 2018), ("201718", 2018), ("2017/18", 2018), ("2017-2018", 2018), ("x2018", nil), ("2018x", nil),
            ("201719", nil), ("", nil), ("18", nil),
        ] as [(String, Int?)])
    func yearsAsTyped(text: String, year: Int?) { #expect(SchoolYear(parsing: text)?.end == year) }

    @Test func writtenAsPeriods() {
        #expect(SchoolYear(end: 2018).text == "201718" && SchoolYear(end: 2000).words == "1999/00")
    }

    @Test func latestYearOfColumns() {
        #expect(
            SchoolYear.latest(of: "READPROG", in: ["READPROG", "READPROG_17", "READPROG_18", "READPROG_B"]) == 2018)
        #expect(SchoolYear.latest(of: "", in: ["READPROG_18"]) == nil)
        #expect(SchoolYear.latest(of: "READPROG", in: ["READPROG_LO"]) == nil)
    }
}
