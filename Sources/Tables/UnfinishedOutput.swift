import Synchronization

/// The temporary files and folders of this process that are not finished, so that an interrupted run can remove them.
public enum UnfinishedOutput {
    private static let open = Mutex<Set<String>>([])

    public static func begin(_ path: String) { open.withLock { _ = $0.insert(path) } }
    public static func end(_ path: String) { open.withLock { _ = $0.remove(path) } }

    /// What is to be removed; the order means nothing.
    public static var paths: [String] { open.withLock { $0.sorted() } }
}
