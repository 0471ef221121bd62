import Testing

@testable import Schemas

struct AvailabilityTests {
    @Test(arguments: [
        ("progress8", "202425", "sat no key stage 2 tests"), ("P8MEA", "2025/26", "sat no key stage 2 tests"),
        ("reading_progress", "202324", "key stage 1 baseline"), ("READPROG_LOWER", "2024/25", "key stage 1 baseline"),
        ("p8mea", "2025", "sat no key stage 2 tests"),
    ]) func measuresThatWereNotPublished(measure: String, year: String, reason: String) {
        #expect(Availability.absence(of: measure, in: year)?.contains(reason) == true)
    }

    @Test(arguments: [
        ("progress8", "202324"), ("attainment8", "202425"), ("score", "202425"), ("progress", "202425"),
        ("reading_progress", "spring"),
    ]) func othersAreNotInQuestion(measure: String, year: String) {
        #expect(Availability.absence(of: measure, in: year) == nil)
    }

    /// A whole family without a year is told of its files alone.
    @Test func yearsWithoutTables() {
        #expect(Availability.absence(of: "attainment8", in: "201920", schema: "dfe-ks4") != nil)
        #expect(Availability.absence(of: "attainment8", in: "201920") == nil)
        #expect(Availability.absence(of: "progress", in: "202324", schema: "ees")?.contains("baseline") == true)
    }

    @Test func changesOfMeaningLieBetweenYears() {
        let found = Availability.breaks(of: "attainment8", in: ["201516", "201819"], schema: "dfe-ks4")
        #expect(found.map(\.year) == ["2016/17"] && found[0].words.contains("9 to 1"))
        #expect(Availability.breaks(of: "attainment8", in: ["201617", "201819"], schema: "dfe-ks4").isEmpty)
        #expect(Availability.breaks(of: "attainment8_lower", in: ["2016", "2019"], schema: "dfe-ks4").isEmpty)
    }

    @Test func persistentAbsenceByYear() throws {
        for (year, percent) in [("200910", 20.0), ("2010/11", 15), ("201415", 15), ("201516", 10), ("2030/31", 10)] {
            #expect(try AbsenceThreshold("persistent-absence", in: year).percent == percent)
        }
        let error = #expect(throws: SchemaError.self) { try AbsenceThreshold("persistent-absence", in: "autumn") }
        #expect(error?.code == "E148")
        #expect(throws: SchemaError.self) { try AbsenceThreshold("severe-absence", in: "201415") }
    }

    @Test func yearsAssessedByTeachers() {
        #expect((2015...2025).filter { TeacherAssessedYears.holds($0) } == [2020, 2021])
    }
}
