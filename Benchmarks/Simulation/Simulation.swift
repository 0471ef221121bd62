import Counterpart
import Foundation

/// Simulations of the methods on worlds whose truth is known.
///
///     Simulation [--design A,C,sample…] [--samples N] [--seed S] [--threads N]
///     Simulation --design sample [--seeds N] [--first N] [--plan FILE]
///
/// Prints one row a design, and ends with 1 where a rule is broken. Seeds are fixed and nothing is tried again.
@main
enum Simulation {
    static func main() {
        do {
            let broken = try run(Arguments(CommandLine.arguments))
            for line in broken { print("BROKEN \(line)") }
            if !broken.isEmpty { exit(1) }
        } catch {
            print("STOPPED \(error)")
            exit(1)
        }
    }

    /// - Returns: broken rules in words.
    private static func run(_ arguments: Arguments) throws -> [String] {
        let wanted = arguments["--design"]?.split(separator: ",").map(String.init)
        let experiments = Experiments.all.enumerated().filter { wanted?.contains($0.element.letter) ?? true }
        var broken: [String] = []
        let samples = arguments["--samples"].flatMap { Int($0) } ?? 1000
        let seed = arguments["--seed"].flatMap { UInt64($0) } ?? 1
        let threads = arguments["--threads"].flatMap { Int($0) } ?? ProcessorCount.available
        if !experiments.isEmpty {
            FileHandle.standardOutput.write(Data((CoverageTable.head + "\n").utf8))
            for (number, experiment) in experiments {
                // Every design draws its own world, whichever others run.
                let tally = try experiment.run(
                    samples: samples, seed: seed << 16 + UInt64(number), threads: threads)
                FileHandle.standardOutput.write(Data((CoverageTable.row(experiment, tally) + "\n").utf8))
                broken += experiment.rule(tally).map { "\(experiment.letter) (\(experiment.title)): \($0)" }
            }
            print(CoverageTable.foot(samples: samples))
        }
        func isWanted(_ letter: String) -> Bool { wanted?.contains(letter) ?? true }
        if isWanted("F") { broken += try StaggeredBands.run(samples: samples, seed: seed, threads: threads) }
        if isWanted("G") { broken += try MissingByResult.run(samples: samples, seed: seed, threads: threads) }
        if isWanted("H") { broken += try DoublyRobust.run(samples: samples, seed: seed, threads: threads) }
        if isWanted("I") { broken += try UnequalSchools.run(samples: samples, seed: seed, threads: threads) }
        if isWanted("J") { broken += try PreTestSize.run(samples: samples, seed: seed, threads: threads) }
        if isWanted("J") || isWanted("departures") {
            broken += try DepartingTrends.run(samples: samples, seed: seed, threads: threads)
        }
        if isWanted("K") { broken += try Placebo.run(samples: samples, seed: seed, threads: threads) }
        if isWanted("M") || isWanted("O") { broken += try ExactChecks.run() }
        if isWanted("N") { broken += try MatchedSchools.run(samples: samples, seed: seed, threads: threads) }
        if isWanted("power") { broken += try PowerPromise.run(samples: samples, seed: seed, threads: threads) }
        if wanted?.contains("sample") ?? true { broken += try SampleCoverage.run(arguments) }
        return broken
    }
}

/// `--name value` pairs.
struct Arguments {
    private let words: [String]

    init(_ words: [String]) { self.words = words }

    subscript(name: String) -> String? {
        words.firstIndex(of: name).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
    }
}
