import Tables

/// A table as `--table` names it: parts with dots between, each perhaps in quotes.
public struct TableName: Sendable, Equatable {
    /// From the outermost: database, schema, table, as many as were given.
    public let parts: [String]
    /// As it was typed, for messages and results.
    public let text: String

    /// - Parameter text: `pupils`, `npd.pupils`, `"odd name"."x.y"`, `[dbo].[pupils]`; a quote in quotes stands twice.
    /// - Throws: `EngineError.notATable`.
    public init(_ text: String) throws(EngineError) {
        self.text = text
        var parts: [String] = []
        var rest = text[...]
        repeat {
            guard let part = Self.takePart(&rest), !part.isEmpty else { throw .notATable(text) }
            parts.append(part)
        } while Self.takeDot(&rest)
        guard rest.isEmpty, parts.count <= 3 else { throw .notATable(text) }
        self.parts = parts
    }

    private static func takeDot(_ rest: inout Substring) -> Bool {
        guard rest.first == "." else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// - Returns: nil where a quote is not closed.
    private static func takePart(_ rest: inout Substring) -> String? {
        let closings: [Character: Character] = ["\"": "\"", "`": "`", "[": "]"]
        guard let first = rest.first, let closing = closings[first] else {
            let part = rest.prefix { $0 != "." }
            rest = rest.dropFirst(part.count)
            return String(part)
        }
        rest = rest.dropFirst()
        var part = ""
        while let letter = rest.popFirst() {
            if letter == closing {
                guard rest.first == closing else { return part }
                rest = rest.dropFirst()
            }
            part.append(letter)
        }
        return nil
    }
}
