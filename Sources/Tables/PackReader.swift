/// Room for a stretch of unpacked text.
final class PackBlock: @unchecked Sendable {
    // Unchecked: at any time it belongs to the thread that unpacks or to the one that reads.
    private(set) var bytes: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int
    var count = 0

    init(capacity: Int) throws(TableError) {
        self.capacity = capacity
        bytes = try Memory.allocate(capacity).assumingMemoryBound(to: UInt8.self)
    }

    deinit { Memory.release(bytes, capacity) }

    /// Makes room for so many bytes; what was there is lost.
    func reserve(_ wanted: Int) throws(TableError) {
        guard wanted > capacity else { return }
        let larger = try Memory.allocate(wanted)
        Memory.release(bytes, capacity)
        bytes = larger.assumingMemoryBound(to: UInt8.self)
        capacity = wanted
    }

    /// What is still free.
    var room: UnsafeMutableBufferPointer<UInt8> {
        UnsafeMutableBufferPointer(start: bytes + count, count: capacity - count)
    }
}

/// Unpacks a compressed input: all of its members in order, each with its checks.
///
/// Members that stand whole in the window and say how long they are (BGZF blocks, zstd frames with their size) are
/// unpacked at the same time; any other runs through one decoder. Memory stays the same however long the input is.
final class PackReader: @unchecked Sendable {
    // Unchecked: used by one thread at a time.
    private let raw: RawInput
    private let kind: PackKind
    private let limit: Int
    private let threads: Int
    private let digest: SHA256Stream?
    private let decoder: any MemberDecoder
    private let window: UnsafeMutablePointer<UInt8>
    private let windowSize: Int
    private var (start, end) = (0, 0)
    private var isInMember = false
    private var isRawAtEnd = false
    private var unpacked = 0
    /// Bytes of the input read so far.
    private(set) var bytesTaken = 0
    /// Bytes behind the last member that are none of one.
    private(set) var junk = 0

    static let blockSize = 2 << 20
    /// What members unpacked at the same time may give in all.
    static let batchLimit = 32 << 20

    init(_ raw: RawInput, _ kind: PackKind, limit: Int, threads: Int, digest: SHA256Stream?) throws(TableError) {
        self.raw = raw
        self.kind = kind
        self.limit = limit
        self.threads = threads
        self.digest = digest
        windowSize = kind == .zstd ? 8 << 20 : 1 << 20
        guard let decoder = kind.makeDecoder() else { throw .memory(need: windowSize, limit: Memory.limit) }
        self.decoder = decoder
        window = try Memory.allocate(windowSize).assumingMemoryBound(to: UInt8.self)
    }

    deinit { Memory.release(window, windowSize) }

    /// Fills a block with the text that comes next; an empty one means the end.
    ///
    /// - Throws: `.damagedPack`, `.overLimit`, `.changed`, `.cannotOpen`, `.memory`.
    func next(_ block: PackBlock) throws(TableError) {
        block.count = 0
        while block.count < Self.blockSize / 2 {
            if !isInMember {
                guard try findMember() else { return }
                if block.count == 0 {
                    let most = min(Self.batchLimit, limit - unpacked)
                    let members = kind.wholeMembers(in: view, most: most)
                    if members.count > 1 {
                        try unpackAtOnce(members, block)
                        continue
                    }
                }
                decoder.begin()
                isInMember = true
            }
            try unpackOn(block)
        }
    }

    private var view: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: window + start, count: end - start) }

    /// Whether another member follows; else the input ends, or nothing but junk is left.
    private func findMember() throws(TableError) -> Bool {
        if end - start < windowSize / 2 { try fill() }
        guard end > start else { return false }
        if kind.begins(view) { return true }
        while end > start {
            junk += end - start
            start = end
            try fill()
        }
        return false
    }

    private func unpackOn(_ block: PackBlock) throws(TableError) {
        if start == end { try fill() }
        guard end > start || isRawAtEnd else { return }
        guard let step = decoder.step(view, into: block.room) else { throw damaged("is damaged") }
        if step.taken == 0, step.given == 0, !step.isEnd {
            guard !isRawAtEnd else { throw damaged("is cut off") }
            try fill()
        }
        start += step.taken
        block.count += step.given
        unpacked += step.given
        if unpacked > limit {
            throw .overLimit(
                Place(file: raw.path), what: "the unpacked text", limit: TableError.size(limit),
                option: ReadingLimits.unpackedOption)
        }
        isInMember = !step.isEnd
    }

    private func unpackAtOnce(_ members: [WholeMember], _ block: PackBlock) throws(TableError) {
        let total = members.reduce(0) { $0 + $1.unpacked }
        try block.reserve(total)
        // Each member reads its own bytes and writes its own stretch of the block and its own flag.
        nonisolated(unsafe) let (source, target) = (window + start, block.bytes)
        let kind = kind
        var good = [Bool](repeating: false, count: members.count)
        good.withUnsafeMutableBufferPointer { good in
            nonisolated(unsafe) let good = good
            Parallel.run(members.count, threads: threads) { k in
                let member = members[k]
                good[k] = kind.unpack(
                    UnsafeBufferPointer(start: source + member.start, count: member.packed),
                    into: UnsafeMutableBufferPointer(start: target + member.offset, count: member.unpacked))
            }
        }
        guard good.allSatisfy({ $0 }) else { throw damaged("is damaged") }
        start += members.reduce(0) { $0 + $1.packed }
        unpacked += total
        block.count = total
    }

    private func damaged(_ problem: String) -> TableError {
        .damagedPack(path: raw.path, kind: kind.rawValue, problem: problem)
    }

    /// Fills the window as far as the input goes.
    private func fill() throws(TableError) {
        guard !isRawAtEnd else { return }
        window.update(from: window + start, count: end - start)
        end -= start
        start = 0
        let room = windowSize - end
        let count: Int
        if raw.isFile {
            count = min(room, raw.size - bytesTaken)
            guard raw.readAll(into: window + end, count, at: bytesTaken) else { throw .changed(path: raw.path) }
            isRawAtEnd = bytesTaken + count == raw.size
        } else {
            count = try raw.readStream(into: window + end, capacity: room)
            isRawAtEnd = count < room
        }
        digest?.add(UnsafeRawBufferPointer(start: window + end, count: count))
        bytesTaken += count
        end += count
    }
}
