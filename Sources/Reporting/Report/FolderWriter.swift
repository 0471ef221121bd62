#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Calls to the system that write, sync and rename, each with its failure in words.
///
/// `fault` stands before every call: a test returns an errno there and sees what is left behind.
struct FolderWriter {
    /// The errno that the next call should seem to fail with; nil lets it go ahead.
    var fault: (_ call: String, _ path: String) -> Int32? = { _, _ in nil }

    func createFolder(_ path: String) throws(ReportingError) {
        try call("mkdir", path) { mkdir(path, 0o777) }
    }

    /// Closes a folder to everyone else while it is being filled.
    /// - Returns: the access that the user's mask had given it, for `setAccess` when it is whole.
    func closeToOthers(_ path: String) throws(ReportingError) -> mode_t {
        var info = stat()
        try call("lstat", path) { lstat(path, &info) }
        try setAccess(path, 0o700)
        return info.st_mode & 0o777
    }

    func setAccess(_ path: String, _ mode: mode_t) throws(ReportingError) {
        try call("chmod", path) { chmod(path, mode) }
    }

    /// Writes a new file whole and brings it to the disk. An existing file, or a link in its place, is an error.
    func createFile(_ path: String, _ bytes: [UInt8]) throws(ReportingError) {
        let file = try call("open", path) { open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666) }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            written += try call("write", path) {
                bytes.withUnsafeBytes { write(file, $0.baseAddress.map { $0 + written }, $0.count - written) }
            }
        }
        try call("fsync", path) { fsync(file) }
    }

    func syncFolder(_ path: String) throws(ReportingError) {
        let folder = try call("open", path) { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { close(folder) }
        try call("fsync", path) { fsync(folder) }
    }

    func rename(_ from: String, to: String) throws(ReportingError) {
        #if canImport(Glibc)
            try call("rename", to) { Glibc.rename(from, to) }
        #elseif canImport(Musl)
            try call("rename", to) { Musl.rename(from, to) }
        #else
            try call("rename", to) { Darwin.rename(from, to) }
        #endif
    }

    /// Two folders change names in one step.
    /// - Returns: false where the file system or the system cannot do that.
    func exchange(_ a: String, with b: String) throws(ReportingError) -> Bool {
        #if os(Linux)
            if let code = fault("exchange", b) {
                if code == EINVAL { return false }
                throw .cannotWrite(path: b, reason: Self.words(code))
            }
            guard let renameat2 = Self.renameat2 else { return false }
            let exchange: UInt32 = 2  // RENAME_EXCHANGE of linux/fs.h
            guard renameat2(AT_FDCWD, a, AT_FDCWD, b, exchange) != 0 else { return true }
            let code = errno
            guard code == EINVAL || code == ENOSYS || code == ENOTSUP else {
                throw .cannotWrite(path: b, reason: Self.words(code))
            }
        #endif
        return false
    }

    #if os(Linux)
        private typealias RenameAt2 =
            @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
        /// The headers show renameat2 only to GNU sources, so it is looked up by its name; nil before glibc 2.28.
        private static var renameat2: RenameAt2? {
            dlsym(nil, "renameat2").map { unsafeBitCast($0, to: RenameAt2.self) }
        }
    #endif

    /// Removes a folder of ours and what is in it, as far as it goes; links are removed, never followed.
    static func removeTree(_ path: String) {
        for entry in entries(path) {
            let inner = path + "/" + entry
            if kind(of: inner) == .folder { removeTree(inner) } else { unlink(inner) }
        }
        rmdir(path)
    }

    enum Kind { case absent, file, folder, other }

    /// What a path is, without following a link at its end.
    static func kind(of path: String) -> Kind {
        var info = stat()
        guard lstat(path, &info) == 0 else { return .absent }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: return .file
        default: return .other
        }
    }

    /// Whether a path is a folder or a link to one.
    static func isFolder(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    static func canWrite(into folder: String) -> Bool { access(folder, W_OK | X_OK) == 0 }

    /// The names in a folder in byte order, without `.` and `..`; empty where it cannot be read.
    static func entries(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // A name is at most 255 bytes and ends in a zero byte inside the entry that readdir filled.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// A file's bytes, nil where it is no regular file, cannot be read or is larger than `limit`.
    static func bytes(of path: String, limit: Int = 16 << 20) -> [UInt8]? {
        guard kind(of: path) == .file else { return nil }
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = read(file, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count > 0 { bytes += buffer[..<count] } else if errno != EINTR { return nil }
        }
        return nil
    }

    @discardableResult
    private func call<R: FixedWidthInteger & SignedInteger>(
        _ name: String, _ path: String, _ body: () -> R
    ) throws(ReportingError) -> R {
        if let code = fault(name, path) { throw .cannotWrite(path: path, reason: Self.words(code)) }
        while true {
            let result = body()
            guard result < 0 else { return result }
            let code = errno
            if code != EINTR { throw .cannotWrite(path: path, reason: Self.words(code)) }
        }
    }

    static func words(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}
