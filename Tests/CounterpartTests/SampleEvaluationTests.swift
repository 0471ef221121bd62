import Foundation
import Testing

@testable import Counterpart

/// The shipped plan carried out in process on the sample's schools: answer, ledger, folder.
@Suite struct SampleEvaluationTests {
    private struct Done {
        let folder: WorkFolder
        let report: EvaluationReport
        /// As it was written, small counts withheld.
        let published: EvaluationReport
    }

    /// Carried out once for all tests of the suite.
    private static let done = Result {
        let folder = try WorkFolder()
        let plan = try ReducedSample.write(
            to: folder,
            plan: try ReducedSample.quickPlan.replacing("formats: [html, csv]", with: "formats: [html, csv, json, svg]")
        )
        let (read, bytes) = try PlanReader.read(plan)
        let report = try Evaluation(plan: read, path: plan, planBytes: bytes, threads: 2).report()
        let output = ReportFolder(path: folder.path + "/report") { SHA256Digest.hex(of: $0) }
        let published = try output.write(
            report, rule: Disclosure(read.disclosure), effectsCountPupils: true,
            formats: Set(read.formats))
        return Done(folder: folder, report: report, published: published)
    }

    private var folder: WorkFolder { get throws { try Self.done.get().folder } }
    private var report: EvaluationReport { get throws { try Self.done.get().report } }

    /// The reduced sample has a quarter of the shipped pupils, so its interval is wide; a truth outside it, or a sign turned
    /// round, would be an error of the program: the seed is fixed.
    @Test func headlineIsNearTheTruth() throws {
        let effect = try #require(try report.outcomes.first).effect
        let truth = ReducedSample.partnership.truth
        let (lower, upper) = (try #require(effect.lower), try #require(effect.upper))
        #expect((lower...upper).contains(truth.withOutcomePriorAndFSM.meanOverPupils))
        #expect(abs(try #require(effect.estimate) - truth.withOutcomePriorAndFSM.meanOverPupils) < 1)
        #expect(upper - lower < 4)
        let gap = try #require(try report.outcomes.first?.gapEffects.first?.effects.first)
        #expect((try #require(gap.lower)...(try #require(gap.upper))).contains(truth.effectOnGap))
    }

    @Test func ledgersWeightedMeanIsTheHeadline() throws {
        let outcome = try #require(try report.outcomes.first)
        for rows in [
            outcome.counterfactual.filter { $0.group != nil }, outcome.counterfactual.filter { $0.unit != nil },
        ] {
            #expect(!rows.isEmpty)
            #expect(abs(try Self.mean(rows) - (try #require(outcome.effect.estimate))) < 1e-10)
        }
        let gap = try #require(outcome.gapEffects.first)
        let sides = try ["group", "peers"].map { side in try Self.mean(gap.counterfactual.filter { $0.group == side }) }
        #expect(abs(sides[1] - sides[0] - (try #require(gap.effects.first?.estimate))) < 1e-10)
    }

    private static func mean(_ rows: [CounterfactualRow]) throws -> Double {
        var (sum, weight) = (0.0, 0.0)
        for row in rows {
            sum += row.weight * (try #require(row.observed) - (try #require(row.counterfactual)))
            weight += row.weight
        }
        return sum / weight
    }

    @Test func folderIsWhole() throws {
        let names = try folder.names.filter { $0.hasPrefix("report/") }.map { String($0.dropFirst(7)) }
        for name in [
            "report.html", "results.json", "manifest.json", "tables/checklist.csv",
            "tables/outcome-1-counterfactual.csv",
        ] {
            #expect(names.contains(name), "\(name)")
        }
        #expect(names.contains { $0.hasSuffix(".svg") })
        #expect(!names.contains { $0.contains(".tmp") || $0.hasPrefix(".") })
        let manifest = try #require(
            try JSONSerialization.jsonObject(with: Data(folder.text("report/manifest.json").utf8)) as? [String: Any])
        let listed = try #require(manifest["outputs"] as? [[String: Any]])
        let files = names.filter { $0 != "manifest.json" && $0.contains(".") }
        #expect(Set(listed.compactMap { $0["path"] as? String }) == Set(files))
        for entry in listed {
            let path = try #require(entry["path"] as? String)
            #expect(
                entry["sha256"] as? String == (try SHA256Digest.hex(ofFileAt: folder.path + "/report/" + path)),
                "\(path)")
        }
    }

