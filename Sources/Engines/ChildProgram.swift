import Dispatch
import Foundation
import Synchronization

/// A program that reads a text and writes an answer, started without a shell.
struct ChildProgram {
    struct Answer {
        var output: [UInt8]
        var errors: [UInt8]
        /// Its exit code; of a signal the number with a minus.
        var status: Int32
    }

    let path: String
    let arguments: [String]

    /// - Throws: `EngineError.noProgram` where the system does not start it.
    func run(input: [UInt8]) throws -> Answer {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let (asked, answered, complaints) = (Pipe(), Pipe(), Pipe())
        process.standardInput = asked
        process.standardOutput = answered
        process.standardError = complaints
        do {
            try process.run()
        } catch {
            throw EngineError.noProgram(name: path)
        }
        let number = process.processIdentifier
        return try RunningStatements.during(stop: { _ = kill(number, SIGTERM) }) {
            // All three at once: whoever waits for one full pipe would wait for ever.
            let errors = Mutex<[UInt8]>([])
            let group = DispatchGroup()
            let (question, talk) = (asked.fileHandleForWriting, complaints.fileHandleForReading)
            DispatchQueue.global().async(group: group) {
                // A program that ends before it has read all says why itself.
                try? question.write(contentsOf: input)
                try? question.close()
            }
            DispatchQueue.global().async(group: group) {
                let said = Array((try? talk.readToEnd()) ?? Data())
                errors.withLock { $0 = said }
            }
            let output = Array((try? answered.fileHandleForReading.readToEnd()) ?? Data())
            group.wait()
            process.waitUntilExit()
            let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            return Answer(output: output, errors: errors.withLock { $0 }, status: status)
        }
    }
}
