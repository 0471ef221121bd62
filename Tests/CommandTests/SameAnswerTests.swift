import Foundation
import Testing

/// The same input, options and seed give the same bytes: for any thread count, split, order of rows and columns, place and language.
@Suite struct SameAnswerTests {
    private let folder: WorkFolder
    private let schools = SmallSchools()

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private static let commands: [(String, [String])] = [
        (
            "did",
            [
                "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start", "partnership_start",
                "--covariates", "ks2_score", "--factors", "sex", "--permutations", "19", "--diagnostics", "balance",
            ]
        ),
        (
            "did",
            [
                "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--treated", "treated_now",
                "--gap", "fsm=Y", "--by", "sex", "--permutations", "0", "--diagnostics", "balance",
            ]
        ),
        (
            "gaps",
            [
                "--outcome", "attainment8", "--outcome", "passed=Y", "--group", "fsm=Y", "--group", "trust", "--by",
                "academic_year", "--unit", "urn", "--time", "academic_year", "--change", "--prior", "ks2_score",
                "--standardise",
            ]
        ),
        (
            "progress",
            [
                "--outcome", "attainment8", "--outcome", "passed=Y", "--prior", "ks2_score", "--unit", "urn", "--time",
                "academic_year", "--by", "sex", "--norm-where", "partnership_start=", "--shrink",
            ]
        ),
        (
            "power",
            [
                "--outcome", "attainment8", "--outcome", "passed=Y", "--unit", "urn", "--time", "academic_year",
                "--start",
                "partnership_start", "--covariates", "ks2_score", "--gap", "fsm=Y",
            ]
        ),
    ]

    private func answer(_ command: String, _ files: [String], _ options: [String], environment: [String: String] = [:])
        throws -> String
    {
        let ended = try folder.run([command] + files + options + ["--format", "json"], environment: environment)
        try #require(ended.status == 0, "\(ended.err)")
        // Only what the contract lets differ is taken out.
        return try ended.answer(without: ["inputs", "timings"])
    }

    private func split(_ count: Int, order: ([SmallSchools.Pupil]) -> [SmallSchools.Pupil] = { $0 }) throws -> [String]
    {
        let pupils = order(schools.pupils)
        return try (0..<count).map { part in
            let name = "split-\(count)-\(part).csv"
            let own = stride(from: part, to: pupils.count, by: count).map { SmallSchools.line(pupils[$0]) }
            try folder.write(SmallSchools.header + "\n" + own.joined(), name)
            return name
        }
    }

    @Test(arguments: 0..<4) func threadsAndSplitsGiveTheSameBytes(_ index: Int) throws {
        let (command, options) = Self.commands[index]
        let wanted = try answer(command, ["pupils.csv"], options + ["--threads", "1"])
        for threads in ["2", "3", "8"] {
            #expect(
                try answer(command, ["pupils.csv"], options + ["--threads", threads]) == wanted, "\(threads) threads")
        }
        for count in [2, 7] { #expect(try answer(command, split(count), options) == wanted, "\(count) files") }
        let reversed = try answer(command, split(3) { $0.reversed() }, options + ["--threads", "3"])
        #expect(reversed == wanted, "rows reversed over 3 files")
    }

    @Test func orderOfColumnsPlaceAndLanguageDoNotMatter() throws {
        let (command, options) = Self.commands[0]
        let wanted = try answer(command, ["pupils.csv"], options)
        let turned = schools.csv().split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).reversed().joined(separator: ",")
        }
        try folder.write(turned.joined(separator: "\n") + "\n", "turned.csv")
        #expect(try answer(command, ["turned.csv"], options) == wanted)
        for environment in [
            ["LANG": "de_DE.UTF-8", "LC_ALL": "tr_TR.UTF-8"], ["TZ": "Pacific/Kiritimati"],
            ["LANG": "C", "NO_COLOR": "1"], ["TMPDIR": folder.path],
        ] {
            #expect(try answer(command, ["pupils.csv"], options, environment: environment) == wanted, "\(environment)")
        }
    }

    @Test func unusualFormsGiveTheSameAnswer() throws {
        let (command, options) = Self.commands[0]
        let wanted = try answer(command, ["pupils.csv"], options)
        let text = schools.csv()
        try folder.write(Data([0xEF, 0xBB, 0xBF]) + Data(text.replacing("\n", with: "\r\n").utf8), "windows.csv")
        try folder.write(text.replacing(",", with: "\t"), "tabs.csv")
        try folder.write(text.replacing(",", with: ";"), "semicolons.csv")
        try folder.write(
            text.split(separator: "\n").map { line in
                line.split(separator: ",", omittingEmptySubsequences: false).map { "\"\($0)\"" }.joined(separator: ",")
                    + "\n"
            }.joined(), "quoted.csv")
        try folder.write(Data([0xFF, 0xFE]) + (try #require(text.data(using: .utf16LittleEndian))), "utf16.csv")
        for name in ["windows.csv", "tabs.csv", "semicolons.csv", "quoted.csv", "utf16.csv"] {
            #expect(try answer(command, [name], options) == wanted, "\(name)")
        }
    }

    /// `-` is standard input.
    @Test func standardInputIsAFile() throws {
        let (command, options) = Self.commands[0]
        let wanted = try answer(command, ["pupils.csv"], options)
        let piped = try folder.run([command, "-"] + options + ["--format", "json"], input: schools.csv())
        #expect(piped.status == 0, "\(piped.err)")
        #expect(try piped.answer(without: ["inputs", "timings"]) == wanted)
        let half = schools.pupils.count / 2
        try folder.write(
            SmallSchools.header + "\n" + schools.pupils[..<half].map(SmallSchools.line).joined(), "first.csv")
        let rest = SmallSchools.header + "\n" + schools.pupils[half...].map(SmallSchools.line).joined()
        let both = try folder.run([command, "first.csv", "-"] + options + ["--format", "json"], input: rest)
        #expect(try both.answer(without: ["inputs", "timings"]) == wanted)
        #expect(
            try folder.run(["convert", "-"], input: schools.csv()).out == schools.csv().replacing("\n", with: "\r\n"))
    }

    /// Names that look like options come after `--`.
    @Test func filesNamedLikeOptions() throws {
        try folder.write(schools.csv(), "--strict")
        let ended = try folder.run([
            "gaps", "--outcome", "attainment8", "--group", "fsm=Y", "--format", "csv", "--", "--strict",
        ])
        #expect(ended.status == 0, "\(ended.err)")
    }

    /// A report is the same for any thread count but for when it was made and how long it took.
    @Test func reportsAreTheSameForAnyThreads() throws {
        var reports: [[String: String]] = []
        for threads in ["1", "3"] {
            let ended = try folder.run(
                ["run", "plan.yml", "-o", "report-\(threads)", "--threads", threads],
                environment: ["SOURCE_DATE_EPOCH": "1577836800"])
            try #require(ended.status == 0, "\(ended.err)")
            var files: [String: String] = [:]
            for name in folder.names where name.hasPrefix("report-\(threads)/") && name.contains(".") {
                files[String(name.dropFirst(9))] = try folder.text(name).replacing(/"seconds": [0-9.e-]+/, with: "")
            }
            files["manifest.json"] = nil  // its digests are those of files that hold the seconds
            reports.append(files)
        }
        #expect(reports[0].count > 10)
        for name in reports[0].keys.sorted() {
            let isSame = reports[0][name] == reports[1][name]
            #expect(isSame, "\(name)")
        }
    }
}
