import Testing

/// Every option acts or is refused by name: none is taken and ignored.
@Suite struct OptionTests {
    @Test(arguments: OptionLists.all) func optionActsOrIsRefusedByName(_ option: OptionCase) throws {
        let (before, first) = try Observation.kept(option.base)
        let (after, second) = try Observation.of(option.base + option.added)
        #expect(after.status == option.status, "\(after.err)")
        let isSame = first == second
        #expect(!isSame, "it changed nothing: \(after.err)")
        if let says = option.says {
            let (saidBefore, saidAfter) = (before.everything.contains(says), after.everything.contains(says))
            #expect(saidAfter, "it does not say \(says): \(after.err)")
            #expect(!saidBefore, "it said so without the option too")
        }
        if option.status == 2 { #expect(after.out.isEmpty, "a refused run prints no result") }
    }

    /// The list above leaves no option out: it is compared with the help of the program itself.
    @Test(arguments: [
        "run", "review", "init", "describe", "convert", "measures", "gaps", "progress", "compare", "did", "power",
        "cells", "sql",
    ])
    func everyOptionHasACase(
        _ command: String
    ) throws {
        let folder = try WorkFolder()
        let offered = Set(HelpText.options(try folder.run([command, "--help-hidden"]).out))
        let tested = Set(OptionLists.all.filter { $0.command == command }.map(\.option))
        #expect(!offered.isEmpty)
        #expect(offered.subtracting(tested).sorted() == [])
        #expect(tested.subtracting(offered).sorted() == [])
    }

    /// `-o` and `-q` are the only short options.
    @Test func shortOptions() throws {
        let folder = try WorkFolder()
        try ExportFiles.write(to: folder)
        let gaps = ["gaps", "pupils.csv", "--outcome", "attainment8", "--group", "fsm=Y", "--format", "csv"]
        let quiet = try folder.run(gaps + ["-q", "-o", "gaps.csv"])
        #expect(quiet.status == 0 && quiet.everything.isEmpty)
        #expect(try folder.text("gaps.csv") == folder.run(gaps).out)
    }
}
