import Estimation
import LinearAlgebra
import Panels
import Probability
import Regression
import Testing

@testable import Inference

struct RebuiltBootstrapTests {
    private static func rows() -> RowDesign {
        var made = SeededRows(seed: 41)
        return made.panel(starts: [4, 4, 4, nil, nil, nil, nil, nil])
    }

    /// Every sample on rows: drawn schools copied, each copy a school of its own, everything fitted anew.
    @Test(arguments: [EstimatorName.twfe, .imputation]) func equalsFittingCopiedRows(name: EstimatorName) throws {
        let rows = Self.rows()
        let design = rows.oneCellARow()
        let estimator = try DidAnalysis.estimator(name, AnalysisOptions())
        let fit = try estimator.fit(design, nested: nil)
        let comparison = RebuiltComparison(pool: design) { starts, copies in
            design.starting(starts).scaled(by: copies.map { $0.map(Double.init) } ?? design.units.map { _ in 1 })
        }
        let bootstrap = try RebuiltBootstrap(
            fit, estimator, comparison, estimands: [0], draws: 40, seed: 9, threads: 2)
        #expect(bootstrap.units == 8 && bootstrap.failed == 0)
        let arms = [true, false].map { isTreated in
            design.units.indices.filter { (design.start[$0] != nil) == isTreated }
        }
        for draw in 0..<40 {
            var random = CounterRandom(
                seed: 9, stream: UInt64(draw) | UInt64(BootstrapWeights.Purpose.pairs.rawValue) << 56)
            var drawn = RowDesign(unit: [], time: [], y: [], start: [])
            var copy = 0
            for arm in arms {
                for _ in arm {
                    let unit = design.units[arm[random.below(arm.count)]]
                    copy += 1
                    for r in rows.y.indices where rows.unit[r] == unit {
                        drawn.unit.append("\(copy)")
                        drawn.time.append(rows.time[r])
                        drawn.y.append(rows.y[r])
                        drawn.start.append(rows.start[r])
                    }
                }
            }
            let again = try estimator.headline(drawn.oneCellARow())
            #expect(isClose(bootstrap.errors[draw, 0], again.estimates[0] - fit.estimates[0], 1e-9))
        }
    }

    /// Too few samples that give a comparison: refused, and counted where they are few.
    @Test func samplesWithoutAComparison() throws {
        let design = Self.rows().oneCellARow()
        let fit = try TwoWayFixedEffects().fit(design, nested: nil)
        func bootstrap(without share: Int) throws -> RebuiltBootstrap {
            let comparison = RebuiltComparison(pool: design) { starts, copies in
                guard let copies, copies[0] <= share else { return nil }
                return design.scaled(by: copies.map(Double.init))
            }
            return try RebuiltBootstrap(
                fit, TwoWayFixedEffects(), comparison, estimands: [0], draws: 200, seed: 1, threads: 1)
        }
        let some = try bootstrap(without: 1)
        #expect(some.failed > 0 && some.failed < 100 && some.errors.rows == 200 - some.failed)
        #expect(throws: EstimationError.self) { try bootstrap(without: -1) }
    }

    /// Twice the weight is each row twice: sums double, means stay.
    @Test func scaledDesigns() throws {
        let design = Self.rows().oneCellARow()
        let factors = design.units.indices.map { $0 == 3 ? 0.0 : Double($0 + 1) }
        let scaled = design.scaled(by: factors)
        #expect(!scaled.unit.contains(3) && scaled.units == design.units)
        let kept = design.unit.indices.filter { design.unit[$0] != 3 }
        for (c, from) in kept.enumerated() {
            let factor = factors[design.unit[from]]
            #expect(scaled.moments.weight[c] == factor * design.moments.weight[from])
            #expect(scaled.moments.squaredWeight[c] == factor * factor * design.moments.squaredWeight[from])
            #expect(scaled.moments.mean[c] == design.moments.mean[from])
        }
        #expect(scaled.observationCount == Double(kept.count))
        // One row a period: each weighs one before the start and on average.
        #expect(design.weightPerPeriod(before: 4) == design.units.map { _ in 1 })
        #expect(scaled.weightPerPeriod(before: 4)[2] == 3 && scaled.weightPerPeriod(before: 4)[3] == 0)
    }
}
