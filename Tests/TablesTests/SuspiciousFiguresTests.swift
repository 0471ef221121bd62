import Testing

@testable import Tables

/// Each rule made to hold, and not to hold where nothing is out of line.
@Suite struct SuspiciousFiguresTests {
    static let years = ["201415", "201516", "201617", "201718", "201819"]

    /// Pupils of 30 schools over five years: normal-like results round a school's level.
    static func pupils(_ change: (_ school: Int, _ year: Int, _ pupil: Int, _ result: Double) -> String?) -> String {
        var random = SplitMix64(seed: 4)
        func noise() -> Double { (0..<6).reduce(-3.0) { sum, _ in sum + Double(random.next() % 1000) / 1000 } }
        var text = "urn,year,score\n"
        for school in 0..<30 {
            let level = 45 + 4 * noise()
            for (y, year) in years.enumerated() {
                let mean = level + 0.8 * noise()
                for pupil in 0..<40 {
                    let result = (10 * (mean + 9 * noise())).rounded() / 10
                    text += "\(100_000 + school),\(year),\(change(school, y, pupil, result) ?? "\(result)")\n"
                }
            }
        }
        return text
    }

    static func compare(_ text: String, unit: [String] = ["urn"], time: [String] = ["year"], threads: Int = 2) throws
        -> PeriodComparison?
    {
        let folder = try TemporaryFolder()
        var describe = Describe(files: [InputFile(try folder.file(text))])
        (describe.unit, describe.time, describe.threads) = (unit, time, threads)
        describe.comparesPeriods = true
        return try describe.run().periods
    }

    static func words(_ found: PeriodComparison?) -> [String] {
        found?.suspicions.map { "\($0.kind) \($0.unit ?? "all") \($0.period)" } ?? ["none"]
    }

    @Test func nothingIsSaidOfOrdinaryYears() throws {
        let found = try #require(try Self.compare(Self.pupils { _, _, _, _ in nil }))
        #expect(Self.words(found) == [])
        #expect(found.periods == Self.years && found.unit == "urn" && !found.isFound)
    }

    @Test func aSchoolThatJumpsIsTold() throws {
        let one = try Self.compare(Self.pupils { $0 == 7 && $1 == 2 ? "\($3 + 20)" : nil })
        // What comes back the year after is the same news.
        #expect(Self.words(one) == ["jump 100007 201617"])
        let suspicion = try #require(one?.suspicions.first)
        #expect(suspicion.distance > 6 && suspicion.rows == 40 && suspicion.previous?.period == "201516")
        #expect(suspicion.mean > 55 && (suspicion.previous?.mean ?? 99) < 55)
        let step = try Self.compare(Self.pupils { $0 == 7 && $1 >= 2 ? "\($3 - 20)" : nil })
        #expect(Self.words(step) == ["jump 100007 201617"])
        #expect((step?.suspicions.first?.distance ?? 0) < -6)
        // Where every school moves, none is out of line with the others; the year is.
        let all = try Self.compare(Self.pupils { $1 >= 3 ? "\($3 - 20)" : nil })
        #expect(Self.words(all) == ["jump all 201718"])
    }

    @Test func zerosAreTold() throws {
        let cohort = try Self.compare(Self.pupils { _, year, _, _ in year == 4 ? "0" : nil })
        #expect(Self.words(cohort) == ["zeros all 201819"])
        #expect(cohort?.columns.first?.zeros == [0, 0, 0, 0, 1200])
        let found = try Self.compare(Self.pupils { _, year, _, _ in year == 4 ? "0" : nil }, unit: [], time: [])
        #expect(Self.words(found) == ["zeros all 201819"])
        #expect(found?.isFound == true && found?.time == "year" && found?.unit == nil)
        let absent = try Self.compare(
            Self.pupils { school, year, pupil, _ in school == 3 && year == 1 && pupil < 12 ? "0" : nil })
        #expect(Self.words(absent) == ["zeros 100003 201516"])
        // One in five is 0 everywhere: then a school that has as many is like the others.
        #expect(Self.words(try Self.compare(Self.pupils { _, _, pupil, _ in pupil % 5 == 0 ? "0" : nil })) == [])
    }

    @Test func spreadIsTold() throws {
        let found = try Self.compare(
            Self.pupils { school, year, pupil, _ in school == 5 && year == 3 ? "\(45 + Double(pupil % 2) / 10)" : nil })
        #expect(Self.words(found).contains("spread 100005 201718") || Self.words(found) == ["jump 100005 201718"])
        let all = try Self.compare(Self.pupils { $1 == 4 ? "\(45 + ($3 - 45) / 4)" : nil })
        #expect(Self.words(all).first == "spread all 201819")
    }

    /// One row a school and year, as in published tables.
    @Test func publishedFiguresAreCompared() throws {
        func table(_ change: (Int, Int) -> String?) -> String {
            var random = SplitMix64(seed: 9)
            var text = "urn,year,score\n"
            for school in 0..<40 {
                for year in 2014..<2019 {
                    let noise = Double(random.next() % 40) / 10
                    text +=
                        "\(100_000 + school),\(year),\(change(school, year) ?? "\(40 + Double(school % 9) + noise)")\n"
                }
            }
            return text
        }
        #expect(Self.words(try Self.compare(table { _, _ in nil })) == [])
        #expect(Self.words(try Self.compare(table { $0 == 8 && $1 == 2016 ? "0" : nil })) == ["zeros 100008 2016"])
        #expect(Self.words(try Self.compare(table { $0 == 8 && $1 == 2016 ? "81.5" : nil })) == ["jump 100008 2016"])
        #expect(Self.words(try Self.compare(table { $1 == 2018 ? "0" : nil })) == ["zeros all 2018"])
    }

    @Test func pupilsAreNeverNamed() throws {
        let text = Self.pupils { school, year, _, _ in school == 3 && year == 1 ? "0" : nil }.replacing(
            "urn,", with: "pupil_number,")
        let found = try Self.compare(text, unit: ["pupil_number"])
        #expect(found?.suspicions.allSatisfy { $0.unit == nil } == true)
    }

    @Test func theAnswerDoesNotDependOnThreads() throws {
        let text = Self.pupils { $0 == 7 && $1 == 2 ? "\($3 + 20)" : nil }
        let one = try Self.compare(text, threads: 1)
        #expect(try Self.compare(text, threads: 3) == one && one != nil)
    }

    /// The table of figures against plain sums over the rows.
    @Test func figuresAreThoseOfTheRows() throws {
        let text = Self.pupils { _, _, pupil, _ in [3: "NA", 4: "", 5: "0.0"][pupil] }
        let found = try #require(try Self.compare(text))
        for (y, year) in found.periods.enumerated() {
            let values = text.split(separator: "\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            .filter { $0[1] == year }.compactMap { Double($0[2]) }
            #expect(found.columns[0].rows[y] == values.count)
            #expect(found.columns[0].zeros[y] == values.count { $0 == 0 })
            let mean = values.reduce(0, +) / Double(values.count)
            // Sums of some thousand values in another order.
            #expect(abs((found.columns[0].means[y] ?? .nan) - mean) < 1e-10)
        }
    }

    @Test func medians() {
        #expect(Median.of([3, 1, 2]) == 2 && Median.of([4, 1, 2, 3]) == 2.5 && Median.of([]) == 0)
    }
}
