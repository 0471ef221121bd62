import Foundation
import Tables
import Testing

@testable import Counterpart

@Suite(.enabled(if: PublishedData.isPresent, "skipped: no reference data")) struct PublishedProgressTests {
    /// Six raw files: one spread a year and subject, from which the published limits of every school with at least 20 pupils
    /// follow to the decimal. The spreads were also found by fitting constants to half widths, to two decimals.
    @Test func limitsOfEverySchoolFollow() throws {
        let real = try #require(PublishedData.folder)
        let files = [2016, 2017, 2018].flatMap { year in
            [850, 936].map { InputFile(real.appending(path: "ks2-\(year)-\($0).csv").path()) }
        }
        var data = DataRequest()
        data.form = SchemaChoice.form(FileForm())
        data.files = try SchemaChoice("dfe-ks2").views(of: files, form: FileForm(), options: ("", ""))
        data.outcomes = ["reading", "writing", "maths"].map { OutcomeRequest("\($0)_progress") }
        (data.unit, data.time, data.count) = (["laestab"], ["year"], "pupils")
        var request = ProgressRequest(data: data)
        request.isPublished = true
        request.suppressBelow = 0
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
}
