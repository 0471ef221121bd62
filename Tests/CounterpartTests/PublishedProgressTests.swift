import Foundation
import Tables
import Testing

@testable import Counterpart

@Suite(.enabled(if: PublishedData.isPresent, "skipped: no reference data")) struct PublishedProgressTests {
    /// The six raw files by the schema alone.
    private static func panel() throws -> DataRequest {
        let real = try #require(PublishedData.folder)
        let files = [2016, 2017, 2018].flatMap { year in
            [850, 936].map { InputFile(real.appending(path: "ks2-\(year)-\($0).csv").path()) }
        }
        var data = DataRequest()
        data.form = SchemaChoice.form(FileForm())
        data.files = try SchemaChoice("dfe-ks2").views(of: files, form: FileForm(), options: ("", ""))
        return data
    }

    /// Six raw files: one spread a year and subject, from which the published limits of every school with at least 20 pupils
    /// follow to the decimal. The spreads were also found by fitting constants to half widths, to two decimals.
    @Test func limitsOfEverySchoolFollow() throws {
        var data = try Self.panel()
        data.outcomes = ["reading", "writing", "maths"].map { OutcomeRequest("\($0)_progress") }
        (data.unit, data.time, data.count) = (["laestab"], ["year"], "pupils")
        var request = ProgressRequest(data: data)
        request.isPublished = true
        request.disclosure.threshold = 0
        let document = try ProgressRun.answer(request).document
        let spreads = document.results.flatMap(\.spreads)
        #expect(
            spreads.map { $0.time ?? "" } == [
                "201516", "201617", "201718", "201516", "201617", "201718", "201516", "201617", "201718",
            ])
        #expect(spreads.allSatisfy { $0.schools == $0.reproduced && ($0.schools ?? 0) > 430 })
        let fitted = [6.22, 5.97, 6.18, 6.04, 5.76, 5.71, 5.61, 5.40, 5.39]
        for (spread, value) in zip(spreads, fitted) {
            let found = try #require(spread.standardDeviation)
            let width = try #require(spread.to) - (try #require(spread.from))
            #expect(abs(found - value) < 0.04 && width < 0.03, "\(spread.outcome) \(spread.time ?? "")")
        }
        #expect(document.frame.warnings.allSatisfy { $0.code != "limits-not-reproduced" })
        // Each of the three measures in each of the years that a school has.
        #expect(document.results.allSatisfy { $0.units.count > 1590 })
        #expect(
            document.frame.inputs.allSatisfy { $0.origin?.columns.contains { $0.column == "READPROG_LOWER" } ?? false })
    }

    /// The same, written out: for each school with 20 pupils or more in a year there is an unrounded score that gives the
    /// published score and both published limits to the decimal, with σ recovered from the others of its year and subject.
    @Test func everyLimitToTheDecimal() throws {
        var data = try Self.panel()
        let subjects = ["reading", "writing", "maths"]
        data.outcomes = subjects.map { OutcomeRequest("\($0)_progress") }
        (data.unit, data.time, data.count) = (["laestab"], ["year"], "pupils")
        var request = ProgressRequest(data: data)
        (request.isPublished, request.disclosure.threshold) = (true, 0)
        let spreads = try ProgressRun.answer(request).document.results.flatMap(\.spreads)
        var read = ReadRequest(
            files: data.files,
            columns: [ColumnRequest("year", role: .key), ColumnRequest("pupils", role: .number)]
                + subjects.flatMap { subject in
                    ["", "_lower", "_upper", "_coverage"].map {
                        ColumnRequest("\(subject)_progress\($0)", role: .number)
                    }
                })
        read.form = data.form
        let (table, _) = try TableReader.read(read)
        var compared: [String: Int] = [:]
        for (index, subject) in subjects.enumerated() {
            for row in 0..<table.rowCount {
                let figures = (0..<4).compactMap { table.columns[2 + 4 * index + $0].number(row) }
                guard figures.count == 4, let eligible = table.columns[1].number(row) else { continue }
                // Coverage is a whole percentage, so that several numbers of pupils may stand behind it.
                let pupils = (1...Int(eligible)).filter { n in
                    (100 * Double(n) / eligible + 0.5).rounded(.down) == figures[3]
                }
                guard pupils.contains(where: { $0 >= 20 }) else { continue }
                let year = table.columns[0].text(row)
                let spread = try #require(
                    spreads.first { $0.outcome == "\(subject)_progress" && $0.time == year }?.standardDeviation)
                let isReproduced = pupils.contains { n in
                    let half = 1.96 * spread / Double(n).squareRoot()
                    // Unrounded scores that round to each of the three figures; a billionth for decimals in binary.
                    let lowest = max(figures[0], figures[1] + half, figures[2] - half) - 0.05 - 1e-9
                    let highest = min(figures[0], figures[1] + half, figures[2] - half) + 0.05 + 1e-9
                    return lowest <= highest
                }
                #expect(isReproduced, "\(subject) \(year ?? "") row \(row)")
                compared[subject, default: 0] += 1
            }
        }
        #expect(compared.values.allSatisfy { $0 > 1340 } && compared.count == 3, "\(compared)")
    }

    /// The panel that the schema alone makes gives the estimates that trusted peers have for the same schools and years.
    @Test func onePanelForEveryCommand() throws {
        var data = try Self.panel()
        data.outcomes = [OutcomeRequest("reading_score"), OutcomeRequest("maths_score")]
        (data.unit, data.time) = (["laestab"], ["year"])
        let cells = try StudyCells.read(
            data, keys: [data.unitColumn()] + [data.timeColumn()].compactMap { $0 }, covariates: [], required: [])
        #expect(cells.report.rowsRead == 1711 && cells.report.rowsOfOtherRecords == 18)
        // Each school once a year, by authority and school number.
        #expect(try cells.table.firstRepeated(["laestab", "year"]) == nil)
        #expect(cells.table.keys[1].values == ["201516", "201617", "201718"])
        let words = SchemaChoice.words(on: cells.report.files)
        #expect(
            words == [
                "By the schema dfe-ks2: laestab is LEA/ESTAB; reading_score is READ_AVERAGE; maths_score is MAT_AVERAGE."
            ])
    }
}

