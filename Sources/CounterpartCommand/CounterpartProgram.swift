import ArgumentParser
import Counterpart
import Foundation
import LinearAlgebra

/// The program: parses the command line, runs one command, and turns every refusal into its message and exit code.
@main
enum CounterpartProgram {
    static func main() {
        Interruption.install()
        endIdleThreadsOfBLAS()
        exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    private static func run(_ arguments: [String]) -> Int32 {
        let asJSON = wantsJSON(arguments)
        let showsValues = arguments.contains("--show-values")
        do {
            var command = try CounterpartTool.parseAsRoot(arguments)
            try command.run()
            return 0
        } catch let ended as EndedWithWarnings {
            return ended.status
        } catch let refusal as any Refusal {
            ErrorReport(refusal: refusal).print(asJSON: asJSON, showsValues: showsValues)
            return refusal.status.rawValue
        } catch {
            let text = CounterpartTool.fullMessage(for: error)
            guard CounterpartTool.exitCode(for: error) != .success else {
                print(text)
                return 0
            }
            let refusal = UsageRefusal(command: arguments.first) ?? UsageRefusal(words: text)
            ErrorReport(refusal: refusal).print(asJSON: asJSON, showsValues: showsValues)
            return ExitStatus.usage.rawValue
        }
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
