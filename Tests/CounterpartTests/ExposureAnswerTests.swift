import Foundation
import Panels
import Reporting
import Testing

@testable import Counterpart

/// Effects by years of exposure, from the command's request to the report.
@Suite struct ExposureAnswerTests {
    /// Twelve schools, four of them partners; a year of exposure adds two points, and nothing is left to chance.
    private static let rows: String = {
        var text = "urn,year,upn,score,start\n"
        for school in 0..<12 {
            let start = school < 2 ? 2013 : school < 4 ? 2014 : nil
            for year in 2010...2018 {
                // Year 11 results of pupils worked with in Years 7 to 9.
                let years = start.map { max(0, min(3, year - $0 - 1)) } ?? 0
                for pupil in 0..<12 {
                    let score = 40 + 3 * school + (year * 7) % 5 + (pupil * 5) % 7 + 2 * years
                    text += "S\(school),\(year)/\((year + 1) % 100),P\(school)-\(year)-\(pupil),\(score),"
                    text += start.map { "\($0)/\($0 % 100 + 1)\n" } ?? "\n"
                }
            }
        }
        return text
    }()

    private static func answer(_ change: (inout DidRequest) -> Void = { _ in }) throws -> DidRun.Answer {
        try WorkFolder.reading(rows) { path in
            var data = DataRequest()
            data.files = [InputFile(path)]
            (data.outcomes, data.unit, data.time) = ([OutcomeRequest("score")], ["urn"], ["year"])
            var request = DidRequest(data: data, treatment: .startColumn("start"))
            request.design.exposure = Exposure(yearGroups: 7...9, outcomeYearGroup: 11)
            request.analysis.permutations = 0
            request.analysis.wild = 0
            change(&request)
            return try DidRun.answer(request)
        }
    }

    @Test func aYearOfExposureHasItsEffect() throws {
        let document = try Self.answer().document
        let byYears = document.effects.filter { $0.kind == .exposure }
        #expect(byYears.map(\.years) == [1, 2, 3])
        for effect in byYears { #expect(abs((effect.estimate ?? 0) - 2 * Double(effect.years ?? 0)) < 1e-9) }
        let perYear = try #require(document.effects.first { $0.term == "att-per-year" })
        #expect(abs((perYear.estimate ?? 0) - 2) < 1e-9)
        // The total effect by the total of years, over the pupils treated: 2 × 12 pupils in each of the periods.
        let years = [1, 2, 3, 3].reduce(0, +) + [1, 2, 3].reduce(0, +)
        let headline = try #require(document.effects.first?.estimate)
        #expect(abs(headline - 2 * Double(years) / 7) < 1e-9)
        #expect(document.sentences.allSatisfy { !$0.contains("gives no effects") })
        let text = document.render(.text)
        #expect(text.contains("Who could have been reached") && text.contains("after 2 years of exposure"))
        #expect(text.contains("by the year of exposure"))
        #expect(document.json.pretty().contains("\"exposure\": {"))
    }

    @Test func anEstimatorWithoutThemSaysSo() throws {
        let document = try Self.answer { $0.analysis.estimator = .twfe }.document
        #expect(!document.effects.contains { $0.kind == .exposure })
        #expect(document.sentences.contains("twfe gives no effects by years of exposure; --estimator imputation does."))
    }

    @Test func oneYearForAllNeedsNoTable() throws {
        let document = try Self.answer {
            $0.design.exposure = Exposure(yearGroups: 9...9, outcomeYearGroup: 11)
        }.document
        #expect(!document.effects.contains { $0.kind == .exposure || $0.term == "att-per-year" })
        #expect(document.sentences.allSatisfy { !$0.contains("gives no effects") })
    }

    @Test func thePlanLeadsToTheReport() throws {
        let folder = try WorkFolder()
        try folder.write(Self.rows, "results.csv")
        let plan = """
            partnership: {yearGroups: 7-9, outcomeYearGroup: 11}
            data:
              files: results.csv
              columns: {unit: urn, time: year, outcome: score, start: start}
            analysis: {estimator: twfe, permutations: 0, robustness: none, keepCovidYears: true}
            """
        let path = try folder.write(plan, "plan.yml")
        _ = try Evaluation.run(plan: path, output: folder.path + "/report", threads: 1)
        let page = try folder.text("report/report.html")
        #expect(page.contains("Who could have been reached") && page.contains("By years of exposure (imputation)"))
        #expect(page.contains("count as before"))
        let json = try folder.text("report/results.json")
        #expect(json.contains("\"exposure\"") && json.contains("att-per-year"))
        #expect(try folder.text("report/tables/outcome-1-exposure.csv").contains("2013/14,2014/15,0,2"))
    }

    @Test(arguments: [
        ("yearGroups: 7-9", "E011"), ("outcomeYearGroup: 11", "E011"),
        ("yearGroups: 9-7, outcomeYearGroup: 11", "E013"), ("yearGroups: 7-12, outcomeYearGroup: 11", "E013"),
        ("yearGroups: seven, outcomeYearGroup: 11", "E013"), ("yearGroups: 7-8-9, outcomeYearGroup: 11", "E013"),
        ("yearGroups: [7, 9], outcomeYearGroup: 11, lag: 1", "E012"),
    ]) func whatCannotBeIsRefused(keys: String, code: String) throws {
        let yaml = """
            partnership: {\(keys)}
            data: {files: a.csv, columns: {unit: u, time: t, outcome: o, start: s}}
            """
        let folder = try WorkFolder()
        try folder.write("u,t,o,s\n", "a.csv")
        let path = try folder.write(yaml, "plan.yml")
        let plan = try PlanReader.read(path).plan
        let error = #expect(throws: RequestError.self) { try PlanRequests(plan: plan, path: path, threads: 1).did() }
        #expect(error?.code == code)
    }
}
