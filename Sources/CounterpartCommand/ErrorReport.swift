import Counterpart
import Foundation

/// An error as the user meets it: on standard error, as text or as one JSON object.
struct ErrorReport {
    let refusal: any Refusal

    func print(asJSON: Bool, showsValues: Bool) {
        let document = RefusalDocument(refusal, showsValues: showsValues)
        StandardError.write(asJSON ? document.json.compact() + "\n" : document.text)
    }
}

/// What the argument parser could not take, in its words.
struct UsageRefusal: Refusal {
    let message: String
    let hint: String?
    var status: ExitStatus { .usage }
    var code: String { "E001" }

    /// - Returns: nil where the first word is an option or a command.
    init?(command word: String?) {
        let commands = CounterpartTool.configuration.subcommands.compactMap { $0._commandName }
        guard let word, !word.hasPrefix("-"), word != "help", !commands.contains(word) else { return nil }
        message = "there is no command \"\(word)\""
        hint =
            NearestNames.of(word, among: commands).first.map { "did you mean \"\($0)\"?" }
            ?? "the commands are: \(commands.joined(separator: ", "))"
    }

    /// - Parameter words: "Error: …" on the first line, then the usage line and where to find help.
    init(words: String) {
        let lines = words.split(separator: "\n")
        let first = lines.first.map(String.init) ?? words
        message = first.hasPrefix("Error: ") ? String(first.dropFirst(7)) : first
        hint = lines.last.map { $0.contains("--help") ? String($0).replacing("  See ", with: "see ") : String($0) }
    }
}
