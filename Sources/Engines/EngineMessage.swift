/// What a database says, fit to be shown: one line, without what must not be seen.
struct EngineMessage {
    /// Texts that are taken out wherever they stand, such as the name of the user.
    var secrets: [String] = []

    /// - Parameter text: as the library or program gave it, on any number of lines.
    func line(_ text: String) -> String {
        var line = text.split(whereSeparator: \.isNewline)
            .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
            .filter { !$0.isEmpty }.joined(separator: " ")
        for secret in secrets.sorted(by: { $0.utf8.count > $1.utf8.count }) where !secret.isEmpty {
            for quote in ["\"", "'"] { line = line.replacing(quote + secret + quote, with: quote + "…" + quote) }
            // A short one may be part of any word.
            if secret.utf8.count > 3 { line = line.replacing(secret, with: "…") }
        }
        return line
    }

    /// A message about a row: what it quotes may be a pupil's, and is shown only where values were asked for.
    ///
    /// - Returns: the line with nothing in its quotes, and what stood in the first of them.
    static func withoutValues(_ line: String) -> (line: String, found: String?) {
        var shown = ""
        var found: String?
        var quoted: String?
        var mark: Character = "\""
        for letter in line {
            if let text = quoted {
                if letter == mark {
                    found = found ?? text
                    shown += "…\(letter)"
                    quoted = nil
                } else {
                    quoted = text + String(letter)
                }
            } else {
                shown.append(letter)
                let opens = letter == "\"" || (letter == "'" && (shown.dropLast().last ?? " ") == " ")
                if opens { (quoted, mark) = ("", letter) }
            }
        }
        return (quoted == nil ? shown : shown + "…", found ?? quoted)
    }
}
