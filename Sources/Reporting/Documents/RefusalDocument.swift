import Tables

/// A refusal as the one object that a run in JSON mode prints on standard error.
public struct RefusalDocument: Sendable {
    public var refusal: any Refusal
    /// The text that was found is shown (`--show-values`).
    public var showsValues: Bool

    public init(_ refusal: any Refusal, showsValues: Bool = false) {
        self.refusal = refusal
        self.showsValues = showsValues
    }

    /// `{"error": {"code", "message", "file", "line", "column", "hint"}}`; keys that do not apply are left out.
    public var json: JSONValue {
        var error = JSONObject()
        error.put("code", .text(refusal.code))
        error.put("message", .text(refusal.message))
        error.put("file", ifAny: refusal.place?.file)
        error.put("line", ifAny: refusal.place?.line)
        error.put("column", ifAny: refusal.place?.column)
        error.put("hint", ifAny: refusal.hint)
        if showsValues { error.put("found", ifAny: refusal.found) }
        return ["error": error.value]
    }

    /// For a terminal: the place, what is wrong and the hint, control letters spelled out, one line each.
    public var text: String {
        var lines = refusal.description.split(separator: "\n").map(String.init)
        if showsValues, let found = refusal.found { lines.insert("  | " + found, at: min(1, lines.count)) }
        return lines.map { Escaping.terminal($0) + "\n" }.joined()
    }
}
