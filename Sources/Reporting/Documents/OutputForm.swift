/// How a command prints its result.
public enum OutputForm: String, Sendable, CaseIterable {
    case text, json, csv, markdown
}

/// Paragraphs for the terminal, broken at blanks so that no line is longer than 88 letters where it can be avoided.
package enum Paragraph {
    package static func wrapped(_ text: String, indent: Int = 0, width: Int = 88) -> String {
        let pad = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in Escaping.terminal(text).split(separator: " ") {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        return lines.map { pad + $0 + "\n" }.joined()
    }
}
