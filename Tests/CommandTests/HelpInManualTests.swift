import ArgumentParser
import Foundation
import Testing

@testable import CounterpartCommand

/// Every option that the help shows is explained in the manual, and every command's help has an example.
struct HelpInManualTests {
    private static let built: [any ParsableCommand.Type] = [
        Run.self, Init.self, DescribeCommand.self, Convert.self, Measures.self, Gaps.self, Progress.self, Compare.self,
        Did.self,
        Power.self,
        CellsCommand.self, SQLCommand.self,
    ]

    private static func manual() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = "Sources/Counterpart/Counterpart.docc/CommandLine.md"
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test func everyOptionIsExplained() throws {
        let manual = try Self.manual()
        for command in Self.built {
            let help = CounterpartTool.helpMessage(for: command, columns: 200)
            let options = Set(help.matches(of: /(?m)^ .*?(--[a-z][a-z-]*)/).map { String($0.1) })
            #expect(options.count > 5)
            for option in options.subtracting(["--help", "--version"]).sorted() {
                #expect(manual.firstMatch(of: try Regex("\(option)(?![a-z-])")) != nil, "\(option)")
            }
        }
    }

    @Test func everyHelpHasAnExample() {
        for command in Self.built {
            #expect(CounterpartTool.helpMessage(for: command).contains("EXAMPLE"), "\(command)")
        }
    }
}
