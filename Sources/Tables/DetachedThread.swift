#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Threads that nobody waits for.
enum DetachedThread {
    private final class Work: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs the work on a thread of its own; false where the machine refuses one.
    static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
        let held = Unmanaged.passRetained(Work(run))
        #if canImport(Glibc)
            var thread = pthread_t()
            let result = pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, held.toOpaque())
            let made: pthread_t? = thread
        #else
            var made: pthread_t?
            let result = pthread_create(
                &made, nil,
                { argument in
                    Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                }, held.toOpaque())
        #endif
        guard result == 0, let made else {
            held.release()
            return false
        }
        pthread_detach(made)
        return true
    }
}
