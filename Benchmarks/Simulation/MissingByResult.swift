import Counterpart
import Foundation
import Probability

/// G, where results are missing because they are low: partners hold back half of their weaker candidates, so that the estimate
/// is off, and the run must say that results are missing in one arm.
enum MissingByResult {
    static func run(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        print(
            "\n| G | error | warned of missing results | where as many are missing by chance |\n| --- | ---: | ---: | ---: |"
        )
        let seed = seed << 16 + 6000
        func tally(_ isByResult: Bool) throws -> CoverageTally {
            try CoverageTally.over(samples, threads: threads) { k in
                let built = try design(isByResult, seed: seed, k)
                var options = AnalysisOptions()
                options.diagnosesPreTrend = false
                (options.permutations, options.wild) = (0, 0)
                var outcome = SampleOutcome()
                // Nothing was done.
                outcome.error = try DidAnalysis.run(built.design, options).effects[0].estimate
                outcome.verdicts[.defaultInterval] = Verdict(
                    holds: built.report.warnings.contains { $0.code == "missing-by-arm" })
                return outcome
            }
        }
        let (chosen, random) = (try tally(true), try tally(false))
        let warned = chosen.coverage(.defaultInterval) ?? 0
        let warnedByChance = random.coverage(.defaultInterval) ?? 1
        print(
            CoverageTable.line([
                "40 schools, 13 treated", CoverageTable.fixed(chosen.bias, 3), CoverageTable.fixed(warned, 3),
                CoverageTable.fixed(warnedByChance, 3),
            ]))
        var broken: [String] = []
        if chosen.bias < 5 * chosen.biasError { broken.append("G: the error of \(chosen.bias) does not show") }
        if warned < 0.99 { broken.append("G: only \(warned) of samples with results missing by arm are warned of") }
        if warnedByChance > 0.01 { broken.append("G: \(warnedByChance) of samples missing by chance are warned of") }
        return broken
    }

    private static let (schools, treated, years, start, pupils) = (40, 13, 6, 4, 20)

    /// - Parameter isByResult: from the start on partners leave out half of the results below the middle; otherwise every
    ///   school leaves out one in ten, whatever the result.
    private static func design(_ isByResult: Bool, seed: UInt64, _ k: Int) throws -> (
        design: Design, report: DesignReport
    ) {
        var random = CounterRandom(seed: seed, stream: UInt64(k))
        func normal() -> Double { Normal.tailQuantile(random.uniform()) }
        var moments = CellMoments(variableCount: 1, n: [], weight: [], squaredWeight: [], mean: [], within: [])
        var (unit, time): ([Int32], [Int32]) = ([], [])
        for school in 0..<schools {
            let level = 2 * normal()
            for year in 1...years {
                let centre = level + 0.1 * Double(year) + 0.5 * normal()
                var scores: [Double] = []
                for _ in 0..<pupils {
                    let error = 2 * normal()
                    let isPartner = school < treated && year >= start
                    let isMissing =
                        isByResult ? isPartner && error < 0 && random.uniform() < 0.5 : random.uniform() < 0.1
                    if !isMissing { scores.append(centre + error) }
                }
                let mean = scores.reduce(0, +) / Double(max(1, scores.count))
                unit.append(Int32(school))
                time.append(Int32(year - 1))
                moments.n.append(Double(scores.count))
                moments.weight.append(Double(scores.count))
                moments.squaredWeight.append(Double(scores.count))
                moments.mean.append(mean)
                moments.within.append(scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
            }
        }
        let names = (0..<schools).map { "s\(100 + $0)" }
        let table = CellTable(
            keys: [
                CellKey(name: "school", values: names, codes: unit),
                CellKey(name: "year", values: (1...years).map { String(2010 + $0) }, codes: time),
            ], cellCount: unit.count,
            blocks: [MomentBlock(variables: ["score"], sums: .double(CentredMoments(moments: moments)), dropped: [])],
            rowCounts: unit.map { _ in pupils })
        let partners = names.prefix(treated).map { PartnerEntry(unit: $0, start: String(2010 + start)) }
        let request = DesignRequest(
            unit: "school", time: "year", treatment: .partners(partners, startAt: nil))
        let built = try DesignBuilder.build(table, request)
        return (built.design, built.report)
    }
}
