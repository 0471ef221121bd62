import Foundation
import Inference
import Tables
import Testing

@testable import Counterpart

/// Real partnerships with comparisons built by one command: six authorities among the rest, and schools that became academies.
///
/// Data: Department for Education, Crown copyright, Open Government Licence v3.0.
@Suite(.enabled(if: PublishedData.isPresent, "skipped: no reference data")) struct MatchedEvaluationTests {
    private static func report(_ plan: String) throws -> (answer: Evaluation.Outcome, page: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "matched-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "plan.yml").path
        try plan.write(toFile: path, atomically: false, encoding: .utf8)
        let output = folder.appending(path: "report").path
        let answer = try Evaluation.run(plan: path, output: output, threads: 2)
        return (answer, try String(contentsOfFile: output + "/report.html", encoding: .utf8))
    }

    /// Level 3 by age 19 of pupils eligible for free school meals: each area beside the authority nearest to it in the years before.
    @Test func opportunityAreas() throws {
        let real = try #require(PublishedData.folder).path()
        let (answer, page) = try Self.report(
            """
            title: Opportunity areas
            partnership: {partners: "\(real)/opportunity-areas.csv", unitColumn: la, lag: 1}
            data:
              files: "\(real)/level3-by-19-la-2005-2022.csv"
              columns: {unit: la_code_3, time: cohort_19_in, outcome: l3_by19_rate, count: number_in_ss_cohort}
              where: ["gender=ALL", "sen=ALL", "fsm=Eligible for FSM", "la_code_3!=ALL", "cohort_19_in>=2012", "cohort_19_in<=2022"]
            comparison: {match: [l3_by19_rate, l2_by19_rate]}
            analysis: {keepCovidYears: true, permutations: 99, robustness: none}
            """)
        let found = try #require(answer.report.comparison)
        // The nearest of 144 authorities by Mahalanobis distance, as a search over all pairs gives them.
        let pairs = found.group.matches.map { "\($0.unit) \($0.comparison)" }
        #expect(pairs == ["353 382", "371 909", "380 936", "831 808", "861 925", "890 333"])
        #expect(found.periods == (2012...2018).map(String.init) && found.passedOver)
        for row in found.group.before { #expect((row.standardisedDifference ?? 0) < -0.8) }
        for row in found.group.after { #expect(abs(row.standardisedDifference ?? 1) < 0.1) }
        let effect = try #require(answer.report.outcomes.first?.effect)
        let (estimate, without) = (try #require(effect.estimate), try #require(found.without?.estimate))
        // The mean of six differences of differences, by hand from the published rates.
        #expect(abs(estimate - 0.189) < 5e-4 && without < 0)
        #expect(effect.degreesOfFreedom.map { abs($0 - 5) < 1e-9 } ?? false)
        for words in [
            "<h2>Who compares</h2>", "Each partner&#39;s nearest school by Mahalanobis distance",
            "Against every comparison school alike the estimate would be", "is no evidence of parallel trends",
            "fixed before any result from the start on was read", "Partners and their counterparts",
        ] {
            #expect(page.contains(words) || page.replacing("'", with: "&#39;").contains(words), "\(words)")
        }
    }

    /// Six raw key stage 2 files: schools that became academies after 2016, beside two authorities' schools like them in 2016.
    @Test func academies() throws {
        let real = try #require(PublishedData.folder).path()
        let files = [2016, 2017, 2018].flatMap { year in
            ["850", "936"].map { "    - {path: \"\(real)/ks2-\(year)-\($0).csv\", set: {year: \(year)}}" }
        }.joined(separator: "\n")
        let (answer, page) = try Self.report(
            """
            title: Academy conversion
            data:
              files:
            \(files)
              columns:
                unit: [LEA, ESTAB]
                time: year
                outcome: READ_AVERAGE
                treated: {column: NFTYPE, in: [AC, ACC]}
              where: ["NFTYPE in CY|VA|VC|FD|AC|ACC"]
              percent: true
              fillShortRows: true
              keep: {balanced: true, untreatedAt: 2016}
            comparison: {match: [READ_AVERAGE, MAT_AVERAGE, TOTPUPS], ratio: 3, donors: ["within-reach:2"]}
            analysis: {estimator: twfe, permutations: 0, robustness: none}
            """)
        let found = try #require(answer.report.comparison)
        #expect(found.group.matches.count >= 3 * 15 && found.periods == ["2016"])
        let worst = found.group.after.compactMap { $0.standardisedDifference.map { abs($0) } }.max() ?? 1
        #expect(worst < 0.25)
        #expect(answer.report.outcomes.first?.effect.standardError ?? 0 > 0)
        #expect(
            page.contains("<h2>Who compares</h2>") && page.contains("2016 alone were read") || page.contains("2016"))
    }
}
