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
    @Option(
        name: .customLong("profile-answer"),
        help: ArgumentHelp(
            "The files are the answer to the cells query of sql, checked against this one to its profile query.",
            valueName: "file"))
    var profileAnswer: String?

    func run() throws {
        guard minimumCell >= 0 else {
            throw RequestError.badValue(option: "--minimum-cell", value: "\(minimumCell)", allowed: "0 or more")
        }
        try OutputFile.check(output, reading: rows.rows.input.files + [profileAnswer].compactMap { $0 })
        let written = try profileAnswer.map { try fromAnswer($0) } ?? fromRows()
        if !quiet {
            written.warnings.forEach { Output.say("warning: \($0.message) (\($0.code))") }
            Output.say(written.sentence)
        }
        if strict, !written.warnings.isEmpty { throw EndedWithWarnings() }
    }

    private func fromRows() throws -> CellsRun.Written {
        try rows.isMerge()
            ? CellsRun.merge(try rows.rows.input.inputFiles(), to: output, minimumCell: minimumCell)
            : CellsRun.write(try rows.request(), to: output, minimumCell: minimumCell)
    }

    /// The files are what the cells query of `sql` gave.
    private func fromAnswer(_ profile: String) throws -> CellsRun.Written {
        guard let dialect = rows.rows.dialect else {
            throw RequestError.missing(option: "--dialect", why: "say for which SQL the query was made")
        }
        guard let table = rows.rows.table else {
            throw RequestError.missing(option: "--table", why: "say for which table the query was made")
        }
        if rows.rows.source != nil {
            throw RequestError.doesNotApply(
                option: "--source", to: "--profile-answer, with which nothing is asked of it")
        }
        var plain = rows
        plain.rows.dialect = nil
        plain.rows.table = nil
        try plain.rows.refuseWhatFilesNeed("the answer of a database")
        let request = try plain.request()
        return try SQLRun(request, dialect: try Dialect(typed: dialect), table: table)
            .write(answer: profile, parts: request.data.files, to: output, minimumCell: minimumCell)
    }
}
