/// The distinct texts of one key column in one lane, numbered in order of arrival.
///
/// Used by one thread at a time; the reader guarantees it (see `Batch`).
public final class KeyDictionary: @unchecked Sendable {
    /// The texts by code.
    public private(set) var texts: [String] = []
    private var codes: [String: UInt32] = [:]

    public init() {}

    /// The code of a text, new or old. The slow door, for tests; the reader's decoder has its own over bytes.
    public func code(of text: String) -> UInt32 {
        if let code = codes[text] { return code }
        let code = UInt32(texts.count)
        texts.append(text)
        codes[text] = code
        return code
    }

    public var count: Int { texts.count }
}
