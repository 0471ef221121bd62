import Foundation
import Testing

/// Columns that identify pupils are no groups: no option prints their values.
@Suite struct PupilColumnTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
        let numbered = SmallSchools().csv().split(separator: "\n").enumerated().map { index, line in
            index == 0 ? "pid,\(line)" : "P\(index),\(line)"
        }
        try folder.write(numbered.joined(separator: "\n") + "\n", "numbered.csv")
    }

    private static let rows: [String] = ["--outcome", "attainment8", "--unit", "urn", "--time", "academic_year"]
    private static let did: [String] = ["did", "numbered.csv"] + rows + ["--start", "partnership_start"]
    private static let gaps: [String] = ["gaps", "numbered.csv"] + rows
    private static let cells: [String] = ["cells", "numbered.csv"] + rows + ["-o", "c.csv"]

    private static func attempts(_ column: String) -> [[String]] {
        let options: [([String], [String])] = [
            (gaps, ["--group", "fsm=Y", "--by", column]), (gaps, ["--group", column]), (did, ["--by", column]),
            (did, ["--factors", column]), (did, ["--gap", column + "=P1"]), (cells, ["--by", column]),
            (cells, ["--group", column]), (cells, ["--factors", column]),
        ]
        return options.map { $0 + $1 }
    }

    private static let asPupil: [String] = gaps + ["--group", "fsm=Y", "--pupil", "sex", "--by", "sex"]
    private static let attempts: [[String]] = attempts("pid") + attempts("upn") + [asPupil]

    @Test(arguments: attempts) func areRefused(_ arguments: [String]) throws {
        let ended = try folder.run(arguments)
        #expect(ended.status == 2, "\(ended.everything)")
        #expect(ended.err.contains("E015"))
        #expect(!ended.everything.contains("P17") && !folder.has("c.csv"))
    }

    /// Columns of schools and real groups are not refused.
    private static let groups: [[String]] = [
        gaps + ["--group", "fsm=Y", "--by", "urn"], gaps + ["--group", "trust", "--by", "academic_year,sex"],
        did + ["--factors", "trust,grade"],
    ]

    @Test(arguments: groups) func groupsAreNot(_ arguments: [String]) throws {
        let ended = try folder.run(arguments)
        #expect(ended.status == 0, "\(ended.err)")
    }
}

/// One estimate for each group: whose it is stands beside the headline, and nobody knows joins no group.
@Suite struct EstimateByGroupTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private static let by = [
        "did", "pupils.csv", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start",
        "partnership_start", "--by", "fsm", "--permutations", "0", "--suppress", "0", "--format", "json",
    ]

    @Test func unknownValuesAreLeftOutAndCounted() throws {
        let all = try folder.run(Self.by).json()
        let known = try folder.run(Self.by + ["--unknown", "U"]).json()
        func values(_ object: [String: Any]) throws -> [String] {
            let effects = try #require(object["effects"] as? [[String: Any]])
            return effects.filter { $0["kind"] as? String == "overall" }.compactMap {
                ($0["by"] as? [String: String])?["fsm"] ?? $0["fsm"] as? String
            }
        }
        #expect(try values(all) == ["N", "U", "Y"])
        #expect(try values(known) == ["N", "Y"])
        let sentences = try #require(known["sentences"] as? [String]).joined(separator: " ")
        #expect(sentences.contains("fsm=N"))
        func leftOut(_ object: [String: Any]) throws -> Int {
            let sample = try #require(object["sample"] as? [String: Any])
            let dropped = try #require(sample["dropped"] as? [[String: Any]])
            return try #require(dropped.first { $0["reason"] as? String == "no known value of fsm" }?["rows"] as? Int)
        }
        #expect(try leftOut(known) > leftOut(all) && leftOut(all) > 0)
    }

    @Test func warningsSayWhoseTheyAre() throws {
        let known = try folder.run(Self.by + ["--unknown", "U"]).json()
        let warnings = try #require(known["warnings"] as? [[String: String]])
        #expect(warnings.contains { $0["message"]?.hasPrefix("fsm=N: ") == true })
    }
}

/// Units that all start at some time compare with one another.
@Suite struct LaterStartersTests {
    @Test func laterStartersAloneMayCompare() throws {
        let folder = try WorkFolder()
        var random = PlainRandom(state: 3)
        var text = "u,t,y,s\n"
        for unit in 0..<18 {
            let start = [2013, 2015, 2016][unit / 6]
            for year in 2010...2016 {
                let effect = year >= start ? 2.0 : 0
                text += "\(unit),\(year),\(effect + Double(unit % 4) + 0.1 * random.normal()),\(start)\n"
            }
        }
        try folder.write(text, "ny.csv")
        let did = ["did", "ny.csv", "--outcome", "y", "--unit", "u", "--time", "t", "--start", "s", "--format", "json"]
        #expect(try folder.run(did).status == 4)
        let ended = try folder.run(did + ["--comparison", "not-yet"])
        #expect(ended.status == 0, "\(ended.err)")
        let object = try ended.json()
        let effects = try #require(object["effects"] as? [[String: Any]])
        #expect(abs(try #require(effects[0]["estimate"] as? Double) - 2) < 0.2)
        let sentences = try #require(object["sentences"] as? [String]).joined(separator: " ")
        #expect(sentences.contains("no comparison arm"))
    }
}
