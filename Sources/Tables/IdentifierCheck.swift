/// What kind of identifier a column holds, and how many of its values break that kind's rule.
public struct IdentifierCheck: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Unique pupil number: letter and twelve digits, or letter, eleven digits and letter, with a check letter.
        case upn = "UPN"
        /// Unique learner number: ten digits with a check digit.
        case uln = "ULN"
        /// Unique reference number of a school: six digits.
        case urn = "URN"
        /// Authority and establishment: seven digits, perhaps with a stroke after the third.
        case laestab = "LAESTAB"
        /// Provider number: eight digits, the first a 1.
        case ukprn = "UKPRN"

        /// Whether a wrong identifier can be told by its own characters.
        public var hasCheckCharacter: Bool { self == .upn || self == .uln }
    }

    public var kind: Kind
    /// Rows whose value has the form of the kind.
    public var matching: Int
    /// Of these, rows whose check letter or digit is wrong.
    public var failing: Int

    /// The kind of identifier a text is: right in form and, where there is one, in its check character.
    public static func kind(of text: String) -> Kind? {
        var text = text
        return text.withUTF8 { bytes in kind(of: bytes).flatMap { $0.isRight ? $0.kind : nil } }
    }

    /// The kind whose form a text has, and whether its check holds.
    static func kind(of text: UnsafeBufferPointer<UInt8>) -> (kind: Kind, isRight: Bool)? {
        guard (6...8).contains(text.count) || text.count == 10 || text.count == 13 else { return nil }
        let digits = text.reduce(0) { $0 + (NumberText.isDigit($1) ? 1 : 0) }
        if text.count == 13, let first = letters.firstIndex(of: text[0]) { return upn(text, first) }
        if text.count == 8, digits == 7, text[3] == UInt8(ascii: "/") { return (.laestab, true) }
        guard digits == text.count else { return nil }
        switch text.count {
        case 6: return (.urn, true)
        case 7: return (.laestab, true)
        case 8 where text[0] == UInt8(ascii: "1"): return (.ukprn, true)
        case 10 where text[0] != UInt8(ascii: "0"): return (.uln, isULN(text))
        default: return nil
        }
    }

    /// The 23 letters of the check: I, O and S are left out.
    private static let letters = Array("ABCDEFGHJKLMNPQRTUVWXYZ".utf8)

    /// Positions 2 to 13 times their values, modulo 23, name the first letter (UK Government Data Standards Catalogue,
    /// UniquePupilNumber 2.0).
    private static func upn(_ text: UnsafeBufferPointer<UInt8>, _ first: Int) -> (Kind, Bool)? {
        var sum = 0
        for i in 1..<13 {
            if NumberText.isDigit(text[i]) {
                sum += Int(text[i] - 0x30) * (i + 1)
            } else if i == 12, let letter = letters.firstIndex(of: text[i]) {
                sum += letter * (i + 1)
            } else {
                return nil
            }
        }
        return (.upn, sum % 23 == first)
    }

    /// Weights 10, 9, …, 1 give 10 modulo 11 (HESA, Unique Learner Number).
    private static func isULN(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var sum = 0
        for i in 0..<10 { sum += Int(text[i] - 0x30) * (10 - i) }
        return sum % 11 == 10
    }
}
