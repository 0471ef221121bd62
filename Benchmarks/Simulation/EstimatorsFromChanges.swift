import Counterpart

/// F again, for each estimator from changes, and the exact t of few schools.
extension Experiments {
    static var changes: [Experiment] {
        let starts: [Int?] = (0..<60).map { $0 < 10 ? 3 : $0 < 20 ? 4 : $0 < 30 ? 5 : nil }
        let world = SimulatedSchools(starts: starts).with { ($0.effect, $0.growth) = (1, 0.5) }
        let several = [
            (EstimatorName.callawaySantAnna, nil), (.dcdh, nil), (.localProjections, nil), (.stacked, stackedTruth),
            (.leeWooldridge, schoolTruth),
        ].map { (name: EstimatorName, truth: (@Sendable (SimulatedSchools) -> Double)?) in
            Experiment(
                letter: "F-\(name.rawValue)", title: "\(name.rawValue): 60 schools, 3 cohorts of 10, effects that grow",
                world: world, estimator: name, reassignments: 0, truth: truth,
                rule: unbiased + within(.defaultInterval, 0.93...0.97) + within(.named(.cr2), 0.93...0.97))
        }
        // Schools' own results, normal: the t of one number a school is exact.
        let few = [(6, 2), (8, 3), (20, 4)].map { schools, treated in
            Experiment(
                letter: "F-exact", title: "lee-wooldridge iid: \(schools) schools, \(treated) treated",
                world: SimulatedSchools(schools, treated: treated).with { $0.pupils = 0 }, estimator: .leeWooldridge,
                reassignments: 0, variance: .iid,
                rule: unbiased + within(.defaultInterval, 0.93...0.97))
        }
        return several + few
    }

    /// The plain mean over event times of the largest window that every start has.
    private static func stackedTruth(_ world: SimulatedSchools) -> Double {
        let last = world.years - (world.starts.compactMap { $0 }.max() ?? world.years)
        return world.effect + world.growth * Double(last) / 2
    }

    /// The mean over treated schools, a school's years alike.
    private static func schoolTruth(_ world: SimulatedSchools) -> Double {
        let starts = world.starts.compactMap { $0 }
        return starts.reduce(0.0) { $0 + world.effect + world.growth * Double(world.years - $1) / 2 }
            / Double(starts.count)
    }
}
