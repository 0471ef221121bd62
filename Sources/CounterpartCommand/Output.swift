import Counterpart
import Foundation

/// Delivers a result: to standard output or, whole or not at all, to a file; warnings to standard error; the exit code.
struct Output {
    let options: ResultOptions

    /// - Parameter warnings: printed on standard error unless the text itself holds them or `--quiet` was given.
    /// - Throws: `EndedWithWarnings` under `--strict`; a refusal of status `system` where the file cannot be written.
    func deliver(_ text: String, warnings: [Warning], seconds: Double?) throws {
        if let path = options.output {
            try WholeFile.write(text, to: path)
        } else {
            try StandardOutput.write(text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n")
        }
        try report(warnings, seconds: seconds)
    }

    /// Warnings and the time on standard error; the exit code.
    func report(_ warnings: [Warning], seconds: Double?) throws {
        if !options.quiet {
            let isTextOnScreen = options.output == nil && options.format == "text"
            if !isTextOnScreen { warnings.forEach { Self.say("warning: \($0.message) (\($0.code))") } }
            if let seconds { Self.say("took \(TerminalText.seconds(seconds))") }
        }
        if options.strict, !warnings.isEmpty { throw EndedWithWarnings() }
    }

    static func say(_ line: String) {
        StandardError.write(TerminalText.escaped(line) + "\n")
    }
}
