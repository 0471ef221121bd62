/// Whether a byte stands inside quotes, for a text whose separator may not be known: then a quote that stands behind any
/// usual separator opens a field. A quote elsewhere is data.
struct OpeningQuotes {
    private let separator: UInt8?
    private var isInside = false
    private var isAtStart = true
    private var wasClosed = false

    init(separator: UInt8?) { self.separator = separator }

    /// Goes one byte on; true where what follows it is inside quotes.
    mutating func isInside(after byte: UInt8) -> Bool {
        let isQuote = byte == UInt8(ascii: "\"")
        if isInside {
            isInside = !isQuote
            wasClosed = isQuote
            return isInside
        }
        // A quote right behind a closing one makes one quote of the two.
        isInside = isQuote && (isAtStart || wasClosed)
        wasClosed = false
        isAtStart =
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|"):
                separator == nil || byte == separator
            default: byte == separator
            }
        return isInside
    }
}
