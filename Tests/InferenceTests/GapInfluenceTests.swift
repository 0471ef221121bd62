import Estimation
import Panels
import Testing

@testable import Estimation
@testable import Inference

/// What a cluster adds to an error is the derivative of the estimate in that cluster's weight, for group-time effects of
/// everyone and on a gap.
struct GapInfluenceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var isGap: Bool
        var isMatched: Bool
        var covariate: Bool
        var method: AdjustmentMethod
        var testDescription: String {
            "\(isGap ? "gap" : "everyone") \(isMatched ? "matched" : "rows") \(covariate ? method.rawValue : "")"
        }
    }

    static let cases: [Case] = [true, false].flatMap { isGap in
        [true, false].flatMap { isMatched in
            [Case(isGap: isGap, isMatched: isMatched, covariate: false, method: .doublyRobust)]
                + [AdjustmentMethod.doublyRobust, .weighting, .regression].map {
                    Case(isGap: isGap, isMatched: isMatched, covariate: true, method: $0)
                }
                + (isMatched ? [Case(isGap: isGap, isMatched: true, covariate: true, method: .improved)] : [])
        }
    }

    /// Twelve schools of three starts and fourteen that never start, four years; for rows two to four pupils a side.
    static func rows(_ test: Case, notYet: Bool = false) -> RowDesign {
        var random = Congruential(x: 31)
        var rows = RowDesign(unit: [], time: [], y: [], start: [])
        var x: [Double] = []
        var isGroup: [Bool] = []
        for u in 0..<30 {
            let start: Int? = [3, 4, nil, nil, 3, nil][u % 6]
            let level = random.normal()
            for q in test.isGap ? [0.0, 1] : [0] {
                for t in 1...4 {
                    let count = test.isMatched ? 1 : 2 + Int(3 * random.uniform())
                    for _ in 0..<count {
                        let own = random.normal() + 0.2 * q + (start == nil ? 0 : 0.2)
                        rows.unit.append(u < 10 ? "u0\(u)" : "u\(u)")
                        rows.time.append(t)
                        rows.start.append(start)
                        rows.y.append(
                            level + 0.5 * own + 0.2 * Double(t) * own
                                + (start.map { t >= $0 } == true ? 1 - 0.4 * q : 0)
                                + random.normal())
                        x.append(own)
                        isGroup.append(q == 1)
                    }
                }
            }
        }
        if test.covariate { rows.covariates = [("x", x)] }
        if test.isGap { rows.isGroup = isGroup }
        rows.rowsArePupils = !test.isMatched
        rows.weights = rows.y.map { _ in 1 }
        return rows
    }

    private static func slopes(
        _ rows: RowDesign, _ unit: String, _ estimates: (RowDesign) throws -> [Double]
    ) throws -> [Double] {
        let step = 1e-5
        let (up, down) = try { () throws -> ([Double], [Double]) in
            func moved(_ by: Double) throws -> [Double] {
                var other = rows
                other.weights = rows.unit.map { $0 == unit ? 1 + by : 1 }
                return try estimates(other)
            }
            return (try moved(step), try moved(-step))
        }()
        return zip(up, down).map { ($0 - $1) / (2 * step) }
    }

    @Test(arguments: cases) func contributionsAreDerivatives(_ test: Case) throws {
        let rows = Self.rows(test)
        var estimator = CallawaySantAnna()
        estimator.method = test.method
        let fit = try estimator.fit(rows.oneCellARow(), nested: nil)
        #expect(fit.estimands.contains { $0.part == (test.isGap ? .gap : .everyone) && $0.kind == .mean(.events) })
        let contributions = LinearEstimates(fit).contributions(by: fit.design.clusters[0])
        for u in [0, 1, 2, 9, 16] {
            let unit = fit.design.units[u]
            let slopes = try Self.slopes(rows, unit) { try estimator.fit($0.oneCellARow(), nested: nil).estimates }
            for k in fit.estimands.indices {
                #expect(abs(slopes[k] - contributions[u, k]) < 1e-6, "\(fit.estimands[k]) \(unit)")
            }
        }
    }

    /// Against each start alone, and the combination under its own weights.
    @Test(arguments: [true, false]) func derivativesAgainstEachStart(covariate: Bool) throws {
        let rows = Self.rows(Case(isGap: true, isMatched: true, covariate: covariate, method: .doublyRobust))
        var estimator = CallawaySantAnna()
        estimator.comparesWithNotYet = true
        let comparison = try #require(
            estimator.plan(rows.oneCellARow()).comparisons.first { $0.cohort == 3 && $0.bound == 3 && $0.isPost })
        func effects(_ rows: RowDesign) throws -> GapEffects {
            let design = rows.oneCellARow()
            let sample = GroupTimeSample(design, estimator.plan(design))
            return GapEffects(sample: sample, method: .doublyRobust, blocks: design.clusterBlocks)
        }
        let whole = try effects(rows)
        let found = try whole.find(comparison)
        #expect(found.compared.map(\.start) == [nil, 4])
        #expect(abs(found.compared.reduce(0) { $0 + $1.share } - 1) < 1e-12)
        func pairs(_ effects: GapEffects) throws -> [GapEffects.Pair] {
            let inner = try effects.inner(comparison)
            var pairs: [GapEffects.Pair] = []
            for entry in found.compared { pairs.append(try effects.pair(comparison, against: entry.start, inner)) }
            return pairs + [GapEffects.combined(pairs, found.compared.map(\.share))]
        }
        let own = try pairs(whole)
        #expect(abs(found.pair.peers.estimate - own[2].peers.estimate) < 1e-12)
        #expect(abs(found.pair.group.estimate - own[2].group.estimate) < 1e-12)
        for u in [0, 1, 2, 7] {
            let slopes = try Self.slopes(rows, whole.sample.design.units[u]) { moved in
                try pairs(effects(moved)).flatMap { [$0.group.estimate, $0.peers.estimate] }
            }
            for (k, pair) in own.enumerated() {
                #expect(abs(slopes[2 * k] - pair.group.contributions[u]) < 1e-6)
                #expect(abs(slopes[2 * k + 1] - pair.peers.contributions[u]) < 1e-6)
            }
        }
        // No other weights that sum to one give a smaller error.
        let (a, b) = (own[0].contributions, own[1].contributions)
        func variance(_ share: Double) -> Double {
            zip(a, b).reduce(0) { $0 + (share * $1.0 + (1 - share) * $1.1) * (share * $1.0 + (1 - share) * $1.1) }
        }
        let least = variance(found.compared[0].share)
        #expect(variance(found.compared[0].share + 0.01) > least && variance(found.compared[0].share - 0.01) > least)
    }
}
