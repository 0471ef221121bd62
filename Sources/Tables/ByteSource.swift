/// The bytes of one input, in order, unpacked where they are compressed: a regular file, standard input, or a text that was
/// decoded beforehand.
final class ByteSource {
    private let raw: RawInput
    private let packed: UnpackedStream?
    private var offset = 0
    /// Reading ends here: the size of a file, less what `skipLast` cuts off.
    private(set) var limit = Int.max
    private var memory: [UInt8]?
    private(set) var isAtEnd = false
    private var bytesRead = 0

    var path: String { raw.path }
    /// True where any place can be read: not for standard input and not for compressed files.
    var isFile: Bool { raw.isFile && packed == nil }
    /// The size of a regular file when it was opened.
    var size: Int { raw.size }
    /// The bytes of the input as far as they are known: a file's size, or what a stream has given.
    var byteCount: Int { raw.isFile ? raw.size : packed?.bytesTaken ?? bytesRead }
    var isPacked: Bool { packed != nil }
    /// Bytes behind the end of compressed data, which were left out.
    var junk: Int { packed?.junk ?? 0 }

    /// Opens an input.
    ///
    /// - Parameters:
    ///   - unpacks: the limits under which compressed content is unpacked, told by its first bytes; `nil` reads any content
    ///     as it is.
    ///   - digest: gets the bytes of a compressed file as they are stored.
    /// - Throws: `.cannotOpen` for what is absent, not permitted or not a regular file.
    init(path: String, unpacks limits: ReadingLimits? = nil, threads: Int = 1, digest: SHA256Stream? = nil)
        throws(TableError)
    {
        raw = try RawInput(path: path, silence: limits?.silence)
        if let limits, let kind = PackKind(ofFirst: try raw.peek(PackKind.markLength)) {
            packed = try UnpackedStream(
                PackReader(raw, kind, limit: limits.unpacked, threads: threads, digest: digest), threads: threads)
        } else {
            packed = nil
        }
        if isFile { limit = raw.size }
    }

    /// Fills the memory as far as the input goes; fewer bytes than `capacity` mean its end.
    func read(into target: UnsafeMutablePointer<UInt8>, capacity: Int, threads: Int) throws(TableError) -> Int {
        let count: Int
        if let memory {
            count = min(capacity, max(0, memory.count - offset))
            memory.withUnsafeBufferPointer { bytes in
                if let base = bytes.baseAddress, count > 0 { target.update(from: base + offset, count: count) }
            }
        } else if let packed {
            count = try packed.read(into: target, capacity: capacity)
        } else if isFile {
            count = min(capacity, max(0, limit - offset))
            try readFile(into: target, count: count, threads: threads)
        } else {
            count = try raw.readStream(into: target, capacity: capacity)
        }
        offset += count
        bytesRead += count
        if count < capacity || (isFile || memory != nil) && offset >= length { isAtEnd = true }
        return count
    }

    private func readFile(into target: UnsafeMutablePointer<UInt8>, count: Int, threads: Int) throws(TableError) {
        let step = 1 << 20
        let parts = (count + step - 1) / step
        let (raw, offset) = (raw, offset)
        // Each part writes its own stretch of the target and its own entry of `complete`.
        nonisolated(unsafe) let target = target
        var complete = [Bool](repeating: false, count: parts)
        complete.withUnsafeMutableBufferPointer { complete in
            nonisolated(unsafe) let complete = complete
            Parallel.run(parts, threads: threads) { part in
                let from = part * step
                complete[part] = raw.readAll(into: target + from, min(step, count - from), at: offset + from)
            }
        }
        guard complete.allSatisfy({ $0 }) else { throw .changed(path: path) }
    }

    /// Everything that is left, for texts that must be decoded as a whole.
    ///
    /// - Parameter before: the bytes of the text that were read before and count to the limit.
    /// - Throws: `.overLimit`, `.memory`, and what reading throws.
    func readRest(limit most: Int, before: Int = 0, threads: Int) throws(TableError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let step = isAtEnd ? 0 : isFile ? max(limit - offset, 1) : 1 << 20
            guard before + bytes.count + (isFile ? step : 0) <= most else {
                throw .overLimit(
                    Place(file: path), what: "a text that must be decoded as a whole", limit: TableError.size(most),
                    option: ReadingLimits.memoryOption)
            }
            if isAtEnd { return bytes }
            try Memory.check(for: bytes.count + step)
            var failure: TableError?
            let part = [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
                guard let base = buffer.baseAddress else { return }
                do throws(TableError) {
                    count = try read(into: base, capacity: step, threads: threads)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            bytes.append(contentsOf: part)
        }
    }

    /// Goes on with these bytes instead of the file's own.
    func replace(by bytes: [UInt8]) {
        memory = bytes
        offset = 0
        isAtEnd = bytes.isEmpty
    }

    func cutOff(at end: Int) {
        if let memory {
            self.memory = Array(memory.prefix(end))
            offset = min(offset, end)
        } else {
            limit = min(limit, end)
        }
        isAtEnd = isAtEnd || offset >= length
    }

    /// The bytes of the file, or of the decoded text.
    var length: Int { memory?.count ?? limit }

    /// The last `count` bytes before `end`, for finding where the last lines begin.
    func tail(count: Int, before end: Int) throws(TableError) -> [UInt8] {
        let start = max(0, end - count)
        if let memory { return Array(memory[start..<end]) }
        var isWhole = true
        let bytes = [UInt8](unsafeUninitializedCapacity: end - start) { buffer, filled in
            guard let base = buffer.baseAddress, end > start else { return }
            isWhole = raw.readAll(into: base, end - start, at: start)
            filled = isWhole ? end - start : 0
        }
        guard isWhole else { throw .changed(path: path) }
        return bytes
    }

    /// - Throws: `.changed` where size, time or identity of the file differ from what they were at the start.
    func checkUnchanged() throws(TableError) { try raw.checkUnchanged() }
}
