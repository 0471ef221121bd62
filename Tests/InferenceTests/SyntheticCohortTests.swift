import Estimation
import Panels
import Testing

@testable import Inference

/// Two starts, some units without a result in some year, against an independent solution of `Golden/synthetic_cohorts.py`.
///
/// Both sides solve the same programmes exactly; a ridge of 10⁻⁶ of the noise leaves 1e-9 of the weights to rounding.
struct SyntheticCohortTests {
    private static var rows: RowDesign {
        let starts =
            [Int?](repeating: 5, count: 7) + [Int?](repeating: 7, count: 6) + [Int?](repeating: nil, count: 24)
        var rows = SeededPanelTests.panel(starts: starts, periods: 8, pupils: 1, seed: 33).0
        (rows.isGroup, rows.factors, rows.covariates) = (nil, [], [])
        return rows
    }

    struct Expected: Sendable {
        var estimator: EstimatorName
        var overall: Double
        var cohorts: [Double]
        var events: [Double]
        var jackknife: Double
    }

    static let expected = [
        Expected(
            estimator: .syntheticDiD, overall: 1.8392584591239798,
            cohorts: [2.3324809609276453, 0.3595909537129823],
            events: [1.612320117070383, 1.3385648796229732, 2.6690714731488305, 2.222165314356801],
            jackknife: 0.45959418743196334),
        Expected(
            estimator: .syntheticControl, overall: 2.03671798475424,
            cohorts: [2.3328139270277544, 1.1484301579336949],
            events: [1.75225023694898, 1.9405997633440504, 2.33255692378969, 2.375188994411205],
            jackknife: 1.0615599819364048),
    ]

    @Test(arguments: expected)
    func agreesWithAnotherSolver(expected: Expected) throws {
        var options = AnalysisOptions()
        options.estimator = expected.estimator
        (options.vcov, options.permutations) = (.jackknife, 0)
        let result = try DidAnalysis.run(Self.rows.oneCellARow(), options)
        #expect(result.units == 23 && result.treatedUnits == 10)
        #expect(isClose(result.effects[0].estimate, expected.overall, 1e-8))
        #expect(isClose(result.effects[0].standardError, expected.jackknife, 1e-7))
        let cohorts = result.effects.filter { $0.kind == .cohort }
        #expect(cohorts.map(\.cohort) == ["5", "7"])
        for (row, value) in zip(cohorts, expected.cohorts) { #expect(isClose(row.estimate, value, 1e-8)) }
        let events = result.effects.filter { $0.kind == .event && ($0.eventTime ?? -1) >= 0 }
        #expect(events.count == 4)
        for (row, value) in zip(events, expected.events) { #expect(isClose(row.estimate, value, 1e-8)) }
        let found = try #require(result.synthetic)
        #expect(found.optimalityResidual < 1e-9)
        // A set of weights a start, or a treated unit: none negative, each summing to one.
        let sets = Dictionary(grouping: found.unitWeights) { "\($0.start) \($0.treated ?? "")" }
        #expect(sets.count == (expected.estimator == .syntheticDiD ? 2 : 10))
        for weights in sets.values {
            #expect(weights.allSatisfy { $0.weight > 0 })
            #expect(abs(weights.reduce(0) { $0 + $1.weight } - 1) < 1e-14)
        }
    }

    /// diff-diff 3.13.0 on one start at a time stops its search early: its estimates are within 1e-4 of the optimum.
    @Test func isNearAPeer() throws {
        for (start, estimate) in [(5, 2.332453704351227), (7, 0.3596182793789033)] {
            let rows = Self.rows
            var options = AnalysisOptions()
            (options.estimator, options.permutations) = (.syntheticDiD, 0)
            options.vcov = .jackknife
            let part = rows.keeping { rows.start[$0] == nil || rows.start[$0] == start }
            let result = try DidAnalysis.run(part.oneCellARow(), options)
            #expect(abs((result.effects[0].estimate ?? .nan) - estimate) < 1e-4)
        }
    }
}
