import Foundation
import Testing

/// Pupil rows never leave: no output or message holds a pupil's number, and small counts are withheld in every form.
@Suite struct DisclosureTests {
    private let folder: WorkFolder
    private let schools = SmallSchools()

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private static let did = [
        "did", "pupils.csv", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start",
        "partnership_start", "--pupil", "upn", "--permutations", "0", "--diagnostics", "balance",
    ]
    private static let gaps = [
        "gaps", "pupils.csv", "--outcome", "attainment8", "--group", "fsm=Y", "--by", "urn,academic_year", "--pupil",
        "upn", "--time", "academic_year",
    ]

    @Test func noOutputNamesAPupil() throws {
        let ids = Set(schools.pupils.map(\.upn))
        var texts: [(String, String)] = []
        func add(_ arguments: [String]) throws {
            texts.append((arguments.joined(separator: " "), try folder.run(arguments).everything))
        }
        for format in ["text", "json", "csv", "markdown"] {
            try add(Self.did + ["--format", format])
            try add(Self.did + ["--gap", "fsm=Y", "--by", "sex", "--format", format])
            try add(Self.gaps + ["--format", format, "--suppress", "0"])
            try add(["describe", "pupils.csv", "--unit", "urn", "--time", "academic_year", "--format", format])
            try add(["power"] + Self.did[1..<12] + ["--gap", "fsm=Y", "--format", format])
            try add([
                "progress", "pupils.csv", "--outcome", "attainment8", "--prior", "ks2_score", "--unit", "urn",
                "--pupil",
                "upn", "--suppress", "0", "--format", format,
            ])
            try add(["did", "twice.csv"] + Self.did.dropFirst(2) + ["--format", format])
            try add(["did", "broken.csv", "--lenient"] + Self.did.dropFirst(2) + ["--format", format])
        }
        try add(["init", "pupils.csv"])
        try add(["convert", "pupils.csv", "--pseudonymise", "upn", "--key", "project.key"])
        try add(["convert", "pupils.csv", "--drop", "upn"])
        try add([
            "cells", "pupils.csv", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--pupil",
            "upn", "-o", "c.csv",
        ])
        try add(["run", "plan.yml", "-o", "report"])
        for name in folder.names where (name.hasPrefix("report/") && name.contains(".")) || name.hasPrefix("c.") {
            texts.append((name, try folder.text(name)))
        }
        #expect(texts.count > 40)
        for (what, text) in texts {
            let isNamed = text.split { !$0.isLetter && !$0.isNumber }.contains { ids.contains(String($0)) }
            #expect(!isNamed, "\(what)")
        }
    }

    /// The gaps of single school-years stand on a handful of pupils: rows stay, figures go.
    @Test func smallGapsAreWithheldInEveryForm() throws {
        let rows = try #require(try folder.run(Self.gaps + ["--format", "json"]).json()["gaps"] as? [[String: Any]])
        #expect(rows.count == 14 * 5)
        for row in rows {
            #expect(row["suppressed"] as? Bool == true)
            for key in ["gap", "mean", "meanPeers", "standardError", "n", "nPeers"] {
                #expect(row[key] is NSNull || row[key] == nil, "\(key)")
            }
        }
        let shown = try #require(
            try folder.run(Self.gaps + ["--format", "json", "--suppress", "0"]).json()["gaps"] as? [[String: Any]])
        let figures = shown.compactMap { $0["gap"] as? Double }.map { "\($0)" }
        #expect(figures.count > 50)
        for format in ["text", "json", "csv", "markdown"] {
            let out = try folder.run(Self.gaps + ["--format", format]).out
            #expect(!figures.contains { out.contains($0) }, "\(format)")
            if format == "text" || format == "markdown" { #expect(out.contains("c")) }
        }
        let csv = try folder.run(Self.gaps + ["--format", "csv"]).out.split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let place = try #require(csv[0].firstIndex(of: "gap"))
        #expect(csv.dropFirst().allSatisfy { $0[place].isEmpty || $0[place] == "c" })
    }

    /// The ledger of an evaluation with few pupils a school: cells below the threshold are not shown.
    @Test func smallLedgerRowsAreWithheld() throws {
        for suppress in [10, 40] {
            let answer = try folder.run(Self.did + ["--format", "json", "--suppress", "\(suppress)"]).json()
            let ledger = try #require(answer["counterfactual"] as? [[String: Any]])
            for row in ledger where row["suppressed"] as? Bool != true {
                #expect(try #require(row["n"] as? Double) >= Double(suppress))
            }
            let hidden = ledger.filter { $0["suppressed"] as? Bool == true }
            #expect(suppress == 10 || !hidden.isEmpty)
            for row in hidden {
                for key in ["observed", "counterfactual", "n"] { #expect(row[key] is NSNull || row[key] == nil) }
            }
            let effects = try #require(answer["effects"] as? [[String: Any]])
            for row in effects where row["suppressed"] as? Bool != true {
                #expect(try #require(row["n"] as? Double) >= Double(suppress))
            }
        }
        let open = try folder.run(Self.did + ["--format", "json", "--suppress", "0"]).json()
        #expect(
            try #require(open["counterfactual"] as? [[String: Any]]).allSatisfy { $0["suppressed"] as? Bool != true })
    }

    /// The tables of a report obey the plan's profile.
    @Test func reportTablesWithholdSmallCounts() throws {
        try folder.write(
            ExportFiles.plan.replacing("report:", with: "disclosure: {threshold: 12}\nreport:"), "strict.yml")
        #expect(try folder.run(["run", "strict.yml", "-o", "report"]).status == 0)
        var withheld = 0
        for name in folder.names where name.hasPrefix("report/tables/") && name.contains("outcome-1") {
            let table = try folder.text(name).split(separator: "\r\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            guard let place = table[0].firstIndex(of: "n") else { continue }
            for row in table.dropFirst() {
                if row[place] == "c" {
                    withheld += 1
                } else if let n = Double(row[place]) {
                    #expect(n >= 12, "\(name): \(row)")
                }
            }
        }
        #expect(withheld > 0)
    }

    /// Cells hold single pupils' results: readable by their owner alone; a minimum makes a table fit to share.
    @Test func cellsAreKeptFromOthers() throws {
        let cells = [
            "cells", "pupils.csv", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "-o",
            "c.csv",
        ]
        #expect(try folder.run(cells).status == 0)
        for name in ["c.csv", "c.json"] {
            let mode =
                try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
        #expect(try folder.run(cells + ["--minimum-cell", "9"]).status == 0)
        let table = try folder.text("c.csv").split(separator: "\n").map { $0.split(separator: ",") }
        let place = try #require(table[0].firstIndex(of: "n"))
        #expect(table.count > 10 && table.dropFirst().allSatisfy { (Int($0[place]) ?? 0) >= 9 })
        #expect(try folder.text("c.json").contains("in cells of fewer than 9 rows"))
    }
}
