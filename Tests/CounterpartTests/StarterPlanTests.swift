import Foundation
import Testing
import Yams

@testable import Counterpart

/// Starter plans of published files: valid YAML, every column guessed for one thing, what is not known left open.
@Suite(.enabled(if: PublishedData.isPresent, "skipped: no reference data")) struct PublishedStarterPlanTests {
    struct Guess: Sendable {
        let file: String
        let unit, time, outcome: String?
        var says: [String] = []
    }

    private static let guesses = [
        Guess(file: "ks2-2018-850.csv", unit: "URN", time: nil, outcome: "PTRWM_EXP", says: ["percent: true"]),
        Guess(
            file: "ks4-2019-england.csv", unit: "URN", time: nil, outcome: "ATT8SCR",
            says: ["percent: true", "rows: units"]),
        Guess(
            file: "a8-disadvantage-gap-la-2016-2025.csv", unit: "la", time: "Years", outcome: "DAP_KS4_ATT8",
            says: ["rows: units"]),
        Guess(
            file: "absence-ees.csv", unit: "old_la_code", time: "time_period", outcome: "overall_absence_perc",
            says: ["lowerIsBetter: true"]),
        Guess(
            file: "school-absence-3yr.csv", unit: "Id", time: nil, outcome: "Abs_Tot_Est_Current_Pct",
            says: ["lowerIsBetter: true", "rows: units"]),
        Guess(
            file: "level3-by-19-la-2005-2022.csv", unit: "la_code_3", time: "cohort_19_in", outcome: "l2_by19_rate"),
    ]

    @Test(arguments: guesses) func columnsAreGuessedOnce(_ guess: Guess) throws {
        let real = try #require(PublishedData.folder)
        var form = FileForm()
        form.fillShortRows = true
        form.unwrapsFormulas = true
        let text = try StarterPlan.write(
            for: [InputFile(real.appending(path: guess.file).path())], form: form, missing: MissingCodes(), threads: 2,
            to: nil)
        let plan = try #require(try Yams.load(yaml: text) as? [String: Any])
        let data = try #require(plan["data"] as? [String: Any])
        let columns = try #require(data["columns"] as? [String: Any])
        #expect(columns["unit"] as? String == guess.unit)
        #expect(columns["time"] as? String == guess.time)
        #expect((columns["outcome"] as? [String])?.first == guess.outcome)
        for words in guess.says { #expect(text.contains(words)) }
        let groups = (data["groups"] as? [String] ?? []).map { GroupText($0).column }
        let named = columns.keys.sorted().flatMap {
            (columns[$0] as? [String]) ?? [columns[$0] as? String].compactMap { $0 }
        }
        #expect(Set(named + groups).count == named.count + groups.count, "\(named + groups)")
    }

    /// What `init` leaves open is named with its line by `run`.
    @Test func openColumnsAreNamedWithTheirLine() throws {
        let folder = try WorkFolder()
        let real = try #require(PublishedData.folder)
        let path = folder.path + "/plan.yml"
        let text = try StarterPlan.write(
            for: [InputFile(real.appending(path: "ks4-2019-england.csv").path())], form: FileForm(),
            missing: MissingCodes(), threads: 2, to: path)
        _ = try folder.write(Data(text.utf8), "plan.yml")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.hasPrefix("    time:") }) + 1
        let error = #expect(throws: PlanError.self) { try PlanReader.read(path) }
        #expect(error?.message == "data.columns.time is still to be decided")
        #expect(error?.place?.line == line && error?.status == .usage)
    }
}

/// The starter plan of files that stand anywhere.
@Suite struct StarterPlanPathTests {
    @Test func filesElsewhereAreNamedInFull() throws {
        let folder = try WorkFolder()
        var rows = "upn,urn,academic_year,fsm,score\n"
        for row in 0..<60 {
            rows += "p\(row),\(100_000 + row % 3),\(2016 + row % 4),\(["Y", "N", "U"][row % 3]),\(row % 7).5\n"
        }
        try folder.write(rows, "results.csv")
        let file = InputFile(folder.path + "/results.csv")
        func files(_ plan: String) throws -> [String] {
            let text = try StarterPlan.write(
                for: [file], form: FileForm(), missing: MissingCodes(), threads: 1, to: folder.path + plan)
            let data = try #require((try Yams.load(yaml: text) as? [String: Any])?["data"] as? [String: Any])
            #expect(data["unknown"] as? [String] == ["U"])
            return try #require(data["files"] as? [String])
        }
        #expect(try files("/plan.yml") == ["results.csv"])
        let elsewhere = try #require(try files("/other/plan.yml").first)
        #expect(elsewhere.hasPrefix("/") && elsewhere.hasSuffix("/results.csv"))
    }
}

/// The period in a file's name, where other parts of the name differ too.
@Suite struct PeriodInNameTests {
    @Test(arguments: [
        ("results-*.csv", "results-2018.csv", "2018" as String?), ("2018-*.csv", "ks2-2018.csv", nil),
        ("{period}-*.csv", "2018-850.csv", "2018"), ("ks2-{period}-*.csv", "ks2-2017-936.csv", "2017"),
        ("*{period}*.csv", "ks2-2018-19-final.csv", "2018-19"), ("{period}.csv", "final.csv", nil),
        ("*-{period}.csv", "a-b-201819.csv", "201819"),
    ]) func isFound(pattern: String, file: String, period: String?) throws {
        let folder = try WorkFolder()
        try folder.write("urn,score\n1,5\n2,6\n", file)
        var data = DataRequest()
        data.files = [InputFile(folder.path + "/" + file)]
        data.outcomes = [OutcomeRequest("score")]
        data.unit = ["urn"]
        data.timeFromName = pattern
        guard let period else {
            let error = #expect(throws: TableError.self) { try Self.read(data) }
            #expect(error?.code == "E114" && error?.place?.file.hasSuffix(file) == true)
            return
        }
        #expect(try Self.read(data).table.keys[1].values == [period])
    }

    private static func read(_ data: DataRequest) throws -> StudyCells {
        try StudyCells.read(
            data, keys: [data.unitColumn()] + [data.timeColumn()].compactMap { $0 }, covariates: [], required: [])
    }
}
