import Foundation
import SampleSchools
import Testing

@testable import Counterpart

/// Someone who reads every file of a report and can solve linear equations tries to work out what was withheld.
@Suite struct AttackerTests {
    private static let made = Result { try SampleReports() }
    private var reports: SampleReports { get throws { try Self.made.get() } }

    @Test(arguments: DisclosureProfile.names) func nothingWithheldFollowsFromWhatIsShown(_ profile: String) throws {
        let figures = try PublishedFigures(reports.results(profile))
        let threshold = try #require(DisclosureProfile.named(profile)).threshold
        #expect(figures.figures.count > 250)
        #expect(figures.figures.contains { $0.count == nil }, "something is withheld")
        #expect(figures.cracked(threshold: threshold) == [])
    }

    /// The sample as it is shipped has fewer small groups, and more pairs of tables that differ by a few pupils.
    @Test func theShippedSampleGivesNothingBack() throws {
        let shipped = try SampleReports(isShipped: true)
        for profile in DisclosureProfile.all {
            let figures = try PublishedFigures(shipped.results(profile.name))
            #expect(figures.figures.count > 200)
            #expect(figures.cracked(threshold: profile.threshold) == [], "\(profile.name)")
        }
        let open = try PublishedFigures(shipped.results("open"))
        #expect(open.cracked(threshold: 6).contains { $0.hasPrefix("difference: D|") }, "there was something to find")
    }

