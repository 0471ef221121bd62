import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Statements under way in databases, so that a run that is stopped does not leave them working.
public enum RunningStatements {
    private struct Running {
        var isStopping = false
        var next = 0
        /// In no order that means anything.
        var stops: [Int: @Sendable () -> Void] = [:]
    }

    private static let running = Mutex(Running())
    private static let patienceSeconds = 2

    /// Does the work; meanwhile `stop` may be called from another thread.
    static func during<Answer>(stop: @escaping @Sendable () -> Void, _ work: () throws -> Answer) throws -> Answer {
        let number = running.withLock { running in
            running.next += 1
            running.stops[running.next] = stop
            return running.next
        }
        defer { running.withLock { _ = $0.stops.removeValue(forKey: number) } }
        do {
            return try work()
        } catch {
            // A statement that was stopped fails; how the run ends is for whoever stopped it to say.
            if running.withLock({ $0.isStopping }) { sleep(UInt32(2 * patienceSeconds)) }
            throw error
        }
    }

    /// Stops them all, for a process that is about to end; waits two seconds at most.
    public static func stopIfPossible() {
        let stops = running.withLockIfAvailable { running in
            running.isStopping = true
            return Array(running.stops.values)
        }
        guard let stops, !stops.isEmpty else { return }
        let done = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            for stop in stops { stop() }
            done.signal()
        }
        _ = done.wait(timeout: .now() + .seconds(patienceSeconds))
    }
}
