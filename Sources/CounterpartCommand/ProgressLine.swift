import CProcess
import Counterpart
import Foundation
import Synchronization

/// One line on the terminal that says how far a long reading has come: rate, share and time left. It is written over some
/// five times a second and gone when the run ends. Nothing is shown in the first second, nor where standard error is no terminal.
enum ProgressLine {
    private struct Shown {
        var meter: ReadingMeter
        var start: ContinuousClock.Instant
        /// The file and the bytes of it when it was first looked at: the rate is that of one file.
        var file: (path: String, since: ContinuousClock.Instant)?
        var width = 0
    }

    private static let shown = Mutex<Shown?>(nil)

    /// Runs the work with the line, unless it is not wanted.
    static func during(_ work: () throws -> Void, isWanted: Bool) throws {
        guard isWanted, isatty(2) == 1 else { return try work() }
        let meter = ReadingMeter()
        shown.withLock { $0 = Shown(meter: meter, start: .now) }
        cprocess_tick { ProgressLine.draw() }
        defer {
            cprocess_tick(nil)
            shown.withLock { erase(&$0) }
        }
        try ReadingMeter.$current.withValue(meter) { try work() }
    }

    /// For code that must not wait.
    static func eraseIfPossible() { _ = shown.withLockIfAvailable { erase(&$0) } }

    private static func erase(_ line: inout Shown?) {
        if let width = line?.width, width > 0 { put("\r" + String(repeating: " ", count: width) + "\r") }
        line = nil
    }

    private static func draw() {
        shown.withLock { line in
            guard var now = line, let state = now.meter.state, now.start.duration(to: .now) > .seconds(1) else {
                return
            }
            if now.file?.path != state.path { now.file = (state.path, .now) }
            let seconds = max((now.file?.since ?? now.start).duration(to: .now).inSeconds, 0.2)
            let text = Self.text(state, seconds: seconds)
            put("\r" + text + String(repeating: " ", count: max(0, now.width - text.count)))
            now.width = text.count
            line = now
        }
    }

    /// `pupils.csv: 45% of 1.2 GB, 310.0 MB/s, 2 s left`; of standard input only what has come.
    static func text(_ state: ReadingMeter.State, seconds: Double) -> String {
        let name = state.path == "-" ? "standard input" : String(state.path.split(separator: "/").last ?? "")
        let rate = Double(state.bytesDone) / seconds
        let speed = "\(amount(rate))/s"
        let label = TerminalText.escaped(String(name.prefix(30)))
        guard let all = state.bytesInAll, all > 0 else {
            return "\(label): \(amount(Double(state.bytesDone))) read, \(speed)"
        }
        let share = min(100, state.bytesDone * 100 / all)
        let left = rate > 0 ? Double(max(0, all - state.bytesDone)) / rate : 0
        return "\(label): \(share)% of \(amount(Double(all))), \(speed), \(Int(left.rounded(.up))) s left"
    }

    private static func amount(_ bytes: Double) -> String {
        let (unit, name) = bytes < 1e6 ? (1e3, "kB") : bytes < 1e9 ? (1e6, "MB") : (1e9, "GB")
        return Numeral.fixed(bytes / unit, decimals: 1) + " " + name
    }

    private static func put(_ text: String) {
        let bytes = Array(text.utf8)
        // A terminal that takes no more loses the line, not the run.
        _ = bytes.withUnsafeBytes { bytes in bytes.baseAddress.map { Foundation.write(2, $0, bytes.count) } }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
