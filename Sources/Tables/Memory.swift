#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Large buffers, asked of the system itself: where it has none left, that is an error in words and never a trap.
enum Memory {
    /// - Throws: `.memory` where the system refuses.
    static func allocate(_ bytes: Int) throws(TableError) -> UnsafeMutableRawPointer {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let start = mmap(nil, max(bytes, 1), PROT_READ | PROT_WRITE, flags, -1, 0), start != MAP_FAILED else {
            throw .memory(need: bytes, limit: limit)
        }
        return start
    }

    static func release(_ start: UnsafeMutableRawPointer, _ bytes: Int) { munmap(start, max(bytes, 1)) }

    /// - Throws: `.memory` where so many bytes more would pass the process's limit.
    static func check(for bytes: Int) throws(TableError) {
        guard let limit, let used, used + bytes > limit else { return }
        throw .memory(need: bytes, limit: limit)
    }

    /// The limit of the process's address space (`ulimit -v`), where there is one.
    static var limit: Int? {
        var found = rlimit()
        #if canImport(Glibc)
            let kind = __rlimit_resource_t(RLIMIT_AS.rawValue)
        #else
            let kind = RLIMIT_AS
        #endif
        guard getrlimit(kind, &found) == 0 else { return nil }
        return Int(exactly: found.rlim_cur)
    }

    /// The address space in use; `nil` where the system does not say.
    static var used: Int? {
        guard let file = fopen("/proc/self/statm", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let pages = strtol(line, nil, 10)
        return pages * Int(getpagesize())
    }
}
