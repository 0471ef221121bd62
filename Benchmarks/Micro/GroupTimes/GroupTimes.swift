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
        guard let rounds = TimedRounds(program: "GroupTimes", draws: 999) else { return }
        SchoolPanel.keepMemory()
        let design = try SchoolPanel.design(rounds.path, covariates: ["poverty", "intake"])
        var options = AnalysisOptions()
        options.estimator = .callawaySantAnna
        options.estimation.comparison = .notYet
        options.vcov = .cr0
        (options.permutations, options.wild, options.bootstrap, options.threads) = (0, 0, rounds.draws, rounds.threads)
        options.diagnosesPreTrend = false
        let chosen = options
        try rounds.run({ try DidAnalysis.run(design, chosen) }) { result in
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
