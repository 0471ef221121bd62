import Counterpart
import LinearAlgebra
import Probability

/// J, second part: do intervals under bounded departures from parallel trends keep their level where the bound holds with
/// equality?
enum DepartingTrends {
    static func run(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        try atTheBoundary(20 * samples, seed: seed) + wholeAnalyses(samples, seed: seed, threads: threads)
    }

    /// Normal estimates of one change before the start, 5 standard errors, and of one step after it M̄ times as far off.
    private static func atTheBoundary(_ samples: Int, seed: UInt64) throws -> [String] {
        print(
            "\n| J | intervals for relative magnitudes that hold the truth at the boundary | set ± z standard errors |\n"
                + "| --- | ---: | ---: |")
        var broken: [String] = []
        for (number, (m, correlation)) in [(1.0, 0.0), (2, 0), (1, 0.5), (2, 0.5)].enumerated() {
            var random = CounterRandom(seed: seed, stream: UInt64(3000 + number))
            let rest = (1 - correlation * correlation).squareRoot()
            var (held, plain) = (0, 0)
            for _ in 0..<samples {
                let (a, b) = (Normal.tailQuantile(random.uniform()), Normal.tailQuantile(random.uniform()))
                let (before, after) = (5 + a, -5 * m + correlation * a + rest * b)
                let study = try EventStudyEstimates(
                    steps: [-1, 1], estimates: [before, after],
                    covariance: Matrix(rows: 2, columns: 2, storage: [1, correlation, correlation, 1]))
                let found = RelativeMagnitudes(study, target: [1], level: 0.95).interval(m)
                if found.lower <= 0 && 0 <= found.upper { held += 1 }
                if abs(after) <= m * abs(before) + 1.959963984540054 { plain += 1 }
            }
            let (share, other) = (Double(held) / Double(samples), Double(plain) / Double(samples))
            let title = "M̄ = \(CoverageTable.fixed(m, 0)), errors' correlation \(CoverageTable.fixed(correlation, 1))"
            print(CoverageTable.line([title, CoverageTable.fixed(share, 3), CoverageTable.fixed(other, 3)]))
            if share < 0.93 { broken.append("J (\(title)): intervals hold the truth in \(share)") }
        }
        return broken
    }

    /// Schools whose treated ones rise by 0.5 a year more throughout, without an effect: a line (smoothness with M = 0), whose
    /// changes after the start are those before it (relative magnitudes with M̄ = 1).
    private static func wholeAnalyses(_ samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        let staggered: [Int?] = (0..<80).map { $0 < 12 ? 4 : $0 < 24 ? 5 : nil }
        let worlds: [(title: String, world: SimulatedSchools)] = [
            ("100 schools, 30 treated, twfe", SimulatedSchools(100, treated: 30)),
            ("40 schools, 13 treated, twfe", SimulatedSchools(40, treated: 13)),
            ("20 schools, 4 treated, twfe", SimulatedSchools(20, treated: 4)),
            ("80 schools, 2 cohorts of 12, imputation", SimulatedSchools(starts: staggered)),
        ]
        print(
            "\n| J | relative magnitudes, M̄ = 1 | smoothness, M = 0 | parallel trends |\n| --- | ---: | ---: | ---: |")
        var broken: [String] = []
        for (number, row) in worlds.enumerated() {
            let world = row.world.with { $0.treatedTrend = 0.5 }
            let seed = seed << 16 + UInt64(4000 + number)
            let tally = try CoverageTally.over(min(samples, 1000), threads: threads) { k in
                var options = AnalysisOptions()
                options.permutations = 0
                options.wild = 0
                options.diagnosesPreTrend = false
                options.judgesSensitivity = true
                let result = try DidAnalysis.run(world.sample(seed: seed, k), options)
                var outcome = SampleOutcome()
                if let lower = result.effects[0].lower, let upper = result.effects[0].upper {
                    outcome.verdicts[.defaultInterval] = Verdict(holds: lower <= 0 && 0 <= upper)
                }
                for curve in result.sensitivity?.targets.first?.curves ?? [] {
                    let isRelative = curve.restriction == .relativeMagnitudes
                    guard let found = curve.intervals.first(where: { $0.m == (isRelative ? 1 : 0) }) else { continue }
                    outcome.verdicts[.named(isRelative ? .cr2 : .cr3)] = Verdict(
                        holds: found.lower <= 0 && 0 <= found.upper)
                }
                return outcome
            }
            let shares = [Method.named(.cr2), .named(.cr3), .defaultInterval].map { tally.coverage($0) }
            print(CoverageTable.line([row.title] + shares.map { $0.map { CoverageTable.fixed($0, 3) } ?? "–" }))
            for (share, what) in zip(shares, ["relative magnitudes", "smoothness"])
            where (share ?? 0) < 0.92 - 3 * tally.monteCarloError {
                broken.append("J (\(row.title)): \(what) hold the truth in \(share ?? 0)")
            }
        }
        return broken
    }
}
