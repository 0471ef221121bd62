import CByteScan

/// The distinct texts of one key column in one lane, numbered in order of arrival.
///
/// Used by one thread at a time; the reader guarantees it (see `Batch`). That is why it may be `@unchecked Sendable`.
///
/// Open addressing over slots that hold the text itself, as the loop in C reads them: a text of up to eight bytes is its
/// bytes and its length, and is compared without touching other memory. One of up to sixteen is known by its last eight
/// bytes besides, longer ones are compared with the stored string.
public final class KeyDictionary: @unchecked Sendable {
    /// The texts by code.
    public private(set) var texts: [String] = []
    /// For each code the file (index into `ReadRequest.files`) in which it occurred first within this lane.
    public private(set) var firstFile: [Int32] = []
    /// For each code the physical line on which it occurred first within this lane; 0 where no line was given.
    public private(set) var firstLine: [Int64] = []

    /// The slots as they are now; 2^(64 − shift) of them.
    struct Table {
        var slots: UnsafeMutablePointer<cbs_slot>
        var shift: UInt32
        var count: Int { 1 << (64 - Int(shift)) }
    }

    /// For each code what `ends` gives besides the head.
    private var tails: [UInt64] = []
    private(set) var table: Table
    /// The texts by code as `cbs_few_codes` compares them; nil once they are too many, or one is too long for it.
    private(set) var few: [UInt64]? = []
    private static let mostFew = 12

    public init() { table = Self.freeTable(bits: 6) }

    deinit { table.slots.deallocate() }

    public var count: Int { texts.count }

    /// The code of a text, new or old: for tests and small tables.
    public func code(of text: String) -> UInt32 { code(of: text, 0, 0) }

    func code(of text: String, _ file: Int, _ line: Int64) -> UInt32 {
        withPaddedBytes(of: text) { code($0, $1, file, line) } ?? 0
    }

    /// The code of a text that is known.
    public func find(_ text: String) -> UInt32? {
        withPaddedBytes(of: text) { find($0, $1) } ?? nil
    }

    private func withPaddedBytes<R>(of text: String, _ body: (UnsafePointer<UInt8>, Int) -> R) -> R? {
        var text = text
        return text.withUTF8 { bytes in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count + 16) { copy in
                copy.initialize(repeating: 0)
                _ = copy.update(fromContentsOf: bytes)
                // The capacity is at least 16, so there is a base address.
                return copy.baseAddress.map { body(UnsafePointer($0), bytes.count) }
            }
        }
    }

    /// The code of a text that is known; 16 bytes past the start must be readable.
    func find(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> UInt32? {
        let (head, tail) = Self.ends(bytes, length)
        let next = slot(bytes, length, head, tail).next
        return next == 0 ? nil : next - 1
    }

    /// The code of `length` bytes of UTF-8; 16 bytes past the start must be readable.
    func code(_ bytes: UnsafePointer<UInt8>, _ length: Int, _ file: Int, _ line: Int64) -> UInt32 {
        let (head, tail) = Self.ends(bytes, length)
        let (at, next) = slot(bytes, length, head, tail)
        return next > 0 ? next &- 1 : insert(bytes, length, head, tail, at, file, line)
    }

    /// The slot in which a text is, or would be: then its `next` is 0.
    private func slot(_ bytes: UnsafePointer<UInt8>, _ length: Int, _ head: UInt64, _ tail: UInt64) -> (
        at: Int, next: UInt32
    ) {
        let (slots, mask) = (table.slots, table.count - 1)
        let short = UInt32(truncatingIfNeeded: length)
        var at = Self.place(head, tail, short, table.shift)
        while true {
            let slot = slots[at]
            if slot.next == 0 { return (at, 0) }
            if slot.head == head, slot.length == short, length <= 8 || isText(slot.next - 1, bytes, length, tail) {
                return (at, slot.next)
            }
            at = (at + 1) & mask
        }
    }

    private func isText(_ code: UInt32, _ bytes: UnsafePointer<UInt8>, _ length: Int, _ tail: UInt64) -> Bool {
        guard tails[Int(code)] == tail else { return false }
        return length <= 16
            || texts[Int(code)].utf8.elementsEqual(UnsafeBufferPointer(start: bytes, count: length))
    }

    /// The first eight bytes, filled up with zeros; and the last eight of a text of up to 16 bytes, of a longer one a hash of
    /// it all.
    static func ends(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> (head: UInt64, tail: UInt64) {
        let raw = UnsafeRawPointer(bytes)
        let first = raw.loadUnaligned(as: UInt64.self)
        if length < 8 { return (first & ((1 << UInt64(8 * length)) - 1), 0) }
        if length == 8 { return (first, 0) }
        if length <= 16 { return (first, raw.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)) }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for i in 0..<length { hash = (hash ^ UInt64(bytes[i])) &* 0x0000_0100_0000_01B3 }
        return (first, hash)
    }

    private static func place(_ head: UInt64, _ tail: UInt64, _ length: UInt32, _ shift: UInt32) -> Int {
        // The tail's high bytes are digits and letters as the head's are; the product spreads them.
        let mixed = tail &* 0xD6E8_FEB8_6659_FD93
        return cbs_place(head ^ mixed ^ (mixed >> 32), length, shift)
    }

    private func insert(
        _ bytes: UnsafePointer<UInt8>, _ length: Int, _ head: UInt64, _ tail: UInt64, _ at: Int, _ file: Int,
        _ line: Int64
    ) -> UInt32 {
        let code = UInt32(texts.count)
        texts.append(String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self))
        firstFile.append(Int32(file))
        firstLine.append(line)
        tails.append(tail)
        if few != nil {
            // A text that begins with a quote stands in the file otherwise than here.
            let fits = length < 8 && code < Self.mostFew && (length == 0 || bytes[0] != UInt8(ascii: "\""))
            if fits { few?.append(head | UInt64(length) << 56) } else { few = nil }
        }
        table.slots[at] = cbs_slot(head: head, length: UInt32(length), next: code + 1)
        // A quarter full, so that a text is mostly in its first slot; large ones half, so that they stay in their cache.
        if (table.count > 1 << 16 ? 2 : 4) * texts.count > table.count { grow() }
        return code
    }

    private func grow() {
        let old = table
        table = Self.freeTable(bits: 64 - Int(old.shift) + 2)
        let mask = table.count - 1
        for i in 0..<old.count where old.slots[i].next != 0 {
            let slot = old.slots[i]
            var at = Self.place(slot.head, tails[Int(slot.next - 1)], slot.length, table.shift)
            while table.slots[at].next != 0 { at = (at + 1) & mask }
            table.slots[at] = slot
        }
        old.slots.deallocate()
    }

    private static func freeTable(bits: Int) -> Table {
        let slots = UnsafeMutablePointer<cbs_slot>.allocate(capacity: 1 << bits)
        slots.initialize(repeating: cbs_slot(head: 0, length: 0, next: 0), count: 1 << bits)
        return Table(slots: slots, shift: UInt32(64 - bits))
    }
}
