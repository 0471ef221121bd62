import Estimation
import Inference
import SchoolPanel

/// Synthetic difference in differences with placebo standard errors of a school panel in memory: from the design to every mean
/// with its interval.
///
///     SyntheticPlacebos FILE [--draws N] [--threads N] [--rounds N]
///
/// The file is `Peers/make_synthetic.py`'s. Prints the headline with its standard error, and for each round the seconds and the
/// processor's seconds of the whole analysis.
@main struct SyntheticPlacebosProgram {
    static func main() throws {
        var path: String?
        var (draws, threads, rounds) = (200, 2, 5)
        var words = CommandLine.arguments.dropFirst().makeIterator()
        while let word = words.next() {
            switch word {
            case "--draws": draws = words.next().flatMap { Int($0) } ?? draws
            case "--threads": threads = words.next().flatMap { Int($0) } ?? threads
            case "--rounds": rounds = words.next().flatMap { Int($0) } ?? rounds
            default: path = word
            }
        }
        guard let path else {
            print("usage: SyntheticPlacebos FILE [--draws N] [--threads N] [--rounds N]")
            return
        }
        let design = try SchoolPanel.design(path)
        var options = AnalysisOptions()
        options.estimator = .syntheticDiD
        (options.permutations, options.threads) = (draws, threads)
        options.diagnosesPreTrend = false
        let clock = ContinuousClock()
        for round in 0...rounds {
            let processor = SchoolPanel.processorSeconds()
            let start = clock.now
            let result = try DidAnalysis.run(design, options)
            let seconds = (clock.now - start) / .seconds(1)
            let work = SchoolPanel.processorSeconds() - processor
            // The first fills caches.
            guard round == 0 else {
                print("round,\(seconds),\(work)")
                continue
            }
            let headline = result.effects[0]
            print("effect,att,\(headline.estimate ?? .nan),\(headline.standardError ?? .nan),0")
        }
    }
}
