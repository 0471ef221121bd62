import Estimation
import LinearAlgebra
import Panels
import Probability
import Testing

@testable import Inference

struct PairsBootstrapTests {
    /// Every draw on rows: drawn schools copied, each copy a school of its own, everything fitted anew.
    @Test(arguments: [EstimatorName.twfe, .did2x2]) func equalsFittingCopiedRows(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 31)
        let rows = made.panel(starts: [4, 4, 4, nil, nil, nil, nil], missing: 0.05, covariate: true)
        let design = rows.oneCellARow()
        let any = WildBootstrapTests.estimator(estimator)
        let fit = try any.fit(design, nested: design.clusters[0])
        let bootstrap = try PairsBootstrap(fit, estimand: 0, draws: 60, seed: 9)
        var estimates: [Double] = []
        var failed = 0
        for draw in 0..<60 {
            var random = CounterRandom(
                seed: 9, stream: UInt64(draw) | UInt64(BootstrapWeights.Purpose.pairs.rawValue) << 56)
            var drawn = RowDesign(unit: [], time: [], y: [], start: [], covariates: [("x", [])])
            for copy in 0..<7 {
                let unit = design.units[random.below(7)]
                for r in rows.y.indices where rows.unit[r] == unit {
                    drawn.unit.append("\(copy)")
                    drawn.time.append(rows.time[r])
                    drawn.y.append(rows.y[r])
                    drawn.start.append(rows.start[r])
                    drawn.covariates[0].values.append(rows.covariates[0].values[r])
                }
            }
            let again = drawn.oneCellARow()
            if let fit = try? any.fit(again, nested: again.clusters[0]) {
                estimates.append(fit.estimates[0])
            } else {
                failed += 1
            }
        }
        estimates.sort()
        #expect(bootstrap.failed == failed)
        #expect(bootstrap.estimates.count == estimates.count)
        for (a, b) in zip(bootstrap.estimates, estimates) { #expect(isClose(a, b, 1e-8)) }
        #expect(
            bootstrap.interval(level: 0.9).lower
                == bootstrap.estimates[Int((0.05 * Double(estimates.count)).rounded(.up)) - 1])
    }

    @Test func countsDrawsWithoutTreatedSchools() throws {
        var made = SeededRows(seed: 32)
        let design = made.panel(starts: [4, nil, nil, nil, nil]).oneCellARow()
        let fit = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
        let one = try PairsBootstrap(fit, estimand: 0, draws: 400)
        // Without the treated school: (4/5)⁵ = 0.33 of draws; with it alone 1/5⁵.
        #expect(abs(Double(one.failed) / 400 - 0.33) < 0.08)
        #expect(try PairsBootstrap(fit, estimand: 0, draws: 400, threads: 3) == one)
        let imputed = try BorusyakImputation().fit(design, nested: nil)
        #expect(throws: EstimationError.self) { try PairsBootstrap(imputed, estimand: 0, draws: 9) }
    }
}
