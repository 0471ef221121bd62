import Estimation
import Panels
import Testing

@testable import Inference

/// `--balance`: steps after the start from the same schools.
struct BalanceTests {
    private static let starts: [Int?] = [3, 3, 3, 5, 5, 5, 6, 6, 6, nil, nil, nil, nil, nil]

    private static func events(_ rows: RowDesign, _ estimator: EstimatorName, balance: Int?) throws -> [Effect] {
        var options = AnalysisOptions()
        options.estimator = estimator
        options.estimation.balance = balance
        (options.permutations, options.diagnosesPreTrend) = (0, false)
        options.vcov = .cr1
        return try DidAnalysis.run(rows.oneCellARow(), options).effects.filter { $0.kind == .event }
    }

    /// The starts of 3 and 5 are seen two years after; that of 6 is not. What is left is the analysis without its schools,
    /// where nothing compares with the not yet treated.
    @Test(arguments: [EstimatorName.callawaySantAnna, .sunAbraham])
    func isTheAnalysisWithoutStartsNotSeenLongEnough(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 33)
        let rows = made.panel(starts: Self.starts, periods: 1...7, effect: { 1 + Double($0) })
        var without = rows
        let keep = rows.y.indices.filter { rows.start[$0] != 6 }
        without = RowDesign(
            unit: keep.map { rows.unit[$0] }, time: keep.map { rows.time[$0] }, y: keep.map { rows.y[$0] },
            start: keep.map { rows.start[$0] })
        let balanced = try Self.events(rows, estimator, balance: 2)
        let whole = try Self.events(without, estimator, balance: nil)
        #expect(balanced.compactMap(\.eventTime).max() == 2)
        for effect in balanced {
            let same = try #require(whole.first { $0.eventTime == effect.eventTime })
            #expect(isClose(effect.estimate, try #require(same.estimate), 1e-9))
        }
        #expect(whole.contains { $0.eventTime == 3 })
    }

    @Test(arguments: [EstimatorName.imputation, .twoStage, .etwfe])
    func stepsRestOnTheSameRows(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 34)
        let rows = made.panel(starts: Self.starts, periods: 1...7)
        let found = try Self.events(rows, estimator, balance: 2).filter { ($0.eventTime ?? -1) >= 0 }
        #expect(found.map(\.eventTime) == [0, 1, 2])
        #expect(found.map(\.n) == [6, 6, 6])
    }
}
