import ArgumentParser
import Counterpart

/// `counterpart cells`: the mergeable sufficient statistics, with their side-car.
struct CellsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cells",
        abstract: "Write the mergeable sufficient statistics of the rows; given cell tables, merge them.",
        discussion: """
            A cell holds the counts and sums of the rows that share a school, a period and the groups asked for. gaps and did \
            take cell tables in place of rows. Cells of few pupils are personal data: --minimum-cell leaves them out.

            EXAMPLE
              counterpart cells pupils-201819.csv --outcome attainment8 --unit urn \\
                --time academic_year --covariates ks2_score --factors fsm \\
                -o cells-201819.csv
              counterpart cells cells-201718.csv cells-201819.csv -o cells.csv
            """)

    @OptionGroup(title: "Rows and columns") var rows: CellRowOptions
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where to write the table; the side-car stands beside it.", valueName: "file"))
    var output: String
    @Flag(name: [.short, .long], help: "No warnings on standard error.")
    var quiet = false
    @Flag(help: "End with 1 where there were warnings.")
    var strict = false
    @Option(
        name: .customLong("minimum-cell"),
        help: ArgumentHelp("Leave out cells of fewer rows than this.", valueName: "count"))
    var minimumCell = 0

    func run() throws {
        guard minimumCell >= 0 else {
            throw RequestError.badValue(option: "--minimum-cell", value: "\(minimumCell)", allowed: "0 or more")
        }
        try OutputFile.check(output, reading: rows.rows.input.files)
        let written =
            try rows.isMerge()
            ? CellsRun.merge(try rows.rows.input.inputFiles(), to: output, minimumCell: minimumCell)
            : CellsRun.write(try rows.request(), to: output, minimumCell: minimumCell)
        if !quiet {
            written.warnings.forEach { Output.say("warning: \($0.message) (\($0.code))") }
            Output.say(written.sentence)
        }
        if strict, !written.warnings.isEmpty { throw EndedWithWarnings() }
    }
}
