#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One run at a time into one folder: an advisory lock on a hidden file beside it, which dies with the process.
final class FolderLock {
    private let file: Int32
    private let path: String

    /// - Throws: `.inUse` where another run holds the lock; `.cannotWrite` where the lock file cannot be made.
    init(beside folder: String, path: String) throws(ReportingError) {
        self.path = path
        while true {
            let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw .cannotWrite(path: path, reason: FolderWriter.words(errno)) }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                close(file)
                throw .inUse(path: folder)
            }
            // The last holder removes the file; a lock on a file that is gone locks nobody out.
            var held = stat()
            var named = stat()
            if fstat(file, &held) == 0, lstat(path, &named) == 0, held.st_ino == named.st_ino,
                held.st_dev == named.st_dev
            {
                self.file = file
                return
            }
            close(file)
        }
    }

    deinit {
        unlink(path)
        close(file)
    }
}
