import Synchronization

/// How far the reading of files has come, for a progress line: one meter for all that is read in its scope.
///
/// A program sets it round a run by `ReadingMeter.$current.withValue(meter) { … }` and looks at it when it likes; whatever
/// opens inputs in that scope counts into it, by blocks of bytes, so the reading is not slowed.
public final class ReadingMeter: Sendable {
    @TaskLocal public static var current: ReadingMeter?

    /// The file that is read now, and how much of it.
    public struct State: Sendable, Equatable {
        public var path: String
        /// Bytes of the file as stored, compressed where it is.
        public var bytesDone: Int
        /// `nil` for standard input.
        public var bytesInAll: Int?
    }

    private let input = Mutex<(path: String, bytes: Int?)?>(nil)
    private let done = Atomic(0)

    public init() {}

    /// `nil` before anything was opened.
    public var state: State? {
        input.withLock { input in
            input.map { State(path: $0.path, bytesDone: done.load(ordering: .relaxed), bytesInAll: $0.bytes) }
        }
    }

    func begin(_ path: String, bytes: Int?) {
        input.withLock { input in
            input = (path, bytes)
            done.store(0, ordering: .relaxed)
        }
    }

    func add(_ count: Int) { done.wrappingAdd(count, ordering: .relaxed) }
}
