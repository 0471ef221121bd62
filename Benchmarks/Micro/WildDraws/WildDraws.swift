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
        guard let rounds = TimedRounds(program: "WildDraws", draws: 99_999) else { return }
        let design = try SchoolPanel.design(rounds.path)
        let fit = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
        var options = WildOptions()
        (options.draws, options.weights, options.threads, options.level) = (
            rounds.draws, .rademacher, rounds.threads, nil
        )
        let clusters = Double(design.units.count)
        let chosen = options
        try rounds.run({ try WildBootstrap(fit, factor: clusters / (clusters - 1)).test(estimand: 0, chosen) }) {
            test in
            guard let test else { return print("no variation") }
            print("t,\(test.statistic)")
            print("p,\(test.pValue)")
            print("draws,\(test.draws)")
        }
    }
}
