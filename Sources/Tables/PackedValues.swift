/// Memory of a column, given back with its last owner. Filled by the reader, never changed after.
///
/// `@unchecked Sendable`: threads write separate rows while it is filled, and only read from then on.
final class ColumnMemory: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    let byteCount: Int

    init(byteCount: Int) {
        self.byteCount = byteCount
        start = .allocate(byteCount: max(byteCount, 8), alignment: 64)
    }

    deinit { start.deallocate() }

    @inline(__always)
    func `as`<Value>(_: Value.Type) -> UnsafeMutablePointer<Value> { start.assumingMemoryBound(to: Value.self) }

    /// Memory of at least that size with the same first bytes; itself where it is large enough.
    func grown(to wanted: Int, keeping used: Int, zeroed: Bool = false) -> ColumnMemory {
        guard wanted > byteCount else { return self }
        let larger = ColumnMemory(byteCount: wanted)
        larger.start.copyMemory(from: start, byteCount: min(used, byteCount))
        if zeroed {
            let kept = min(used, byteCount)
            (larger.start + kept).initializeMemory(as: UInt8.self, repeating: 0, count: wanted - kept)
        }
        return larger
    }
}

/// Integers of one width, the narrowest that holds every one of them.
public struct PackedIntegers: Sendable {
    /// Bytes a value.
    public enum Width: Int, Sendable, Comparable {
        case one = 1
        case two = 2
        case four = 4
        case eight = 8

        public static func < (a: Width, b: Width) -> Bool { a.rawValue < b.rawValue }

        /// The narrowest signed width for all of `range`.
        init(holding range: ClosedRange<Int64>) {
            self =
                Int64(Int8.min)...Int64(Int8.max) ~= range
                ? .one
                : Int64(Int16.min)...Int64(Int16.max) ~= range
                    ? .two
                    : Int64(Int32.min)...Int64(Int32.max) ~= range ? .four : .eight
        }

        /// The narrowest unsigned width for codes below `count`.
        init(codes count: Int) { self = count <= 1 << 8 ? .one : count <= 1 << 16 ? .two : .four }
    }

    public let count: Int
    public let width: Width
    /// False for codes, which use all bits.
    let isSigned: Bool
    let memory: ColumnMemory

    public subscript(row: Int) -> Int {
        precondition(row >= 0 && row < count, "row out of range")
        return switch (width, isSigned) {
        case (.one, true): Int(memory.as(Int8.self)[row])
        case (.two, true): Int(memory.as(Int16.self)[row])
        case (.four, true): Int(memory.as(Int32.self)[row])
        case (.one, false): Int(memory.as(UInt8.self)[row])
        case (.two, false): Int(memory.as(UInt16.self)[row])
        case (.four, false): Int(memory.as(UInt32.self)[row])
        case (.eight, _): memory.as(Int.self)[row]
        }
    }

    /// The sum over the rows that have a value, exact.
    func sum(_ validity: Validity) -> Int128 {
        switch width {
        case .one: sum(memory.as(Int8.self), validity)
        case .two: sum(memory.as(Int16.self), validity)
        case .four: sum(memory.as(Int32.self), validity)
        case .eight: sum(memory.as(Int64.self), validity)
        }
    }

    private func sum<Value: FixedWidthInteger>(_ values: UnsafeMutablePointer<Value>, _ validity: Validity) -> Int128 {
        var total: Int128 = 0
        for block in stride(from: 0, to: count, by: 1 << 16) {
            // 2^16 values of up to 2^31 stay below 2^63; of eight bytes the halves are added apart.
            var (low, high) = (Int64(0), Int64(0))
            var row = block
            while row < min(block + 1 << 16, count) {
                let word = validity.word(row >> 6)
                for k in 0..<min(64, count - row) {
                    let mask = 0 &- Int64(truncatingIfNeeded: word &>> UInt64(k) & 1)
                    let value = Int64(truncatingIfNeeded: values[row &+ k]) & mask
                    low &+= value & 0xFFFF_FFFF
                    high &+= value &>> 32
                }
                row += 64
            }
            total += Int128(low) + Int128(high) << 32
        }
        return total
    }
}

extension ClosedRange<Int64> {
    fileprivate static func ~= (outer: Self, inner: Self) -> Bool {
        outer.lowerBound <= inner.lowerBound && inner.upperBound <= outer.upperBound
    }
}

/// Doubles, one a row.
public struct PackedDoubles: Sendable {
    public let count: Int
    let memory: ColumnMemory

    public subscript(row: Int) -> Double {
        precondition(row >= 0 && row < count, "row out of range")
        return memory.as(Double.self)[row]
    }
}

/// Texts, one a row: up to 15 bytes in the row's own slot, longer ones beside them.
public struct PackedTexts: Sendable {
    public let count: Int
    let memory: ColumnMemory
    /// Long texts by lane.
    let long: [LongTexts]

    public subscript(row: Int) -> String {
        precondition(row >= 0 && row < count, "row out of range")
        let slot = memory.as(TextSlot.self)[row]
        return slot.isLong ? long[slot.lane].texts[slot.index] : slot.text
    }
}

/// The texts of one lane that no slot holds, in the order of arrival.
final class LongTexts: @unchecked Sendable {
    // Unchecked: its lane adds to it while the reading goes on; from then on it is only read.
    private(set) var texts: [String] = []

    func add(_ text: String) -> Int {
        texts.append(text)
        return texts.count - 1
    }
}

/// 16 bytes: a text and, last, its length; or the lane and the index of a longer text and, last, 255.
struct TextSlot {
    var head: UInt64
    var tail: UInt64

    static let longest = 15

    /// - Parameter length: at most 15; 16 bytes must be readable.
    @inline(__always)
    init(_ bytes: UnsafePointer<UInt8>, _ length: Int) {
        let raw = UnsafeRawPointer(bytes)
        let (first, second) = (
            raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
        if length >= 8 {
            head = first
            tail = second & ((1 &<< UInt64(truncatingIfNeeded: 8 &* (length &- 8))) &- 1)
        } else {
            head = first & ((1 &<< UInt64(truncatingIfNeeded: 8 &* length)) &- 1)
            tail = 0
        }
        tail |= UInt64(truncatingIfNeeded: length) &<< 56
    }

    init(lane: Int, index: Int) {
        head = UInt64(index)
        tail = UInt64(lane) | 0xFF << 56
    }

    var isLong: Bool { tail >> 56 == 0xFF }
    var isEmpty: Bool { tail >> 56 == 0 }
    var lane: Int { Int(tail & 0xFFFF) }
    var index: Int { Int(head) }

    var text: String {
        withUnsafeBytes(of: (head.littleEndian, tail.littleEndian)) {
            String(decoding: $0.prefix(Int(tail >> 56)), as: UTF8.self)
        }
    }
}
