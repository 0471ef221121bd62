import Counterpart
import Foundation
import Probability

/// H: two schools' characteristics decide who joins and how results move, and the analysis holds the right ones constant, or
/// others that they make: in the model of results, in that of who joins, in both, in neither.
///
/// - Source: after Sant'Anna & Zhao (2020), §5.1, with trends that lie 0.2 standard deviations apart for each.
enum DoublyRobust {
    private struct World: Sendable {
        var isTrendRight: Bool
        var isScoreRight: Bool
        /// Schools; a third join or so.
        var schools = 600

        var title: String {
            switch (isTrendRight, isScoreRight) {
            case (true, true): "both models right"
            case (true, false): "only that of results right"
            case (false, true): "only that of who joins right"
            case (false, false): "neither right"
            }
        }

        func sample(seed: UInt64, _ k: Int) -> Design {
            var random = CounterRandom(seed: seed, stream: UInt64(k))
            func normal() -> Double { Normal.tailQuantile(random.uniform()) }
            let ranks = (0..<schools).map { String($0 + 10_000) }
            var starts: [Int?] = []
            var moments = CellMoments(variableCount: 3, n: [], weight: [], squaredWeight: [], mean: [], within: [])
            for _ in 0..<schools {
                let (a, b) = (normal(), normal())
                // What drives the school where the characteristics held constant are the wrong ones.
                let hidden = ((exp(a / 2) - 1.133) / 0.604, (a * b + b * b - 1) / 1.732)
                let forTrend = isTrendRight ? (a, b) : hidden
                let forScore = isScoreRight ? (a, b) : hidden
                let joins = random.uniform() < 1 / (1 + exp(0.7 - 0.6 * forScore.0 - 0.4 * forScore.1))
                starts.append(joins ? 2 : nil)
                let level = 2 * normal()
                let trend = 1 * forTrend.0 + 0.8 * forTrend.1
                for y in [level + normal(), level + trend + normal()] {
                    moments.n.append(1)
                    moments.weight.append(1)
                    moments.squaredWeight.append(1)
                    moments.mean += [y, a, b]
                    moments.within += [Double](repeating: 0, count: 6)
                }
            }
            let unit = (0..<2 * schools).map { $0 / 2 }
            return Design(
                outcome: "score", covariates: ["a", "b"], units: ranks, unit: unit,
                periods: [1, 2].map { Period(kind: .year, ordinal: $0, label: String($0)) },
                period: unit.indices.map { $0 % 2 }, start: starts,
                isTreated: unit.indices.map { $0 % 2 == 1 && starts[unit[$0]] != nil },
                eventTime: unit.indices.map { c in starts[unit[c]].map { c % 2 + 1 - $0 } },
                clusters: [CellFactor(name: "school", levels: ranks, codes: unit)], moments: moments,
                rowsArePupils: false, observationCount: Double(unit.count))
        }
    }

    private static let methods: [AdjustmentMethod] = [.doublyRobust, .regression, .weighting]

    static func run(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        print(
            "\n| H | bias: dr | or | ipw | coverage: dr | or | ipw |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
        )
        var broken: [String] = []
        let worlds = [(true, true), (true, false), (false, true), (false, false)].map {
            World(isTrendRight: $0.0, isScoreRight: $0.1)
        }
        for (number, world) in worlds.enumerated() {
            let seed = seed << 16 + UInt64(3000 + number)
            let tallies = try methods.map { method in
                try CoverageTally.over(samples, threads: threads) { k in
                    try outcome(world.sample(seed: seed, k), method)
                }
            }
            let figures =
                tallies.map { "\(CoverageTable.fixed($0.bias, 3)) ± \(CoverageTable.fixed($0.biasError, 3))" }
                + tallies.map { CoverageTable.fixed($0.coverage(.defaultInterval) ?? 0, 3) }
            print(CoverageTable.line([world.title] + figures))
            let robust = tallies[0]
            let isHeld = abs(robust.bias) <= 3.5 * robust.biasError + 0.01
            let isRight = world.isTrendRight || world.isScoreRight
            if isRight, !isHeld { broken.append("H (\(world.title)): doubly robust is off by \(robust.bias)") }
            if isRight, (robust.coverage(.defaultInterval) ?? 0) < 0.93 {
                broken.append("H (\(world.title)): doubly robust covers \(robust.coverage(.defaultInterval) ?? 0)")
            }
            // The world must be one in which it matters.
            if !isRight, isHeld { broken.append("H (\(world.title)): nothing is wrong where both models are") }
        }
        return broken
    }

    private static func outcome(_ design: Design, _ method: AdjustmentMethod) throws -> SampleOutcome {
        var options = AnalysisOptions()
        options.estimator = .callawaySantAnna
        options.estimation.method = method
        options.vcov = .cr1
        options.diagnosesPreTrend = false
        (options.permutations, options.wild) = (0, 0)
        let headline = try DidAnalysis.run(design, options).effects[0]
        var outcome = SampleOutcome()
        outcome.error = headline.estimate
        if let lower = headline.lower, let upper = headline.upper {
            outcome.verdicts[.defaultInterval] = Verdict(holds: lower <= 0 && 0 <= upper)
        }
        return outcome
    }
}
