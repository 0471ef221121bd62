import Foundation
import Testing

/// `did --match`: the comparison is built inside the run, and everything that draws builds it anew.
@Suite struct MatchedDidTests {
    private let folder: WorkFolder
    private static let what = ["--outcome", "score", "--unit", "urn", "--time", "year", "--start", "start"]
    private static let quick = ["--permutations", "0", "--diagnostics", "none", "--format", "json"]

    init() throws {
        folder = try WorkFolder()
        try folder.write(Self.panel().text, "schools.csv")
    }

    /// Twelve schools, six years, four that start in the fourth; a characteristic and a trust.
    private struct Panel {
        var lines = ["urn,year,score,x,trust,start,w"]
        var text: String { lines.joined(separator: "\n") + "\n" }
    }

    private static let partners = [2, 5, 7, 10]

    private static func panel(
        partners: [Int] = partners, weights: [String: Double] = [:], keeps: (String) -> Bool = { _ in true },
        changing: (Int, Int, Double) -> Double = { $2 }
    ) -> Panel {
        var random = PlainRandom(state: 11)
        var panel = Panel()
        for school in 0..<12 {
            let (level, x) = (2 * random.normal(), random.normal())
            for year in 0..<6 {
                let score = ((level + 0.4 * x * Double(year) + random.normal()) * 10).rounded() / 10
                let name = "\(100 + school)"
                guard keeps(name) else { continue }
                panel.lines.append(
                    "\(name),\(2011 + year),\(changing(school, year, score)),\((x * 100).rounded() / 100),"
                        + "\(["Ash", "Birch", "Cedar"][school % 3]),\(partners.contains(school) ? "2014" : ""),"
                        + "\(weights[name] ?? 1)")
            }
        }
        return panel
    }

    private func did(_ more: [String], of file: String = "schools.csv", plus: [String] = Self.quick) throws
        -> [String: Any]
    {
        let ended = try folder.run(["did", file] + Self.what + plus + more)
        #expect(ended.status == 0, "\(ended.err)")
        return try ended.json()
    }

    private func headline(_ answer: [String: Any]) throws -> [String: Any] {
        try #require((answer["effects"] as? [[String: Any]])?.first)
    }

    private func comparison(_ answer: [String: Any]) throws -> [String: Any] {
        try #require(answer["comparison"] as? [String: Any])
    }

