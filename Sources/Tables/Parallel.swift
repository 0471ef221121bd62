import Dispatch
import Synchronization

/// Runs numbered pieces of work on a given number of threads; which thread takes which piece never matters.
enum Parallel {
    static func run(_ count: Int, threads: Int, _ work: @Sendable (Int) -> Void) {
        let workers = min(threads, count)
        guard workers > 1 else {
            for i in 0..<count { work(i) }
            return
        }
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            while true {
                let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard i < count else { return }
                work(i)
            }
        }
    }
}
