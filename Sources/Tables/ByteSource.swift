#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The bytes of one input, in order: a regular file, standard input, or a text that was decoded beforehand.
///
/// Files are read into the caller's own memory, never mapped, so a file that shrinks is an error and not a signal.
final class ByteSource {
    let path: String
    private let descriptor: Int32
    private let before: stat?
    private var offset = 0
    /// Reading ends here: the size of a file, less what `skipLast` cuts off.
    private(set) var limit = Int.max
    private var memory: [UInt8]?
    private(set) var isAtEnd = false
    private var bytesRead = 0

    var isFile: Bool { before != nil }
    /// The size of a regular file when it was opened.
    var size: Int { Int(before?.st_size ?? 0) }
    /// The bytes of the input as far as they are known: a file's size, or what a stream has given.
    var byteCount: Int { isFile ? size : bytesRead }

    /// - Throws: `.cannotOpen` for what is absent, not permitted or not a regular file.
    init(path: String) throws(TableError) {
        self.path = path
        if path == "-" {
            descriptor = 0
            before = nil
            return
        }
        // Non-blocking, so that a pipe without a writer refuses at once instead of waiting.
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: SystemWords.errno()) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = SystemWords.errno()
            close(descriptor)
            throw .cannotOpen(path: path, reason: reason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .cannotOpen(path: path, reason: "it is \(Self.kind(status.st_mode)), not a regular file")
        }
        before = status
        limit = Int(status.st_size)
    }

    deinit { if descriptor > 0 { close(descriptor) } }

    private static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }

    /// Fills the memory as far as the input goes; fewer bytes than `capacity` mean its end.
    func read(into target: UnsafeMutablePointer<UInt8>, capacity: Int, threads: Int) throws(TableError) -> Int {
        let count: Int
        if let memory {
            count = min(capacity, max(0, memory.count - offset))
            memory.withUnsafeBufferPointer { bytes in
                if let base = bytes.baseAddress, count > 0 { target.update(from: base + offset, count: count) }
            }
        } else if isFile {
            count = min(capacity, max(0, limit - offset))
            try readFile(into: target, count: count, threads: threads)
        } else {
            count = try readStream(into: target, capacity: capacity)
        }
        offset += count
        bytesRead += count
        if count < capacity || (isFile || memory != nil) && offset >= length { isAtEnd = true }
        return count
    }

    private func readFile(into target: UnsafeMutablePointer<UInt8>, count: Int, threads: Int) throws(TableError) {
        let step = 1 << 20
        let parts = (count + step - 1) / step
        let descriptor = descriptor
        let offset = offset
        // Each part writes its own stretch of the target and its own entry of `complete`.
        nonisolated(unsafe) let target = target
        var complete = [Bool](repeating: false, count: parts)
        complete.withUnsafeMutableBufferPointer { complete in
            nonisolated(unsafe) let complete = complete
            Parallel.run(parts, threads: threads) { part in
                let from = part * step
                complete[part] = Self.readAll(
                    descriptor, target + from, min(step, count - from), at: offset + from)
            }
        }
        guard complete.allSatisfy({ $0 }) else { throw .changed(path: path) }
    }

    private static func readAll(
        _ descriptor: Int32, _ target: UnsafeMutablePointer<UInt8>, _ count: Int, at offset: Int
    )
        -> Bool
    {
        var done = 0
        while done < count {
            let n = pread(descriptor, target + done, count - done, off_t(offset + done))
            if n < 0, errno == EINTR { continue }
            if n <= 0 { return false }
            done += n
        }
        return true
    }

    private func readStream(into target: UnsafeMutablePointer<UInt8>, capacity: Int) throws(TableError) -> Int {
        var done = 0
        while done < capacity {
            #if canImport(Glibc)
                let n = Glibc.read(descriptor, target + done, capacity - done)
            #else
                let n = Darwin.read(descriptor, target + done, capacity - done)
            #endif
            if n == 0 { break }
            if n < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { throw .cannotOpen(path: path, reason: SystemWords.errno()) }
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&waiting, 1, 1000)
                continue
            }
            done += n
        }
        return done
    }

    /// Everything that is left, for texts that must be decoded as a whole.
    func readRest(limit most: Int, threads: Int) throws(TableError) -> [UInt8] {
        var bytes: [UInt8] = []
        while !isAtEnd {
            let step = isFile ? max(limit - offset, 1) : 1 << 20
            guard bytes.count + step <= most else {
                throw .overLimit(
                    Place(file: path), what: "a file that must be decoded as a whole", limit: TableError.size(most))
            }
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
        return bytes
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
            isWhole = Self.readAll(descriptor, base, end - start, at: start)
            filled = isWhole ? end - start : 0
        }
        guard isWhole else { throw .changed(path: path) }
        return bytes
    }

    /// - Throws: `.changed` where size, time or identity of the file differ from what they were at the start.
    func checkUnchanged() throws(TableError) {
        guard let before else { return }
        var open = stat()
        var named = stat()
        guard fstat(descriptor, &open) == 0, stat(path, &named) == 0, Self.isSame(before, open),
            Self.isSame(before, named)
        else { throw .changed(path: path) }
    }

    private static func isSame(_ a: stat, _ b: stat) -> Bool {
        #if canImport(Glibc)
            let sameTime = a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec
        #else
            let sameTime =
                a.st_mtimespec.tv_sec == b.st_mtimespec.tv_sec && a.st_mtimespec.tv_nsec == b.st_mtimespec.tv_nsec
        #endif
        return sameTime && a.st_size == b.st_size && a.st_ino == b.st_ino && a.st_dev == b.st_dev
    }
}

/// The operating system's words for what went wrong.
enum SystemWords {
    static func errno() -> String { words(of: currentErrno) }

    static var currentErrno: Int32 {
        #if canImport(Glibc)
            Glibc.errno
        #else
            Darwin.errno
        #endif
    }

    static func words(of number: Int32) -> String {
        guard let words = strerror(number) else { return "error \(number)" }
        let text = String(cString: words)
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
