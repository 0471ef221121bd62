import ArgumentParser
import Counterpart

/// The commands of the contract that this version names and refuses.
protocol LaterCommand: ParsableCommand {
    static var word: String { get }
    var arguments: [String] { get }
}

extension LaterCommand {
    func run() throws { throw RequestError.notInThisVersion("counterpart \(Self.word)") }
}

struct Progress: LaterCommand {
    static let word = "progress"
    static let configuration = CommandConfiguration(abstract: "Value added: progress scores given prior attainment (not in this version).")
    @Argument(parsing: .allUnrecognized) var arguments: [String] = []
}

struct Compare: LaterCommand {
    static let word = "compare"
    static let configuration = CommandConfiguration(abstract: "Build and check a comparison group (not in this version).")
    @Argument(parsing: .allUnrecognized) var arguments: [String] = []
}

struct Power: LaterCommand {
    static let word = "power"
    static let configuration = CommandConfiguration(abstract: "What effect this design could detect (not in this version).")
    @Argument(parsing: .allUnrecognized) var arguments: [String] = []
}

struct SQL: LaterCommand {
    static let word = "sql"
    static let configuration = CommandConfiguration(
        commandName: "sql", abstract: "The query that makes the same cells inside a database (not in this version).")
    @Argument(parsing: .allUnrecognized) var arguments: [String] = []
}
