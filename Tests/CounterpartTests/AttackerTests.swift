import Foundation
import Testing

@testable import Counterpart

/// Someone who reads every file of a report and can solve linear equations tries to work out what was withheld.
@Suite struct AttackerTests {
    private static let small = Result { try SampleReports(perSchool: 14) }

    /// The sample's schools with few pupils each, so that much has to be withheld.
    private static func folder(_ profile: String) throws -> WorkFolder { try small.get().folder(profile) }

    private static func results(_ folder: WorkFolder) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(folder.text("report/results.json").utf8)) as? [String: Any])
    }

    @Test(arguments: DisclosureProfile.names) func nothingWithheldFollowsFromWhatIsShown(_ profile: String) throws {
        let folder = try Self.folder(profile)
        let figures = try PublishedFigures(Self.results(folder))
        let threshold = try #require(DisclosureProfile.named(profile)).threshold
        #expect(figures.figures.count > 250)
        #expect(figures.figures.contains { $0.count == nil }, "something is withheld")
        #expect(figures.cracked(threshold: threshold) == [])
    }

    /// The attacker can win: where small rows are withheld and none to protect them, their neighbours give them back.
    @Test func smallRowsAloneAreGivenBackByTheOthers() throws {
        var results = try Self.results(try Self.folder("open"))
        results = try Self.changing(results, "gaps") { row in
            guard try #require(row["n"] as? Double) < 10 || #require(row["nPeers"] as? Double) < 10 else { return row }
            return row.merging(["n": NSNull(), "nPeers": NSNull(), "mean": NSNull(), "meanPeers": NSNull()]) { $1 }
        }
        let cracked = try PublishedFigures(results).cracked(threshold: 10)
        #expect(cracked.contains { $0.hasPrefix("count: gap sen=") })
        #expect(cracked.contains { $0.hasPrefix("sum of results: gap sen=") })
    }

    /// Exact paths of all pupils, of a group and of its peers tell of the pupils of whom nobody knows.
    @Test func pathsOfAlmostTheSamePupilsTellOfTheFew() throws {
        let open = try Self.results(try Self.folder("open"))
        #expect(
            try PublishedFigures(open).cracked(threshold: 6).contains { $0.hasPrefix("difference: D|") })
    }

    private static func changing(
        _ results: [String: Any], _ list: String, _ change: ([String: Any]) throws -> [String: Any]
    ) throws -> [String: Any] {
        var results = results
        var outcomes = try #require(results["outcomes"] as? [[String: Any]])
        outcomes[0][list] = try #require(outcomes[0][list] as? [[String: Any]]).map(change)
        results["outcomes"] = outcomes
        return results
    }
}

/// The sample evaluation carried out once a profile.
struct SampleReports {
    private let folders: [String: WorkFolder]

    init(perSchool pupils: Double) throws {
        var folders: [String: WorkFolder] = [:]
        for profile in DisclosureProfile.names + ["open"] {
            let chosen = profile == "open" ? "threshold: 0" : "profile: \(profile)"
            let folder = try WorkFolder()
            let plan = try ReducedSample.write(
                to: folder,
                plan: try ReducedSample.quickPlan.replacing("profile: dfe-tables", with: chosen)
                    .replacing("formats: [html, csv]", with: "formats: [html, csv, json, svg]"))
            _ = try Evaluation.run(plan: plan, output: folder.path + "/report", threads: 2)
            folders[profile] = folder
        }
        self.folders = folders
    }

    func folder(_ profile: String) throws -> WorkFolder { try #require(folders[profile]) }
}
