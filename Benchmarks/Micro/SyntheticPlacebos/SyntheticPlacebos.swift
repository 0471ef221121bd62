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
        guard let rounds = TimedRounds(program: "SyntheticPlacebos", draws: 200) else { return }
        let design = try SchoolPanel.design(rounds.path)
        var options = AnalysisOptions()
        options.estimator = .syntheticDiD
        (options.permutations, options.threads) = (rounds.draws, rounds.threads)
        options.diagnosesPreTrend = false
        let chosen = options
        try rounds.run({ try DidAnalysis.run(design, chosen) }) { result in
            let headline = result.effects[0]
            print("effect,att,\(headline.estimate ?? .nan),\(headline.standardError ?? .nan),0")
        }
    }
}
