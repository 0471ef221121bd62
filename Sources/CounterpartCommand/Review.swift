import ArgumentParser
import Counterpart

/// `counterpart review`: this term's marks against the baseline, with the history of all reviews.
struct Review: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Set this term's marks beside the baseline, and keep the history of reviews.",
        discussion: """
            Monitoring, not impact. The same plan each term, on the files so far: partner schools beside comparison schools, \
            progress since the baseline, and what changed since the last review. The folder keeps a line for each review, \
            which cannot be changed unseen. The same files twice add nothing.

            EXAMPLE
              counterpart review plan.yml -o reviews
            """)

    @Argument(help: "The plan, a YAML file; its files may be a pattern that a new file joins each term.")
    var plan: String
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The folder of the reviews; it is written whole or not at all.", valueName: "folder"))
    var output = "reviews"
    @OptionGroup var options: PlanOptions

    func run() throws {
        let format = try options.outputForm()
        let review = try TermReview.run(plan: plan, output: output, threads: try options.threadCount())
        try StandardOutput.write(review.document.render(format))
        if !options.quiet {
            let warnings = review.document.frame.warnings
            if format == .json { warnings.forEach { Output.say("warning: \($0.message) (\($0.code))") } }
            if review.document.repeats == nil { Output.say("The review is in \(output)/review.html") }
            Output.say("took \(TerminalText.seconds(review.seconds))")
        }
        if options.strict, !review.document.frame.warnings.isEmpty { throw EndedWithWarnings() }
    }
}
