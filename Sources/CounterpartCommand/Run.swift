import ArgumentParser
import Counterpart

/// `counterpart run`: the whole evaluation from one plan file to a report folder.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Carry out a whole evaluation from its plan and write the report folder.",
        discussion: """
            EXAMPLE
              counterpart run plan.yml -o report
            """)

    @Argument(help: "The plan, a YAML file; counterpart init writes one to start from.")
    var plan: String
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The folder of the report; it is written whole or not at all.", valueName: "folder"))
    var output = "report"
    @OptionGroup var options: PlanOptions

    func run() throws {
        let format = try options.outputForm()
        let evaluation = try Evaluation.run(plan: plan, output: output, threads: try options.threadCount())
        try StandardOutput.write((format == .json ? evaluation.json : evaluation.headline) + "\n")
        if !options.quiet {
            if format == .json { evaluation.warnings.forEach { Output.say("warning: \($0.message) (\($0.code))") } }
            Output.say("took \(TerminalText.seconds(evaluation.seconds))")
        }
        if options.strict, !evaluation.warnings.isEmpty { throw EndedWithWarnings() }
    }
}
