import Tables

extension RowFilter {
    /// A condition as it is typed: `column=value`, `column!=value`, `column in a|b|c`, `column<7`, `<=`, `>`, `>=`.
    ///
    /// - Throws: `RequestError.badValue` where there is no such sign or the right side of an order sign is no number.
    public init(parsing text: String, option: String = "--where") throws(RequestError) {
        let refusal = RequestError.badValue(
            option: option, value: text, allowed: "column=value, column!=value, \"column in a|b|c\", column>=number")
        if let parts = Self.split(text, at: " in "), !Self.hasSign(parts.0) {
            self.init(
                column: parts.0,
                test: .isOne(of: parts.1.split(separator: "|", omittingEmptySubsequences: false).map(String.init)),
                text: text)
            return
        }
        for sign in ["!=", "<=", ">=", "=", "<", ">"] {
            guard let parts = Self.split(text, at: sign) else { continue }
            guard !parts.0.isEmpty, !Self.hasSign(parts.0) else { continue }
            switch sign {
            case "=": self.init(column: parts.0, test: .equals(parts.1), text: text)
            case "!=": self.init(column: parts.0, test: .differs(parts.1), text: text)
            default:
                guard let number = Double(parts.1), number.isFinite else { throw refusal }
                let test: Test =
                    switch sign {
                    case "<": .less(number)
                    case "<=": .lessOrEqual(number)
                    case ">": .greater(number)
                    default: .greaterOrEqual(number)
                    }
                self.init(column: parts.0, test: test, text: text)
            }
            return
        }
        throw refusal
    }

    private static func hasSign(_ text: String) -> Bool { text.contains { "=<>!".contains($0) } }

    /// The texts left and right of the first occurrence of a sign.
    private static func split(_ text: String, at sign: String) -> (String, String)? {
        guard let range = text.firstRange(of: sign) else { return nil }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }
}