    @Test func resultsParseAndHoldTheHeadline() throws {
        let json =
            try JSONSerialization.jsonObject(with: Data(folder.text("report/results.json").utf8)) as? [String: Any]
        let outcomes = try #require(json?["outcomes"] as? [[String: Any]])
        #expect("\(outcomes)".contains("attainment8"))
        let estimate = try #require(try report.outcomes.first?.effect.estimate)
        #expect(
            try folder.text("report/results.json").contains("\(estimate)"), "a number reads back to the same double")
    }

    @Test func questionsLeftOutAreNotAnswered() throws {
        let left = try report.checklist.filter { $0.answer == nil }
        let told = try report.checklist.filter { $0.answer?.hasPrefix("from the plan: ") ?? false }.map(\.key)
        #expect(["comparison", "measures", "evaluation"].allSatisfy(told.contains))
        #expect(left.count == Checklist.questions.count - 4 - told.count, "the shipped plan answers four")
        let (html, table) = (try folder.text("report/report.html"), try folder.text("report/tables/checklist.csv"))
        for item in left {
            let line = try #require(table.split(separator: "\r\n").first { $0.hasPrefix(item.key + ",") })
            #expect(line.hasSuffix("not answered"), "\(item.key)")
            #expect(html.contains(item.question.replacing("&", with: "&amp;")), "\(item.key)")
        }
        #expect(html.components(separatedBy: "not answered").count - 1 >= left.count)
    }

    /// A school under two numbers is one school, and the link is told; other links are counted.
    @Test func linksAreFollowedAndTold() throws {
        #expect(try report.links.count == 1)
        #expect(try report.frame.sample.units == 48)
        #expect(try report.frame.warnings.contains { $0.code == "links-not-followed" })
    }

    /// No output of a report holds a pupil's number.
    @Test func noPupilIsNamed() throws {
        let known = ReducedSample.pupilNumbers
        #expect(known.count > 4_000)
        for name in try folder.names where name.hasPrefix("report/") && name.contains(".") {
            let words = try folder.text(name).split { !$0.isLetter && !$0.isNumber }
            #expect(!words.contains { known.contains(String($0)) }, "\(name)")
        }
    }

    /// Small counts are withheld everywhere by the plan's profile: none of 1 to 5 pupils is published.
    @Test func smallCountsAreWithheld() throws {
        let report = try Self.done.get().published
        for outcome in report.outcomes {
            #expect(outcome.counterfactual.allSatisfy { $0.isSuppressed || $0.n >= 6 })
            for series in outcome.gaps {
                #expect(series.rows.allSatisfy { $0.isSuppressed || ($0.n >= 6 && $0.nPeers >= 6) })
            }
        }
        #expect(
            report.outcomes.flatMap(\.gaps).contains { $0.rows.contains { $0.isSuppressed } },
            "the sample has small groups")
    }

    @Test func headlineForSimulationsIsTheReports() throws {
        let (effects, gap) = try Evaluation.headline(plan: folder.path + "/plan.yml", threads: 1)
        let outcome = try #require(try report.outcomes.first)
        #expect(effects.first?.estimate == outcome.effect.estimate)
        #expect(effects.first?.standardError == outcome.effect.standardError)
        #expect(gap.first?.estimate == outcome.gapEffects.first?.effects.first?.estimate)
    }
}

/// What `init` writes is a plan: for the sample's files it can be carried out as it is.
@Suite struct StarterPlanTests {
    @Test func starterPlanOfTheSampleIsValid() throws {
        let folder = try WorkFolder()
        _ = try ReducedSample.write(to: folder, plan: "")
        let files = ReducedSample.pupilFiles.map { InputFile(folder.path + "/" + $0.name) }
        let path = folder.path + "/starter.yml"
        let text = try StarterPlan.write(for: files, form: FileForm(), missing: MissingCodes(), threads: 1, to: path)
        #expect(text.contains("Lines with a ?"))
        // The marks: who leads, and the values that say that nobody knows.
        try folder.write(
            text.replacing("lead:  #", with: "lead: Eastmere Park School  #").replacing(
                "unknown: []", with: "unknown: [U]"), "starter.yml")
        let (plan, _) = try PlanReader.read(path)
        #expect(
            plan.data.unit == ["urn"] && plan.data.time == ["academic_year"] && plan.data.outcomes == ["attainment8"])
        #expect(
            plan.data.pupil == "upn" && plan.data.prior == "ks2_score"
                && plan.partnership.partnersFile == "partners.csv")
        #expect(plan.data.groups.first == "fsm=Y" && plan.analysis.gap == "fsm=Y")
        #expect(plan.data.files.map(\.pattern) == ReducedSample.pupilFiles.map(\.name), "relative to the plan's folder")
        let effect = try #require(try Evaluation.headline(plan: path, threads: 1).effects.first)
        #expect(abs(try #require(effect.estimate) - ReducedSample.partnership.truth.withOutcome.meanOverPupils) < 1.5)
    }

    @Test(arguments: [
        ("urn", "urn"), ("a b", "\"a b\""), ("1st", "\"1st\""), ("say \"x\"", "\"say \\\"x\\\"\""), ("fsm=Y", "fsm=Y"),
        ("", "\"\""),
    ])
    func textsAreQuotedWhereYAMLNeedsIt(text: String, written: String) {
        #expect(StarterPlan.quoted(text) == written)
    }
}
