import Foundation
import Testing

/// Pupils as the program meets them: left out where they opted out, pseudonyms where a key is given, and never named.
@Suite struct PrivacyTests {
    private let folder: WorkFolder
    private let schools = SmallSchools()

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private static let did = [
        "did", "pupils.csv", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start",
        "partnership_start", "--pupil", "upn", "--permutations", "0", "--wild", "0", "--diagnostics", "none",
        "--format", "json",
    ]

    @Test func pupilsWhoOptedOutAreLeftOutCountedAndNotNamed() throws {
        let all = try folder.run(Self.did).json()
        let ended = try folder.run(Self.did + ["--opt-out", "optouts.csv"])
        let left = try ended.json()
        func sample(_ answer: [String: Any]) throws -> [String: Any] {
            try #require(answer["sample"] as? [String: Any])
        }
        let dropped = try #require(try sample(left)["dropped"] as? [[String: Any]])
        #expect(dropped.first { $0["reason"] as? String == "of pupils who opted out" }?["rows"] as? Int == 12)
        #expect(try sample(left)["rowsRead"] as? Int == sample(all)["rowsRead"] as? Int)
        let used = try [all, left].map { try #require(try sample($0)["rowsUsed"] as? Int) }
        #expect((1...12).contains(used[0] - used[1]))
        for pupil in schools.pupils.prefix(12) { #expect(!ended.everything.contains(pupil.upn)) }
        // The same rows without those pupils give the same answer.
        let listed = Set(schools.pupils.prefix(12).map(\.upn))
        try folder.write(schools.csv(where: { !listed.contains($0.upn) }), "without.csv")
        let plain = try folder.run(["did", "without.csv"] + Self.did.dropFirst(2))
        #expect(
            try plain.answer(without: ["settings", "inputs", "timings", "sample"])
                == ended.answer(without: ["settings", "inputs", "timings", "sample"]))
        let nobody = try folder.run(Self.did + ["--opt-out", "strangers.csv"])
        #expect(nobody.status == 0 && nobody.err.contains("opt-out-unmatched") && !nobody.err.contains("Q1234567890K"))
    }

    /// The answer on pseudonyms is the answer on identifiers, and a pupil who is there twice is found.
    @Test func pseudonymsChangeNoAnswer() throws {
        let keyed = Self.did + ["--key", "project.key"]
        #expect(try folder.run(keyed).answer() == folder.run(Self.did).answer())
        #expect(try folder.run(["did", "twice.csv"] + keyed.dropFirst(2)).err.contains("E301"))
    }

    /// A file of pseudonyms and one of identifiers join under the key alone.
    @Test func filesOfPseudonymsJoinFilesOfIdentifiers() throws {
        let converted = try folder.run([
            "convert", "pupils.csv", "--pseudonymise", "upn", "--key", "project.key", "-o", "hidden.csv",
        ])
        #expect(converted.status == 0)
        let both = ["did", "pupils.csv", "hidden.csv"] + Self.did.dropFirst(2)
        #expect(try folder.run(both).status == 0, "without the key nobody can tell that they are the same pupils")
        let ended = try folder.run(both + ["--key", "project.key"])
        #expect(ended.status == 3 && ended.err.contains("E301"))
    }

    /// The number with its check letter: positions 2 to 13 times their digits, modulo 23.
    private static func upn(_ number: Int) -> String {
        let sum = "\(number)".enumerated().reduce(0) { $0 + ($1.1.wholeNumberValue ?? 0) * ($1.0 + 2) }
        return "\(Array("ABCDEFGHJKLMNPQRTUVWXYZ")[sum % 23])\(number)"
    }

    @Test func wrongCheckLettersAreTold() throws {
        var lines = ["upn,urn,year,fsm,y"]
        for row in 0..<60 {
            let upn = Self.upn(801_200_005_000 + row)
            let told = row < 57 ? upn : (upn.first == "A" ? "B" : "A") + upn.dropFirst()
            lines.append("\(told),1000\(row % 5),201819,\(row % 2 == 0 ? "Y" : "N"),\(row)")
        }
        try folder.write(lines.joined(separator: "\n") + "\n", "upns.csv")
        let gaps = ["gaps", "upns.csv", "--outcome", "y", "--group", "fsm=Y", "--unit", "urn"]
        for more in [["--pupil", "upn"], ["--pupil", "upn", "--key", "project.key"]] {
            let ended = try folder.run(gaps + more)
            #expect(ended.everything.contains("3 rows have a UPN in upn whose check letter is wrong"), "\(ended.err)")
            #expect(!ended.everything.contains("8012000050"))
        }
        #expect(try !folder.run(gaps).everything.contains("check letter"))
        let description = try folder.run(["describe", "upns.csv", "--format", "json"])
        #expect(description.out.contains("\"failed\": 3") && !description.everything.contains("8012000050"))
    }

    /// What cannot be read is named by its place; its text only where that was asked for.
    @Test func faultyRowsAreNamedByTheirPlaceAlone() throws {
        try folder.write(
            schools.csv(changing: { if $0.upn == schools.pupils[40].upn { $0.attainment8 = "secret-result" } }),
            "faulty.csv")
        try folder.write(ExportFiles.plan.replacing("pupils.csv", with: "faulty.csv"), "faulty.yml")
        let common = ["--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--pupil", "upn"]
        for arguments in [
            ["did", "faulty.csv", "--start", "partnership_start"] + common,
            ["gaps", "faulty.csv", "--group", "fsm=Y"] + common,
            ["power", "faulty.csv", "--start", "partnership_start"] + common,
            ["cells", "faulty.csv", "-o", "c.csv"] + common,
            ["run", "faulty.yml", "-o", "report"],
        ] {
            let ended = try folder.run(arguments)
            #expect(ended.status == 3 && ended.err.contains("faulty.csv:42"), "\(arguments[0]): \(ended.err)")
            #expect(!ended.everything.contains("secret") && !ended.everything.contains(schools.pupils[40].upn))
            #expect(try folder.run(arguments + ["--show-values"]).err.contains("secret-result"), "\(arguments[0])")
        }
    }

    // MARK: Plans

    private func plan(_ data: String) throws -> String {
        let text = ExportFiles.plan.replacing("data:\n", with: "data:\n" + data)
        try folder.write(text, "guarded.yml")
        return "guarded.yml"
    }

    private static let terms = """
          protection:
            controller: Ash Trust
            lawfulBasis: public task
            condition: statistical purposes
            purpose: to evaluate the partnership
            recipients: [the partners, the funder]
            retainUntil: 2027-08-31

        """

    @Test func theTermsOfFilesAreKeptInTheManifest() throws {
        let ended = try folder.run(
            ["run", try plan(Self.terms), "-o", "report"], environment: ["SOURCE_DATE_EPOCH": "1790000000"])
        #expect(ended.status == 0, "\(ended.err)")
        let manifest = try #require(
            try JSONSerialization.jsonObject(with: Data(folder.text("report/manifest.json").utf8)) as? [String: Any])
        let terms = try #require((manifest["protection"] as? [[String: Any]])?.first)
        #expect(terms["files"] as? String == "pupils.csv" && terms["controller"] as? String == "Ash Trust")
        #expect(terms["retainUntil"] as? String == "2027-08-31")
        #expect(terms["recipients"] as? String == "the partners; the funder")
    }

