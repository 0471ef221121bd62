import Estimation
import LinearAlgebra
import Panels
import Probability
import Testing

@testable import Inference

struct MultiplierBootstrapTests {
    private static func fit(_ schools: Int = 60) throws -> Fit {
        var made = SeededRows(seed: 21)
        let starts = (0..<schools).map { $0 % 3 == 0 ? Int?.some(4) : nil }
        let design = made.panel(starts: starts, missing: 0.05, covariate: true).oneCellARow()
        return try EventStudy().fit(design, nested: design.clusters[0])
    }

    /// The interquartile range of B normal draws has a relative simulation error of about 0.79·√(2/B)·... below 1.2/√B; three of
    /// them. With 60 schools the draws are normal to within it.
    @Test(arguments: BootstrapWeights.allCases) func standardErrorsAreThoseOfCR0(weights: BootstrapWeights) throws {
        let fit = try Self.fit()
        let cr0 = try CovarianceOfEstimates.compute(fit, kind: .cr0, smallSample: .none)
        let draws = 20_000
        let bootstrap = MultiplierBootstrap(
            contributions: LinearEstimates(fit).contributions(by: fit.design.clusters[0]), draws: draws,
            weights: weights, seed: 3)
        for k in fit.estimands.indices {
            let expected = try #require(cr0.standardError(k))
            #expect(abs(bootstrap.standardErrors[k] / expected - 1) < 3 * 1.2 / Double(draws).squareRoot() + 0.02)
        }
    }

    /// Patterns of eight clusters give what the signs times the contributions give.
    @Test(arguments: [1, 7, 8, 9, 20, 65]) func signSumsAreProducts(clusters: Int) {
        var made = SeededRows(seed: 8)
        let rows = Matrix(
            rows: clusters, columns: (0..<11).map { _ in (0..<clusters).map { _ in made.normal() } })
        let sums = SignSums(rows, draws: 130, seed: 4, threads: 1).sums(threads: 1)
        let slow = MultiplierBootstrap.weighted(rows, by: .rademacher, draws: 130, seed: 4, threads: 1)
        for i in sums.storage.indices { #expect(abs(sums.storage[i] - slow.storage[i]) < 1e-12) }
        #expect(SignSums(rows, draws: 130, seed: 4, threads: 3).sums(threads: 3).storage == sums.storage)
    }

    @Test func orderStatisticsAreThoseOfSortedValues() {
        var made = SeededRows(seed: 9)
        for count in [1, 2, 17, 18, 500] {
            // Ties as well.
            let values = (0..<count).map { _ in (8 * made.normal()).rounded() }
            let sorted = values.sorted()
            for place in Set([0, count / 4, count / 2, count - 1]) {
                var given = values
                #expect(given.orderStatistic(place) == sorted[place])
            }
        }
    }

    /// Draw by draw from the definition.
    @Test func drawsAreWeightedSumsOfContributions() throws {
        let fit = try Self.fit(20)
        let sums = LinearEstimates(fit).contributions(by: fit.design.clusters[0])
        let bootstrap = MultiplierBootstrap(contributions: sums, draws: 700, weights: .mammen, seed: 5)
        var v = [Double](repeating: 0, count: 20 * 700)
        v.withUnsafeMutableBufferPointer {
            BootstrapWeights.mammen.fill($0, clusters: 20, draws: 0..<700, seed: 5, purpose: .multiplier)
        }
        for b in [0, 511, 512, 699] {
            for k in 0..<sums.columns {
                let expected = (0..<20).reduce(0.0) { $0 + v[b * 20 + $1] * sums[$1, k] }
                #expect(abs(bootstrap.errors[b, k] - expected) < 1e-12)
            }
        }
        // Quantiles are order statistics.
        let sorted = bootstrap.errors.column(0).sorted()
        #expect(bootstrap.standardErrors[0] == (sorted[524] - sorted[174]) / 1.3489795)
        let largest = (0..<700).map { b in
            (0..<sums.columns).reduce(0.0) { max($0, abs(bootstrap.errors[b, $1]) / bootstrap.standardErrors[$1]) }
        }
        #expect(bootstrap.criticalValue(Array(0..<sums.columns), level: 0.95) == largest.sorted()[664])
    }

    @Test func threadsChangeNoBit() throws {
        let sums = try LinearEstimates(Self.fit()).contributions(by: Self.fit().design.clusters[0])
        let one = MultiplierBootstrap(contributions: sums, draws: 1_999, seed: 4)
        for threads in [2, 3, 8] {
            let many = MultiplierBootstrap(contributions: sums, draws: 1_999, seed: 4, threads: threads)
            #expect(many.errors == one.errors)
        }
        #expect(one.weights == .rademacher)
        #expect(
            MultiplierBootstrap(
                contributions: try LinearEstimates(Self.fit(9)).contributions(by: Self.fit(9).design.clusters[0]),
                draws: 9
            ).weights == .webb)
    }

    /// Bands hold each interval, follow the standard errors shown, and are wider where fewer schools stand behind them.
    @Test(arguments: [EstimatorName.eventStudy, .imputation]) func bandsHoldTheIntervals(estimator: EstimatorName)
        throws
    {
        var made = SeededRows(seed: 22)
        let starts = (0..<40).map { $0 < 12 ? Int?.some(4 + $0 % 2) : nil }
        let design = made.panel(starts: starts).oneCellARow()
        var options = AnalysisOptions()
        (options.estimator, options.permutations, options.wild, options.bootstrap) = (estimator, 0, 0, 1_999)
        let result = try DidAnalysis.run(design, options)
        let bootstrap = try #require(result.bootstrap)
        let events = result.effects.filter { $0.kind == .event && $0.bandLower != nil }
        let family = try #require(bootstrap.families.first { $0.kind == .event })
        #expect(events.count == family.effects)
        #expect(family.critical > 1.96 && !family.isPointwise)
        for event in events {
            let (lower, upper) = (try #require(event.bandLower), try #require(event.bandUpper))
            let interval = (try #require(event.lower), try #require(event.upper))
            #expect(lower < interval.0 && upper > interval.1)
            let df = try #require(event.degreesOfFreedom)
            let half = StudentT(degreesOfFreedom: df).tailQuantile(Normal.tail(family.critical))
            #expect(isClose(upper - lower, 2 * half * (try #require(event.standardError)), 1e-12))
        }
        #expect(result.effects[0].bandLower == nil)
        #expect(result.effects[0].wildPValue == nil)
        let error = try #require(result.effects[0].standardError)
        #expect(abs(try #require(bootstrap.standardError) / error - 1) < 0.25)
    }
}
