import Counterpart

/// Text for the terminal.
enum TerminalText {
    static func escaped(_ text: String) -> String { Escaping.terminal(text) }

    static func seconds(_ seconds: Double) -> String { Numeral.fixed(seconds, decimals: seconds < 10 ? 2 : 0) + " s" }
}
