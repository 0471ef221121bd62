import Foundation
import Testing

/// Groups of a plan beside an estimator that gives no effect on a gap: followed, and said; asked for by name, refused.
@Suite struct PlanGroupsTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try folder.write(SmallSchools().csv(), "pupils.csv")
    }

    private func run(_ analysis: String) throws -> Program.Ended {
        try folder.write(
            """
            title: Mixed
            data:
              files: pupils.csv
              columns: {unit: urn, time: academic_year, outcome: attainment8, start: partnership_start}
              groups: [fsm=Y]
              unknown: [U]
            analysis: {\(analysis), permutations: 20, robustness: none, vcov: jackknife}
            """, "plan.yml")
        return try folder.run(["run", "plan.yml", "-o", "report", "--format", "json"])
    }

    @Test func aGroupIsFollowed() throws {
        let ended = try run("estimator: synthetic-did")
        #expect(ended.status == 0, "\(ended.err)")
        let answer = try ended.json()
        let warnings = try #require(answer["warnings"] as? [[String: Any]])
        #expect(
            warnings.contains { warning in
                warning["code"] as? String == "no-gap-effect"
                    && (warning["message"] as? String)?.contains("does not take --gap") == true
            })
        let outcome = try #require((answer["outcomes"] as? [[String: Any]])?.first)
        #expect((outcome["gaps"] as? [[String: Any]])?.isEmpty == false)
        #expect((outcome["effects"] as? [[String: Any]])?.contains { $0["kind"] as? String == "gap" } == false)
    }

    @Test func anEffectAskedForIsRefused() throws {
        let ended = try run("estimator: synthetic-did, gap: fsm=Y")
        #expect(ended.status == 4 && ended.err.contains("E450"))
    }
}