    /// The attacker can win: where small rows are withheld and none to protect them, their neighbours give them back.
    @Test func smallRowsAloneAreGivenBackByTheOthers() throws {
        var results = try reports.results("open")
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
        let open = try reports.results("open")
        #expect(
            try PublishedFigures(open).cracked(threshold: 6).contains { $0.hasPrefix("difference: D|") })
    }

    /// The tables say what the JSON says, so that what holds of one holds of both.
    @Test(arguments: DisclosureProfile.names) func tablesTellNoMoreThanTheResults(_ profile: String) throws {
        let files = PublishedFiles(folder: try reports.folder, name: profile)
        let outcome = try #require((try reports.results(profile)["outcomes"] as? [[String: Any]])?.first)
        let gapTables = (1...20).map { "gap-\($0)" }
        for (list, slugs) in [
            ("gaps", gapTables), ("path", ["path", "gap-1-path"]),
            ("counterfactual", ["counterfactual", "gap-1-counterfactual"]),
            ("counterfactualBefore", ["counterfactual-before"]),
        ] {
            let told = try #require(outcome[list] as? [[String: Any]])
            let rows = try slugs.flatMap { try files.table("outcome-1-\($0)") ?? [] }
            #expect(rows.count == told.count && !rows.isEmpty, "\(list)")
            for (row, object) in zip(rows, told) {
                for (column, text) in row where column != "suppressed" {
                    let known = object[column] ?? (object["by"] as? [String: Any])?[column]
                    switch known {
                    case let number as Double:
                        // The last digit is Foundation's: its reader of JSON does not always find the nearest double.
                        let told = try #require(Double(text), "\(list) \(column)")
                        #expect(abs(told - number) <= 1e-12 * max(1, abs(number)), "\(list) \(column)")
                    case let name as String: #expect(text == name, "\(list) \(column)")
                    default: #expect(text.isEmpty || text == "c", "\(list) \(column): \(text)")
                    }
                }
            }
        }
    }

    /// On the page a withheld row shows nothing, and counts are those of the results.
    @Test(arguments: DisclosureProfile.names) func thePageTellsNoMoreThanTheResults(_ profile: String) throws {
        let files = PublishedFiles(folder: try reports.folder, name: profile)
        let outcome = try #require((try reports.results(profile)["outcomes"] as? [[String: Any]])?.first)
        var counts: Set<Int> = []
        for list in ["gaps", "path", "counterfactual", "counterfactualBefore", "effects"] {
            for row in try #require(outcome[list] as? [[String: Any]]) {
                for key in ["n", "nPeers"] { if let n = row[key] as? Double { counts.insert(Int(n)) } }
            }
        }
        if let other = outcome["otherEstimate"] as? [String: Any], let n = other["n"] as? Double {
            counts.insert(Int(n))
        }
        let figures = ["N", "n", "Peers", "Mean", "Peers' mean", "Gap", "Observed", "Estimate", "95% interval", "p"]
        var withheld = 0
        for (caption, rows) in try files.pageTables() {
            let heads = try #require(rows.first)
            for row in rows.dropFirst() {
                let shown = heads.indices.filter { figures.contains(heads[$0].replacing("&#39;", with: "'")) }
                if row.contains("c") {
                    withheld += 1
                    for column in shown { #expect(row[column] == "c" || row[column] == "–", "\(caption): \(row)") }
                }
                for column in heads.indices where ["n", "Peers"].contains(heads[column]) {
                    guard let n = Int(row[column].replacing(",", with: "")) else { continue }
                    #expect(counts.contains(n), "\(caption): \(row)")
                }
            }
        }
        #expect(withheld > 10)
    }

    /// Charts have a mark for each figure that is shown and none for those that are withheld.
    @Test(arguments: DisclosureProfile.names) func chartsShowNoWithheldPoint(_ profile: String) throws {
        let files = PublishedFiles(folder: try reports.folder, name: profile)
        let page = try files.text("report.html")
        let rows = try #require(try files.table("outcome-1-gap-1"))
        let chart = try files.text("figures/outcome-1-gap-1.svg")
        #expect(page.contains(chart.trimmingCharacters(in: .newlines)))
        for (arm, mark) in [("partners", "<circle "), ("comparison", "width=\"7.2\"")] {
            let shown = rows.filter { $0["arm"] == arm && $0["suppressed"] != "true" && $0["gap"] != "" }.count
            let drawn = chart.components(separatedBy: mark).count - 1
            #expect(drawn == (shown > 0 ? shown + 1 : 0), "\(arm): one more in the legend")
        }
        let units = try ["outcome-1-counterfactual", "outcome-1-counterfactual-before"].flatMap {
            try #require(try files.table($0)).filter { $0["unit"] != "" }
        }
        let pages = files.paths.filter { $0.contains("figures/outcome-1-partners") }
        let marks = try pages.reduce(0) { try $0 + files.folder.text($1).components(separatedBy: "<circle ").count - 2 }
        let open = units.filter { $0["suppressed"] != "true" }
        #expect(marks == open.count, "one more in the legend of each of \(pages)")
        // No school has so few pupils that the rule of the performance tables withholds its results.
        #expect(open.count < units.count || profile == "dfe-tables")
    }

    /// No file holds a withheld figure in any of its forms, nor a pupil's number.
    @Test(arguments: DisclosureProfile.names) func noFileHoldsAWithheldFigureOrAPupil(_ profile: String) throws {
        func figures(_ name: String) throws -> [[String: Any]] {
            let outcome = try #require((try reports.results(name)["outcomes"] as? [[String: Any]])?.first)
            return try ["gaps", "path", "counterfactual", "counterfactualBefore"].flatMap {
                try #require(outcome[$0] as? [[String: Any]])
            }
        }
        func key(_ row: [String: Any]) -> String {
            let by = (row["by"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
            return "\(by) " + ["arm", "group", "unit", "time"].map { row[$0] as? String ?? "" }.joined(separator: "|")
        }
        let open = Dictionary(try figures("open").map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
        var withheld: [String] = []
        for row in try figures(profile) where row["suppressed"] as? Bool ?? false {
            for name in ["mean", "meanPeers", "gap", "observed", "counterfactual"] {
                guard let value = open[key(row)]?[name] as? Double else { continue }
                let text = "\(value.magnitude)"
                if text.count > 8 { withheld.append(text) }
            }
        }
        #expect(withheld.count > 40)
        let pupils = ReducedSample.pupilNumbers
        #expect(pupils.count > 4_000)
        let files = PublishedFiles(folder: try reports.folder, name: profile)
        for path in files.paths {
            let text = try files.folder.text(path)
            #expect(!withheld.contains { text.contains($0) }, "\(path)")
            let words = text.split { !$0.isLetter && !$0.isNumber }
            #expect(!words.contains { pupils.contains(String($0)) }, "\(path)")
        }
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

/// The evaluation of the sample's schools with few pupils each, carried out once and written once a profile.
struct SampleReports {
    let folder: WorkFolder
    /// What the figures are before anything is withheld.
    private(set) var open: [String: EvaluationReport] = [:]

    /// - Parameter isShipped: the sample as it is; else its schools with few pupils, and one more column of groups.
    init(isShipped: Bool = false) throws {
        folder = try WorkFolder()
        let quick = try ReducedSample.quickPlan
        let plan: String
        if isShipped {
            for file in SamplePartnership(seed: 1).files() { try folder.write(Data(file.bytes), file.name) }
            plan = try folder.write(quick, "plan.yml")
        } else {
            plan = try ReducedSample.write(
                to: folder,
                plan: quick.replacing("groups: [fsm=Y, sen, sex]", with: "groups: [fsm=Y, sen, sex, ethnicity]"))
        }
        let (read, bytes) = try PlanReader.read(plan)
        var evaluation = try Evaluation(plan: read, path: plan, planBytes: bytes, threads: 2)
        let studies = try Studies(evaluation)
        var none = DisclosureProfile.ofPlans
        none.threshold = 0
        for (name, profile) in DisclosureProfile.all.map({ ($0.name, $0) }) + [("open", none)] {
            evaluation.plan.disclosure = profile
            let report = try evaluation.report(studies)
            let output = ReportFolder(path: folder.path + "/" + name) { SHA256Digest.hex(of: $0) }
            try output.write(report, rule: Disclosure(profile), effectsCountPupils: true)
            open[name] = report
        }
    }

    func results(_ profile: String) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(folder.text("\(profile)/results.json").utf8)) as? [String: Any])
    }
}
