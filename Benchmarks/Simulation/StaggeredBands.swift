import Counterpart

/// F, where starts differ and effects grow: uniform bands hold every step at once, and the two-way estimate is off by what the
/// weights of its comparisons say.
enum StaggeredBands {
    private static let world: SimulatedSchools = {
        let starts: [Int?] = (0..<60).map { $0 < 10 ? 3 : $0 < 20 ? 4 : $0 < 30 ? 5 : nil }
        return SimulatedSchools(starts: starts).with { ($0.effect, $0.growth) = (1, 0.5) }
    }()

    static func run(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        try bands(samples: samples, seed: seed, threads: threads)
            + twoWay(samples: samples, seed: seed, threads: threads)
    }

    /// The band over all steps after the start, 499 draws, by the default and by CR2.
    private static func bands(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        print("\n| F | uniform band over 4 steps | by CR2 | each step alone, all at once |")
        print("| --- | ---: | ---: | ---: |")
        var broken: [String] = []
        for (number, name) in [EstimatorName.imputation, .callawaySantAnna, .sunAbraham].enumerated() {
            let seed = seed << 16 + UInt64(5000 + number)
            let tally = try CoverageTally.over(samples, threads: threads) { k in
                var options = AnalysisOptions()
                options.estimator = name
                (options.permutations, options.wild, options.bootstrap) = (0, 0, 499)
                options.diagnosesPreTrend = false
                options.seed = UInt64(k + 1)
                let design = world.sample(seed: seed, k)
                var outcome = SampleOutcome()
                let steps = try steps(design, options)
                outcome.verdicts[.defaultInterval] = verdict(steps, \.bandLower, \.bandUpper)
                outcome.verdicts[.named(.cr1)] = verdict(steps, \.lower, \.upper)
                options.vcov = .cr2
                outcome.verdicts[.named(.cr2)] = verdict(try self.steps(design, options), \.bandLower, \.bandUpper)
                return outcome
            }
            let shares = [Method.defaultInterval, .named(.cr2), .named(.cr1)].map { tally.coverage($0) ?? 0 }
            print(CoverageTable.line([name.rawValue] + shares.map { CoverageTable.fixed($0, 3) }))
            for (what, share) in zip(["", " by CR2"], shares) where share < 0.93 {
                broken.append("F (\(name.rawValue)): the uniform band\(what) covers \(share), below 0.93")
            }
            if shares[2] >= shares[0] {
                broken.append("F (\(name.rawValue)): single intervals cover as much as the band")
            }
        }
        return broken
    }

    private static func steps(_ design: Design, _ options: AnalysisOptions) throws -> [Effect] {
        try DidAnalysis.run(design, options).effects.filter { $0.kind == .event && ($0.eventTime ?? -1) >= 0 }
    }

    /// Whether every step's interval holds its effect; nil where one has none.
    private static func verdict(
        _ steps: [Effect], _ lower: KeyPath<Effect, Double?>, _ upper: KeyPath<Effect, Double?>
    ) -> Verdict? {
        var holds = !steps.isEmpty
        for step in steps {
            guard let low = step[keyPath: lower], let high = step[keyPath: upper], let e = step.eventTime else {
                return nil
            }
            let truth = world.effect + world.growth * Double(e)
            holds = holds && low <= truth && truth <= high
        }
        return Verdict(holds: holds)
    }

    /// The two-way estimate beside the mean effect, and what its weights make of the true effects.
    private static func twoWay(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        print("\n| F | error of twfe | by its weights | weight on comparisons with schools already treated |")
        print("| --- | ---: | ---: | ---: |")
        let seed = seed << 16 + 5100
        var options = AnalysisOptions()
        options.estimator = .twfe
        (options.permutations, options.wild) = (0, 0)
        options.diagnosesPreTrend = false
        options.decomposes = true
        let chosen = options
        let tally = try CoverageTally.over(samples, threads: threads) { k in
            let design = world.sample(seed: seed, k)
            var outcome = SampleOutcome()
            outcome.error = (try DidAnalysis.run(design, chosen).effects[0].estimate ?? 0) - world.truth(design)
            return outcome
        }
        // The design is the same in every sample, and so are its weights.
        let design = world.sample(seed: seed, 0)
        let findings = try DidAnalysis.run(design, options).twoWay
        var promised = -world.truth(design)
        for row in findings?.weights?.rows ?? [] {
            guard let start = Int(row.cohort), let year = Int(row.time) else { continue }
            promised += row.weight * (world.effect + world.growth * Double(year - start))
        }
        let sums = findings?.decomposition?.sums ?? []
        let forbidden = sums.first { $0.kind == .laterVsEarlier }?.weight ?? 0
        print(
            CoverageTable.line([
                "60 schools, 3 cohorts of 10", CoverageTable.fixed(tally.bias, 3), CoverageTable.fixed(promised, 3),
                CoverageTable.fixed(forbidden, 3),
            ]))
        var broken: [String] = []
        if abs(tally.bias) < 5 * tally.biasError { broken.append("F (twfe): its bias of \(tally.bias) does not show") }
        if abs(tally.bias - promised) > 3.5 * tally.biasError {
            broken.append("F (twfe): its bias is \(tally.bias), its weights promise \(promised)")
        }
        if forbidden <= 0 { broken.append("F (twfe): no weight on comparisons with schools already treated") }
        return broken
    }
}
