import Dispatch

/// One value for every index, worked out on some threads; which ones never shows in a result.
package func concurrently<Value: Sendable>(_ count: Int, threads: Int, _ value: @Sendable (Int) -> Value) -> [Value] {
    let pieces = max(1, min(threads, count))
    guard pieces > 1 else { return (0..<count).map(value) }
    var results = [Value?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { buffer in
        // Each piece writes only its own indices.
        nonisolated(unsafe) let output = buffer
        DispatchQueue.concurrentPerform(iterations: pieces) { piece in
            for k in stride(from: piece, to: count, by: pieces) { output[k] = value(k) }
        }
    }
    return results.compactMap { $0 }
}
