import Counterpart

/// S: synthetic counterparts judged by comparison schools in the partners' place.
extension Experiments {
    static var synthetic: [Experiment] {
        let names: [EstimatorName] = [.syntheticDiD, .syntheticControl]
        let several = names.map { name in
            Experiment(
                letter: "S", title: "\(name.rawValue): 40 schools, 8 treated, 8 years",
                world: SimulatedSchools(40, treated: 8, start: 6).with { $0.years = 8 }, estimator: name,
                rule: unbiased + within(.defaultInterval, 0.93...0.97) + holdsItsLevel)
        }
        let staggered = names.map { name in
            Experiment(
                letter: "S", title: "\(name.rawValue): 40 schools, two cohorts of 4, effects that grow",
                world: SimulatedSchools(starts: (0..<40).map { $0 < 4 ? 5 : $0 < 8 ? 6 : nil }).with {
                    ($0.years, $0.effect, $0.growth) = (8, 1, 0.5)
                }, estimator: name, rule: unbiased + within(.defaultInterval, 0.93...0.97))
        }
        let single = names.map { name in
            Experiment(
                letter: "S", title: "\(name.rawValue): 20 schools, 1 treated, 8 years",
                world: SimulatedSchools(20, treated: 1, start: 6).with { $0.years = 8 }, estimator: name,
                rule: unbiased + within(.defaultInterval, 0.92...0.97) + holdsItsLevel)
        }
        return several + staggered + single
    }

    private static let holdsItsLevel: Experiment.Rule = { tally in
        atLeast(.named(.randomisation), 0.95 - 3 * tally.monteCarloError)(tally)
    }
}