    /// The last day counts; the next is too late, and nothing is read or written.
    @Test(arguments: [("2027-08-31", 0 as Int32), ("2027-09-01", 3)])
    func filesAreNotReadAfterTheirDay(_ day: String, _ status: Int32) throws {
        let formatter = ISO8601DateFormatter()
        let moment = try #require(formatter.date(from: day + "T12:00:00Z"))
        let ended = try folder.run(
            ["run", try plan(Self.terms), "-o", "report"],
            environment: ["SOURCE_DATE_EPOCH": "\(Int(moment.timeIntervalSince1970))"])
        #expect(ended.status == status, "\(ended.err)")
        guard status == 3 else { return }
        #expect(ended.err.contains("E155") && ended.err.contains("2027-08-31") && !folder.has("report"))
    }

    @Test func columnsThatAreNotPermittedAreRefused() throws {
        let columns = "[urn, upn, academic_year, attainment8, partnership_start]"
        let narrow = Self.terms + "    columns: \(columns)\n"
        let ended = try folder.run(["run", try plan(narrow), "-o", "report"])
        #expect(ended.status == 3 && ended.err.contains("E156") && ended.err.contains("`fsm`"), "\(ended.err)")
        #expect(!folder.has("report"))
        let wide = Self.terms + "    columns: \(columns.replacing("]", with: ", fsm]"))\n"
        let permitted = try folder.run(["run", try plan(wide), "-o", "report"])
        #expect(permitted.status == 0, "\(permitted.err)")
    }

    @Test func aPlanLeavesOutPupilsWhoOptedOut() throws {
        let ended = try folder.run([
            "run", try plan("  optOut: optouts.csv\n  key: project.key\n"), "-o", "report", "--format", "json",
        ])
        #expect(ended.status == 0, "\(ended.err)")
        #expect(ended.out.contains("of pupils who opted out"))
        for pupil in schools.pupils.prefix(12) { #expect(!ended.everything.contains(pupil.upn)) }
    }
}
