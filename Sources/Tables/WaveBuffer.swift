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
    private var slots: Int
    let made: PieceCount

    /// - Parameter made: shared by the buffers of one input.
    init(capacity: Int, made: PieceCount = PieceCount()) {
        self.capacity = capacity
        self.made = made
        slots = 2 * capacity + 2 * Self.margin
        bytes = .allocate(capacity: capacity + 2 * Self.margin)
        bytes.initialize(repeating: 0, count: Self.margin)
        ends = .allocate(capacity: slots)
    }

    deinit {
        bytes.deallocate()
        ends.deallocate()
    }

    /// Makes room for `wanted` bytes, keeping the first `used` ones.
    func reserve(_ wanted: Int, keeping used: Int) {
        guard wanted > capacity else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted + 2 * Self.margin)
        larger.update(from: bytes, count: Self.margin + used)
        bytes.deallocate()
        ends.deallocate()
        bytes = larger
        capacity = wanted
        slots = 2 * wanted + 2 * Self.margin
        ends = .allocate(capacity: slots)
    }
}
