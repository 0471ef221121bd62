import ArgumentParser
import Counterpart

/// How a result is printed, and where.
struct ResultOptions: ParsableArguments {
    @Option(help: ArgumentHelp("text, json, csv or markdown; gaps also writes ees.", valueName: "format"))
    var format = "text"
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Write the result to this file instead of standard output.", valueName: "file"))
    var output: String?
    @Flag(name: [.short, .long], help: "No warnings or timing on standard error.")
    var quiet = false
    @Flag(help: "End with 1 where there were warnings.")
    var strict = false

    /// - Parameter files: the files that are read, none of which may be written over.
    func resultFormat(reading files: [String]) throws -> OutputForm {
        try output.map { try OutputFile.check($0, reading: files) }
        guard let format = OutputForm(rawValue: format) else {
            throw RequestError.badValue(
                option: "--format", value: format, allowed: OutputForm.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return format
    }
}
