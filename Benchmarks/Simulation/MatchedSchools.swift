import Counterpart
import Foundation
import LinearAlgebra
import Probability

/// N: schools join after a bad year. Their recovery passes for an effect where everyone compares, and does not where those who
/// compare had the same past.
///
/// Results are y = school + shock with shocks AR(1), half of them kept from year to year; the odds of joining in the fourth of six
/// years rise by 1.2 a point that the third lies below the mean of the first two. No effect. Comparisons are made from the first
/// three years' results, and `twfe` takes their weights as given.
enum MatchedSchools {
    static let schools = 160
    static let years = 6
    static let start = 4

    private static let methods: [(title: String, method: (any ComparisonMethod)?)] = [
        ("everyone", nil), ("nearest", nearest), ("entropy", EntropyBalance()),
    ]

    private static let nearest: NearestNeighbours = {
        var nearest = NearestNeighbours()
        nearest.caliper = 1
        return nearest
    }()

    static func run(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        print("\n| N | bias | 95% interval, weights held |\n| --- | ---: | ---: |")
        var broken: [String] = []
        for (title, method) in methods {
            let tally = try CoverageTally.over(samples, threads: threads) { k in
                let (design, profiles) = sample(seed: seed << 16 + 6000, k)
                let effect = try effect(design, profiles, method)
                var outcome = SampleOutcome()
                outcome.error = effect.estimate
                if let lower = effect.lower, let upper = effect.upper {
                    outcome.verdicts[.defaultInterval] = Verdict(holds: lower <= 0 && 0 <= upper)
                }
                return outcome
            }
            let coverage = tally.coverage(.defaultInterval) ?? 0
            print(
                CoverageTable.line([
                    title, "\(CoverageTable.fixed(tally.bias, 3)) ± \(CoverageTable.fixed(tally.biasError, 3))",
                    CoverageTable.fixed(coverage, 3),
                ]))
            switch title {
            case "everyone" where abs(tally.bias) < 10 * tally.biasError:
                broken.append("N: joining after a bad year does not bias the comparison with everyone")
            case "entropy" where abs(tally.bias) > 3.5 * tally.biasError:
                broken.append("N: balanced pasts leave a bias of \(tally.bias)")
            case "nearest" where abs(tally.bias) > 0.25 * 0.5:
                broken.append("N: nearest neighbours leave a bias of \(tally.bias)")
            default: break
            }
        }
        return broken
    }

    private static func effect(
        _ design: Design, _ profiles: UnitProfiles, _ method: (any ComparisonMethod)?
    ) throws -> Effect {
        var weighted = design
        if let method {
            let group = try method.group(profiles)
            for c in design.unit.indices { weighted.moments.weight[c] = group.weights[design.unit[c]] }
            weighted.moments.squaredWeight = weighted.moments.weight.map { $0 * $0 }
        }
        var options = AnalysisOptions()
        options.estimator = .twfe
        (options.permutations, options.wild, options.diagnosesPreTrend) = (0, 0, false)
        return try DidAnalysis.run(weighted, options).effects[0]
    }

    private static func sample(seed: UInt64, _ k: Int) -> (Design, UnitProfiles) {
        var random = CounterRandom(seed: seed, stream: UInt64(k))
        func normal() -> Double { Normal.tailQuantile(random.uniform()) }
        let paths = (0..<schools).map { _ -> [Double] in
            let level = 2 * normal()
            var shock = normal()
            return (0..<years).map { t in
                if t > 0 { shock = 0.5 * shock + 0.75.squareRoot() * normal() }
                return level + shock
            }
        }
        let starts = paths.map { y -> Int? in
            random.uniform() < 1 / (1 + exp(2 + 1.2 * (y[2] - (y[0] + y[1]) / 2))) ? start : nil
        }
        let units = (0..<schools).map { "\(10_000 + $0)" }
        let unit = (0..<schools * years).map { $0 / years }
        let period = (0..<schools * years).map { $0 % years }
        let ones = unit.map { _ in 1.0 }
        let moments = CellMoments(
            variableCount: 1, n: ones, weight: ones, squaredWeight: ones, mean: paths.flatMap { $0 },
            within: unit.map { _ in 0 })
        let design = Design(
            outcome: "score", units: units, unit: unit,
            periods: (1...years).map { Period(kind: .year, ordinal: $0, label: "\($0)") }, period: period,
            start: starts, isTreated: unit.indices.map { c in starts[unit[c]].map { period[c] + 1 >= $0 } ?? false },
            eventTime: unit.indices.map { c in starts[unit[c]].map { period[c] + 1 - $0 } },
            clusters: [CellFactor(name: "school", levels: units, codes: unit)], moments: moments, rowsArePupils: false,
            observationCount: Double(unit.count))
        let profiles = UnitProfiles(
            variables: ["1", "2", "3"], units: units, isTreated: starts.map { $0 != nil },
            values: Matrix(rows: schools, columns: (0..<3).map { t in paths.map { $0[t] } }))
        return (design, profiles)
    }
}
