/// Which rows of a column have a value: one bit a row, or nothing where all have. A row without one holds its reason in
/// the place of the value.
public struct Validity: Sendable {
    public let count: Int
    public let missingCount: Int
    /// Bit r of word r / 64 is 1 where row r has a value; nil where all have.
    private let words: ColumnMemory?

    init(all count: Int) {
        self.count = count
        missingCount = 0
        words = nil
    }

    init(_ words: ColumnMemory, count: Int) {
        self.count = count
        let bits = words.as(UInt64.self)
        var present = 0
        for word in 0..<(count >> 6) { present &+= bits[word].nonzeroBitCount }
        if count & 63 != 0 { present += (bits[count >> 6] & (1 << UInt64(count & 63) - 1)).nonzeroBitCount }
        missingCount = count - present
        self.words = missingCount == 0 ? nil : words
    }

    /// The bits of rows 64 · index and on.
    @inline(__always)
    func word(_ index: Int) -> UInt64 { words.map { $0.as(UInt64.self)[index] } ?? .max }

    /// True where the row has a value.
    public subscript(row: Int) -> Bool {
        precondition(row >= 0 && row < count, "row out of range")
        guard let words else { return true }
        return words.as(UInt64.self)[row >> 6] >> UInt64(row & 63) & 1 == 1
    }
}

/// The bits of a column while its batches are written, from several threads at once.
///
/// A batch begins and ends inside words that its neighbours write too: those bits are kept by lane and set in between.
final class ValidityBits {
    private(set) var words = ColumnMemory(byteCount: 0)
    private var edges = PerLane<[(word: Int, bits: UInt64)]>(repeating: [], count: 0)

    func begin(lanes: Int) { edges = .init(repeating: [], count: lanes) }

    /// Makes room for `rows` rows, keeping the first `used`.
    func reserve(_ rows: Int, keeping used: Int) {
        words = words.grown(to: ((rows + 127) >> 6) * 8, keeping: ((used + 63) >> 6) * 8, zeroed: true)
    }

    /// - Parameter missing: 0 where a row has a value; `count` of them, the first for row `place`.
    func add(_ missing: UnsafePointer<UInt8>, place: Int, count: Int, lane: Int) {
        let target = words.as(UInt64.self)
        var row = 0
        while row < count {
            let at = place + row
            let here = min(64 - at & 63, count - row)
            if here == 64 {
                target[at >> 6] = Self.word(missing + row)
                row += 64
                continue
            }
            var bits: UInt64 = 0
            for k in 0..<here where missing[row + k] == 0 { bits |= 1 &<< UInt64(at & 63 + k) }
            edges[lane].append((at >> 6, bits))
            row += here
        }
    }

    /// 64 rows: a bit for each byte that is zero, eight at a time.
    @inline(__always)
    private static func word(_ missing: UnsafePointer<UInt8>) -> UInt64 {
        var bits: UInt64 = 0
        let raw = UnsafeRawPointer(missing)
        for k in 0..<8 {
            let x = raw.loadUnaligned(fromByteOffset: 8 * k, as: UInt64.self)
            let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
            let zeros = ~(((x & low) &+ low) | x | low)
            bits |= (((zeros &>> 7) &* 0x0102_0408_1020_4080) &>> 56) &<< UInt64(8 * k)
        }
        return bits
    }

    /// Sets the bits at the edges of batches; no batch is under way.
    func settle() {
        let target = words.as(UInt64.self)
        for lane in edges.indices {
            for (word, bits) in edges[lane] { target[word] |= bits }
            edges[lane].removeAll(keepingCapacity: true)
        }
    }

    func compact(_ segments: [RowSegment]) {
        let target = words.as(UInt64.self)
        var row = 0
        for segment in segments {
            // Bits move towards the front only, so none is overwritten before it is read.
            for from in segment.place..<(segment.place + segment.count) {
                let bit = target[from >> 6] >> UInt64(from & 63) & 1
                let mask = 1 << UInt64(row & 63) as UInt64
                target[row >> 6] = bit == 1 ? target[row >> 6] | mask : target[row >> 6] & ~mask
                row += 1
            }
        }
    }
}

/// Rows that one batch wrote: their place, and the lane whose codes they bear.
struct RowSegment {
    var place: Int
    var count: Int
    var lane: Int
}
