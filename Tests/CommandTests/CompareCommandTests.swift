import Foundation
import Testing

/// `counterpart compare` as it is typed and read back.
@Suite struct CompareCommandTests {
    private let folder: WorkFolder
    private static let what = [
        "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start", "partnership_start",
    ]

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private func answer(_ more: [String], of file: String = "pupils.csv") throws -> [String: Any] {
        let ended = try folder.run(["compare", file] + Self.what + more + ["--format", "json"])
        #expect(ended.status == 0, "\(ended.err)")
        return try ended.json()
    }

    private func rows(_ answer: [String: Any], _ key: String) throws -> [[String: Any]] {
        try #require(answer[key] as? [[String: Any]])
    }

    /// The keys of the contract, and what they must add up to.
    @Test func theContract() throws {
        let found = try answer(["--match", "attainment8,ks2_score,fsm=Y", "--unknown", "U"])
        #expect(found["schema"] as? String == "counterpart/compare/1")
        let balance = try rows(found, "balance")
        #expect(balance.compactMap { $0["variable"] as? String } == ["attainment8", "ks2_score", "fsm=Y"])
        for row in balance {
            for side in ["before", "after"] {
                let figures = try #require(row[side] as? [String: Any])
                for key in ["treatedMean", "comparisonMean", "standardisedDifference", "varianceRatio"] {
                    #expect(figures[key] is Double, "\(key)")
                }
            }
        }
        let matches = try rows(found, "matches")
        #expect(matches.count == 5 && Set(matches.compactMap { $0["comparison"] as? String }).count == 5)
        let weights = try rows(found, "weights")
        let others = weights.filter { $0["treated"] as? Bool == false }.compactMap { $0["weight"] as? Double }
        #expect(weights.count == 10 && others.reduce(0, +) == 5)
        #expect(found["effectiveSampleSize"] as? Double == 5)
    }

    /// Means over pupils of the years before the first start, by hand: every pupil counts the same.
    @Test func meansAreOfTheYearsBefore() throws {
        let row = try #require(try rows(answer(["--match", "ks2_score"]), "balance").first)
        let before = try #require(row["before"] as? [String: Any])
        let early = SmallSchools().pupils.filter { $0.year < "201617" }
        func mean(_ isPartner: Bool) -> Double {
            var (sum, weights) = (0.0, 0.0)
            for school in (0..<14).filter({ (SmallSchools.start(of: $0) != nil) == isPartner }) {
                let own = early.filter { $0.urn == SmallSchools.urn(school) }
                let values = own.compactMap { Double($0.ks2) }
                // As many pupils as have a result of the outcome in a year on average.
                let pupils = Double(own.count { Double($0.attainment8) != nil }) / 2
                sum += pupils * values.reduce(0, +) / Double(values.count)
                weights += pupils
            }
            return sum / weights
        }
        #expect(abs((before["treatedMean"] as? Double ?? 0) - mean(true)) < 1e-10)
        #expect(abs((before["comparisonMean"] as? Double ?? 0) - mean(false)) < 1e-10)
    }

    /// What happens from the first start on, to results, characteristics and memberships, changes nothing.
    @Test(arguments: [
        ["--match", "attainment8,ks2_score"], ["--match", "ks2_score,fsm=Y", "--unknown", "U", "--method", "entropy"],
        ["--method", "synthetic"], ["--match", "ks2_score", "--distance", "logit", "--replace", "--exact", "trust"],
        ["--match", "attainment8", "--donors", "within-reach:2", "--donors", "trust!=Cedar"],
    ]) func nothingAfterTheStartIsLookedAt(arguments: [String]) throws {
        var changed = SmallSchools()
        for index in changed.pupils.indices where changed.pupils[index].year >= "201617" {
            changed.pupils[index].attainment8 = "\(index % 90)"
            changed.pupils[index].ks2 = "\(80 + index % 40)"
            changed.pupils[index].fsm = index % 2 == 0 ? "Y" : "N"
            changed.pupils[index].trust = "Ash"
        }
        try folder.write(changed.csv(), "changed.csv")
        let (plain, other) = (try answer(arguments), try answer(arguments, of: "changed.csv"))
        for key in ["balance", "matches", "weights", "unmatched", "rules", "beyond"] {
            let (a, b) = (try rows(plain, key) as NSArray, try rows(other, key) as NSArray)
            #expect(a == b, "\(key)")
        }
    }

