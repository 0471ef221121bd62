import ArgumentParser
import Counterpart

/// What the commands that carry out a plan say to the terminal, and on how many threads.
struct PlanOptions: ParsableArguments {
    @Option(help: ArgumentHelp("On standard output: text (for reading) or json (all results).", valueName: "format"))
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

    /// Text or JSON.
    func outputForm() throws -> OutputForm {
        guard let form = OutputForm(rawValue: format), form == .text || form == .json else {
            throw RequestError.badValue(option: "--format", value: format, allowed: "text, json")
        }
        return form
    }

    func threadCount() throws -> Int {
        if let threads, threads < 1 {
            throw RequestError.badValue(option: "--threads", value: "\(threads)", allowed: "1 or more")
        }
        return threads ?? ProcessorCount.available
    }
}
