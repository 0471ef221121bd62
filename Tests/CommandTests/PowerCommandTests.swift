import Foundation
import Testing

/// `power` on the command line: what it says in words, keys and figures.
@Suite struct PowerCommandTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private static let what = ["--outcome", "attainment8", "--unit", "urn", "--time", "academic_year"]
    private static let start = ["--start", "partnership_start"]

    private func answer(_ arguments: [String]) throws -> [String: Any] {
        let ended = try folder.run(["power"] + arguments + ["--format", "json"])
        try #require(ended.status == 0, "\(ended.err)")
        return try ended.json()
    }

    private func designs(_ arguments: [String]) throws -> [[String: Any]] {
        try #require(try answer(arguments)["designs"] as? [[String: Any]])
    }

    @Test func keysAreThoseOfTheManual() throws {
        let json = try answer(["pupils.csv"] + Self.what + Self.start + ["--covariates", "ks2_score"])
        #expect(json["schema"] as? String == "counterpart/power/1")
        let first = try #require((json["designs"] as? [[String: Any]])?.first)
        #expect(
            first.keys.sorted() == [
                "degreesOfFreedom", "design", "effectSize", "minimumDetectableEffect", "months", "outcome",
                "periodsAfter", "periodsBefore", "pupils", "schools", "smallestPValue", "standardError",
                "treatedSchools", "vcov",
            ])
        let components = try #require((json["components"] as? [[String: Any]])?.first)
        let known: Set = [
            "correlations", "intraclassCorrelation", "outcome", "pupilRSquared", "pupilStandardDeviation",
            "pupilVariance", "schoolRSquared", "schoolVariance", "schools", "withoutCovariates",
            "yearToYearRSquared", "yearToYearVariance",
        ]
        #expect(Set(components.keys).subtracting(known).isEmpty && components["pupilRSquared"] != nil)
        let manual = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Sources/Counterpart/Counterpart.docc/Power.md"),
            encoding: .utf8)
        for key in Set(first.keys).union(known).sorted() { #expect(manual.contains("`\(key)`"), "\(key)") }
    }

    /// The interval whose degrees of freedom are named is that of `did`, for the same schools.
    @Test func theIntervalIsThatOfDid() throws {
        let arguments = ["pupils.csv"] + Self.what + Self.start
        let did = try folder.run(
            ["did"] + arguments + ["--permutations", "0", "--wild", "0", "--diagnostics", "none", "--format", "json"])
        let effect = try #require((try did.json()["effects"] as? [[String: Any]])?.first)
        let first = try #require(try designs(arguments).first)
        #expect(first["degreesOfFreedom"] as? Double == effect["degreesOfFreedom"] as? Double)
    }

    @Test func cellsAnswerLikeRows() throws {
        let keys = Self.what + Self.start + ["--gap", "fsm=Y"]
        let made = try folder.run(["cells", "pupils.csv"] + keys + ["-o", "c.csv"])
        try #require(made.status == 0, "\(made.err)")
        for options in [Self.what + Self.start, keys] {
            let (rows, cells) = (try answer(["pupils.csv"] + options), try answer(["c.csv"] + options))
            for key in ["designs", "components", "sentences"] {
                #expect(
                    NSDictionary(dictionary: [key: rows[key] ?? 0]) == NSDictionary(dictionary: [key: cells[key] ?? 1]))
            }
        }
    }

    /// One design beside this one, with the numbers that were named.
    @Test func namedDesigns() throws {
        let named = try designs(
            ["pupils.csv"] + Self.what + Self.start + ["--schools", "28", "--pupils", "50", "--periods", "4:3"])
        #expect(named.count == 2)
        let last = named[1]
        #expect(last["schools"] as? Int == 28 && last["pupils"] as? Double == 50)
        #expect(last["periodsBefore"] as? Int == 4 && last["periodsAfter"] as? Int == 3)
        #expect(last["treatedSchools"] as? Int == 2 * (named[0]["treatedSchools"] as? Int ?? 0))
    }

    @Test func oneTreatedSchoolIsToldSo() throws {
        try folder.write(
            "urn,start\n\(SmallSchools.partners.split(separator: "\n")[1].split(separator: ",")[0]),201617\n", "one.csv"
        )
        let ended = try folder.run(["power", "pupils.csv"] + Self.what + ["--partners", "one.csv"])
        #expect(ended.status == 0, "\(ended.err)")
        let words = ended.out.replacing("\n", with: " ")
        #expect(words.contains("no interval can come from its own spread"), "\(words)")
        #expect(words.contains("The randomisation test cannot give a p-value below 0.071"), "\(words)")
    }

    /// Shares and absence have no months; school results have none without the pupils' standard deviation.
    @Test func monthsAreForAttainmentOfPupils() throws {
        let (pupils, schools) = (["pupils.csv"], ["schools.csv"])
        func months(_ arguments: [String]) throws -> Bool { try designs(arguments + Self.start)[0]["months"] != nil }
        #expect(try months(pupils + Self.what))
        #expect(try !months(pupils + ["--outcome", "passed=Y"] + Self.what.dropFirst(2)))
        #expect(try !months(pupils + Self.what + ["--lower-is-better"]))
        #expect(try !months(schools + Self.what))
        #expect(try months(schools + Self.what + ["--pupil-sd", "12"]))
    }
}
