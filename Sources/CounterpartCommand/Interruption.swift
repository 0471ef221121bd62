import Counterpart
import Dispatch
import Foundation

/// Ctrl-C and termination: temporary files are removed, then the program ends with the customary code.
enum Interruption {
    // Set once, before any thread starts.
    nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

    static func install() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler {
                for path in UnfinishedOutput.paths { try? FileManager.default.removeItem(atPath: path) }
                _exit(128 + number)
            }
            source.resume()
            sources.append(source)
        }
    }
}