    /// Neither the order of rows, nor their split, nor threads.
    @Test(arguments: ["nearest", "entropy"]) func theSameBytes(method: String) throws {
        let lines = SmallSchools().csv().split(separator: "\n")
        try folder.write(([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n") + "\n", "reversed.csv")
        func text(_ file: String, _ threads: String) throws -> NSDictionary {
            var found = try answer(
                ["--match", "attainment8,ks2_score", "--method", method, "--threads", threads], of: file)
            for key in ["inputs", "timings"] { found[key] = nil }
            return found as NSDictionary
        }
        let plain = try text("pupils.csv", "1")
        #expect(try text("pupils.csv", "2") == plain)
        #expect(try text("reversed.csv", "2") == plain)
    }

    @Test func measuredAfterIsRefusedByName() throws {
        var late = SmallSchools()
        for index in late.pupils.indices where late.pupils[index].year < "201617" { late.pupils[index].ks2 = "" }
        try folder.write(late.csv(), "late.csv")
        let ended = try folder.run(["compare", "late.csv"] + Self.what + ["--match", "ks2_score"])
        #expect(ended.status == 4 && ended.err.contains("E395") && ended.err.contains("ks2_score"))
    }

    @Test func rulesAreCounted() throws {
        let found = try answer([
            "--match", "attainment8", "--donors", "trust!=Ash", "--donors", "periods-before:2", "--donors",
            "within-reach:0.5",
        ])
        let rules = try rows(found, "rules")
        #expect(rules.compactMap { $0["rule"] as? String } == ["trust!=Ash", "periods-before:2", "within-reach:0.5"])
        // Schools 0, 3 and 6 of the nine that compare.
        #expect(rules[0]["leftOut"] as? Int == 3 && rules[1]["leftOut"] as? Int == 0)
        let left = rules.compactMap { $0["leftOut"] as? Int }.reduce(0, +)
        #expect(found["donors"] as? Int == 9 - left)
    }

    @Test func counterpartsShareWhatIsExact() throws {
        let found = try answer(["--match", "attainment8", "--exact", "trust"])
        let trust = { (urn: Any?) in SmallSchools().pupils.first { $0.urn == urn as? String }?.trust }
        for match in try rows(found, "matches") { #expect(trust(match["unit"]) == trust(match["comparison"])) }
        let alone = try rows(found, "unmatched")
        #expect(alone.allSatisfy { ($0["reason"] as? String)?.isEmpty == false })
        #expect(try rows(found, "matches").count + alone.count == 5)
    }

    @Test func smallNumbersAreWithheld() throws {
        let open = try answer(["--match", "attainment8,fsm=Y", "--unknown", "U", "--suppress", "0"])
        let distances = try rows(open, "matches").compactMap { $0["distance"] as? Double }
        #expect(distances.count == 5)
        for format in ["json", "text", "csv", "markdown"] {
            let safe = try folder.run(
                ["compare", "pupils.csv"] + Self.what
                    + ["--match", "attainment8,fsm=Y", "--unknown", "U", "--suppress", "10000", "--format", format])
            for distance in distances { #expect(!safe.everything.contains("\(distance)"), "\(format)") }
            for row in try rows(open, "balance") {
                for side in ["before", "after"] {
                    for value in (row[side] as? [String: Any] ?? [:]).values {
                        #expect(!safe.out.contains("\(value),"), "\(format)")
                    }
                }
            }
        }
        let ids = Set(SmallSchools().pupils.map(\.upn))
        let named = try folder.run(
            ["compare", "pupils.csv"] + Self.what + ["--match", "attainment8", "--suppress", "0"])
        #expect(!named.everything.split { !$0.isLetter && !$0.isNumber }.contains { ids.contains(String($0)) })
    }

    /// The schools that one command chooses are those that the other compares with.
    @Test func theListOfSchoolsIsOneForDid() throws {
        let ended = try folder.run(
            ["compare", "pupils.csv"] + Self.what + [
                "--match", "attainment8", "--units", "chosen.csv", "--format", "json",
            ])
        let chosen = try rows(try ended.json(), "matches").compactMap { $0["comparison"] as? String }
        #expect(try folder.text("chosen.csv").hasPrefix("urn,weight"))
        let did = try folder.run(
            ["did", "pupils.csv"] + Self.what
                + [
                    "--comparison-units", "chosen.csv", "--permutations", "0", "--wild", "0", "--format", "json",
                ])
        let sample = try #require(try did.json()["sample"] as? [String: Any])
        #expect(chosen.count == 5 && sample["units"] as? Int == 10 && sample["treatedUnits"] as? Int == 5)
    }

    @Test func theChartHasBothBalances() throws {
        let ended = try folder.run(
            ["compare", "pupils.csv"] + Self.what + ["--match", "attainment8,ks2_score", "--chart", "balance.svg"])
        #expect(ended.status == 0, "\(ended.err)")
        let chart = try folder.text("balance.svg")
        #expect(
            chart.contains("<svg") && chart.contains("before the comparison was built")
                && chart.contains("Attainment 8"))
    }

    /// What gives a small school back: the change of a mean by those left out, a balancing weight, one year of a small school.
    @Test func smallSchoolsDoNotFollow() throws {
        // Six partners with 20 pupils a year; comparison schools with 20, the last of them with 3.
        var random = PlainRandom(state: 5)
        var lines = ["urn,year,score,start"]
        for school in 0..<13 {
            let level =
                school < 6 ? 50 + 0.5 * Double(school) : school < 12 ? 49 + 0.8 * Double(school - 6) : 70
            for year in 2014...2017 {
                for _ in 0..<(school == 12 ? 3 : 20) {
                    let score = ((level + 4 * random.normal()) * 10).rounded() / 10
                    lines.append("\(100 + school),\(year),\(score),\(school < 6 ? "2016" : "")")
                }
            }
        }
        try folder.write(lines.joined(separator: "\n") + "\n", "small.csv")
        func compared(_ more: [String]) throws -> [String: Any] {
            let ended = try folder.run(
                [
                    "compare", "small.csv", "--outcome", "score", "--unit", "urn", "--time", "year", "--start", "start",
                    "--format", "json", "--disclosure", "srs",
                ] + more)
            #expect(ended.status == 0, "\(ended.err)")
            return try ended.json()
        }
        // All but the small school are counterparts, so that the means before and after would give it.
        let nearest = try compared(["--match", "score", "--caliper", "100"])
        let used = try rows(nearest, "weights").filter { $0["treated"] as? Bool == false }.count
        let balance = try #require(try rows(nearest, "balance").first)
        #expect(used == 6 && (balance["after"] as? [String: Any])?["suppressed"] as? Bool == true)
        let entropy = try rows(compared(["--match", "score@2014", "--method", "entropy"]), "weights")
        #expect(entropy.filter { $0["treated"] as? Bool == false }.allSatisfy { $0["weight"] == nil })
        // A year of a partner with few pupils: the row counts the pupils of that year.
        try folder.write(
            lines.filter { line in !["101", "102", "103", "104", "105"].contains(String(line.prefix(3))) }.enumerated()
                .filter {
                    !($1.hasPrefix("100,2014") && $0 > 4)
                }.map(\.element).joined(separator: "\n") + "\n", "small.csv")
        let year = try rows(compared(["--match", "score@2014,score@2015"]), "balance")
        #expect((year[0]["before"] as? [String: Any])?["suppressed"] as? Bool == true)
        #expect((year[1]["before"] as? [String: Any])?["treatedMean"] is Double)
    }
}
