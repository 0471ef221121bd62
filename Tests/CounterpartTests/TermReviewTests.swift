import Foundation
import Reporting
import Testing

@testable import Counterpart

/// What a review counts and shows, worked out by hand beside it.
@Suite struct TermReviewTests {
    private struct Case {
        var rows: [String] = []
        var head = "urn,upn,term,mark"
        var partners = "urn,start\nA,201819T2\nB,201819T2\n"
        var more = ""
        var columns = "unit: urn, pupil: upn, time: term, outcome: mark"

        func run(in folder: WorkFolder, _ name: String = "marks.csv") throws -> ReviewDocument {
            try folder.write(([head] + rows).joined(separator: "\n") + "\n", name)
            try folder.write(partners, "partners.csv")
            let plan = """
                partnership: {partners: partners.csv}
                data:
                  files: \(name)
                  columns: {\(columns)}
                \(more)
                """
            let path = try folder.write(plan, "plan.yml")
            return try TermReview.run(plan: path, output: folder.path + "/reviews", threads: 2).document
        }

        func run() throws -> ReviewDocument {
            let folder = try WorkFolder()
            return try withExtendedLifetime(folder) { try run(in: folder) }
        }
    }

    /// Schools with `pupils` pupils each, whose marks in term t are `marks(school, t)`, with a spread that cancels out.
    private static func rows(
        _ schools: [String], terms: Int = 3, pupils: Int = 10, _ marks: (String, Int) -> Int?
    ) -> [String] {
        schools.flatMap { school in
            (1...terms).flatMap { term in
                (0..<pupils).compactMap { pupil in
                    marks(school, term).map {
                        "\(school),\(school)\(pupil),201819T\(term),\($0 + (pupil % 2 == 0 ? 1 : -1))"
                    }
                }
            }
        }
    }

    private static func level(_ school: String) -> Int { 40 + Int(school.unicodeScalars.first?.value ?? 0) % 7 }

    @Test func progressIsOfTheSameSchools() throws {
        var review = Case()
        // F has no results in the second term, so it is nowhere.
        review.rows = Self.rows(["A", "B", "C", "D", "F"]) { school, term in
            school == "F" && term == 2
                ? nil : Self.level(school) + term * (school < "C" ? 3 : 1) + (school == "F" ? 50 * term : 0)
        }
        let document = try review.run()
        let outcome = try #require(document.outcomes.first)
        #expect(outcome.baseline == "201819T1" && outcome.rows.map(\.time) == ["201819T1", "201819T2", "201819T3"])
        #expect(outcome.partnerSchools == 2 && outcome.comparisonSchools == 2 && outcome.leftOut == 1)
        let last = try #require(outcome.rows.last)
        let mean = Double(Self.level("A") + Self.level("B")) / 2 + 9
        #expect(last.partners?.mean == mean && last.partners?.n == 20)
        #expect(last.partnersProgress == 6 && last.comparisonProgress == 2 && last.difference == 4)
        #expect(outcome.rows[0].difference == nil)
        #expect(document.history.map(\.number) == [1])
    }

    @Test func theBaselineIsThePlans() throws {
        var review = Case(more: "monitoring: {baseline: 2018/19 spring}")
        review.rows = Self.rows(["A", "B", "C", "D"]) { school, term in 50 + term * (school < "C" ? 3 : 1) }
        let outcome = try #require(try review.run().outcomes.first)
        #expect(outcome.baseline == "201819T2" && outcome.rows.last?.difference == 2)
        review.more = "monitoring: {baseline: 201718T1}"
        let error = #expect(throws: RequestError.self) { try review.run() }
        #expect(error?.code == "E013" && error?.hint?.contains("201819T1 to 201819T3") == true)
    }