    /// The same estimate as the weights of `compare`, written into the file as a column.
    @Test(arguments: [
        ["--match", "score,x"], ["--match", "score@2012,score@2013", "--ratio", "2"],
        ["--match", "x", "--replace", "--ratio", "3"], ["--match", "score,x", "method", "entropy"],
        ["--match", "x", "--donors", "trust!=Ash"],
    ]) func theWeightsOfCompare(arguments: [String]) throws {
        let compared = try folder.run(
            ["compare", "schools.csv"] + Self.what + arguments.map { $0 == "method" ? "--method" : $0 } + [
                "--format", "json",
            ])
        #expect(compared.status == 0, "\(compared.err)")
        let weights = try #require(try compared.json()["weights"] as? [[String: Any]])
        var byUnit: [String: Double] = [:]
        for entry in weights {
            byUnit[try #require(entry["unit"] as? String)] = try #require(entry["weight"] as? Double)
        }
        try folder.write(
            Self.panel(weights: byUnit, keeps: { byUnit[$0] != nil }).text, "weighted.csv")
        for estimator in ["twfe", "imputation", "callaway-santanna"] {
            let choice = ["--estimator", estimator, "--cluster", "urn", "--vcov", "cr1"]
            let built = try headline(did(arguments.map { $0 == "method" ? "--match-method" : $0 } + choice))
            let given = try headline(did(["--weights", "w"] + choice, of: "weighted.csv"))
            for key in ["estimate", "standardError"] {
                let (a, b) = (built[key] as? Double ?? .nan, given[key] as? Double ?? .nan)
                #expect(abs(a - b) < 1e-10 * max(1, abs(b)), "\(estimator) \(key)")
            }
        }
    }

    /// Each partner and its counterparts are one cluster: the standard error of the mean of the pairs' differences.
    @Test func matchedSetsAreClusters() throws {
        let answer = try did(["--match", "score,x", "--vcov", "cr1", "--small-sample", "clusters"])
        let matches = try #require(try comparison(answer)["matches"] as? [[String: Any]])
        let rows = Self.panel().lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        func change(_ unit: Any?) -> Double {
            let own = rows.filter { $0[0] == unit as? String ?? "" }.compactMap { Double($0[2]) }
            return own[3...].reduce(0, +) / 3 - own[..<3].reduce(0, +) / 3
        }
        let differences = matches.map { change($0["unit"]) - change($0["comparison"]) }
        let mean = differences.reduce(0, +) / 4
        let error = (differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4 / 3).squareRoot()
        let found = try headline(answer)
        #expect(abs((found["estimate"] as? Double ?? 0) - mean) < 1e-10)
        #expect(abs((found["standardError"] as? Double ?? 0) - error) < 1e-10)
        #expect((answer["settings"] as? [String: Any])?["cluster"] as? [String] == ["matched set"])
        #expect((answer["sample"] as? [String: Any])?["clusters"] as? Int == 4)
    }

    /// All 28 ways of choosing two partners among eight: each with the comparison that `did --match` builds for it.
    @Test func reassignmentsBuildTheComparisonAnew() throws {
        func file(_ chosen: [Int]) -> String { Self.panel(partners: chosen, keeps: { $0 < "108" }).text }
        let arguments = ["--match", "score,x", "--replace", "--cluster", "urn", "--estimator", "twfe"]
        let drawing = arguments + ["--permutations", "100", "--diagnostics", "none", "--format", "json"]
        try folder.write(file([2, 5]), "eight.csv")
        let tested = try did(drawing, of: "eight.csv", plus: [])
        let test = try #require((tested["diagnostics"] as? [String: Any])?["randomisation"] as? [String: Any])
        #expect(test["enumerated"] as? Bool == true && test["assignments"] as? Int == 28)
        let observed = abs(try #require(try headline(tested)["estimate"] as? Double))
        var reached = 0
        for a in 0..<8 {
            for b in a + 1..<8 {
                try folder.write(file([a, b]), "dealt.csv")
                let estimate = try #require(try headline(did(arguments, of: "dealt.csv"))["estimate"] as? Double)
                if abs(estimate) >= observed * (1 - 1e-10) { reached += 1 }
            }
        }
        #expect(test["rawPValue"] as? Double == Double(reached) / 28)
    }

    /// What happens from the first start on changes the estimate, and nothing of the comparison, nor its digest.
    @Test(arguments: ["nearest", "entropy"]) func fixedBeforeLaterResults(method: String) throws {
        try folder.write(
            Self.panel(changing: { school, year, score in year < 3 ? score : score + Double(school * year) }).text,
            "changed.csv")
        let arguments = ["--match", "score,x", "--match-method", method]
        let (plain, changed) = (try did(arguments), try did(arguments, of: "changed.csv"))
        #expect(try headline(plain)["estimate"] as? Double != headline(changed)["estimate"] as? Double)
        for key in ["balance", "matches", "weights", "fixedBeforeLaterResults"] {
            let (a, b) = (try comparison(plain)[key] as? NSObject, try comparison(changed)[key] as? NSObject)
            #expect(a != nil && a == b, "\(key)")
        }
        let fixed = try #require(try comparison(plain)["fixedBeforeLaterResults"] as? [String: Any])
        #expect(fixed["periodsRead"] as? [String] == ["2011", "2012", "2013"])
        #expect(fixed["laterRowsPassedOver"] as? Bool == true)
    }

    /// Cell tables are read once, later cells set aside, and the comparison is the same.
    @Test func cellTablesToo() throws {
        let made = try folder.run([
            "cells", "schools.csv", "--outcome", "score", "--unit", "urn", "--time", "year", "--start", "start", "-o",
            "cells.csv",
        ])
        #expect(made.status == 0, "\(made.err)")
        let (rows, cells) = (try did(["--match", "score@each"]), try did(["--match", "score@each"], of: "cells.csv"))
        #expect(try comparison(cells)["weights"] as? NSObject == (try comparison(rows)["weights"] as? NSObject))
        #expect(try headline(cells)["estimate"] as? Double == (try headline(rows)["estimate"] as? Double))
        let fixed = try comparison(cells)["fixedBeforeLaterResults"] as? [String: Any]
        #expect(fixed?["laterRowsPassedOver"] as? Bool == false)
        let piped = try folder.run(["did", "-"] + Self.what + ["--match", "score"], input: Self.panel().text)
        #expect(piped.status == 2 && piped.err.contains("standard input, which comes once"))
    }

    /// The estimate without: that of a run without `--match`.
    @Test func whatMatchingDid() throws {
        let answer = try did(["--match", "score,x"])
        let without = try #require(try comparison(answer)["withoutMatching"] as? [String: Any])
        let plain = try headline(did([]))
        for key in ["estimate", "standardError", "lower", "upper"] {
            #expect(without[key] as? Double == plain[key] as? Double, "\(key)")
        }
        let words = try #require(answer["sentences"] as? [String])
        #expect(words.contains { $0.hasPrefix("Against every comparison school alike the estimate would be") })
        let text = try folder.run(["did", "schools.csv"] + Self.what + ["--match", "score,x", "--permutations", "99"])
        for part in ["Who compares", "Each partner's nearest school", "one cluster", "builds the comparison anew"] {
            #expect(text.out.replacing("\n  ", with: " ").contains(part), "\(part)")
        }
    }

    /// Neither threads nor the order of rows, draws included.
    @Test func theSameBytes() throws {
        let lines = Self.panel().lines
        try folder.write(([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n") + "\n", "reversed.csv")
        func answer(_ file: String, _ threads: String) throws -> NSDictionary {
            var found = try did(
                [
                    "--match", "x", "--match-method", "entropy", "--bootstrap", "40", "--permutations", "99",
                    "--threads", threads,
                ],
                of: file, plus: ["--format", "json"])
            for key in ["inputs", "timings"] { found[key] = nil }
            return found as NSDictionary
        }
        let plain = try answer("schools.csv", "1")
        #expect(try answer("schools.csv", "2") == plain)
        #expect(try answer("reversed.csv", "2") == plain)
    }

    /// The bootstrap that carries the comparison is another than one with its weights held, and leaves the estimate alone.
    @Test func theBootstrapBuildsAnew() throws {
        let arguments = ["--match", "x", "--match-method", "entropy"]
        let (held, anew) = (try did(arguments), try did(arguments + ["--bootstrap", "200"]))
        let (a, b) = (try headline(held), try headline(anew))
        #expect(a["estimate"] as? Double == b["estimate"] as? Double && a["bandLower"] == nil)
        let bootstrap = try #require(
            (anew["diagnostics"] as? [String: Any])?["bootstrap"] as? [String: Any])
        #expect(bootstrap["comparison"] as? String == "made anew" && bootstrap["failed"] is Int)
        let error = try #require(bootstrap["standardError"] as? Double)
        let half = try #require(b["bandUpper"] as? Double) - (try #require(b["estimate"] as? Double))
        #expect(error > 0 && half > 1.95 * error && half < 5 * error)
    }

    @Test(arguments: [
        (["--match", "x", "--wild", "99"], "--wild does not apply"),
        (["--match", "x", "--bootstrap", "99"], "--bootstrap does not apply"),
        (
            ["--match", "x", "--match-method", "entropy", "--bootstrap", "99", "--cluster", "trust"],
            "--cluster does not apply"
        ),
        (["--match", "x", "--diagnostics", "placebo"], "--diagnostics placebo does not apply"),
        (["--match", "score", "--diagnostics", "honest"], "--diagnostics honest does not apply"),
        (["--match", "x", "--estimator", "synthetic-did"], "--match does not apply"),
        (["--match-method", "synthetic"], "--match-method synthetic does not apply"),
        (["--match-method", "entropy"], "--match is missing"), (["--ratio", "2"], "--match is missing"),
        (["--match", "x", "--match-method", "best"], "--match-method cannot be"),
        (["--match", "score@2015"], "score@2015"),
        (["--match", "x", "--ratio", "2", "--match-method", "entropy"], "--ratio does not"),
    ]) func refusedInWords(arguments: [String], says: String) throws {
        let ended = try folder.run(["did", "schools.csv"] + Self.what + arguments)
        #expect(ended.status == 2 && ended.err.contains(says), "\(ended.err)")
    }

    /// Everything that may be asked for: what cannot stand beside a built comparison is left out, and the result says so.
    @Test func allDiagnostics() throws {
        let answer = try did(
            ["--match", "score", "--permutations", "20"], plus: ["--diagnostics", "all", "--format", "json"])
        let notes = try #require(try comparison(answer)["notes"] as? [String])
        #expect(notes.contains { $0.contains("Placebos") } && notes.contains { $0.contains("is not judged") })
    }

    /// A whole evaluation: the plan builds the comparison, the report shows it, the manifest says when it was fixed.
    @Test func aPlanBuildsItsComparison() throws {
        try folder.write(
            """
            title: Matched
            data:
              files: schools.csv
              columns: {unit: urn, time: year, outcome: score, start: start}
            comparison: {match: [score@each, x], ratio: 1, donors: ["trust!=Ash"], exclude: ["101"]}
            analysis: {permutations: 99}
            """, "matched.yml")
        let ended = try folder.run(["run", "matched.yml", "-o", "report"])
        #expect(ended.status == 0, "\(ended.err)")
        let manifest = try #require(
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(filePath: folder.path + "/report/manifest.json"))) as? [String: Any])
        let fixed = try #require(manifest["comparison"] as? [String: Any])
        #expect(fixed["periodsRead"] as? [String] == ["2011", "2012", "2013"])
        let results = try #require(
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(filePath: folder.path + "/report/results.json"))) as? [String: Any])
        let comparison = try #require(results["comparison"] as? [String: Any])
        #expect(
            (comparison["fixedBeforeLaterResults"] as? [String: Any])?["sha256"] as? String == fixed["sha256"]
                as? String)
        try folder.write("urn\n101\n", "without.csv")
        let same = try did(["--match", "score@each,x", "--donors", "trust!=Ash", "--exclude", "without.csv"])
        let effects = try #require((results["outcomes"] as? [[String: Any]])?.first?["effects"] as? [[String: Any]])
        #expect(effects.first?["estimate"] as? Double == (try headline(same)["estimate"] as? Double))
        let page = try String(contentsOfFile: folder.path + "/report/report.html", encoding: .utf8)
        for part in [
            "<h2>Who compares</h2>", "Compared with whom", "Against every comparison school alike",
            "fixed before any result",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        for name in ["figures/who-compares.svg", "tables/who-compares.csv", "tables/who-compares-balance.csv"] {
            #expect(FileManager.default.fileExists(atPath: folder.path + "/report/" + name), "\(name)")
        }
    }

    /// Faults are told as without a comparison, and what it cannot bear is refused or said.
    @Test func faultsAndFewPartners() throws {
        let lines = Self.panel().lines
        try folder.write((lines + [lines[lines.count - 1]]).joined(separator: "\n") + "\n", "twice.csv")
        for command in [["did"], ["compare"]] {
            let ended = try folder.run(command + ["twice.csv", "--rows", "units"] + Self.what + ["--match", "x"])
            #expect(ended.status == 3 && ended.err.contains("E354") && ended.err.contains("73 and 74"), "\(ended.err)")
        }
        let torn = try folder.run(["did", "schools.csv"] + Self.what + ["--match", "x", "--by", "trust"])
        #expect(torn.status == 2 && torn.err.contains("--exact trust"))
        // One partner: no interval from its own spread, and the program says so, as without a comparison.
        try folder.write(Self.panel(partners: [5]).text, "one.csv")
        let one = try did(["--match", "x", "--permutations", "20"], of: "one.csv", plus: ["--format", "json"])
        let row = try headline(one)
        #expect(row["estimate"] is Double && row["lower"] == nil && row["permutationPValue"] is Double)
    }

    /// Partners without a counterpart: the first words say of how many the estimate speaks, and the estimate without is for the
    /// same ones.
    @Test func unmatchedPartnersAreSaid() throws {
        let answer = try did(["--match", "score@each", "--caliper", "0.8"])
        let alone = try #require(try comparison(answer)["unmatched"] as? [[String: Any]]).compactMap {
            $0["unit"] as? String
        }
        #expect(!alone.isEmpty && alone.count < 4)
        let words = try #require(answer["sentences"] as? [String])
        #expect(words.contains { $0.hasPrefix("This is the effect on the \(4 - alone.count) of 4 partner schools") })
        try folder.write("urn\n" + alone.joined(separator: "\n") + "\n", "alone.csv")
        let same = try headline(did(["--exclude", "alone.csv"]))
        let without = try #require(try comparison(answer)["withoutMatching"] as? [String: Any])
        let (a, b) = (without["estimate"] as? Double ?? .nan, same["estimate"] as? Double ?? .nan)
        #expect(abs(a - b) < 1e-10)
    }

    /// After matching on the past, the years before the start are no evidence, and no claim is made of them.
    @Test func thePastThatWasMatched() throws {
        let answer = try did(["--match", "score@each"], plus: ["--permutations", "0", "--format", "json"])
        let test = try #require((answer["diagnostics"] as? [String: Any])?["preTrend"] as? [String: Any])
        #expect(
            (test["words"] as? String)?.hasPrefix("Those who compare were chosen by results before the start") == true)
        #expect(test["equivalence"] == nil && test["power"] == nil)
        let other = try did(["--match", "x"], plus: ["--permutations", "0", "--format", "json"])
        let open = try #require((other["diagnostics"] as? [String: Any])?["preTrend"] as? [String: Any])
        #expect(open["power"] != nil)
    }
}
