#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// An opened input with its bytes as they are stored: a regular file, or standard input.
///
/// Files are read into the caller's own memory, never mapped, so a file that shrinks is an error and not a signal.
final class RawInput: @unchecked Sendable {
    // Unchecked: what a stream holds back is touched only by whoever reads it in order, one thread at a time; reading at
    // a place touches nothing but the descriptor.
    let path: String
    private let descriptor: Int32
    private let before: stat?
    /// Bytes of a stream that were looked at and not yet read.
    private var held: [UInt8] = []
    private let meter: ReadingMeter?
    /// Seconds that a stream may send nothing.
    private let silence: Int?

    var isFile: Bool { before != nil }
    /// The size of a regular file when it was opened.
    var size: Int { Int(before?.st_size ?? 0) }

    /// - Throws: `.cannotOpen` for what is absent, not permitted or not a regular file.
    init(path: String, silence: Int? = nil) throws(TableError) {
        self.path = path
        meter = ReadingMeter.current
        self.silence = silence
        if path == "-" {
            descriptor = 0
            before = nil
            meter?.begin(path, bytes: nil)
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
        meter?.begin(path, bytes: Int(status.st_size))
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

    /// The first bytes, without reading past them; fewer where the input ends.
    func peek(_ count: Int) throws(TableError) -> [UInt8] {
        if isFile {
            let wanted = min(count, size)
            var bytes = [UInt8](repeating: 0, count: wanted)
            let isWhole = bytes.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.map { readAll(into: $0, wanted, at: 0) } ?? true
            }
            guard isWhole else { throw .changed(path: path) }
            return bytes
        }
        var failure: TableError?
        held = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard let base = buffer.baseAddress else { return }
            do throws(TableError) { filled = try readStream(into: base, capacity: count) } catch { failure = error }
        }
        if let failure { throw failure }
        return held
    }

    /// Reads all of a stretch of a file; false where it is not there any more.
    func readAll(into target: UnsafeMutablePointer<UInt8>, _ count: Int, at offset: Int) -> Bool {
        var done = 0
        while done < count {
            let n = pread(descriptor, target + done, count - done, off_t(offset + done))
            if n < 0, errno == EINTR { continue }
            if n <= 0 { return false }
            done += n
        }
        meter?.add(count)
        return true
    }

    /// Fills the memory from a stream; fewer bytes than `capacity` mean its end.
    func readStream(into target: UnsafeMutablePointer<UInt8>, capacity: Int) throws(TableError) -> Int {
        var done = min(held.count, capacity)
        held.withUnsafeBufferPointer { bytes in
            if let base = bytes.baseAddress { target.update(from: base, count: done) }
        }
        held.removeFirst(done)
        while done < capacity {
            try waitForBytes()
            let n = posixRead(descriptor, target + done, capacity - done)
            if n == 0 { break }
            if n < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { throw .cannotOpen(path: path, reason: SystemWords.errno()) }
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&waiting, 1, 1000)
                continue
            }
            done += n
            meter?.add(n)
        }
        return done
    }

    private func waitForBytes() throws(TableError) {
        guard let silence else { return }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, Int32(clamping: silence * 1000)) == 0 else { return }
        throw .cannotOpen(
            path: path, reason: "nothing came for \(silence) second\(silence == 1 ? "" : "s") (--timeout)")
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

private func posixRead(_ descriptor: Int32, _ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.read(descriptor, target, count)
    #else
        Darwin.read(descriptor, target, count)
    #endif
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
