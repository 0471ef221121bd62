import Counterpart

/// J: how often the test of the years before the start finds a difference that is not there, and one that is.
enum PreTestSize {
    private static let worlds: [(title: String, world: SimulatedSchools, isTrue: Bool)] = {
        let staggered: [Int?] = (0..<60).map { $0 < 10 ? 4 : $0 < 20 ? 5 : $0 < 30 ? 6 : nil }
        let small: [Int?] = (0..<30).map { $0 < 3 ? 4 : $0 < 6 ? 5 : nil }
        return [
            ("40 schools, 3 treated", SimulatedSchools(40, treated: 3), true),
            ("40 schools, 13 treated", SimulatedSchools(40, treated: 13), true),
            ("100 schools, 30 treated", SimulatedSchools(100, treated: 30), true),
            ("60 schools, 3 cohorts of 10", SimulatedSchools(starts: staggered), true),
            ("30 schools, 2 cohorts of 3", SimulatedSchools(starts: small), true),
            (
                "40 schools, 13 treated, rising 0.5 a year more",
                SimulatedSchools(40, treated: 13).with { $0.treatedTrend = 0.5 }, false
            ),
        ]
    }()

    static func run(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        print("\n| J | found a difference before the start (at 5%) |\n| --- | ---: |")
        var broken: [String] = []
        let samples = min(samples, 2000)
        for (number, row) in worlds.enumerated() {
            let seed = seed << 16 + UInt64(2000 + number)
            let tally = try CoverageTally.over(samples, threads: threads) { k in
                var options = AnalysisOptions()
                options.permutations = 199
                options.wild = 0
                options.seed = UInt64(k) + 1
                let result = try DidAnalysis.run(row.world.sample(seed: seed, k), options)
                var outcome = SampleOutcome()
                if let p = result.preTrend?.pValue { outcome.verdicts[.defaultInterval] = Verdict(holds: p > 0.05) }
                return outcome
            }
            let found = 1 - (tally.coverage(.defaultInterval) ?? 1)
            print(CoverageTable.line([row.title, CoverageTable.fixed(found, 3)]))
            if row.isTrue, found > 0.05 + 3 * tally.monteCarloError {
                broken.append("J (\(row.title)): a difference that is not there is found in \(found)")
            }
            if !row.isTrue, found < 0.2 { broken.append("J (\(row.title)): a difference is found in only \(found)") }
        }
        return broken
    }
}
