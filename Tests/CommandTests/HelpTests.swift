import Foundation
import Testing

/// The words of `--help`.
enum HelpText {
    /// The long options that a help text offers, without those that every program has.
    static func options(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard line.hasPrefix("  "), let first = words.first(where: { $0.hasPrefix("--") }),
                words.prefix(2).contains(first)
            else { return nil }
            let name = first.prefix { $0 != "," && $0 != "=" }
            return ["--version", "--help", "--help-hidden"].contains(name) ? nil : String(name)
        }
    }
}

@Suite struct HelpTests {
    private static let commands = [
        "", "run", "review", "init", "describe", "convert", "measures", "gaps", "progress", "compare", "did", "power",
        "cells",
        "sql",
    ]

    @Test(arguments: commands) func everyCommandShowsAnExample(_ command: String) throws {
        let folder = try WorkFolder()
        let ended = try folder.run((command.isEmpty ? [] : [command]) + ["--help"])
        #expect(ended.status == 0)
        #expect(ended.err.isEmpty)
        let lines = ended.out.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let start = try #require(lines.firstIndex(of: "EXAMPLE"), "\(ended.out)")
        let example = lines[(start + 1)...].prefix { !$0.isEmpty }
        #expect(example.first?.hasPrefix("  counterpart \(command)") == true)
        // The help formatter wraps at 80 columns: a wrapped example cannot be copied.
        for line in example { #expect(line.hasPrefix("  ") && line.count < 78, "wrapped: \(line)") }
    }

    /// Examples are not prose: what they type is accepted by the program on the sample's columns.
    @Test(arguments: ["init", "describe", "gaps", "progress", "did", "power", "cells", "sql", "convert"])
    func examplesRun(
        _ command: String
    ) throws {
        let folder = try WorkFolder()
        let schools = try SmallSchools.write(to: folder)
        try folder.write("a key of at least thirty-two letters, kept apart from the data\n", "project.key")
        for year in SmallSchools.years {
            try folder.write(schools.csv(where: { $0.year == year }), "pupils-\(year).csv")
        }
        try folder.write(schools.csv(where: { $0.year == "201819" }).replacing("trust", with: "surname"), "export.csv")
        let help = try folder.run([command, "--help"]).out.replacing(" \\\n", with: " ")
        let example = try #require(help.split(separator: "\n").first { $0.hasPrefix("  counterpart \(command)") })
        var arguments: [String] = []
        for word in example.split(separator: " ").dropFirst().map(String.init) {
            guard word.hasPrefix("pupils-"), word.hasSuffix(".csv") else {
                arguments.append(word)
                continue
            }
            arguments += word.contains("*") ? SmallSchools.years.map { "pupils-\($0).csv" } : ["pupils-201819.csv"]
        }
        let ended = try folder.run(arguments)
        #expect(ended.status == 0, "\(example): \(ended.err)")
    }

    @Test func withoutArgumentsTheHelpIsShown() throws {
        let folder = try WorkFolder()
        let ended = try folder.run([])
        #expect(ended.status == 0)
        #expect(ended.out.contains("SUBCOMMANDS") && ended.out.contains("EXAMPLE"))
    }

    @Test func versionIsPrinted() throws {
        let ended = try WorkFolder().run(["--version"])
        #expect(ended.status == 0)
        #expect(ended.out.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(ended.out)")
    }
}
