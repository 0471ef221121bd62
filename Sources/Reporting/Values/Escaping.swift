/// One function for each place where a label from the input may end up. Labels are never trusted.
package enum Escaping {
    /// For terminals and logs: control letters, escape sequences and marks that turn the direction of text are spelled out.
    package static func terminal(_ text: String) -> String {
        spelledOut(text) { "\\u{" + String($0.value, radix: 16) + "}" }
    }

    /// For a Markdown table's cell: the letters that Markdown or HTML would read as markup are escaped, one line.
    package static func markdown(_ text: String) -> String {
        var out = ""
        for scalar in terminal(text).unicodeScalars {
            switch scalar {
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "&": out += "&amp;"
            case "|", "\\", "`", "*", "_", "[", "]", "#", "~", "!": out += "\\" + String(Character(scalar))
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// For text and attributes of HTML and SVG; letters that XML forbids become U+FFFD.
    static func markup(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\u{FFFE}", "\u{FFFF}": out += "\u{FFFD}"
            case _ where isControl(scalar) && scalar != "\n" && scalar != "\t": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Would a spreadsheet take this text for a formula? Looks past blanks, quotes and marks, at wide forms too.
    static func beginsFormula(_ text: String) -> Bool {
        for scalar in text.unicodeScalars {
            switch scalar {
            // Most labels begin so, and need no table of properties.
            case "0"..."9", "A"..."Z", "a"..."z": return false
            case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{2212}", "\t", "\r", "\n":
                return true
            case "\"", "'", "\u{FEFF}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}": continue
            case _ where scalar.properties.isWhitespace: continue
            default: return false
            }
        }
        return false
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    private static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            || [0x200E, 0x200F, 0x061C].contains(scalar.value)
    }

    private static func spelledOut(_ text: String, _ spell: (Unicode.Scalar) -> String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) || turnsDirection(scalar) || scalar == "\u{2028}" || scalar == "\u{2029}" {
                out += spell(scalar)
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// Text that is already HTML or SVG. A string put into it by interpolation is escaped; only markup goes in as it is.
struct Markup: ExpressibleByStringInterpolation, Sendable, Equatable {
    var text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }
    init(_ parts: [Markup], separator: String = "") { text = parts.map(\.text).joined(separator: separator) }

    static func + (a: Markup, b: Markup) -> Markup {
        var sum = a
        sum.text += b.text
        return sum
    }
    static func += (a: inout Markup, b: Markup) { a.text += b.text }

    struct Interpolation: StringInterpolationProtocol {
        var text = ""
        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }
        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ label: String) { text += Escaping.markup(label) }
        mutating func appendInterpolation(_ number: Int) { text += String(number) }
        mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
        mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { text += part.text } }
    }
}
