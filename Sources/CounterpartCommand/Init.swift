import ArgumentParser
import Counterpart
import Foundation

/// `counterpart init`: a commented starter plan for these files.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a commented plan to start from, for these files.",
        discussion: """
            Looks at the files' columns, guesses what each is for, and marks what you must decide.

            EXAMPLE
              counterpart init pupils-*.csv -o plan.yml
            """)

    @OptionGroup(title: "Files") var input: InputOptions
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where to write the plan (default: standard output).", valueName: "file"))
    var output: String?

    func run() throws {
        if input.lenient {
            throw RequestError.doesNotApply(option: "--lenient", to: "init, which stops at what it cannot read")
        }
        if let output {
            guard !FileManager.default.fileExists(atPath: output) else {
                throw RequestError.conflicting("\(output) is there already; a plan is not written over")
            }
            try WholeFile.check(output)
        }
        let plan = try StarterPlan.write(
            for: try input.inputFiles(), form: try input.form(), missing: input.missingCodes(),
            threads: try input.threadCount(), schema: input.schemaChoice(), to: output)
        if let output {
            try WholeFile.write(plan, to: output)
            Output.say("wrote \(output); fill in what is marked with ?, then: counterpart run \(output)")
        } else {
            try StandardOutput.write(plan)
        }
    }
}
