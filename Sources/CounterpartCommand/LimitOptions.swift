import ArgumentParser
import Counterpart

/// How large the parts of an input may be, and how long it may keep silent.
struct LimitOptions: ParsableArguments {
    @Option(
        name: .customLong("max-field"), help: ArgumentHelp("Refuse a longer field (default: 16MB).", valueName: "bytes")
    )
    var field: String?
    @Option(
        name: .customLong("max-columns"),
        help: ArgumentHelp("Refuse more columns (default: 200000).", valueName: "count"))
    var columns: Int?
    @Option(
        name: .customLong("max-header"),
        help: ArgumentHelp("Refuse a longer header (default: 4MB).", valueName: "bytes"))
    var header: String?
    @Option(
        name: .customLong("max-unpacked"),
        help: ArgumentHelp("Refuse a compressed file that holds more (default: 64GB).", valueName: "bytes"))
    var unpacked: String?
    @Option(
        name: .customLong("max-memory"),
        help: ArgumentHelp(
            "Refuse to hold more text at once, as UTF-16 and long rows need (default: 2GB).", valueName: "bytes"))
    var memory: String?
    @Option(
        help: ArgumentHelp(
            "Give up when standard input sends nothing for so long (default: wait).", valueName: "seconds"))
    var timeout: Int?

    /// Whether each was given.
    var given: [(option: String, isGiven: Bool)] {
        [
            ("--max-field", field != nil), ("--max-columns", columns != nil), ("--max-header", header != nil),
            ("--max-unpacked", unpacked != nil), ("--max-memory", memory != nil), ("--timeout", timeout != nil),
        ]
    }

    func limits() throws -> ReadingLimits {
        var limits = ReadingLimits()
        if let field { limits.field = try Self.bytes(field, option: "--max-field") }
        if let header { limits.header = try Self.bytes(header, option: "--max-header") }
        if let unpacked { limits.unpacked = try Self.bytes(unpacked, option: "--max-unpacked") }
        if let memory { limits.memory = try Self.bytes(memory, option: "--max-memory") }
        if let columns {
            guard columns > 0 else {
                throw RequestError.badValue(option: "--max-columns", value: "\(columns)", allowed: "1 or more")
            }
            limits.columns = columns
        }
        if let timeout {
            guard (1...86_400).contains(timeout) else {
                throw RequestError.badValue(option: "--timeout", value: "\(timeout)", allowed: "1 to 86400 seconds")
            }
            limits.silence = timeout
        }
        return limits
    }

    /// A number of bytes, or of kB, MB, GB or TB (powers of 1000).
    static func bytes(_ text: String, option: String) throws -> Int {
        let units = [
            ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("B", 1), ("", 1),
        ]
        let upper = text.uppercased()
        for (unit, factor) in units where upper.hasSuffix(unit) {
            guard let number = Int(upper.dropLast(unit.count)), number > 0 else { break }
            let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: factor)
            if !isTooLarge { return bytes }
        }
        throw RequestError.badValue(
            option: option, value: text, allowed: "a number of bytes, such as 500000, 64MB or 2GB")
    }
}
