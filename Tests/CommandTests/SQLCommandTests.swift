import DatabaseServers
import Foundation
import Testing

/// `sql` and `cells --profile-answer`: from the printed queries to a checked cell table, the database being PostgreSQL.
@Suite(.serialized, .enabled(if: PostgresServer.isPresent)) struct SQLCommandTests {
    private let folder: WorkFolder
    private static let table = "sql_pupils"
    private static let what = [
        "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start", "partnership_start",
        "--factors",
        "sex", "--covariates", "ks2_score", "--where", "trust!=Birch",
    ]
    private static let place = ["--dialect", "postgres", "--table", table]

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
        try server().load(folder.text("pupils.csv"), as: Self.table)
    }

    private func server() throws -> PostgresServer { try #require(PostgresServer.shared) }

    private func text(_ arguments: [String]) throws -> String {
        let ended = try folder.run(arguments)
        try #require(ended.status == 0, "\(ended.err)")
        return ended.out
    }

    /// Prints a query, runs it, and keeps the answer in a file.
    @discardableResult
    private func ask(_ more: [String], _ what: [String] = what, into name: String) throws -> String {
        let query = try text(["sql"] + Self.place + what + more)
        let answer = try server().run("COPY (\(query)) TO STDOUT WITH (FORMAT csv, HEADER);\n")
        try folder.write(answer, name)
        return answer
    }

    private func finish(_ parts: [String], _ what: [String] = what) throws -> Program.Ended {
        try folder.run(
            ["cells"] + parts + Self.place + what + ["--profile-answer", "profile.csv", "-o", "cells.csv"])
    }

    @Test func threeStepsGiveTheCellsOfTheFile() throws {
        _ = try text(["cells", "pupils.csv"] + Self.what + ["-o", "rows.csv"])
        try ask(["--profile"], into: "profile.csv")
        // Both queries, the one made for the profile and the one that finds its own scale, give the same cells.
        for (name, more) in [("proved.csv", ["--answer", "profile.csv"]), ("found.csv", [])] {
            try ask(more, into: name)
            let ended = try finish([name])
            #expect(ended.status == 0 && ended.err.contains("wrote cells.csv"), "\(ended.err)")
            #expect(try folder.text("cells.csv") == folder.text("rows.csv"))
        }
        // The side-car says what the file's says, but for what made it.
        let (mine, theirs) = try (sideCar("cells.json"), sideCar("rows.json"))
        for key in theirs.keys where !["dialect", "engine_version", "sql_sha256"].contains(key) {
            #expect(isSame(mine[key], theirs[key]), "\(key)")
        }
        #expect(mine["dialect"] as? String == "postgres" && (mine["sql_sha256"] as? String)?.count == 64)
    }

    /// Estimates from the database's cells are those of the rows.
    @Test(arguments: [
        ["--estimator", "twfe", "--vcov", "cr1"], ["--estimator", "twfe", "--vcov", "cr2"],
        ["--estimator", "event-study", "--vcov", "cr1"], ["--estimator", "imputation"],
    ]) func estimatesAreThoseOfTheRows(_ estimator: [String]) throws {
        try expectSameEffects(Self.what, estimator + ["--factors", "sex", "--covariates", "ks2_score"])
    }

    /// Without covariates, which vary within cells.
    @Test func groupTimeEffectsAreThoseOfTheRows() throws {
        let what = Array(Self.what.prefix(8)) + ["--where", "trust!=Birch"]
        try expectSameEffects(what, ["--estimator", "callaway-santanna"])
    }

    private func expectSameEffects(_ what: [String], _ model: [String]) throws {
        try ask(["--profile"], what, into: "profile.csv")
        try ask(["--answer", "profile.csv"], what, into: "answer.csv")
        let ended = try finish(["answer.csv"], what)
        try #require(ended.status == 0, "\(ended.err)")
        let did =
            Self.what.prefix(8) + model + [
                "--permutations", "0", "--wild", "0", "--diagnostics", "none", "--format", "json",
            ]
        let answers = try [["pupils.csv", "--where", "trust!=Birch"], ["cells.csv"]].map { rows in
            let ended = try folder.run(["did"] + rows + did)
            try #require(ended.status == 0, "\(ended.err)")
            return try #require(try ended.json()["effects"] as? [[String: Any]])
        }
        try #require(answers[0].count == answers[1].count && !answers[0].isEmpty)
        for (rows, cells) in zip(answers[0], answers[1]) {
            for figure in ["estimate", "standardError", "degreesOfFreedom", "pValue"] {
                let (a, b) = (rows[figure] as? Double, cells[figure] as? Double)
                #expect((a == nil) == (b == nil))
                if let a, let b { #expect(abs(a - b) <= 1e-10 * max(1, abs(a)), "\(figure)") }
            }
        }
    }

    private func isSame(_ a: Any?, _ b: Any?) -> Bool {
        guard let a = a as? NSObject, let b = b as? NSObject else { return a == nil && b == nil }
        return a.isEqual(b)
    }

    private func sideCar(_ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(try folder.text(name).utf8)) as? [String: Any])
    }

    @Test func severalPartsAreOneAnswer() throws {
        try ask(["--profile"], into: "profile.csv")
        let lines = try ask([], into: "whole.csv").split(separator: "\n").map(String.init)
        func write(_ rows: ArraySlice<String>, _ name: String) throws {
            try folder.write(([lines[0]] + rows).map { $0 + "\n" }.joined(), name)
        }
        try write(lines[1..<20], "part-1.csv")
        try write(lines[20...], "part-2.csv")
        #expect(try finish(["whole.csv"]).status == 0)
        let whole = try folder.text("cells.csv")
        #expect(try finish(["part-2.csv", "part-1.csv"]).status == 0)
        #expect(try folder.text("cells.csv") == whole)

        func refused(_ parts: [String], _ code: String) throws {
            let ended = try finish(parts)
            #expect(ended.status == 3 && ended.err.contains("(\(code))"), "\(code): \(ended.err)")
        }
        try refused(["part-1.csv"], "E163")
        try folder.write(try folder.text("part-1.csv"), "copy.csv")
        try refused(["part-1.csv", "part-2.csv", "copy.csv"], "E164")
        // Cut off within a line; at the end of a line; without a header.
        let text = try folder.text("whole.csv")
        try folder.write(String(text.dropLast(40)), "cut.csv")
        try refused(["cut.csv"], text.dropLast(40).hasSuffix("\n") ? "E163" : "E162")
        try write(lines[1..<lines.count - 1], "short.csv")
        try refused(["short.csv"], "E163")
        try folder.write(lines.dropFirst().map { $0 + "\n" }.joined(), "headless.csv")
        try refused(["headless.csv"], "E162")
        try folder.write(text.replacing("inexact\n", with: "other\n"), "foreign.csv")
        try refused(["foreign.csv"], "E162")
        let inexact =
            lines[1].split(separator: ",", omittingEmptySubsequences: false).dropLast().joined(separator: ",") + ",2"
        try folder.write(([lines[0], inexact] + lines[2...]).map { $0 + "\n" }.joined(), "inexact.csv")
        try refused(["inexact.csv"], "E165")
    }

    @Test func anAnswerToAnotherQuestionIsRefused() throws {
        try ask(["--profile"], into: "profile.csv")
        for more in [["--by", "fsm"], ["--missing", "withheld"], ["--where", "sex=F"]] {
            let ended = try folder.run(["sql"] + Self.place + Self.what + more + ["--answer", "profile.csv"])
            #expect(ended.status == 3 && ended.err.contains("(E161)"), "\(ended.err)")
        }
        try folder.write("query,rows_read\nx,1\n", "profile.csv")
        let other = try folder.run(["sql"] + Self.place + Self.what + ["--answer", "profile.csv"])
        #expect(other.status == 3 && other.err.contains("(E161)"), "\(other.err)")
        try folder.write("", "profile.csv")
        let empty = try folder.run(["sql"] + Self.place + Self.what + ["--answer", "profile.csv"])
        #expect(empty.status == 3 && empty.err.contains("(E160)"), "\(empty.err)")
    }

    /// The table changes between the two queries.
    @Test func aTableThatChangedIsNoticed() throws {
        try ask(["--profile"], into: "profile.csv")
        try server().run(
            "UPDATE \(Self.table) SET attainment8 = '41.256' WHERE upn = (SELECT MIN(upn) FROM \(Self.table));\n")
        try ask(["--answer", "profile.csv"], into: "cells-answer.csv")
        let finer = try finish(["cells-answer.csv"])
        #expect(finer.status == 3 && finer.err.contains("(E165)"), "\(finer.err)")
        try server().load(folder.text("pupils.csv"), as: Self.table)
        try server().run("DELETE FROM \(Self.table) WHERE urn = (SELECT MIN(urn) FROM \(Self.table));\n")
        try ask(["--answer", "profile.csv"], into: "cells-answer.csv")
        let fewer = try finish(["cells-answer.csv"])
        #expect(fewer.status == 3 && fewer.err.contains("(E163)"), "\(fewer.err)")
    }

    /// Values that integers do not hold: the profile chooses doubles, and the query that finds its own scale says it cannot.
    @Test func doublesAreChosenByTheProfile() throws {
        try server().run("UPDATE \(Self.table) SET attainment8 = '0.1234567' WHERE attainment8 = '';\n")
        try server().run(
            "UPDATE \(Self.table) SET attainment8 = '41.12345678' WHERE upn = (SELECT MIN(upn) FROM \(Self.table) WHERE trust <> 'Birch');\n"
        )
        try ask(["--profile"], into: "profile.csv")
        let printed = try folder.run(["sql"] + Self.place + Self.what + ["--answer", "profile.csv"])
        #expect(printed.status == 0 && printed.err.contains("sums in doubles"), "\(printed.err)")
        try ask(["--answer", "profile.csv"], into: "answer.csv")
        let ended = try finish(["answer.csv"])
        #expect(ended.status == 0 && ended.err.contains("(double-sums)"), "\(ended.err)")
        #expect(try sideCar("cells.json")["mode"] as? String == "double")
        let found = try ask([], into: "found.csv")
        #expect(found.split(separator: "\n")[1].contains(",,"))
        let refused = try finish(["found.csv"])
        #expect(refused.status == 3 && refused.err.contains("(E162)"), "\(refused.err)")
    }
}
