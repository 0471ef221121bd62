#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A lock on which threads can wait for a change.
final class Gate: @unchecked Sendable {
    // Unchecked: made for use by several threads.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(change, nil)
    }

    deinit {
        pthread_cond_destroy(change)
        pthread_mutex_destroy(mutex)
        change.deallocate()
        mutex.deallocate()
    }

    func locked<R>(_ body: () throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Gives up the lock until something changes; to be called within `locked`.
    func wait() { pthread_cond_wait(change, mutex) }

    func announce() { pthread_cond_broadcast(change) }
}

/// Work that several threads take parts of.
protocol SharedWork: AnyObject, Sendable {
    /// Works until nothing is left that this thread could do.
    func run(_ worker: Int)
    /// Returns when everything that was taken is done.
    func waitForOthers()
}

/// Threads that stay for a whole reading and help with one work after another.
///
/// Nobody waits for a thread that has not begun, only for work that was taken: on a busy machine a thread may wake long after
/// the others have done everything, and then finds nothing left. A machine that refuses threads gets the work done without.
final class HelperThreads: @unchecked Sendable {
    // Unchecked: every field is behind the gate.
    private let gate = Gate()
    private var work: (any SharedWork)?
    private var turn = 0
    private var isOver = false

    /// - Parameter count: helpers beside the caller, numbered from 1.
    init(_ count: Int) {
        for worker in 0..<max(count, 0) { Self.start(Helper(self, worker + 1)) }
    }

    private final class Helper: Sendable {
        let threads: HelperThreads
        let worker: Int

        init(_ threads: HelperThreads, _ worker: Int) {
            self.threads = threads
            self.worker = worker
        }
    }

    /// Does a work, with what help there is; all of it is done on return.
    func run(_ work: any SharedWork) {
        gate.locked {
            self.work = work
            turn += 1
            gate.announce()
        }
        work.run(0)
        work.waitForOthers()
    }

    /// Lets the helpers go.
    func end() {
        gate.locked {
            isOver = true
            work = nil
            gate.announce()
        }
    }

    private func help(_ worker: Int) {
        var seen = 0
        while true {
            let next = gate.locked { () -> (any SharedWork)? in
                while turn == seen, !isOver { gate.wait() }
                seen = turn
                return isOver ? nil : work
            }
            guard let next else { return }
            next.run(worker)
        }
    }

    private static func start(_ helper: Helper) {
        let held = Unmanaged.passRetained(helper)
        #if canImport(Glibc)
            var thread = pthread_t()
            let result = pthread_create(
                &thread, nil,
                { argument in
                    if let argument {
                        let helper = Unmanaged<Helper>.fromOpaque(argument).takeRetainedValue()
                        helper.threads.help(helper.worker)
                    }
                    return nil
                }, held.toOpaque())
            if result == 0 { pthread_detach(thread) } else { held.release() }
        #else
            var thread: pthread_t?
            let result = pthread_create(
                &thread, nil,
                { argument in
                    let helper = Unmanaged<Helper>.fromOpaque(argument).takeRetainedValue()
                    helper.threads.help(helper.worker)
                    return nil
                }, held.toOpaque())
            if result == 0, let thread { pthread_detach(thread) } else { held.release() }
        #endif
    }
}
