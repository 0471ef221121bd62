import Estimation
import Panels
import Probability
import Testing

@testable import Inference

/// Power: components of variance, the variance of an estimate under them, the effect that would be found.
struct PowerTests {
    private func components(_ design: Design) throws -> VarianceComponents {
        VarianceComponents(try AdjustedCells(untreatedCellsOf: design))
    }

    private func mean(_ values: [Double]) -> (mean: Double, error: Double) {
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1) / n).squareRoot())
    }

    /// Unbiased, so that the mean of 120 panels lies within 3.5 of its own errors; cells of 20 to 60 pupils, some missing.
    @Test func componentsOfVarianceAreThoseOfTheWorld() throws {
        var world = PowerWorld(30, treated: 8)
        world.missingShare = 0.1
        var found: [String: [Double]] = [:]
        for seed in 0..<120 {
            let parts = try components(world.sample(UInt64(seed)))
            found["pupils", default: []].append(try #require(parts.pupilVariance))
            found["schools", default: []].append(parts.schoolVariance)
            found["years", default: []].append(try #require(parts.yearToYearVariance))
        }
        let truth = ["pupils": 100.0, "schools": 9 + 2.25, "years": world.movement(1)]
        for (name, value) in truth {
            let estimate = mean(found[name] ?? [])
            #expect(abs(estimate.mean - value) < 3.5 * estimate.error, "\(name): \(estimate), truth \(value)")
            #expect(estimate.error < 0.1 * value, "\(name): \(estimate)")
        }
    }

    /// v'Ωv with the estimator's weights is, on a balanced panel with one start, the variance of a difference of means:
    /// (1/N₁ + 1/N₀)·[σ²/n·(1/m + 1/r) + 2·mean γ(post, pre) − mean γ(pre, pre) − mean γ(post, post)].
    /// Tolerance: both are sums of some hundred products.
    @Test func varianceOfTheEstimateIsTheClosedForm() throws {
        var world = PowerWorld(12, treated: 4, start: 5)
        world.pupils = 30...30
        world.shock = 6
        let design = world.sample(1)
        let parts = try components(design)
        let fit = try DidAnalysis.estimate(design, AnalysisOptions()).fit
        func average(_ left: ClosedRange<Int>, _ right: ClosedRange<Int>) -> Double {
            let values = left.flatMap { t in right.map { parts.movement(abs(t - $0)) } }
            return values.reduce(0, +) / Double(values.count)
        }
        let shocks = 2 * average(1...4, 5...6) - average(1...4, 1...4) - average(5...6, 5...6)
        let pupils = try #require(parts.pupilVariance) / 30
        let expected = (1.0 / 4 + 1.0 / 8) * (pupils * (1.0 / 4 + 1.0 / 2) + shocks)
        #expect(isClose(parts.variance(of: fit), expected, 1e-10))
        #expect(parts.movement(1) > 0)
    }

    /// The common formula (1/(p(1 − p)J))·(1/m + 1/r)·[σ²_u(1 − ρ) + σ²_e/n] holds where every two years are equally
    /// correlated. With AR(1) shocks of 0.5 and three years either side it promises 0.61 of the standard error that shocks give.
    @Test func equalCorrelationsGiveTheCommonFormulaAndOthersDoNot() {
        func shocks(_ correlation: (Int) -> Double) -> Double {
            func average(_ left: ClosedRange<Int>, _ right: ClosedRange<Int>) -> Double {
                left.reduce(0.0) { sum, t in sum + right.reduce(0.0) { $0 + correlation(abs(t - $1)) } } / 9
            }
            return average(1...3, 1...3) + average(4...6, 4...6) - 2 * average(1...3, 4...6)
        }
        let common = (1.0 / 3 + 1.0 / 3) * (1 - 0.5)
        #expect(isClose(shocks { $0 == 0 ? 1 : 0.5 }, common, 1e-12))
        let autoregressive = shocks { (0..<$0).reduce(1.0) { product, _ in product * 0.5 } }
        #expect(abs((common / autoregressive).squareRoot() - 0.615) < 0.001)
    }

    /// Estimates spread as v'Ωv says: the mean of their squares over 300 panels within 3.5 of its errors.
    @Test(arguments: [
        [Int?](repeating: 4, count: 5) + [Int?](repeating: nil, count: 9),
        [3, 3, 4, 4, 4, 5, 5] + [Int?](repeating: nil, count: 8),
    ])
    func estimatesSpreadAsTheirVarianceSays(starts: [Int?]) throws {
        let world = PowerWorld(starts: starts)
        var squares: [Double] = []
        var promised: [Double] = []
        for seed in 0..<300 {
            let design = world.sample(1000 + UInt64(seed))
            let fit = try DidAnalysis.estimate(design, AnalysisOptions()).fit
            squares.append(fit.estimates[0] * fit.estimates[0])
            promised.append(try components(design).variance(of: fit))
        }
        let (seen, said) = (mean(squares), mean(promised))
        let error = (seen.error * seen.error + said.error * said.error).squareRoot()
        #expect(abs(seen.mean - said.mean) < 3.5 * error, "seen \(seen), promised \(said)")
    }

    /// An effect of the size named is found by `did`'s own interval in 80% of panels: 400 of them, within 3.5 errors (7 points).
    /// Components come from a panel twenty times as large, so that only the promise itself is at stake.
    @Test(arguments: [(12, 4), (20, 3)])
    func theEffectNamedIsFoundAsOftenAsPromised(schools: Int, treated: Int) throws {
        var world = PowerWorld(schools, treated: treated)
        let large = PowerWorld(20 * schools, treated: 20 * treated).sample(5)
        var options = PowerOptions()
        options.schools = schools
        let planned = try #require(try PowerAnalysis(large, options).effects.last)
        #expect(planned.schools == schools && planned.treatedSchools == treated)
        world.effect = try #require(planned.minimumEffect)
        var found = 0
        var analysis = AnalysisOptions()
        analysis.permutations = 0
        analysis.diagnosesPreTrend = false
        for seed in 0..<400 {
            let effect = try DidAnalysis.run(world.sample(2000 + UInt64(seed)), analysis).effects[0]
            if try #require(effect.lower) > 0 { found += 1 }
        }
        #expect(abs(Double(found) / 400 - 0.8) < 0.07, "\(found) of 400 with \(planned)")
    }

    /// School results: no pupil variance, and what each year has of its own is told from what years share.
    @Test func schoolResultsNeedNoPupils() throws {
        var world = PowerWorld(60, treated: 20)
        world.pupils = 0...0
        world.nugget = 1
        var ratios: [Double] = []
        for seed in 0..<60 {
            let design = world.sample(UInt64(seed))
            let parts = try components(design)
            #expect(parts.pupilVariance == nil && parts.intraclassCorrelation == nil)
            ratios.append(parts.movement(2) / world.movement(2))
        }
        let ratio = mean(ratios)
        #expect(abs(ratio.mean - 1) < 3.5 * ratio.error, "\(ratio)")
    }

    /// Values of scipy 1.17.1 `nct.sf(t.isf(0.025, df), df, δ)` solved for 0.8.
    @Test(arguments: [(3.0, 4.255899), (8.0, 3.200922), (30.0, 2.895362), (1000.0, 2.804279)])
    func multipliersAreThoseOfTheNoncentralT(df: Double, expected: Double) {
        let found = DetectableEffect.multiplier(degreesOfFreedom: df, level: 0.95, power: 0.8)
        #expect(abs(found - expected) < 1e-5, "\(found)")
    }

    @Test func oneTreatedSchoolHasNoEffectToName() throws {
        let found = try PowerAnalysis(PowerWorld(10, treated: 1).sample(3), PowerOptions()).effects[0]
        #expect(found.minimumEffect == nil && found.degreesOfFreedom == nil)
        #expect(found.standardError > 0 && isClose(found.smallestPValue, 0.1, 1e-12))
    }

    /// More schools, pupils or years never make the error of the estimate larger; twice everything of schools halves its square.
    @Test func alternativesAreWhatTheirNamesSay() throws {
        let found = try PowerAnalysis(PowerWorld(24, treated: 8).sample(4), PowerOptions())
        #expect(found.warnings.isEmpty)
        #expect(
            found.effects.map(\.label) == [
                "this design", "twice the partner schools", "twice the comparison schools", "twice all schools",
                "twice the pupils", "twice the periods before", "twice the periods after",
            ])
        let this = found.effects[0]
        #expect((this.schools, this.treatedSchools, this.periodsBefore, this.periodsAfter) == (24, 8, 3, 3))
        #expect(found.effects.dropFirst().allSatisfy { $0.standardError < this.standardError })
        #expect(isClose(found.effects[3].standardError * 2.0.squareRoot(), this.standardError, 1e-9))
        #expect(found.effects[4].pupils.map { isClose($0, 2 * (this.pupils ?? 0), 1e-12) } == true)
        #expect((found.effects[5].periodsBefore, found.effects[6].periodsAfter) == (6, 6))
    }
}
