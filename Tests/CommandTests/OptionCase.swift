import Foundation
import Synchronization
import Testing

/// One option and a proof that it acts: the same command without and with it.
struct OptionCase: Sendable, CustomTestStringConvertible {
    let command, option: String
    /// The arguments of both runs.
    let base: [String]
    /// What the second run adds.
    let added: [String]
    /// How the second run ends.
    var status: Int32 = 0
    /// What only the second run says; nil where it is enough that the answers differ.
    var says: String?

    var testDescription: String { "\(command) \(option)" }
}

/// The option cases of one command.
struct OptionList: Sendable {
    let command: String
    let base: [String]

    func acts(
        _ option: String, _ value: String? = nil, base other: [String]? = nil, with more: [String] = [],
        status: Int32 = 0, says: String? = nil
    ) -> OptionCase {
        OptionCase(
            command: command, option: option, base: [command] + (other ?? base) + more,
            added: [option] + (value.map { [$0] } ?? []), status: status,
            says: says)
    }

    /// An option that does not apply, or whose value cannot be.
    func refuses(
        _ option: String, _ value: String? = nil, base other: [String]? = nil, with more: [String] = [],
        status: Int32 = 2, says: String
    ) -> OptionCase {
        acts(option, value, base: other, with: more, status: status, says: says)
    }
}

/// What a run left: everything that the user could see, without what may differ between equal runs.
struct Observation: Equatable, Sendable {
    var status: Int32
    var out: String
    var messages: [String]
    var files: [String: String]

    /// Runs the program in a new folder with the export files.
    static func of(_ arguments: [String]) throws -> (Program.Ended, Observation) {
        let folder = try WorkFolder()
        try ExportFiles.write(to: folder)
        let known = Set(folder.names)
        let ended = try folder.run(arguments)
        return (ended, try Observation(ended, in: folder, since: known))
    }

    private static let seen = Mutex<[[String]: (Program.Ended, Observation)]>([:])

    /// The same, once for the same arguments.
    static func kept(_ arguments: [String]) throws -> (Program.Ended, Observation) {
        if let known = seen.withLock({ $0[arguments] }) { return known }
        let new = try of(arguments)
        seen.withLock { $0[arguments] = new }
        return new
    }

    init(_ ended: Program.Ended, in folder: WorkFolder, since known: Set<String>) throws {
        status = ended.status
        out = (try? ended.answer()) ?? ended.out
        messages = ended.err.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("took ") }
        files = [:]
        for name in folder.names where !known.contains(name) && name.hasSuffix(".csv") {
            files[name] = try folder.text(name)
        }
    }
}
