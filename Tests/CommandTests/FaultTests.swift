import Foundation
import Testing

/// A fault of the data or the design, made for real, with the promised message and exit code.
struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    let arguments: [String]
    let status: Int32
    let says: [String]
    let make: @Sendable (SmallSchools) -> String

    var testDescription: String { name }

    static let untreated = [
        "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--permutations", "0", "--diagnostics",
        "none",
    ]

    /// A `did` on `fault.csv`, treated by the start column unless told otherwise.
    static func did(
        _ name: String, treated: [String] = ["--start", "partnership_start"], with more: [String] = [], status: Int32,
        says: String...,
        make: @escaping @Sendable (SmallSchools) -> String
    ) -> Fault {
        Fault(
            name: name, arguments: ["did", "fault.csv"] + untreated + treated + more, status: status, says: says,
            make: make)
    }
}

extension Fault {
    private static let secondSchool = SmallSchools.urn(1)
    private static let noImpact =
        "these files can show progress, not impact; add comparison schools, such as the published tables"

    private static func changing(_ change: @escaping @Sendable (inout SmallSchools.Pupil) -> Void)
        -> @Sendable (SmallSchools) -> String
    {
        { $0.csv(changing: change) }
    }

    static let refusals = outcomes + whoWasTreated + times + rows

    private static let outcomes = [
        did(
            "constant outcome", status: 4, says: "cannot be estimated: no variation",
            make: changing { $0.attainment8 = "50" }),
        did(
            "infinite outcome", status: 3, says: "fault.csv:2:attainment8 (column 8): error: ", "is not a number",
            "E203",
            make: changing { if $0.upn == "Z8201000000K" { $0.attainment8 = "inf" } }),
        did(
            "outcome that is no number", status: 3, says: "fault.csv:2:attainment8 (column 8)", "--missing",
            make: changing { if $0.upn == "Z8201000000K" { $0.attainment8 = "nan" } }),
        did(
            "no outcome at all", status: 4, says: "no rows are left", "700 rows read", "700 outcome empty",
            make: changing { $0.attainment8 = "" }),
        did(
            "no row meets the condition", with: ["--where", "sex=Q"], status: 4, says: "no rows are left",
            "700 did not meet --where"
        ) { $0.csv() },
    ]

    private static let whoWasTreated = [
        did(
            "everybody starts at once", status: 4, says: noImpact, "all 14 units",
            make: changing { $0.start = "201617" }),
        did("partners alone, starts differ", status: 4, says: noImpact, "all 5 units") {
            $0.csv(where: { !$0.start.isEmpty })
        },
        did("nobody is treated", status: 4, says: "none of the 14 units is treated", make: changing { $0.start = "" }),
        did(
            "starts after the data", status: 4, says: "none of the 14 units is treated",
            make: changing { $0.start = $0.start.isEmpty ? "" : "203031" }),
        did("no period before", status: 4, says: "all 3 treated units", "no period before") {
            $0.csv(where: { $0.year >= "201617" && $0.start != "201718" })
        },
        did(
            "two starts in a school", status: 3, says: "'\(secondSchool)' has two starts", "on lines ", "--first-start",
            make: changing { if $0.urn == secondSchool, $0.year == "201819" { $0.start = "201718" } }),
        did(
            "treatment on and off", treated: ["--treated", "treated_now"], status: 3,
            says: "no longer treated in '201819'", "on lines ", "--first-start",
            make: changing { if $0.urn == secondSchool, $0.year == "201819" { $0.isOn = "0" } }),
        did(
            "treated and untreated pupils in a period", treated: ["--treated", "treated_now"], status: 3,
            says: "both treated and not treated", "on lines ",
            make: changing { if $0.urn == secondSchool, $0.year == "201819", $0.sex == "F" { $0.isOn = "0" } }),
        did(
            "neither 0 nor 1", treated: ["--treated", "treated_now"], status: 3, says: "fault.csv:2: error: ",
            "neither 0 nor 1",
            make: changing { if $0.upn == "Z8201000000K" { $0.isOn = "2" } }),
        did(
            "never coded -1", status: 3, says: "start '-1'", "write 0 or never",
            make: changing { $0.start = $0.start.isEmpty ? "-1" : $0.start }),
        did(
            "never coded 9999", status: 3, says: "start '9999'", "write 0 or never",
            make: changing { $0.start = $0.start.isEmpty ? "9999" : $0.start }),
        did(
            "start before the first period", status: 3, says: "9 units", "'201011'", "before the first period",
            "--exclude",
            make: changing { $0.start = $0.start.isEmpty ? "201011" : $0.start }),
        did(
            "no partner matches", treated: ["--partners", "strangers.csv"], status: 4,
            says: "none of the 2 partners listed"
        ) { $0.csv() },
        did(
            "partner without a start", treated: ["--partners", "half.csv"], status: 3, says: "gives no start",
            "--start-at"
        ) { $0.csv() },
        did("list without starts", treated: ["--partners", "undated.csv"], status: 2, says: "--start-at is missing") {
            $0.csv()
        },
        did("nobody in the group", with: ["--gap", "fsm=Q"], status: 4, says: "--gap") { $0.csv() },
    ]

