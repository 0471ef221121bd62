import Estimation
import Panels
import Testing

@testable import Inference

struct CompositionTests {
    private static let starts: [Int?] = [4, 4, 4, 5, 5, nil, nil, nil, nil, nil, nil]

    private func rows(change: Double = 0, seed: UInt64 = 91) -> RowDesign {
        var made = SeededRows(seed: seed)
        var rows = made.panel(starts: Self.starts, periods: 1...7, pupils: 4...8, covariate: true)
        for r in rows.y.indices {
            if let start = rows.start[r], rows.time[r] >= start { rows.covariates[0].values[r] += change }
        }
        rows.factors = [("set", rows.y.indices.map { ["A", "B", "C"][$0 * 7 % 3] })]
        return rows
    }

    private func run(_ design: Design, _ estimator: EstimatorName) throws -> AnalysisResult {
        try PlaceboTests.analyse(design, estimator) {
            $0.triesPlacebos = false
            $0.diagnosesComposition = true
        }
    }

    /// Each characteristic against the analysis of rows that have it for the outcome.
    @Test(arguments: [EstimatorName.twfe, .eventStudy, .imputation])
    func equalsTheAnalysisOfEach(estimator: EstimatorName) throws {
        let rows = rows()
        let found = try #require(try run(rows.gathered(), estimator).composition)
        #expect(found.rows.map(\.variable) == ["x", "set=A", "set=B", "set=C", "pupils"])
        for row in found.rows {
            var other = rows
            other.covariates = []
            other.factors = []
            if row.variable == "x" {
                other.y = rows.covariates[0].values
            } else if row.isShare {
                other.y = rows.factors[0].values.map { "set=\($0)" == row.variable ? 100 : 0 }
            } else {
                other = Self.counted(rows)
            }
            let expected = try run(other.gathered(), estimator).effects[0]
            #expect(isClose(row.estimate.effect?.estimate, try #require(expected.estimate), 1e-8), "\(row)")
            #expect(isClose(row.estimate.effect?.standardError, try #require(expected.standardError), 1e-7), "\(row)")
        }
    }

    /// One row a unit and period: how many rows there were.
    private static func counted(_ rows: RowDesign) -> RowDesign {
        var counted = RowDesign(unit: [], time: [], y: [], start: [])
        for r in rows.y.indices {
            if let last = counted.y.indices.last, counted.unit[last] == rows.unit[r], counted.time[last] == rows.time[r]
            {
                counted.y[last] += 1
            } else {
                counted.unit.append(rows.unit[r])
                counted.time.append(rows.time[r])
                counted.y.append(1)
                counted.start.append(rows.start[r])
            }
        }
        return counted
    }

    @Test func changeIsFoundAndNamed() throws {
        let found = try #require(try run(rows(change: 3).gathered(), .imputation).composition)
        #expect(try #require(found.pValue) < 0.01)
        #expect(found.words.hasPrefix("Who the pupils are changed") && found.words.contains("in x"))
    }

    @Test func jointPValueAllowsForTheNumber() throws {
        let found = try #require(try run(rows().gathered(), .imputation).composition)
        let values = found.rows.compactMap { $0.estimate.effect?.pValue }
        #expect(values.count == 5)
        #expect(found.pValue == min(1, 5 * (values.min() ?? 1)))
    }

    @Test func nothingToCheckIsSaid() throws {
        var made = SeededRows(seed: 92)
        let found = try #require(try run(made.panel(starts: Self.starts).gathered(), .imputation).composition)
        #expect(found.rows.isEmpty && found.words.contains("no covariates or factors are named"))
    }

    /// A covariate that never varies has no estimate, and says why; the others keep theirs.
    @Test func constantCovariate() throws {
        var rows = rows()
        rows.covariates.append(("flat", rows.y.map { _ in 3 }))
        let found = try #require(try run(rows.gathered(), .imputation).composition)
        let flat = try #require(found.rows.first { $0.variable == "flat" })
        #expect(flat.estimate.effect == nil && flat.estimate.reason != nil)
        #expect(found.rows.first { $0.variable == "x" }?.estimate.effect != nil)
    }

    /// A covariate as a placebo outcome: the others stay held constant.
    @Test func covariateAsPlaceboOutcome() throws {
        var rows = rows()
        let second = rows.covariates[0].values.enumerated().map { $1 * 0.5 + Double($0 % 5) }
        rows.covariates.append(("z", second))
        let design = rows.gathered()
        var options = AnalysisOptions()
        options.estimator = .imputation
        options.vcov = .cr2
        let found = DidAnalysis.placebo(design.takingForOutcome(0), options)
        var other = rows
        other.y = rows.covariates[0].values
        other.covariates = [rows.covariates[1]]
        let expected = try run(other.gathered(), .imputation).effects[0]
        #expect(found.outcome == "x")
        #expect(isClose(found.estimate.effect?.estimate, try #require(expected.estimate), 1e-8))
        #expect(isClose(found.estimate.effect?.standardError, try #require(expected.standardError), 1e-7))
    }
}