    @Test func partnersAloneAreReviewedWithAWarning() throws {
        var review = Case()
        review.rows = Self.rows(["A", "B"]) { _, term in 50 + term }
        let document = try review.run()
        #expect(document.frame.warnings.map(\.code).contains("no-comparison"))
        #expect(document.outcomes.first?.rows.last?.partnersProgress == 2)
        #expect(document.outcomes.first?.rows.last?.difference == nil)
        #expect(document.sentences.contains { $0.contains("no comparison schools") })
        review.partners = "urn,start\nZ,201819T2\n"
        let error = #expect(throws: (any Error).self) { try review.run() }
        #expect(error.map { "\($0)" }?.contains("E375") == true)
    }

    /// Few pupils on one side: its figures go, and so does everything worked out from them.
    @Test func smallCountsAreWithheldEverywhere() throws {
        let folder = try WorkFolder()
        var review = Case(more: "disclosure: {profile: ten-or-more}")
        review.rows =
            Self.rows(["A", "B"], pupils: 4) { _, term in 50 + 7 * term }
            + Self.rows(["C", "D"]) { _, term in 50 + term }
        let document = try review.run(in: folder)
        let last = try #require(document.outcomes.first?.rows.last)
        #expect(last.partners?.isSuppressed == true && last.partners?.mean == nil && last.difference == nil)
        #expect(last.partnersProgress == nil && last.comparisonProgress == 2)
        for name in ["review.html", "review.json", "history.jsonl", "tables/outcome-1-review.csv"] {
            let text = try folder.text("reviews/" + name)
            for figure in ["57", "64", "71", "14.0", "+14"] where name != "review.html" || figure != "57" {
                #expect(!text.contains("\(figure),") && !text.contains(">\(figure)<"), "\(figure) in \(name)")
            }
        }
        #expect(try folder.text("reviews/review.json").contains("\"suppressed\": true"))
    }

    @Test func schoolsCountAlikeWhereRowsAreSchools() throws {
        var review = Case(head: "urn,term,mark,pupils", columns: "unit: urn, time: term, outcome: mark, count: pupils")
        for (at, school) in ["A", "B", "C", "D"].enumerated() {
            for term in 1...2 { review.rows.append("\(school),201819T\(term),\(50 + at * term),\(30 + 10 * at)") }
        }
        let outcome = try #require(try review.run().outcomes.first)
        #expect(
            outcome.rows.map { $0.partners?.n } == [70, 70] && outcome.rows.map { $0.comparison?.n } == [110, 110])
        #expect(outcome.rows.last?.partnersProgress == 0.5 && outcome.rows.last?.comparisonProgress == 2.5)
        (review.columns, review.head) = ("unit: urn, time: term, outcome: mark", "urn,term,mark,pupils")
        #expect(try review.run().frame.warnings.map(\.code).contains("counts-unknown"))
    }

    /// A new plan and changed results of an earlier term are told; the same files in another order of names are the same.
    @Test func whatChangedSinceTheLastReviewIsTold() throws {
        let folder = try WorkFolder()
        var review = Case()
        review.rows = Self.rows(["A", "B", "C", "D"], terms: 2) { school, term in 50 + term * (school < "C" ? 3 : 1) }
        _ = try review.run(in: folder)
        let again = try review.run(in: folder)
        #expect(again.repeats == 1 && again.history.count == 1)
        review.rows = Self.rows(["A", "B", "C", "D"]) { school, term in
            50 + term * (school < "C" ? 3 : 1) + (school == "A" && term == 2 ? 4 : 0)
        }
        let revised = try review.run(in: folder)
        #expect(revised.history.count == 2 && revised.repeats == nil)
        #expect(revised.frame.warnings.map(\.code).contains("review-revised"))
        #expect(revised.sentences.contains { $0.contains("went from +2.00 to +4.00") })
        review.more = "monitoring: {baseline: 201819T1}"
        let replanned = try review.run(in: folder)
        #expect(replanned.history.count == 3 && replanned.frame.warnings.map(\.code).contains("review-plan-changed"))
    }
}