    private static let times = [
        did("one period", status: 4, says: "only one period, '201819'") { $0.csv(where: { $0.year == "201819" }) },
        did(
            "years among academic years", status: 3, says: "two kinds", "2018 alone does not say",
            make: changing { if $0.year == "201819" { $0.year = "2018" } }),
        did(
            "a time in words", status: 3, says: "is not a period", "201819",
            make: changing { if $0.year == "201819" { $0.year = "Summer" } }),
        did(
            "years that do not follow", status: 3, says: "do not follow",
            make: changing { if $0.year == "201819" { $0.year = "201820" } }),
    ]

    private static let rows = [
        did(
            "the same pupil and row twice", with: ["--pupil", "upn"], status: 3,
            says: "one pupil has two rows for 201415, on lines 2 and 702 (E301)"
        ) {
            $0.csv() + SmallSchools.line($0.pupils[0])
        },
        did("a pupil with two results", with: ["--pupil", "upn"], status: 3, says: "on lines 2 and 702") {
            var other = $0.pupils[0]
            other.attainment8 = "11.1"
            return $0.csv() + SmallSchools.line(other)
        },
        did(
            "a school twice in a period", with: ["--rows", "units"], status: 3,
            says: "has two rows for 201415, on lines 2 and 3"
        ) { $0.csv() },
        did(
            "a negative weight", with: ["--weights", "weight"], status: 3, says: "fault.csv:2:weight", "below zero",
            make: changing { if $0.upn == "Z8201000000K" { $0.weight = "-1" } }),
        did(
            "a missing weight", with: ["--weights", "weight"], status: 3, says: "fault.csv:2:weight", "missing",
            make: changing { if $0.upn == "Z8201000000K" { $0.weight = "" } }),
        did(
            "all weights zero", with: ["--weights", "weight"], status: 3, says: "every weight in weight is zero",
            make: changing { $0.weight = "0" }),
        did(
            "one cluster", with: ["--cluster", "trust"], status: 4, says: "only one cluster",
            make: changing { $0.trust = "Elm" }),
        did(
            "the pupils of a school result in a school table", with: ["--estimand", "pupils", "--rows", "units"],
            status: 3, says: "two rows"
        ) { $0.csv() },
        did(
            "a covariate that is no number", with: ["--covariates", "sex"], status: 3, says: "sex (column 5)",
            "not a number"
        ) { $0.csv() },
        did("a row of another width", status: 3, says: "fault.csv:702: error: 2 fields where the header has 13 (E110)")
        { $0.csv() + "Total,14\n" },
        did("an unclosed quote", status: 3, says: "fault.csv:702", "never closed", "E104") { $0.csv() + "\"Z1,open\n" },
        did("no rows at all", status: 4, says: "no rows are left") { _ in SmallSchools.header + "\n" },
        did("an empty file", status: 3, says: "fault.csv: error: ", "header") { _ in "" },
        did("a web page", status: 3, says: "HTML") { _ in "<!DOCTYPE html><html><body>Sign in</body></html>\n" },
    ]
}

