import Foundation
import Testing

/// Cell tables on the command line: written, merged, taken in place of rows, refused where they do not carry enough.
@Suite struct CellTableTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
        let schools = SmallSchools()
        for year in SmallSchools.years { try folder.write(schools.csv(where: { $0.year == year }), "year-\(year).csv") }
    }

    private static let what = ["--outcome", "attainment8", "--unit", "urn", "--time", "academic_year"]
    private static let keys = what + ["--start", "partnership_start", "--factors", "sex", "--group", "fsm=Y"]

    private func cells(_ files: [String], _ name: String, _ more: [String] = keys) throws {
        let ended = try folder.run(["cells"] + files + more + ["-o", name])
        try #require(ended.status == 0, "\(ended.err)")
    }

    @Test func yearlyTablesMergeToTheWhole() throws {
        try cells(["pupils.csv"], "all.csv")
        for year in SmallSchools.years { try cells(["year-\(year).csv"], "cells-\(year).csv") }
        let parts = SmallSchools.years.map { "cells-\($0).csv" }
        for (name, order) in [("merged.csv", parts), ("again.csv", parts.reversed())] {
            let merged = try folder.run(["cells"] + order + ["-o", name])
            #expect(merged.status == 0 && merged.err.contains("wrote \(name)"), "\(merged.err)")
            #expect(try folder.text(name) == folder.text("all.csv"))
        }
        // The side-cars say the same but for the request that made them.
        let sideCars = try ["all.json", "merged.json"].map { name in
            try folder.text(name).split(separator: "\n").filter { !$0.contains("sql_sha256") }.joined(separator: "\n")
        }
        #expect(sideCars[0] == sideCars[1])
        // Naming columns rolls the tables up.
        try cells(parts, "rolled.csv", Self.what)
        try cells(["pupils.csv"], "plain.csv", Self.what)
        #expect(try folder.text("rolled.csv") == folder.text("plain.csv"))
    }

    /// The rows that were left out, by reason, in the same order whatever the parts' order.
    @Test func cellsCountWhatWasLeftOutLikeRows() throws {
        let condition = ["--where", "trust!=Birch"]
        let keys = Self.what + ["--start", "partnership_start", "--factors", "fsm", "--covariates", "ks2_score"]
        for year in SmallSchools.years { try cells(["year-\(year).csv"], "cells-\(year).csv", keys + condition) }
        let parts = SmallSchools.years.map { "cells-\($0).csv" }
        let did = keys + ["--permutations", "0", "--format", "json"]
        func sample(_ arguments: [String]) throws -> [String] {
            let ended = try folder.run(["did"] + arguments)
            try #require(ended.status == 0, "\(ended.err)")
            let sample = try #require(try ended.json()["sample"] as? [String: Any])
            let dropped = try #require(sample["dropped"] as? [[String: Any]])
            return ["\(sample["rowsRead"] ?? "")", "\(sample["rowsUsed"] ?? "")"]
                + dropped.map { "\($0["reason"] ?? "") \($0["rows"] ?? "")" }
        }
        let rows = try sample(["pupils.csv"] + did + condition)
        #expect(rows.count > 5)
        for order in [parts, parts.reversed()] { #expect(try sample(order + did) == rows) }
    }

    /// The sentence tells how many cells were written, not how many there were.
    @Test func smallCellsAreNotCountedAsWritten() throws {
        for minimum in ["0", "3", "8"] {
            let ended = try folder.run(
                ["cells", "pupils.csv"] + Self.keys + ["--minimum-cell", minimum, "-o", "m\(minimum).csv"])
            let written = try folder.text("m\(minimum).csv").split(separator: "\n").count - 1
            #expect(ended.err.contains(": \(written) \(written == 1 ? "cell" : "cells") of "), "\(ended.err)")
        }
    }

    @Test func cellsAnswerLikeRows() throws {
        for year in SmallSchools.years { try cells(["year-\(year).csv"], "cells-\(year).csv") }
        let parts = SmallSchools.years.map { "cells-\($0).csv" }
        // Who is missing is known of rows alone, and so is the warning of it.
        let apart = ["inputs", "timings", "settings", "sample", "warnings"]
        let did =
            Self.what + [
                "--start", "partnership_start", "--factors", "sex", "--gap", "fsm=Y", "--unknown", "U",
                "--permutations", "0", "--diagnostics", "balance", "--format", "json",
            ]
        let gaps = [
            "--outcome", "attainment8", "--unit", "urn", "--group", "fsm=Y", "--by", "academic_year", "--standardise",
            "--format", "json",
        ]
        for (command, options) in [("did", did), ("gaps", gaps)] {
            let rows = try folder.run([command, "pupils.csv"] + options)
            let fromCells = try folder.run([command] + parts + options)
            #expect(rows.status == 0 && fromCells.status == 0, "\(fromCells.err)")
            #expect(try rows.answer(without: apart) == fromCells.answer(without: apart), "\(command)")
        }
    }

    @Test func whatCellsLackIsNamed() throws {
        try cells(["pupils.csv"], "all.csv")
        let did = Self.what + ["--start", "partnership_start", "--permutations", "0", "--diagnostics", "none"]
        for (options, says) in [
            (["--covariates", "ks2_score"], "ks2_score"), (["--factors", "grade"], "the column grade"),
            (["--cluster", "trust"], "the column trust"),
            (["--weights", "weight"], "weight"), (["--count", "weight"], "the pupils behind a row"),
            (["--outcome", "ks2_score"], "more than one outcome"),
        ] {
            let ended = try folder.run(["did", "all.csv"] + did + options)
            #expect(
                ended.status == 4 && ended.err.contains("these cells do not carry") && ended.err.contains(says),
                "\(options): \(ended.err)")
        }
    }

    /// Options that say how rows are read cannot act on sums.
    @Test(arguments: [
        ["--delimiter", ";"], ["--encoding", "latin1"], ["--skip-first", "1"], ["--skip-last", "1"],
        ["--thousands", ","], ["--decimal", ","],
        ["--percent"], ["--fill-short-rows"], ["--unwrap-formulas"], ["--subject", "s"], ["--result", "r"],
        ["--lenient"], ["--missing", "q"], ["--no-known-codes"],
        ["--where", "sex=F"], ["--points", "points.csv"],
        ["--pupil", "upn"], ["--double"], ["--time-from-name", "c*.csv"],
    ]) func optionsOfRowsAreRefused(_ option: [String]) throws {
        try cells(["pupils.csv"], "all.csv")
        let named = option[0] == "--time-from-name" ? ["--outcome", "attainment8", "--unit", "urn"] : Self.what
        for command in [
            ["did", "all.csv"] + named + ["--start", "partnership_start"],
            ["gaps", "all.csv", "--outcome", "attainment8", "--group", "fsm=Y"], ["cells", "all.csv", "-o", "b.csv"],
        ] {
            let ended = try folder.run(command + option)
            #expect(
                ended.status == 2 && ended.err.contains("\(option[0]) does not apply to cell tables"),
                "\(command[0]): \(ended.err)")
        }
    }

    @Test func tablesThatDoNotBelongTogetherAreRefused() throws {
        try cells(["year-201415.csv"], "a.csv")
        try cells(["year-201516.csv"], "b.csv", Self.what)
        let merge = ["-o", "m.csv"]
        let unlike = try folder.run(["cells", "a.csv", "b.csv"] + merge)
        #expect(unlike.status == 3 && unlike.err.contains("do not belong together"), "\(unlike.err)")
        let twice = try folder.run(["cells", "a.csv", "a.csv"] + merge)
        #expect(twice.status != 0 && twice.err.contains("twice"), "\(twice.err)")
        try folder.write(try folder.text("a.csv"), "copy.csv")
        try folder.write(try folder.text("a.json"), "copy.json")
        let copied = try folder.run(["cells", "a.csv", "copy.csv"] + merge)
        #expect(copied.status == 3 && copied.err.contains("rows are never added twice"), "\(copied.err)")
        let mixed = try folder.run(["cells", "a.csv", "pupils.csv"] + Self.what + merge)
        #expect(mixed.status == 2 && mixed.err.contains("give one kind"), "\(mixed.err)")
        try folder.write(try folder.text("a.csv").replacing("201415", with: "201314"), "a.csv")
        let changed = try folder.run(["cells", "a.csv"] + merge)
        #expect(changed.status == 3 && changed.err.contains("digests differ"), "\(changed.err)")
        #expect(!folder.has("m.csv"))
    }

    @Test func mergingTakesNoColumns() throws {
        try cells(["pupils.csv"], "all.csv")
        for option in [["--unit", "urn"], ["--by", "sex"], ["--covariates", "ks2_score"], ["--weights", "weight"]] {
            let ended = try folder.run(["cells", "all.csv", "-o", "m.csv"] + option)
            #expect(ended.status == 2 && ended.err.contains("\(option[0]) does not apply"), "\(ended.err)")
        }
    }
}
