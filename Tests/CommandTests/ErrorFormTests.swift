import Foundation
import Testing

/// What a user reads when a run stops: the exit codes of the contract, the form of messages, no values of pupils.
@Suite struct ErrorFormTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private static let did = [
        "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start", "partnership_start",
        "--permutations", "0", "--diagnostics", "none",
    ]

    @Test func exitCodes() throws {
        func status(_ arguments: [String]) throws -> Int32 { try folder.run(arguments).status }
        #expect(try status(["gaps", "pupils.csv", "--outcome", "attainment8", "--group", "fsm=Y"]) == 0)
        #expect(try status(["did", "pupils.csv", "--strict"] + Self.did) == 1, "done, with warnings")
        #expect(try status(["did", "pupils.csv"]) == 2)
        #expect(try status(["did", "none.csv"] + Self.did) == 3)
        #expect(try status(["did", "pupils.csv", "--where", "academic_year=201819"] + Self.did) == 4)
        #expect(try status(["did", "pupils.csv", "--output", "absent/out.csv"] + Self.did) == 5)
    }

    /// A warning makes 1 of 0 under `--strict`, and the result is there all the same.
    @Test func strictRunsStillAnswer() throws {
        let plain = try folder.run(["did", "pupils.csv", "--format", "csv"] + Self.did)
        let strict = try folder.run(["did", "pupils.csv", "--format", "csv", "--strict"] + Self.did)
        #expect(plain.status == 0 && strict.status == 1 && plain.out == strict.out && !plain.out.isEmpty)
    }

    @Test func placesAreFileLineAndColumn() throws {
        let ended = try folder.run(["did", "codes.csv"] + Self.did)
        let lines = ended.err.split(separator: "\n").map(String.init)
        #expect(
            lines[0].wholeMatch(of: /codes\.csv:\d+:attainment8 \(column 8\): error: .+; first of 2\d \(E203\)/) != nil,
            "\(lines[0])")
        #expect(lines[1].hasPrefix("  hint: "))
        #expect(!ended.err.contains("withheld"), "a value is shown only where it was asked for")
        let shown = try folder.run(["did", "codes.csv", "--show-values"] + Self.did).err.split(separator: "\n").map(
            String.init)
        #expect(
            shown.count == 3 && shown[1].hasPrefix("  | ") && shown[1].contains("withheld")
                && shown[2].hasPrefix("  hint: "), "\(shown)")
        let error = try folder.run(["did", "codes.csv", "--format=json"] + Self.did).jsonError()
        #expect(
            error["file"] as? String == "codes.csv" && (error["line"] as? Int ?? 0) > 1
                && error["column"] as? String == "attainment8 (column 8)")
        #expect(error["code"] as? String == "E203" && error["found"] == nil)
    }

    @Test(arguments: [
        (["did", "pupils.csv", "--outcom", "x"], "Did you mean '--outcome'"),
        (["gaps", "pupils.csv", "--grup", "x"], "Did you mean '--group'"),
        (["gabs", "pupils.csv"], "did you mean \"gaps\""), (["frobnicate"], "there is no command \"frobnicate\""),
        (["did"], "FILE"),
        (["run"], "plan"), (["did", "pupils.csv", "--level", "high"] + did, "--level"),
        (["did", "pupils.csv", "--estimator"] + [], "--estimator"),
    ]) func typingErrorsAreAnswered(arguments: [String], says: String) throws {
        let ended = try folder.run(arguments)
        #expect(ended.status == 2 && ended.out.isEmpty)
        #expect(ended.err.localizedCaseInsensitiveContains(says), "\(ended.err)")
        #expect(ended.err.contains("error: "))
        #expect(!ended.err.contains("Fatal") && !ended.err.contains("Swift"), "\(ended.err)")
    }

    /// A wrong column name must not print what stands in the column: it may be a pupil's number or result.
    @Test(arguments: ["upn", "attainment8", "ks2_score"]) func wrongColumnsShowNoValues(_ column: String) throws {
        let pupils = SmallSchools().pupils
        let values = Set(pupils.map { column == "upn" ? $0.upn : column == "ks2_score" ? $0.ks2 : $0.attainment8 })
            .subtracting(["", "SUPP"])
        let base = ["did", "pupils.csv", "--outcome", "attainment8", "--unit", "urn"]
        for arguments in [
            ["--time", "academic_year", "--start", column], ["--time", column, "--start", "partnership_start"],
            ["--time", "academic_year", "--treated", column],
        ] {
            let ended = try folder.run(base + arguments)
            #expect(ended.status == 3)
            let words = ended.err.split { !$0.isLetter && !$0.isNumber && $0 != "." }
            #expect(!words.contains { values.contains(String($0)) }, "\(ended.err)")
            #expect(ended.err.hasPrefix("pupils.csv:"), "the line is named: \(ended.err)")
        }
        let shown = try folder.run(base + ["--time", "academic_year", "--start", column, "--show-values"])
        #expect(shown.err.contains("  | "))
    }

    /// Where the parser does not know the words either, JSON stays JSON.
    @Test func usageErrorsAreJSONToo() throws {
        for arguments in [
            ["did", "--format", "json"], ["did", "pupils.csv", "--outcom", "a", "--format", "json"],
            ["gabs", "--format=json"], ["compare", "--format", "json"],
        ] {
            let ended = try folder.run(arguments)
            #expect(ended.status == 2 && ended.out.isEmpty)
            let error = try ended.jsonError()
            #expect(
                (error["code"] as? String)?.hasPrefix("E0") == true && (error["message"] as? String)?.isEmpty == false)
        }
    }

    // MARK: Outputs

    @Test func outputsAreCheckedBeforeReading() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/taken", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link.csv", withDestinationPath: "nowhere.csv")
        let gaps = ["gaps", "none.csv", "--outcome", "attainment8", "--group", "fsm=Y"]
        // The input is absent too: the output is told first, since nothing has been read.
        for (path, says) in [
            ("absent/out.csv", "No such file"), ("taken", "it is a folder"), ("link.csv", "it is a link"),
            ("/dev/null", "not a regular file"),
        ] {
            for command in [
                gaps, ["convert", "none.csv"], ["describe", "none.csv"],
                ["cells", "none.csv", "--outcome", "a", "--unit", "b"], ["did", "none.csv"] + Self.did,
            ] {
                let ended = try folder.run(command + ["--output", path])
                #expect(ended.status == 5, "\(command[0]) \(path): \(ended.err)")
                #expect(
                    ended.err.localizedCaseInsensitiveContains(says) && ended.err.contains("nothing was changed"),
                    "\(ended.err)")
            }
        }
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func inputsAreNotWrittenOver() throws {
        let before = try folder.text("pupils.csv")
        for command in [
            ["gaps", "pupils.csv", "--outcome", "attainment8", "--group", "fsm=Y"], ["convert", "pupils.csv"],
            ["describe", "pupils.csv"],
            ["cells", "pupils.csv", "--outcome", "attainment8", "--unit", "urn"],
        ] {
            let ended = try folder.run(command + ["--output", "./pupils.csv"])
            #expect(ended.status == 2 && ended.err.contains("would write over the file that is read"), "\(ended.err)")
        }
        #expect(try folder.text("pupils.csv") == before)
    }

    @Test func anExistingPlanIsKept() throws {
        let ended = try folder.run(["init", "pupils.csv", "-o", "plan.yml"])
        #expect(ended.status == 2 && ended.err.contains("a plan is not written over"))
        #expect(try folder.text("plan.yml") == ExportFiles.plan)
    }

    @Test func anOlderOutputStaysWhereARunStops() throws {
        try folder.write("older\n", "out.csv")
        #expect(try folder.run(["convert", "broken.csv", "-o", "out.csv"]).status == 3)
        #expect(try folder.run(["did", "codes.csv", "-o", "out.csv"] + Self.did).status == 3)
        #expect(try folder.text("out.csv") == "older\n")
    }

    /// A folder that is not a report of ours is not touched, and neither is one whose parent is absent.
    @Test func reportFoldersAreCheckedFirst() throws {
        try folder.write("mine\n", "notes/read.txt")
        for (path, says) in [
            ("notes", "will not overwrite"), ("absent/report", "does not exist"), ("pupils.csv", "pupils.csv"),
        ] {
            let ended = try folder.run(["run", "bad-plan.yml", "-o", path])
            #expect(ended.status == 5, "\(ended.err)")
            #expect(ended.err.contains(says), "\(ended.err)")
        }
        #expect(try folder.text("notes/read.txt") == "mine\n")
    }
}
