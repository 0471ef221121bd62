import Counterpart
import Foundation

/// Standard output, where a failure is an error: a full disk behind it is named, a closed pipe ends the program quietly.
enum StandardOutput {
    /// - Throws: `PipeClosed`, or a refusal of status `system`.
    static func write(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                bytes.baseAddress.map { Foundation.write(1, $0 + done, bytes.count - done) } ?? 0
            }
            if count > 0 { done += count }
            guard count < 0 else { continue }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Whoever shares the terminal or pipe may have made it non-blocking.
                var waiting = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, 1000)
            case EPIPE: throw PipeClosed()
            default:
                throw OutputError.cannotWrite(
                    path: "standard output", reason: String(cString: strerror(errno)), written: done)
            }
        }
    }

    static func write(_ text: String) throws { try write(Array(text.utf8)) }
}

/// The reader of standard output wants no more, such as `head`: no error, but not all was written.
struct PipeClosed: Error {
    /// What a shell shows for a program that a closed pipe ended.
    let status: Int32 = 128 + SIGPIPE
}

/// Standard error; where it cannot be written to there is nobody to tell.
enum StandardError {
    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { bytes in bytes.baseAddress.map { Foundation.write(2, $0, bytes.count) } }
    }
}
