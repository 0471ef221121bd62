import Counterpart
import Foundation

/// An error as the user meets it: on stderr, as text or as one JSON object.
struct ErrorReport {
    private let code: String
    private let message: String
    private let place: Place?
    private let hint: String?
    private let found: String?

    init(_ refusal: any Refusal) {
        code = refusal.code
        message = refusal.message
        place = refusal.place
        hint = refusal.hint
        found = refusal.found
    }

    /// - Parameter usage: the argument parser's words: "Error: …", then the usage line and where to find help.
    init(usage: String) {
        code = "E001"
        let lines = usage.split(separator: "\n", omittingEmptySubsequences: false)
        let first = lines.first.map(String.init) ?? usage
        message = first.hasPrefix("Error: ") ? String(first.dropFirst(7)) : first
        place = nil
        hint = lines.dropFirst().joined(separator: "\n")
        found = nil
    }

    func print(asJSON: Bool, showsValues: Bool) {
        let text = asJSON ? json(showsValues: showsValues) : plain(showsValues: showsValues)
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    private func plain(showsValues: Bool) -> String {
        var lines = [(place.map { "\($0): " } ?? "") + "error: \(message) (\(code))"]
        if showsValues, let found { lines.append("  | " + TerminalText.escaped(found)) }
        if let hint, !hint.isEmpty { lines.append(code == "E001" ? hint : "  hint: \(hint)") }
        return lines.map {
            $0.split(separator: "\n", omittingEmptySubsequences: false).map { TerminalText.escaped(String($0)) }.joined(
                separator: "\n")
        }
        .joined(separator: "\n")
    }

    private func json(showsValues: Bool) -> String {
        var fields: [JSONValue.Member] = [.init("code", .text(code)), .init("message", .text(message))]
        if let place {
            fields.append(.init("file", .text(place.file)))
            if let line = place.line { fields.append(.init("line", .integer(line))) }
            if let column = place.column { fields.append(.init("column", .text(column))) }
        }
        if let hint, !hint.isEmpty { fields.append(.init("hint", .text(hint))) }
        if showsValues, let found { fields.append(.init("found", .text(found))) }
        return JSONValue.object([.init("error", .object(fields))]).compact()
    }
}
