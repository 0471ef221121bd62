import Counterpart
import Foundation
import Probability

/// I: the gap at equal prior attainment from schools of very unequal size, 1 to 400 pupils, with intervals clustered by school.
enum UnequalSchools {
    static func run(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        print("\n| I | coverage of the gap | at equal prior attainment | df |\n| --- | ---: | ---: | ---: |")
        var broken: [String] = []
        for (number, schools) in [40, 100].enumerated() {
            let seed = seed << 16 + UInt64(4000 + number)
            let tally = try CoverageTally.over(samples, threads: threads) { k in
                let row = try gap(sample(schools, seed: seed, k))
                var outcome = SampleOutcome()
                outcome.verdicts[.defaultInterval] = verdict(row.lower, row.upper, truth, row.degreesOfFreedom)
                outcome.verdicts[.named(.cr2)] = verdict(row.progressGapLower, row.progressGapUpper, progressTruth)
                return outcome
            }
            func coverage(_ method: Method) -> Double { tally.coverage(method) ?? 0 }
            let (whole, progress) = (coverage(.defaultInterval), coverage(.named(.cr2)))
            print(
                CoverageTable.line([
                    "\(schools) schools", CoverageTable.fixed(whole, 3), CoverageTable.fixed(progress, 3),
                    CoverageTable.fixed(tally.meanDegreesOfFreedom(.defaultInterval) ?? 0, 1),
                ]))
            for (what, found) in [("the gap", whole), ("the gap at equal prior attainment", progress)]
            where !(0.93...0.97).contains(found) {
                broken.append("I (\(schools) schools): the interval of \(what) covers \(found)")
            }
        }
        return broken
    }

    private static let progressTruth = 2.0
    /// At equal prior attainment, and by the group's lower prior attainment.
    private static let truth = progressTruth + 0.8 * 3

    private static func verdict(
        _ lower: Double?, _ upper: Double?, _ truth: Double, _ freedom: Double? = nil
    ) -> Verdict? {
        guard let lower, let upper else { return nil }
        return Verdict(holds: lower <= truth && truth <= upper, width: upper - lower, degreesOfFreedom: freedom)
    }

    private static func gap(_ table: CellTable) throws -> GapRow {
        var request = GapRequest(groups: [.contrast(GroupContrast(column: "fsm", value: "Y"))])
        request.unit = "school"
        request.prior = "prior"
        request.threshold = 0
        return try GapAnalysis.run(table, request).rows[0]
    }

    /// Sizes grow by equal factors from 1 to 400; gaps differ between schools, and so does everything else.
    private static func sample(_ schools: Int, seed: UInt64, _ k: Int) -> CellTable {
        var random = CounterRandom(seed: seed, stream: UInt64(k))
        func normal() -> Double { Normal.tailQuantile(random.uniform()) }
        var cells: [[Int32]: (n: Double, mean: Double, within: Double)] = [:]
        for school in 0..<schools {
            let size = Int(exp(log(400.0) * Double(school) / Double(schools - 1)).rounded())
            let (level, gap, share) = (2 * normal(), 1 * normal(), 0.1 + 0.4 * random.uniform())
            for _ in 0..<size {
                let isGroup = random.uniform() < share
                let prior = (100 + 8 * normal() - (isGroup ? 3 : 0)).rounded()
                let place = Int32(min(max(prior, 70), 130)) - 70
                let score =
                    50 + level + 0.8 * (Double(place) - 30) + 8 * normal() - (isGroup ? progressTruth + gap : 0)
                let key = [Int32(school), isGroup ? 1 : 0, place]
                let old = cells[key] ?? (0, 0, 0)
                let n = old.n + 1
                let mean = old.mean + (score - old.mean) / n
                cells[key] = (n, mean, old.within + (score - old.mean) * (score - mean))
            }
        }
        let keys = cells.keys.sorted { $0.lexicographicallyPrecedes($1) }
        let found = keys.compactMap { cells[$0] }
        let moments = CellMoments(
            variableCount: 1, n: found.map(\.n), weight: found.map(\.n), squaredWeight: found.map(\.n),
            mean: found.map(\.mean), within: found.map(\.within))
        func key(_ name: String, _ values: [String], _ place: Int) -> CellKey {
            CellKey(name: name, values: values, codes: keys.map { $0[place] })
        }
        // Three digits each, so that byte order is the order of numbers.
        return CellTable(
            keys: [
                key("school", (0..<schools).map { "s\(100 + $0)" }, 0), key("fsm", ["N", "Y"], 1),
                key("prior", (0...60).map { "\(170 + $0)" }, 2),
            ], cellCount: keys.count,
            blocks: [
                MomentBlock(variables: ["score"], sums: .double(CentredMoments(moments: moments)), dropped: [])
            ], rowCounts: found.map { Int($0.n) })
    }
}
