/// The definition of the format: RFC 4180 quoting, one byte at a time.
///
/// A field that begins with a quote runs to the quote that closes it; inside it a doubled quote is one quote, and
/// separators and line ends are data. A quote anywhere else is data. The fast scan is tested against this.
struct PlainMachine {
    enum State { case fieldStart, unquoted, quoted, closed }

    var state = State.fieldStart
    let separator: UInt8
    let lineEnd: UInt8

    enum Step { case data, fieldEnd, lineEnd, afterQuote, strayLineEnd, quoteAsData }

    /// What the byte is, given the one that follows it.
    mutating func step(_ byte: UInt8, next: UInt8?) -> Step {
        if state == .quoted {
            if byte == UInt8(ascii: "\"") { state = .closed }
            return .data
        }
        switch byte {
        case separator:
            state = .fieldStart
            return .fieldEnd
        case lineEnd:
            state = .fieldStart
            return .lineEnd
        case UInt8(ascii: "\r") where next == UInt8(ascii: "\n"):
            return .data
        case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
            state = .unquoted
            return .strayLineEnd
        case UInt8(ascii: "\""):
            guard state != .unquoted else { return .quoteAsData }
            state = .quoted
            return .data
        default:
            defer { state = .unquoted }
            return state == .closed ? .afterQuote : .data
        }
    }
}

/// Reading one field from its raw bytes, quotes and all.
enum FieldText {
    /// The field without its quotes, doubled quotes made single. Text after a closing quote stays as it is.
    static func unquoted(_ raw: some Collection<UInt8>) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        guard raw.first == quote else { return Array(raw) }
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        var isOpen = true
        var previousWasQuote = false
        for byte in raw.dropFirst() {
            guard isOpen else {
                text.append(byte)
                continue
            }
            if previousWasQuote {
                previousWasQuote = false
                if byte == quote {
                    text.append(quote)
                } else {
                    isOpen = false
                    text.append(byte)
                }
            } else if byte == quote {
                previousWasQuote = true
            } else {
                text.append(byte)
            }
        }
        return text
    }
}
