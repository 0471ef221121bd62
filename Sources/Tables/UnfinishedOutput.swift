import Synchronization

/// The temporary files and folders of this process that are not finished, so that an interrupted run can remove them.
public enum UnfinishedOutput {
    private static let open = Mutex<Set<String>>([])

    public static func begin(_ path: String) { open.withLock { _ = $0.insert(path) } }
    public static func end(_ path: String) { open.withLock { _ = $0.remove(path) } }

    /// The same for code that must not wait, since whoever holds the list may have been stopped.
    public static var pathsIfPossible: [String] { open.withLockIfAvailable { $0.sorted() } ?? [] }

    /// What is to be removed; the order means nothing.
    public static var paths: [String] { open.withLock { $0.sorted() } }
}