/// Scores to two decimals with the pupils in the measure beside them, as Progress 8 is published.
struct PublishedProgress8Tests {
    @Test func theSpreadBehindProgress8() throws {
        let spread = 1.2713
        func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
        let rows = (0..<60).map { school -> String in
            let pupils = 30 + (school * 37) % 180
            let score = Double((school * 29) % 101 - 50) / 61
            let half = 1.96 * spread / Double(pupils).squareRoot()
            // Coverage stands there too, and is not taken where the pupils of the measure are named.
            return "S\(school),\(text(score)),\(text(score - half)),\(text(score + half)),\(pupils),90\n"
        }
        let header = "urn,progress8,progress8_lower,progress8_upper,progress8_pupils,progress8_coverage\n"
        let folder = try WorkFolder()
        var data = DataRequest()
        data.files = [InputFile(try folder.write(header + rows.joined(), "schools.csv"))]
        data.outcomes = [OutcomeRequest("progress8")]
        (data.unit, data.count) = (["urn"], "progress8_pupils")
        var request = ProgressRequest(data: data)
        (request.isPublished, request.disclosure.threshold) = (true, 0)
        let result = try withExtendedLifetime(folder) { try ProgressRun.answer(request).document.results[0] }
        let found = try #require(result.spreads.first)
        #expect(found.schools == 60 && found.reproduced == 60)
        #expect(try #require(found.from) <= spread && spread <= (try #require(found.to)))
        #expect(try #require(found.to) - (try #require(found.from)) < 0.03)
        #expect(result.units.first { $0.unit == "S1" }?.n == 67)
    }
}
