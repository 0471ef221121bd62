import ArgumentParser
import CProcess
import Counterpart
import Foundation
import LinearAlgebra

/// The program: parses the command line, runs one command, and turns every refusal into its message and exit code.
@main
enum CounterpartProgram {
    static func main() {
        cprocess_keep_memory()
        let arguments = Array(CommandLine.arguments.dropFirst())
        Interruption.install(asJSON: wantsJSON(arguments))
        endIdleThreadsOfBLAS()
        exit(run(arguments))
    }

    private static func run(_ arguments: [String]) -> Int32 {
        let asJSON = wantsJSON(arguments)
        let showsValues = arguments.contains("--show-values")
        do {
            var command = try CounterpartTool.parseAsRoot(arguments)
            try ProgressLine.during({ try command.run() }, isWanted: !wantsQuiet(arguments))
            return 0
        } catch let closed as PipeClosed {
            return closed.status
        } catch let ended as EndedWithWarnings {
            return ended.status
        } catch let refusal as any Refusal {
            ErrorReport(refusal: refusal).print(asJSON: asJSON, showsValues: showsValues)
            return refusal.status.rawValue
        } catch {
            let text = CounterpartTool.fullMessage(for: error)
            guard CounterpartTool.exitCode(for: error) != .success else {
                return print(text + "\n", asJSON: asJSON)
            }
            let refusal = UsageRefusal(command: arguments.first) ?? UsageRefusal(words: text)
            ErrorReport(refusal: refusal).print(asJSON: asJSON, showsValues: showsValues)
            return ExitStatus.usage.rawValue
        }
    }

    /// Help and the like: a result as any other.
    private static func print(_ text: String, asJSON: Bool) -> Int32 {
        do {
            try StandardOutput.write(text)
            return 0
        } catch let refusal as any Refusal {
            ErrorReport(refusal: refusal).print(asJSON: asJSON, showsValues: false)
            return refusal.status.rawValue
        } catch {
            return PipeClosed().status
        }
    }

    private static func wantsQuiet(_ arguments: [String]) -> Bool {
        arguments.contains("--quiet")
            || arguments.contains { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("q") }
    }

    /// True where the answer was asked for as JSON: then an error is JSON too.
    private static func wantsJSON(_ arguments: [String]) -> Bool {
        arguments.contains("--format=json")
            || zip(arguments, arguments.dropFirst()).contains { $0 == "--format" && $1 == "json" }
    }
}

/// A run that is done but, under `--strict`, ends with 1 because it had warnings.
struct EndedWithWarnings: Error {
    let status: Int32 = 1
}
