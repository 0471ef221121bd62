import Estimation
import Panels
import Testing

@testable import Inference

/// What must not change an answer.
struct InvarianceTests {
    static let starts: [Int?] = [4, 4, 4, 5, 5, 5, nil, nil, nil, nil, nil, nil]
    static let estimators: [EstimatorName] = [
        .twfe, .eventStudy, .imputation, .sunAbraham, .twoStage, .etwfe,
    ]

    private func rows(_ estimator: EstimatorName) -> RowDesign {
        var made = SeededRows(seed: 61)
        return made.panel(starts: Self.starts, pupils: 1...4, missing: 0.05, covariate: true)
    }

    private func analyse(_ rows: RowDesign, _ estimator: EstimatorName) throws -> AnalysisResult {
        var options = AnalysisOptions()
        options.estimator = estimator
        options.vcov = estimator == .twoStage ? .cr1 : .cr2
        options.permutations = 99
        return try DidAnalysis.run(rows.gathered(), options)
    }

    private func compare(
        _ a: AnalysisResult, _ b: AnalysisResult, _ tolerance: Double, scale: Double = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(a.effects.count == b.effects.count, sourceLocation: sourceLocation)
        for (x, y) in zip(a.effects, b.effects) {
            let size = max(abs(try #require(x.estimate)), 1)
            #expect(
                abs(try #require(y.estimate) / scale - (try #require(x.estimate))) < tolerance * size, "\(x) \(y)",
                sourceLocation: sourceLocation)
            if let error = x.standardError {
                #expect(isClose(y.standardError.map { $0 / scale }, error, tolerance), sourceLocation: sourceLocation)
                #expect(
                    isClose(y.degreesOfFreedom, try #require(x.degreesOfFreedom), 10 * tolerance),
                    sourceLocation: sourceLocation)
            }
        }
        #expect(a.randomisation == b.randomisation, sourceLocation: sourceLocation)
        #expect(a.preTrend?.pValue == b.preTrend?.pValue, sourceLocation: sourceLocation)
    }

    /// The outcome moved by a million: what is lost is what a double loses of the outcome itself (1e6 · 2⁻⁵³ ≈ 1e-10).
    @Test(arguments: estimators)
    func shift(estimator: EstimatorName) throws {
        let rows = rows(estimator)
        var moved = rows
        moved.y = rows.y.map { $0 + 1e6 }
        try compare(analyse(rows, estimator), analyse(moved, estimator), 1e-9)
        #expect(
            try analyse(moved, estimator).path.allSatisfy {
                ($0.observed ?? 0) > 9e5 && ($0.counterfactual ?? 1e6) > 9e5
            })
    }

    @Test(arguments: estimators, [1e-6, 1e6])
    func scale(estimator: EstimatorName, factor: Double) throws {
        let rows = rows(estimator)
        var scaled = rows
        scaled.y = rows.y.map { $0 * factor }
        scaled.covariates = rows.covariates.map { ($0.name, $0.values.map { $0 * 1e4 + 7e3 }) }
        let (a, b) = (try analyse(rows, estimator), try analyse(scaled, estimator))
        let keep = { (result: AnalysisResult) in
            var result = result
            result.effects.removeAll { $0.kind == .coefficient }
            return result
        }
        try compare(keep(a), keep(b), 1e-9, scale: factor)
    }

    /// Rows in another order make cells in another order.
    @Test(arguments: estimators)
    func rowOrder(estimator: EstimatorName) throws {
        let rows = rows(estimator)
        let order = rows.y.indices.sorted { ($0 * 7919) % 1009 < ($1 * 7919) % 1009 }
        var shuffled = rows
        shuffled.unit = order.map { rows.unit[$0] }
        shuffled.time = order.map { rows.time[$0] }
        shuffled.y = order.map { rows.y[$0] }
        shuffled.start = order.map { rows.start[$0] }
        shuffled.covariates = rows.covariates.map { column in (column.name, order.map { column.values[$0] }) }
        try compare(analyse(rows, estimator), analyse(shuffled, estimator), 1e-11)
    }

    /// Other names in the same order: the same bits.
    @Test(arguments: estimators)
    func relabelling(estimator: EstimatorName) throws {
        let rows = rows(estimator)
        var renamed = rows
        renamed.unit = rows.unit.map { "School \($0)" }
        let (a, b) = (try analyse(rows, estimator), try analyse(renamed, estimator))
        #expect(a.effects == b.effects && a.randomisation == b.randomisation && a.preTrend == b.preTrend)
    }

    /// Frequency-like weights equal repeated rows.
    @Test(arguments: estimators)
    func weightsEqualRepeatedRows(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 62)
        var rows = made.panel(starts: Self.starts)
        let times = rows.y.indices.map { 1 + $0 % 3 }
        let index = rows.y.indices.flatMap { [Int](repeating: $0, count: times[$0]) }
        let repeated = RowDesign(
            unit: index.map { rows.unit[$0] }, time: index.map { rows.time[$0] }, y: index.map { rows.y[$0] },
            start: index.map { rows.start[$0] })
        rows.weights = times.map(Double.init)
        let options = { (o: inout AnalysisOptions) in o.smallSample = .clusters }
        let a = try ReferenceTests.analyse(rows.gathered(), estimator, .cr1, change: options)
        let b = try ReferenceTests.analyse(repeated.gathered(), estimator, .cr1, change: options)
        for (x, y) in zip(a.effects, b.effects) {
            #expect(isClose(y.estimate, try #require(x.estimate), 1e-11))
            #expect(isClose(y.standardError, try #require(x.standardError), 1e-11))
        }
    }
}
