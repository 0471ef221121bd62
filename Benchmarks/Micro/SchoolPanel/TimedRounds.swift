/// What a program that times a school panel is asked for on the command line, and its timing.
///
///     PROGRAM FILE [--draws N] [--threads N] [--rounds N]
public struct TimedRounds: Sendable {
    public var path: String
    public var draws: Int
    public var threads = 2
    public var rounds = 5

    /// - Returns: nil where no file is named, having said how the program is used.
    public init?(program: String, draws: Int) {
        var path: String?
        self.draws = draws
        var words = CommandLine.arguments.dropFirst().makeIterator()
        while let word = words.next() {
            switch word {
            case "--draws": self.draws = words.next().flatMap { Int($0) } ?? draws
            case "--threads": threads = words.next().flatMap { Int($0) } ?? threads
            case "--rounds": rounds = words.next().flatMap { Int($0) } ?? rounds
            default: path = word
            }
        }
        guard let path else {
            print("usage: \(program) FILE [--draws N] [--threads N] [--rounds N]")
            return nil
        }
        self.path = path
    }

    /// Runs the work once to fill caches and shows what it gave, then prints for each round the seconds and the processor's
    /// seconds.
    public func run<Result>(_ work: () throws -> Result, show: (Result) -> Void) rethrows {
        let clock = ContinuousClock()
        for round in 0...rounds {
            let processor = SchoolPanel.processorSeconds()
            let start = clock.now
            let result = try work()
            let seconds = (clock.now - start) / .seconds(1)
            let spent = SchoolPanel.processorSeconds() - processor
            if round == 0 { show(result) } else { print("round,\(seconds),\(spent)") }
        }
    }
}
