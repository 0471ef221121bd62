#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that is written whole or not at all.
///
/// The bytes go to `.<name>.<pid>.tmp` in the same folder, readable by the owner alone; `commit` brings them to the disk
/// and renames the file. Without a commit nothing is left and an older file stays as it was.
public final class WholeFile {
    public let path: String
    private let folder: String
    private let temporary: String
    private let mode: mode_t
    private var descriptor: Int32
    private var written = 0
    private var pending: [UInt8] = []

    /// - Parameter mode: the permissions of the finished file; as the process's mask leaves them where `nil`.
    /// - Throws: `OutputError` where the folder is absent or cannot be written to.
    public init(_ path: String, mode: UInt32? = nil) throws(OutputError) {
        let (folder, name) = Self.split(path)
        self.path = path
        self.folder = folder
        self.mode = mode.map { mode_t($0) } ?? (0o666 & ~Self.mask())
        temporary = folder + "/." + name + ".\(getpid()).tmp"
        descriptor = -1
        try Self.check(path)
        Self.removeStale(folder: folder, name: name)
        descriptor = openFile(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        UnfinishedOutput.begin(temporary)
    }

    deinit { abandon() }

    /// Refuses a path at which no file can be put: before anything is read, so that no work is lost.
    ///
    /// The file is put in place by a rename, which would replace a device or a link by a file: those are refused.
    ///
    /// - Throws: `OutputError` where the folder is absent or may not be written to, or something other than a file is there.
    public static func check(_ path: String) throws(OutputError) {
        let (folder, _) = split(path)
        guard access(folder, W_OK | X_OK) == 0 else {
            throw OutputError.cannotWrite(path: path, reason: SystemWords.errno(), written: 0)
        }
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        let reason: String? =
            switch status.st_mode & S_IFMT {
            case S_IFREG: nil
            case S_IFDIR: "it is a folder"
            case S_IFLNK: "it is a link; name the file that it leads to"
            default: "it is not a regular file"
            }
        if let reason { throw OutputError.cannotWrite(path: path, reason: reason, written: 0) }
    }

    /// Adds bytes; they are gathered and written in larger parts.
    public func write(_ bytes: [UInt8]) throws(OutputError) {
        pending.append(contentsOf: bytes)
        if pending.count >= 1 << 18 { try flush() }
    }

    public func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

    /// For tests: writes go to another file from now on, such as `/dev/full`.
    func replaceDescriptor(by other: Int32) { dup2(other, descriptor) }

    private func flush() throws(OutputError) {
        var done = 0
        while done < pending.count {
            let n = pending.withUnsafeBytes { bytes in
                bytes.baseAddress.map { posixWrite(descriptor, $0 + done, bytes.count - done) } ?? 0
            }
            if n < 0 {
                if SystemWords.currentErrno == EINTR { continue }
                throw failure()
            }
            done += n
            written += n
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Brings the file to the disk under its name.
    public func commit() throws(OutputError) {
        try flush()
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw failure() }
        let open = descriptor
        descriptor = -1
        guard close(open) == 0, rename(temporary, path) == 0 else {
            let error = failure()
            unlink(temporary)
            UnfinishedOutput.end(temporary)
            throw error
        }
        UnfinishedOutput.end(temporary)
        Self.syncFolder(folder)
    }

    /// Writes a text in one go.
    public static func write(_ text: String, to path: String, mode: UInt32? = nil) throws(OutputError) {
        let file = try WholeFile(path, mode: mode)
        try file.write(text)
        try file.commit()
    }

    /// Writes several files that belong together: all of them are brought to the disk before the first takes its name.
    ///
    /// - Throws: `OutputError`; where a later name cannot be taken, the earlier ones are given up again.
    public static func write(_ files: [(path: String, text: String)]) throws(OutputError) {
        var open: [WholeFile] = []
        for (path, text) in files {
            let file = try WholeFile(path)
            open.append(file)
            try file.write(text)
            try file.flush()
        }
        for (index, file) in open.enumerated() {
            do {
                try file.commit()
            } catch {
                for earlier in open[..<index] { unlink(earlier.path) }
                throw error
            }
        }
    }

    /// Leaves everything as it was before.
    public func abandon() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unlink(temporary)
        UnfinishedOutput.end(temporary)
    }

    private func failure() -> OutputError {
        OutputError.cannotWrite(path: path, reason: SystemWords.errno(), written: written)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }

    private static func mask() -> mode_t {
        // There is no call that only reads the mask.
        let mask = umask(0o077)
        umask(mask)
        return mask
    }

    /// A crash of the machine after the rename must not bring the old file back; folders that cannot be opened are left.
    private static func syncFolder(_ folder: String) {
        let descriptor = openFile(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Removes what runs that no longer live left of this file.
    private static func removeStale(folder: String, name: String) {
        guard let listing = opendir(folder) else { return }
        defer { closedir(listing) }
        let prefix = "." + name + "."
        while let entry = readdir(listing) {
            let found = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard found.hasPrefix(prefix), found.hasSuffix(".tmp"),
                let pid = Int32(found.dropFirst(prefix.count).dropLast(4)), pid != getpid(), kill(pid, 0) != 0,
                SystemWords.currentErrno == ESRCH
            else { continue }
            unlink(folder + "/" + found)
        }
    }
}

private func openFile(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 { open(path, flags, mode) }

private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
    #else
        Darwin.write(descriptor, bytes, count)
    #endif
}

/// Why an output could not be written.
public enum OutputError: Refusal, Equatable {
    case cannotWrite(path: String, reason: String, written: Int)

    public var status: ExitStatus { .system }
    public var code: String { "E501" }

    public var message: String {
        switch self {
        case .cannotWrite(let path, let reason, let written):
            "cannot write \(path): \(reason)"
                + (written > 0 ? " after \(TableError.size(written))" : "") + "; nothing was changed"
        }
    }

    public var hint: String? { "check that the folder exists, may be written to and has room" }
}
