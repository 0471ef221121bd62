import CProcess
import Counterpart
import Foundation

/// What ends the program from outside: Ctrl-C, termination, no memory left. Temporary files are removed and statements in databases
/// stopped first.
enum Interruption {
    /// - Parameter asJSON: how an error is written that the program can no longer write itself.
    static func install(asJSON: Bool) {
        cprocess_watch({ reason in Interruption.end(reason) }, asJSON ? 1 : 0)
    }

    /// Ends with the customary code: 128 and the signal's number, or that of a failure of the system.
    private static func end(_ reason: Int32) {
        ProgressLine.eraseIfPossible()
        for path in UnfinishedOutput.pathsIfPossible { remove(path) }
        RunningStatements.stopIfPossible()
        _exit(reason == 0 ? ExitStatus.system.rawValue : 128 + reason)
    }

    /// The run goes on beside this, so a folder first loses its name, in one step: half of it must not be put in place.
    /// The new name is of the same form, so that a later run knows it as a leftover.
    private static func remove(_ path: String) {
        let aside = path.hasSuffix(".tmp") ? path.dropLast(4) + "0.tmp" : path + "0"
        guard rename(path, aside) == 0 else { return }
        try? FileManager.default.removeItem(atPath: aside)
    }
}
