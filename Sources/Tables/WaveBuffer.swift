/// Whole records of one wave, with the offsets of all their field ends.
struct Piece {
    /// Counted over the whole input.
    var number: Int
    /// The memory of its wave, and the place in the file of that memory's first byte after the margin.
    var bytes: UnsafeMutablePointer<UInt8>
    var origin: Int
    /// At least as many as there are rows in all pieces before it, in all files.
    var rowsBefore: Int
    var start: Int
    var end: Int
    /// Offsets into the wave; `ends[-1]` is one less than `start`, so that every field begins after the end before it.
    var ends: UnsafeMutablePointer<UInt32>
    var fields: Int
    var lineEnds: Int
    /// Line ends in all, those inside quotes included.
    var lineBytes: Int
    var flags: UInt32
    var firstLine: Int64
}

/// What has been made so far, over all files: pieces, and rows as far as ends of lines outside quotes are rows.
final class PieceCount {
    var pieces = 0
    var rows = 0
}

/// The memory of a wave: the bytes and room for one offset a byte; kept from file to file.
/// Two take turns where one wave is decoded while the next is read.
final class WaveBuffer {
    /// Bytes before the first and after the last that may be read without harm.
    static let margin = 64

    private(set) var bytes: UnsafeMutablePointer<UInt8>
    private(set) var ends: UnsafeMutablePointer<UInt32>
    private(set) var capacity: Int
    let made: PieceCount

    /// - Parameter made: shared by the buffers of one input.
    /// - Throws: `.memory` where the system has none left.
    init(capacity: Int, made: PieceCount = PieceCount()) throws(TableError) {
        self.capacity = capacity
        self.made = made
        (bytes, ends) = try Self.allocate(capacity)
    }

    deinit { Self.release(bytes, ends, capacity) }

    /// Makes room for `wanted` bytes, keeping the first `used` ones.
    ///
    /// - Throws: `.memory` where the system has none left; everything is as before then.
    func reserve(_ wanted: Int, keeping used: Int) throws(TableError) {
        guard wanted > capacity else { return }
        let larger = try Self.allocate(wanted)
        larger.bytes.update(from: bytes, count: Self.margin + used)
        Self.release(bytes, ends, capacity)
        (bytes, ends) = larger
        capacity = wanted
    }

    private static func slots(_ capacity: Int) -> Int { 2 * capacity + 2 * margin }

    /// Fresh memory of the system is zero, so the margin before the first byte is.
    private static func allocate(_ capacity: Int) throws(TableError) -> (
        bytes: UnsafeMutablePointer<UInt8>, ends: UnsafeMutablePointer<UInt32>
    ) {
        let bytes = try Memory.allocate(capacity + 2 * margin)
        do throws(TableError) {
            let ends = try Memory.allocate(slots(capacity) * MemoryLayout<UInt32>.stride)
            return (bytes.assumingMemoryBound(to: UInt8.self), ends.assumingMemoryBound(to: UInt32.self))
        } catch {
            Memory.release(bytes, capacity + 2 * margin)
            throw error
        }
    }

    private static func release(
        _ bytes: UnsafeMutablePointer<UInt8>, _ ends: UnsafeMutablePointer<UInt32>, _ capacity: Int
    ) {
        Memory.release(bytes, capacity + 2 * margin)
        Memory.release(ends, slots(capacity) * MemoryLayout<UInt32>.stride)
    }
}
