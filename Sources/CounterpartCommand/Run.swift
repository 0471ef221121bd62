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
    @Option(help: ArgumentHelp("On standard output: text (the headline) or json (all results).", valueName: "format"))
    var format = "text"
    @Option(
        help: ArgumentHelp("Threads to use (default: all cores). The answer does not depend on it.", valueName: "count")
    )
    var threads: Int?
    @Flag(name: [.short, .long], help: "No warnings or timing on standard error.")
    var quiet = false
    @Flag(help: "End with 1 where there were warnings.")
    var strict = false
    @Flag(
        name: .customLong("show-values"), help: "Show the text that was found in error messages; it may be a pupil's.")
    var showValues = false

    func run() throws {
        guard let format = OutputForm(rawValue: format), format == .text || format == .json else {
            throw RequestError.badValue(option: "--format", value: self.format, allowed: "text, json")
        }
        if let threads, threads < 1 {
            throw RequestError.badValue(option: "--threads", value: "\(threads)", allowed: "1 or more")
        }
        let evaluation = try Evaluation.run(plan: plan, output: output, threads: threads ?? ProcessorCount.available)
        try StandardOutput.write((format == .json ? evaluation.json : evaluation.headline) + "\n")
        if !quiet {
            if format == .json { evaluation.warnings.forEach { Output.say("warning: \($0.message) (\($0.code))") } }
            Output.say("took \(TerminalText.seconds(evaluation.seconds))")
        }
        if strict, !evaluation.warnings.isEmpty { throw EndedWithWarnings() }
    }
}
