import Foundation
import Testing

/// Every name of `--diagnostics` puts its findings under its own key, for every estimator, and never into the effects.
@Suite struct DiagnosticsCommandTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private static let base = [
        "did", "pupils.csv", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--permutations",
        "19", "--wild", "0", "--suppress", "0", "--format", "json",
    ]

    private func answer(_ arguments: [String], start: String = "partnership_start") throws -> [String: Any] {
        try folder.run(Self.base + (start.isEmpty ? [] : ["--start", start]) + arguments).json()
    }

    private func found(_ arguments: [String], start: String = "partnership_start") throws -> [String: Any] {
        try #require(try answer(arguments, start: start)["diagnostics"] as? [String: Any])
    }

    private static let keys = [
        "pre-trend": ["preTrend"], "bacon": ["bacon"], "placebo": ["placebo"], "leave-one-out": ["leaveOneOut"],
        "composition": ["composition"], "balance": ["balance", "intake"],
    ]
    private static let names = keys.keys.sorted()

    @Test(arguments: names) func eachNameHasItsKey(_ name: String) throws {
        let diagnostics = try found(["--diagnostics", name, "--covariates", "ks2_score"])
        let own = Self.keys.values.flatMap { $0 }.filter { diagnostics[$0] != nil }
        #expect(Set(own) == Set(Self.keys[name] ?? []))
    }

    /// `all` is what the names are together, and `none` has none of them; the effects stay what they are.
    @Test(arguments: ["twfe", "event-study", "imputation", "did2x2"]) func allForEveryEstimator(_ estimator: String)
        throws
    {
        let who = estimator == "did2x2" ? ["--partners", "undated.csv", "--start-at", "201617"] : []
        let start = estimator == "did2x2" ? "" : "partnership_start"
        let options = ["--estimator", estimator, "--factors", "sex"] + who
        let all = try answer(options + ["--diagnostics", "all", "--placebo-outcomes", "ks2_score"], start: start)
        let none = try answer(options + ["--diagnostics", "none"], start: start)
        let diagnostics = try #require(all["diagnostics"] as? [String: Any])
        for key in Self.keys.values.joined() { #expect(diagnostics[key] != nil, "\(key)") }
        func headline(_ answer: [String: Any]) -> Double? {
            (answer["effects"] as? [[String: Any]])?.first?["estimate"] as? Double
        }
        #expect(headline(all) == headline(none) && headline(all) != nil)
        let outcomes = (all["effects"] as? [[String: Any]])?.compactMap { $0["outcome"] as? String } ?? []
        #expect(Set(outcomes) == ["attainment8"])
        let placebo = try #require(diagnostics["placebo"] as? [String: Any])
        for key in ["time", "units", "outcomes", "withoutLastPeriod"] { #expect(placebo[key] != nil, "\(key)") }
        let without = try #require(placebo["withoutLastPeriod"] as? [String: Any])
        let difference = try #require(without["difference"] as? Double)
        #expect(abs((headline(all) ?? 0) - (without["estimate"] as? Double ?? 0) - difference) < 1e-9)
        let preTrend = try #require(diagnostics["preTrend"] as? [String: Any])
        #expect(preTrend["equivalence"] != nil)
    }

    /// The comparisons' weighted sum is the coefficient of `twfe` on a panel of schools.
    @Test func comparisonsSumToTheCoefficient() throws {
        let run =
            Self.base.map { $0 == "pupils.csv" ? "schools.csv" : $0 } + [
                "--start", "partnership_start", "--rows", "units", "--count", "pupils",
            ]
        let twfe = try folder.run(run + ["--estimator", "twfe", "--diagnostics", "none"]).json()
        let coefficient = try #require((twfe["effects"] as? [[String: Any]])?.first?["estimate"] as? Double)
        let answer = try folder.run(run + ["--diagnostics", "bacon"]).json()
        let bacon = try #require((answer["diagnostics"] as? [String: Any])?["bacon"] as? [String: Any])
        let parts = try #require(bacon["comparisons"] as? [[String: Any]])
        #expect(parts.count == 4 && bacon["basis"] as? String == "estimate")
        func value(_ part: [String: Any], _ key: String) -> Double { part[key] as? Double ?? .nan }
        #expect(abs(parts.reduce(0) { $0 + value($1, "weight") } - 1) < 1e-12)
        #expect(abs(parts.reduce(0) { $0 + value($1, "weight") * value($1, "estimate") } - coefficient) < 1e-9)
        #expect(parts.contains { $0["kind"] as? String == "later-vs-earlier" })
    }

    /// A placebo outcome is what the same command gives with it for the outcome.
    @Test func placeboOutcomeIsTheSameEstimate() throws {
        let options = ["--estimator", "imputation", "--vcov", "cr2", "--factors", "sex", "--diagnostics", "none"]
        let found = try found(options + ["--placebo-outcomes", "passed=Y"])
        let outcomes = try #require((found["placebo"] as? [String: Any])?["outcomes"] as? [[String: Any]])
        var own = Self.base
        own[3] = "passed=Y"
        let alone = try folder.run(own + ["--start", "partnership_start"] + options).json()
        let effect = try #require((alone["effects"] as? [[String: Any]])?.first)
        for key in ["estimate", "standardError", "lower", "pValue"] {
            #expect(outcomes[0][key] as? Double == effect[key] as? Double && effect[key] != nil, "\(key)")
        }
    }

    /// One that cannot be estimated says why, and the estimate stands.
    @Test func aPlaceboThatCannotBeHadSaysWhy() throws {
        let rows = SmallSchools().csv().split(separator: "\n")
        try folder.write(
            rows.enumerated().map { "\($1),\($0 == 0 ? "flat" : "5")\n" }.joined(), "flat.csv")
        let ended = try folder.run(
            Self.base.map { $0 == "pupils.csv" ? "flat.csv" : $0 } + [
                "--start", "partnership_start", "--diagnostics", "none", "--placebo-outcomes", "flat",
            ])
        #expect(ended.status == 0)
        let placebo = (try ended.json()["diagnostics"] as? [String: Any])?["placebo"] as? [String: Any]
        let first = try #require((placebo?["outcomes"] as? [[String: Any]])?.first)
        #expect(first["estimate"] == nil)
        #expect((first["reason"] as? String)?.isEmpty == false, "\(first)")
        #expect((first["words"] as? String)?.hasPrefix("For flat there is no estimate") == true)
    }

    @Test func sameBytesForAnyThreads() throws {
        let options =
            Self.base + [
                "--start", "partnership_start", "--diagnostics", "all", "--placebo-outcomes", "ks2_score", "--gap",
                "fsm=Y", "--unknown", "U",
            ]
        func bytes(_ threads: String) throws -> String {
            let out = try folder.run(options + ["--threads", threads]).out
            return out.split(separator: "\n").filter { !$0.contains("\"seconds\"") }.joined(separator: "\n")
        }
        let one = try bytes("1")
        #expect(one.contains("withoutLastPeriod"))
        #expect(try bytes("3") == one)
    }

    /// Below the threshold nothing of a diagnostic tells a figure, in any format.
    @Test func smallNumbersAreWithheld() throws {
        let options = [
            "--start", "partnership_start", "--diagnostics", "bacon,placebo,composition", "--factors", "sex",
            "--placebo-outcomes", "ks2_score",
        ]
        let open = try #require(try folder.run(Self.base + options).json()["diagnostics"] as? [String: Any])
        var figures: [String] = []
        Self.gather(open, into: &figures)
        #expect(figures.count > 20)
        var small = Self.base
        let place = try #require(small.firstIndex(of: "--suppress"))
        small[place + 1] = "1000"
        for format in ["json", "text", "markdown"] {
            var run = small
            run[run.count - 1] = format
            let out = try folder.run(run + options).out
            #expect(!figures.contains { out.contains($0) }, "\(format)")
        }
        // At 30 the pupils of single schools and years are few, but the headline is not.
        small[place + 1] = "30"
        let safe = try folder.run(small + options).json()
        #expect((safe["effects"] as? [[String: Any]])?.first?["estimate"] as? Double != nil)
        let diagnostics = try #require(safe["diagnostics"] as? [String: Any])
        #expect((diagnostics["bacon"] as? [String: Any])?["comparisons"] == nil)
        let units = (diagnostics["placebo"] as? [String: Any])?["units"] as? [String: Any]
        #expect(units?["lowest"] == nil && units?["pValue"] != nil)
    }

    /// Estimates with all their digits.
    private static func gather(_ value: Any, into figures: inout [String]) {
        if let object = value as? [String: Any] {
            for key in object.keys.sorted() {
                if ["estimate", "lower", "upper", "difference"].contains(key), let number = object[key] as? Double {
                    figures.append("\(number)")
                } else if let inner = object[key] {
                    gather(inner, into: &figures)
                }
            }
        } else if let list = value as? [Any] {
            for inner in list { gather(inner, into: &figures) }
        }
    }

    /// The report shows the diagnostics unless the plan leaves out robustness.
    @Test func reportShowsThem() throws {
        let titles = [
            "Without one school at a time", "The start moved back", "Comparison schools in the partners",
            "Without the last period before the start", "Who the pupils are", "What the two-way estimate is made of",
            "Outcomes that the partnership cannot affect", "The trend before the start",
        ]
        let plan = ExportFiles.plan.replacing(
            "  robustness: none\n", with: "  placeboOutcomes: [ks2_score]\n  equivalenceMargin: 2\n")
        try folder.write(plan, "whole.yml")
        #expect(try folder.run(["run", "whole.yml", "-o", "whole"]).status == 0)
        let page = try folder.text("whole/report.html")
        for title in titles { #expect(page.contains(title), "\(title)") }
        let results = try folder.text("whole/results.json")
        #expect(results.contains("\"marginFrom\": \"given\"") && results.contains("withoutLastPeriod"))
        #expect(try folder.run(["run", "plan.yml", "-o", "plain"]).status == 0)
        let plain = try folder.text("plain/report.html")
        #expect(!plain.contains(titles[1]) && plain.contains(titles[7]))
    }
}