@Suite struct FaultTests {
    @Test(arguments: Fault.refusals) func faultStopsWithItsMessage(_ fault: Fault) throws {
        let folder = try WorkFolder()
        let schools = SmallSchools()
        try folder.write(fault.make(schools), "fault.csv")
        try folder.write("urn,start\n555,201617\n556,201718\n", "strangers.csv")
        try folder.write("urn,start\n\(SmallSchools.urn(1)),201617\n\(SmallSchools.urn(4)),\n", "half.csv")
        try folder.write("urn\n\(SmallSchools.urn(1))\n", "undated.csv")
        let before = folder.names
        let ended = try folder.run(fault.arguments + ["--output", "out.txt"])
        #expect(ended.status == fault.status, "\(ended.err)")
        for words in fault.says { #expect(ended.err.contains(words), "it does not say \(words): \(ended.err)") }
        #expect(ended.out.isEmpty)
        #expect(folder.names == before, "nothing is left of a refused run")
        // In JSON mode the same refusal is one object.
        let json = try folder.run(fault.arguments + ["--format", "json"])
        let error = try json.jsonError()
        #expect(json.status == fault.status && json.out.isEmpty)
        let message = try #require(error["message"] as? String)
        #expect(ended.err.contains("error: \(message) (\(try #require(error["code"] as? String)))"))
        if let hint = error["hint"] as? String { #expect(ended.err.contains("hint: ")); #expect(!hint.isEmpty) }
    }

    /// `run` gives the same refusals with the same codes, and leaves no folder.
    @Test(arguments: [
        "constant outcome", "partners alone, starts differ", "no period before", "two starts in a school",
        "infinite outcome", "one period",
    ])
    func runRefusesTheSame(_ name: String) throws {
        let fault = try #require(Fault.refusals.first { $0.name == name })
        let folder = try WorkFolder()
        try folder.write(fault.make(SmallSchools()), "fault.csv")
        try folder.write(
            ExportFiles.plan.replacing("pupils.csv", with: "fault.csv").replacing("    pupil: upn\n", with: ""),
            "plan.yml")
        let before = folder.names
        let ended = try folder.run(["run", "plan.yml", "-o", "report"])
        #expect(ended.status == fault.status, "\(ended.err)")
        for words in fault.says { #expect(ended.err.contains(words), "it does not say \(words): \(ended.err)") }
        #expect(folder.names == before)
    }

    // MARK: Faults that are told and do not stop

    private func did(_ text: String, _ more: [String] = [], treated: [String] = ["--start", "partnership_start"]) throws
        -> [String: Any]
    {
        let folder = try WorkFolder()
        try folder.write(text, "fault.csv")
        let ended = try folder.run(["did", "fault.csv"] + Fault.untreated + treated + more + ["--format", "json"])
        try #require(ended.status == 0, "\(ended.err)")
        return try ended.json()
    }

    private func codes(_ answer: [String: Any]) -> [String] {
        (answer["warnings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
    }

    private func warning(_ code: String, _ answer: [String: Any]) -> String? {
        (answer["warnings"] as? [[String: Any]] ?? []).first { $0["code"] as? String == code }?["message"] as? String
    }

    private func dropped(_ answer: [String: Any]) -> [String: Int] {
        let rows = (answer["sample"] as? [String: Any])?["dropped"] as? [[String: Any]] ?? []
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                (row["reason"] as? String).map { ($0, row["rows"] as? Int ?? 0) }
            })
    }

    private func headline(_ answer: [String: Any]) throws -> Double {
        try #require((answer["effects"] as? [[String: Any]])?.first?["estimate"] as? Double)
    }

    @Test func missingInOneArmIsTold() throws {
        let answer = try did(SmallSchools().csv { if !$0.start.isEmpty, $0.weight == "1" { $0.attainment8 = "" } })
        #expect(warning("missing-by-arm", answer)?.contains("% of the rows of treated units") == true)
        #expect(try #require(dropped(answer)["outcome empty"]) > 50)
    }

    @Test func unbalancedPanelsAreCounted() throws {
        let answer = try did(SmallSchools().csv(where: { !($0.urn == SmallSchools.urn(1) && $0.year == "201516") }))
        #expect(
            warning("unbalanced", answer)?.hasPrefix("1 of 14 units lacks results in some periods (1 of 70") == true)
    }

    @Test func alwaysTreatedAreListedAndDropped() throws {
        let answer = try did(SmallSchools().csv { if $0.start == "201718" { $0.start = "201415" } })
        let names = [9, 12].map { "'\(SmallSchools.urn($0))'" }
        #expect(try #require(warning("always-treated", answer)).contains(names.joined(separator: ", ")))
        #expect(dropped(answer)["treated from the first period on"] != nil)
    }

    @Test func startsBeyondTheDataAreListed() throws {
        let answer = try did(SmallSchools().csv { if $0.start == "201718" { $0.start = "203031" } })
        #expect(warning("not-yet-treated", answer)?.contains("start after the last period and compare") == true)
    }

    @Test(arguments: ["", "0", "never"]) func neverTreatedAreCountedAndNamed(_ code: String) throws {
        let answer = try did(SmallSchools().csv { if $0.start.isEmpty { $0.start = code } })
        let sentences = try #require(answer["sentences"] as? [String]).joined(separator: " ")
        #expect(
            sentences.contains(
                "Never in the partnership (partnership_start is \(code.isEmpty ? "empty" : code)): 9 of 14"),
            "\(sentences)")
        #expect(sentences.contains(SmallSchools.urn(0)))
    }

    @Test func someWeightsOfZeroAreCountedOut() throws {
        let answer = try did(SmallSchools().csv { if $0.weight == "2" { $0.weight = "0" } }, ["--weights", "weight"])
        #expect(try #require(dropped(answer)["weight zero"]) > 100)
    }

    @Test func constantAndCopiedCovariatesAreNamed() throws {
        let text = SmallSchools().csv {
            $0.grade = $0.ks2; $0.passed = "1"
        }
        let alone = try did(text, ["--covariates", "ks2_score"])
        #expect(!codes(alone).contains("collinear"))
        for list in ["ks2_score,grade", "grade,ks2_score", "ks2_score,passed"] {
            let answer = try did(text, ["--covariates", list])
            #expect(warning("collinear", answer)?.contains(String(list.split(separator: ",")[1])) == true)
            // Which copy is left out moves the estimate by rounding alone.
            #expect(abs(try headline(answer) - headline(alone)) < 1e-10)
        }
    }

    @Test func singletonsAreCounted() throws {
        var schools = SmallSchools()
        var lonely = schools.pupils[0]
        (lonely.upn, lonely.urn, lonely.start) = ("Z9999999999K", "199999", "")
        schools.pupils.append(lonely)
        let answer = try did(schools.csv(), ["--estimator", "twfe"])
        #expect(dropped(answer)["alone in a level of an effect (singletons)"] == 1)
        #expect(codes(answer).contains("singletons"))
    }

    @Test func schoolsThatChangeTheirClusterAreNamed() throws {
        let answer = try did(
            SmallSchools().csv { if $0.year == "201819" { $0.trust = "Cedar" } }, ["--cluster", "trust"])
        #expect(codes(answer).contains("cluster-not-nested") && codes(answer).contains("few-clusters"))
    }

    @Test func emptyUnitsAndUnknownGroupsJoinNeitherSide() throws {
        let answer = try did(
            SmallSchools().csv { if $0.upn == "Z8201000000K" { $0.urn = "" } }, ["--gap", "fsm=Y", "--unknown", "U"])
        #expect(dropped(answer)["no unit"] == 1)
        #expect(try #require(dropped(answer)["fsm belongs neither to the group nor to its peers"]) > 70)
    }

    @Test func examYearsWithoutExamsAreTold() throws {
        let answer = try did(SmallSchools().csv { if $0.year == "201819" { $0.year = "202021" } })
        #expect(warning("covid-years", answer)?.contains("202021") == true)
    }

    @Test func staggeredTwoWayEffectsAreTold() throws {
        #expect(codes(try did(SmallSchools().csv(), ["--estimator", "twfe"])).contains("staggered-twfe"))
        #expect(!codes(try did(SmallSchools().csv())).contains("staggered-twfe"))
    }

    /// Adding or multiplying all results moves the estimate by no more than the doubles' own rounding of such results.
    @Test(arguments: [(1_000_000.0, 1.0), (0, 1_000_000), (0, 0.000_001)]) func largeOffsetsAndScales(
        offset: Double, scale: Double
    ) throws {
        let plain = try headline(did(SmallSchools().csv()))
        let moved = try headline(
            did(
                SmallSchools().csv { pupil in
                    guard let result = Decimal(string: pupil.attainment8) else { return }
                    pupil.attainment8 = "\(result * Decimal(scale) + Decimal(offset))"
                }))
        #expect(abs(moved / scale - plain) <= 1e-9 * abs(plain))
    }

    /// One treated school has no interval from its own spread, in no format; two to five say what cannot be ruled out.
    @Test func fewTreatedInEveryFormat() throws {
        let folder = try WorkFolder()
        let schools = SmallSchools()
        try folder.write(schools.csv { if $0.urn != SmallSchools.urn(1) { $0.start = "" } }, "one.csv")
        try folder.write(schools.csv { if $0.start == "201718" { $0.start = "" } }, "three.csv")
        let more =
            Fault.untreated.dropLast(4) + [
                "--start", "partnership_start", "--permutations", "99", "--diagnostics", "none",
            ]
        for format in ["text", "markdown", "json", "csv"] {
            let three = try folder.run(["did", "three.csv"] + more + ["--format", format])
            #expect(three.out.replacing("\n", with: " ").contains("From 3 schools, effects between"), "\(format)")
            #expect(three.out.replacing("\n", with: " ").contains("degrees of freedom"), "\(format)")
            let one = try folder.run(["did", "one.csv"] + more + ["--format", format])
            #expect(one.status == 0)
            #expect(
                one.out.replacing("\n", with: " ").contains("no interval can come from its own spread"), "\(format)")
            #expect(!one.out.contains("95% interval runs"), "\(format)")
        }
        let effects = try #require(
            try folder.run(["did", "one.csv"] + more + ["--format", "json"]).json()["effects"] as? [[String: Any]])
        #expect(effects[0]["permutationPValue"] != nil)
        for effect in effects {
            for key in ["lower", "upper", "standardError"] { #expect(effect[key] == nil, "\(key)") }
        }
    }
}
