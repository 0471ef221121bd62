import Estimation
import Inference
import Panels
import SchoolPanel

/// The wild cluster bootstrap of a school panel's two-way regression, in memory.
///
///     WildDraws FILE [--draws N] [--threads N] [--rounds N]
///
/// The file's columns are school, year, start and score, one row a school and year (`Peers/make_schools.py`). Prints t, the
/// p-value, the draws made, and for each round the seconds and the processor's seconds from the fit to the p-value.
@main struct WildDrawsProgram {
    static func main() throws {
        var path: String?
        var (draws, threads, rounds) = (99_999, 2, 5)
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
            print("usage: WildDraws FILE [--draws N] [--threads N] [--rounds N]")
            return
        }
        let design = try SchoolPanel.design(path)
        let fit = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
        var options = WildOptions()
        (options.draws, options.weights, options.threads, options.level) = (draws, .rademacher, threads, nil)
        let clusters = Double(design.units.count)
        let clock = ContinuousClock()
        for round in 0...rounds {
            let processor = SchoolPanel.processorSeconds()
            let start = clock.now
            let test = try WildBootstrap(fit, factor: clusters / (clusters - 1)).test(estimand: 0, options)
            let seconds = (clock.now - start) / .seconds(1)
            let work = SchoolPanel.processorSeconds() - processor
            guard let test else { return print("no variation") }
            // The first fills caches.
            if round == 0 {
                print("t,\(test.statistic)")
                print("p,\(test.pValue)")
                print("draws,\(test.draws)")
            } else {
                print("round,\(seconds),\(work)")
            }
        }
    }
}
