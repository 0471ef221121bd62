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
    @Option(help: ArgumentHelp("On standard output: text or json.", valueName: "format"))
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
        let review = try TermReview.run(plan: plan, output: output, threads: threads ?? ProcessorCount.available)
        try StandardOutput.write(review.document.render(format))
        if !quiet {
            let warnings = review.document.frame.warnings
            if format == .json { warnings.forEach { Output.say("warning: \($0.message) (\($0.code))") } }
            if review.document.repeats == nil { Output.say("The review is in \(output)/review.html") }
            Output.say("took \(TerminalText.seconds(review.seconds))")
        }
        if strict, !review.document.frame.warnings.isEmpty { throw EndedWithWarnings() }
    }
}
