/// The distinct texts of one key column in one lane, numbered in order of arrival.
///
/// Used by one thread at a time; the reader guarantees it (see `Batch`). That is why it may be `@unchecked Sendable`.
///
/// Open addressing over slots that hold the text itself: a text of up to 16 bytes is its first and its last eight bytes
/// and its length, and is compared without touching other memory. Longer texts are compared with the stored string.
public final class KeyDictionary: @unchecked Sendable {
    /// The texts by code.
    public private(set) var texts: [String] = []
    /// For each code the file (index into `ReadRequest.files`) in which it occurred first within this lane.
    public private(set) var firstFile: [Int32] = []
    /// For each code the physical line on which it occurred first within this lane; 0 where no line was given.
    public private(set) var firstLine: [Int64] = []

    struct Slot {
        var head: UInt64
        var tail: UInt64
        var length: UInt32
        /// The code plus one; 0 marks a free slot.
        var next: UInt32
    }

    /// The slots as they are now. Loops keep a copy, since a look at a class's field costs a check each time.
    struct Table {
        var slots: UnsafeMutablePointer<Slot>
        var mask: Int
    }

    private(set) var table: Table

    public init() { table = Self.freeTable(64) }

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
        let next = slot(in: table, bytes, length, head, tail).next
        return next == 0 ? nil : next - 1
    }

    /// The code of `length` bytes of UTF-8; 16 bytes past the start must be readable.
    func code(_ bytes: UnsafePointer<UInt8>, _ length: Int, _ file: Int, _ line: Int64) -> UInt32 {
        var table = table
        return code(bytes, length, file, line, &table)
    }

    /// The same for loops, which keep the table at hand.
    @inline(__always)
    func code(
        _ bytes: UnsafePointer<UInt8>, _ length: Int, _ file: Int, _ line: @autoclosure () -> Int64,
        _ table: inout Table
    ) -> UInt32 {
        let (head, tail) = Self.ends(bytes, length)
        let (at, next) = slot(in: table, bytes, length, head, tail)
        if next > 0 { return next &- 1 }
        let code = insert(bytes, length, head, tail, at, file, line())
        table = self.table
        return code
    }

    /// The same for a text of up to eight bytes, with `head` at hand.
    @inline(__always)
    func code(
        _ bytes: UnsafePointer<UInt8>, _ length: Int, _ head: UInt64, _ file: Int, _ line: @autoclosure () -> Int64,
        _ table: inout Table
    ) -> UInt32 {
        let slots = table.slots
        var at = Self.hash(head, 0, length) & table.mask
        while slots[at].next != 0 {
            // Texts of the same length of up to eight bytes differ in their heads or not at all.
            if slots[at].head == head, slots[at].length == UInt32(truncatingIfNeeded: length) {
                return slots[at].next &- 1
            }
            at = (at &+ 1) & table.mask
        }
        let code = insert(bytes, length, head, 0, at, file, line())
        table = self.table
        return code
    }

    /// The bytes of a text of up to eight, filled up with zeros; `word` begins with them.
    @inline(__always)
    static func head(_ word: UInt64, _ length: Int) -> UInt64 {
        length == 8 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: 8 &* length)) &- 1)
    }

    /// The slot in which a text is, or would be: then its `next` is 0.
    @inline(__always)
    private func slot(
        in table: Table, _ bytes: UnsafePointer<UInt8>, _ length: Int, _ head: UInt64, _ tail: UInt64
    ) -> (at: Int, next: UInt32) {
        var at = Self.hash(head, tail, length) & table.mask
        while true {
            let slot = table.slots[at]
            if slot.next == 0 { return (at, 0) }
            if slot.head == head, slot.tail == tail, slot.length == UInt32(truncatingIfNeeded: length),
                length <= 16 || isText(Int(slot.next - 1), bytes, length)
            {
                return (at, slot.next)
            }
            at = (at + 1) & table.mask
        }
    }

    /// What identifies a text of up to 16 bytes together with its length; for a longer one the tail is a hash of it all.
    @inline(__always)
    static func ends(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> (UInt64, UInt64) {
        let raw = UnsafeRawPointer(bytes)
        let first = raw.loadUnaligned(as: UInt64.self)
        if length <= 8 { return (head(first, length), 0) }
        if length <= 16 { return (first, raw.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)) }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for i in 0..<length { hash = (hash ^ UInt64(bytes[i])) &* 0x0000_0100_0000_01B3 }
        return (first, hash)
    }

    @inline(__always)
    static func hash(_ head: UInt64, _ tail: UInt64, _ length: Int) -> Int {
        var h = (head ^ (tail &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(truncatingIfNeeded: length)) &* 0xD6E8_FEB8_6659_FD93
        h ^= h &>> 32
        h = h &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: h &>> 33)
    }

    @inline(never)
    private func isText(_ code: Int, _ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        texts[code].utf8.elementsEqual(UnsafeBufferPointer(start: bytes, count: length))
    }

    @inline(never)
    private func insert(
        _ bytes: UnsafePointer<UInt8>, _ length: Int, _ head: UInt64, _ tail: UInt64, _ at: Int, _ file: Int,
        _ line: Int64
    ) -> UInt32 {
        let code = UInt32(texts.count)
        texts.append(String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self))
        firstFile.append(Int32(file))
        firstLine.append(line)
        table.slots[at] = Slot(head: head, tail: tail, length: UInt32(length), next: code + 1)
        if 2 * texts.count > table.mask { grow() }
        return code
    }

    private func grow() {
        let old = table
        let new = Self.freeTable(4 * (old.mask + 1))
        for i in 0...old.mask where old.slots[i].next != 0 {
            let slot = old.slots[i]
            var at = Self.hash(slot.head, slot.tail, Int(slot.length)) & new.mask
            while new.slots[at].next != 0 { at = (at + 1) & new.mask }
            new.slots[at] = slot
        }
        old.slots.deallocate()
        table = new
    }

    private static func freeTable(_ count: Int) -> Table {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
        slots.initialize(repeating: Slot(head: 0, tail: 0, length: 0, next: 0), count: count)
        return Table(slots: slots, mask: count - 1)
    }
}
