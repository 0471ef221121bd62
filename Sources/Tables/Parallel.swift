import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs numbered pieces of work on a given number of threads; which thread takes which piece never matters.
///
/// Plain threads, made for the run and joined at its end (some microseconds each): a machine that refuses one, for want of
/// memory or by a limit, gets the work done on fewer, where a queue would wait for ever.
package enum Parallel {
    package static func run(_ count: Int, threads: Int, _ work: @Sendable (Int) -> Void) {
        let workers = min(threads, count)
        guard workers > 1 else {
            for i in 0..<count { work(i) }
            return
        }
        // All threads are joined before `work` ends, so it does not escape.
        withoutActuallyEscaping(work) { work in
            let job = Job(count, work)
            let helpers = (1..<workers).compactMap { _ in start(job) }
            job.take()
            for helper in helpers { pthread_join(helper, nil) }
        }
    }

    private final class Job: Sendable {
        private let count: Int
        private let work: @Sendable (Int) -> Void
        private let next = Atomic(0)

        init(_ count: Int, _ work: @escaping @Sendable (Int) -> Void) {
            self.count = count
            self.work = work
        }

        func take() {
            while true {
                let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard i < count else { return }
                work(i)
            }
        }
    }

    /// A thread that takes work; `nil` where the machine refuses one.
    private static func start(_ job: Job) -> pthread_t? {
        let held = Unmanaged.passRetained(job)
        #if canImport(Glibc)
            var thread = pthread_t()
            let result = pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().take() }
                    return nil
                }, held.toOpaque())
            if result == 0 { return thread }
        #else
            var thread: pthread_t?
            let result = pthread_create(
                &thread, nil,
                { argument in
                    Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().take()
                    return nil
                }, held.toOpaque())
            if result == 0 { return thread }
        #endif
        held.release()
        return nil
    }
}
