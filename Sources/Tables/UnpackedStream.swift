#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The text of a compressed input, unpacked by a thread of its own that runs ahead of the reading by a few blocks.
///
/// With one thread in all, or where the machine refuses another, the text is unpacked as it is read.
final class UnpackedStream {
    private let reader: PackReader
    private let ahead: ReadAhead?
    private var block: PackBlock
    private var position = 0
    private var isOver = false

    init(_ reader: PackReader, threads: Int) throws(TableError) {
        self.reader = reader
        block = try PackBlock(capacity: PackReader.blockSize)
        ahead = threads > 1 ? try ReadAhead.start(reader) : nil
    }

    deinit { ahead?.abandon() }

    /// Known once all was read.
    var junk: Int { isOver ? reader.junk : 0 }
    var bytesTaken: Int { isOver ? reader.bytesTaken : 0 }

    /// Fills the memory as far as the text goes; fewer bytes than `capacity` mean its end.
    func read(into target: UnsafeMutablePointer<UInt8>, capacity: Int) throws(TableError) -> Int {
        var done = 0
        while done < capacity, !isOver {
            if position == block.count {
                try takeBlock()
                continue
            }
            let count = min(capacity - done, block.count - position)
            (target + done).update(from: block.bytes + position, count: count)
            position += count
            done += count
        }
        return done
    }

    private func takeBlock() throws(TableError) {
        position = 0
        if let ahead {
            block = try ahead.exchange(block)
        } else {
            try reader.next(block)
        }
        isOver = block.count == 0
    }
}

/// The thread that unpacks, and the blocks that go to and fro between it and the reader.
final class ReadAhead: @unchecked Sendable {
    // Unchecked: everything below is touched only under the lock, except by `reader`, which the thread alone uses.
    private let reader: PackReader
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let change: UnsafeMutablePointer<pthread_cond_t>
    private var free: [PackBlock]
    private var ready: [PackBlock] = []
    private var failure: TableError?
    private var isAbandoned = false

    private static let blocks = 2

    private init(_ reader: PackReader) throws(TableError) {
        self.reader = reader
        free = []
        for _ in 0..<Self.blocks { free.append(try PackBlock(capacity: PackReader.blockSize)) }
        lock = .allocate(capacity: 1)
        change = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        pthread_cond_init(change, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(change)
        lock.deallocate()
        change.deallocate()
    }

    /// `nil` where the machine refuses a thread.
    static func start(_ reader: PackReader) throws(TableError) -> ReadAhead? {
        let ahead = try ReadAhead(reader)
        return DetachedThread.start { ahead.unpack() } ? ahead : nil
    }

    private func unpack() {
        while let block = takeFree() {
            do throws(TableError) {
                try reader.next(block)
                if put(block, nil) { return }
            } catch {
                _ = put(block, error)
                return
            }
        }
    }

    private func takeFree() -> PackBlock? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while free.isEmpty, !isAbandoned { pthread_cond_wait(change, lock) }
        return isAbandoned ? nil : free.removeLast()
    }

    /// - Returns: true where there is nothing more to do.
    private func put(_ block: PackBlock, _ error: TableError?) -> Bool {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if let error { failure = error } else { ready.append(block) }
        pthread_cond_broadcast(change)
        return block.count == 0 || isAbandoned
    }

    /// Gives a used block back and gets the next one; an empty one means the end.
    func exchange(_ used: PackBlock) throws(TableError) -> PackBlock {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        free.append(used)
        pthread_cond_broadcast(change)
        while ready.isEmpty, failure == nil { pthread_cond_wait(change, lock) }
        if !ready.isEmpty { return ready.removeFirst() }
        throw failure ?? .cannotOpen(path: "", reason: "the unpacking ended early")
    }

    /// The reader wants no more; the thread ends when it next looks, and is not waited for, since it may wait for input.
    func abandon() {
        pthread_mutex_lock(lock)
        isAbandoned = true
        pthread_cond_broadcast(change)
        pthread_mutex_unlock(lock)
    }
}
