#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the command was asked for.
struct SampleDataOptions {
    var seed: UInt64 = 1
    var folder: String

    static let usage = """
        usage: sample-data --to DIR [--seed N]
        Writes the sample partnership's result files, list of partners, links of school records and truth.json into DIR.
        The seed is 1 unless given. Example: sample-data --seed 7 --to /tmp/partnership-7
        """

    init(_ arguments: ArraySlice<String>) throws(UsageError) {
        var folder: String?
        var rest = arguments
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { throw UsageError("\(option) needs a value") }
            switch option {
            case "--seed":
                guard let seed = UInt64(value) else { throw UsageError("--seed takes a whole number from 0") }
                self.seed = seed
            case "--to": folder = value
            default: throw UsageError("unknown option \(option)")
            }
        }
        guard let folder else { throw UsageError("--to is missing") }
        self.folder = folder
    }
}

/// A command line that cannot be understood, with how it should look.
struct UsageError: Error, CustomStringConvertible {
    var description: String

    init(_ problem: String) { description = "error: \(problem)\n\(SampleDataOptions.usage)" }
}

/// Prints to standard error and ends with the exit code: 2 for wrong usage, 5 where writing failed.
func fail(_ error: any Error) -> Never {
    let words = error is UsageError ? "\(error)\n" : "error: the files cannot be written: \(error)\n"
    Array(words.utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(error is UsageError ? 2 : 5)
}
