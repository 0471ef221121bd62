import ArgumentParser
import Counterpart

/// The commands of the contract that this version names and refuses.
protocol LaterCommand: ParsableCommand {
    static var word: String { get }
    var arguments: [String] { get }
}

extension LaterCommand {
    func run() throws { throw RequestError.notInThisVersion("counterpart \(Self.word)") }

    /// - Parameters:
    ///   - abstract: what the command will do, without a full stop.
    ///   - example: lines of at most 76 letters, so that the help formatter does not wrap them.
    static func later(_ abstract: String, example: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: word, abstract: "\(abstract) (not in this version).",
            discussion: "This version refuses it by name. A later one will take, for example:\n\nEXAMPLE\n\(example)")
    }
}

struct SQL: LaterCommand {
    static let word = "sql"
    static let configuration: CommandConfiguration = later(
        "The query that makes the same cells inside a database",
        example: """
              counterpart sql --dialect duckdb --table pupils --outcome attainment8 \\
                --unit urn --time academic_year
            """)
    @Argument(parsing: .allUnrecognized) var arguments: [String] = []
}
