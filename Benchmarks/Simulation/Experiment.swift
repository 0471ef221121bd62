import Counterpart

/// One row of the table of simulations: a world, how it is analysed, and what must hold.
struct Experiment: Sendable {
    /// Broken rules in words; empty where all hold.
    typealias Rule = @Sendable (CoverageTally) -> [String]

    /// The letter of the design, such as `C`.
    var letter: String
    var title: String
    var world: SimulatedSchools
    /// nil: by the rule of `did`.
    var estimator: EstimatorName?
    var family: OutcomeFamily?
    /// Reassignments of the randomisation test; 0 leaves it and the wild bootstrap out.
    var reassignments = 199
    static let wildDraws = 999
    /// nil: by the rule.
    var variance: VarianceKind?
    /// The headline's truth in a sample; nil for the mean effect over treated pupils.
    var truth: (@Sendable (SimulatedSchools) -> Double)?
    var rule: Rule

    func run(samples: Int, seed: UInt64, threads: Int) throws -> CoverageTally {
        try CoverageTally.over(samples, threads: threads) { k in try outcome(seed: seed, k) }
    }

    private func outcome(seed: UInt64, _ k: Int) throws -> SampleOutcome {
        let design = world.sample(seed: seed, k)
        let truth = self.truth.map { $0(world) } ?? world.truth(design)
        var options = AnalysisOptions()
        options.diagnosesPreTrend = false
        options.estimator = estimator
        options.vcov = variance
        options.estimation.family = family
        options.permutations = reassignments
        options.wild = reassignments > 0 && !isSynthetic ? Self.wildDraws : 0
        options.seed = UInt64(k) + 1
        let result = try DidAnalysis.run(design, options)
        let headline = result.effects[0]
        var outcome = SampleOutcome()
        outcome.error = headline.estimate.map { $0 - truth }
        outcome.put(.defaultInterval, headline.lower, headline.upper, headline.degreesOfFreedom, truth: truth)
        for row in result.methods?.rows ?? [] {
            if let lower = row.lower {
                outcome.put(.named(row.method), lower, row.upper, row.degreesOfFreedom, truth: truth)
            } else if let p = row.pValue, world.isNull {
                outcome.verdicts[.named(row.method)] = Verdict(holds: p > 0.05)
            }
        }
        if result.methods == nil, let test = result.randomisation, world.isNull {
            outcome.verdicts[.named(.randomisation)] = Verdict(holds: test.pValue > 0.05)
        }
        options.permutations = 0
        options.wild = 0
        for (method, kind) in variances where outcome.verdicts[method] == nil {
            options.vcov = kind
            let effect = try DidAnalysis.run(design, options).effects[0]
            outcome.put(method, effect.lower, effect.upper, effect.degreesOfFreedom, truth: truth)
        }
        return outcome
    }

    private var isSynthetic: Bool { estimator?.isSynthetic ?? false }

    /// Two stages and curved families are no regressions: CR1 alone. Synthetic counterparts have none of these.
    private var variances: [(Method, VarianceKind)] {
        if isSynthetic { return [] }
        let all: [(Method, VarianceKind)] = [(.named(.cr1), .cr1), (.named(.cr2), .cr2), (.named(.cr3), .cr3)]
        return estimator == .twoStage || family == .logit ? Array(all.prefix(1)) : all
    }
}

extension SampleOutcome {
    /// Nothing where there is no interval.
    fileprivate mutating func put(
        _ method: Method, _ lower: Double?, _ upper: Double?, _ degreesOfFreedom: Double?, truth: Double
    ) {
        guard let lower, let upper else { return }
        verdicts[method] = Verdict(
            holds: lower <= truth && truth <= upper, width: upper - lower, degreesOfFreedom: degreesOfFreedom)
    }
}
