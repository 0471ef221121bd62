/// How large the parts of an input may be. Each limit is checked as bytes arrive and named in its message.
public struct ReadingLimits: Sendable, Equatable {
    /// Bytes of one field.
    public var field = 16_000_000
    /// Columns of a table.
    public var columns = 200_000
    /// Bytes of the header, and of a line that is skipped.
    public var header = 4_000_000
    /// Bytes that one compressed file may unpack to.
    public var unpacked = 64_000_000_000
    /// Bytes that may be held at once for what must be whole: a text that is decoded, such as UTF-16, or (an eighth of
    /// this) one row.
    public var memory = 2_000_000_000

    /// Seconds that a stream may send nothing; `nil` waits for ever.
    public var silence: Int?

    public init() {}

    /// Bytes of one row. Each byte of it takes nine bytes of memory, with the places of the fields; places have 32 bits.
    var row: Int { min(memory / 8, 1 << 30) }

    static let fieldOption = "--max-field"
    static let columnsOption = "--max-columns"
    static let headerOption = "--max-header"
    static let unpackedOption = "--max-unpacked"
    static let memoryOption = "--max-memory"
}
