import Estimation
import Inference
import Panels
import SchoolPanel

/// Callaway and Sant'Anna's effects of a school panel with two covariates, in memory: from the design to every mean with its
/// bootstrap band.
///
///     GroupTimes FILE [--draws N] [--threads N] [--rounds N]
///
/// The file is `Peers/make_staggered.py`'s. Prints each estimate with its standard error, and for each round the seconds and the
/// processor's seconds of the whole analysis.
@main struct GroupTimesProgram {
    static func main() throws {
        var path: String?
        var (draws, threads, rounds) = (999, 2, 5)
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
            print("usage: GroupTimes FILE [--draws N] [--threads N] [--rounds N]")
            return
        }
        SchoolPanel.keepMemory()
        let design = try SchoolPanel.design(path, covariates: ["poverty", "intake"])
        var options = AnalysisOptions()
        options.estimator = .callawaySantAnna
        options.estimation.comparison = .notYet
        options.vcov = .cr0
        (options.permutations, options.wild, options.bootstrap, options.threads) = (0, 0, draws, threads)
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
            for effect in result.effects {
                guard let estimate = effect.estimate, let error = effect.standardError else { continue }
                let name =
                    switch effect.kind {
                    case .groupTime: "\(effect.cohort ?? "") \(effect.time ?? "")"
                    case .event: "event \(effect.eventTime ?? 0)"
                    default: effect.term ?? effect.cohort ?? effect.time ?? ""
                    }
                print("effect,\(name),\(estimate),\(error),\(effect.bandUpper ?? 0)")
            }
        }
    }
}
