import LinearAlgebra
import Panels
import Testing

@testable import Regression

struct RowRegressionTests {
    /// Rows of weight w are w equal rows: the same coefficients, and as frequencies the same degrees of freedom.
    @Test func frequencyWeightsAreRepeatedRows() throws {
        var rows = AbsorptionTests.Rows(11)
        let count = 200
        let school = rows.effect("school", 12, count)
        let x = rows.values(count)
        let y = zip(x, rows.values(count)).map { 2 * $0 + $1 }
        let times = (0..<count).map { _ in Int(rows.code(4)) + 1 }
        let weighted = try RowRegression(
            outcome: y, regressors: [RowRegressor("x", x)], effects: [school], weights: times.map(Double.init),
            weightKind: .frequency)
        let repeated = times.indices.flatMap { [Int](repeating: $0, count: times[$0]) }
        let whole = try RowRegression(
            outcome: repeated.map { y[$0] }, regressors: [RowRegressor("x", repeated.map { x[$0] })],
            effects: [EffectCodes(name: "school", levelCount: 12, codes: repeated.map { school.codes[$0] })])
        #expect(abs(weighted.fit.coefficients[0] - whole.fit.coefficients[0]) < 1e-12)
        #expect(abs(weighted.fit.gramInverse[0, 0] - whole.fit.gramInverse[0, 0]) < 1e-12)
        #expect(abs(weighted.fit.residualSumOfSquares - whole.fit.residualSumOfSquares) < 1e-11)
        #expect(weighted.residualDegreesOfFreedom == whole.residualDegreesOfFreedom)
    }

    /// Rows come back in the order in which they were given, and scores by cluster do not depend on it.
    @Test func orderOfRowsDoesNotMatter() throws {
        var rows = AbsorptionTests.Rows(12)
        let count = 300
        let pupil = rows.effect("pupil", 90, count)
        let year = rows.effect("year", 4, count)
        let cluster = EffectCodes(name: "school", levelCount: 9, codes: pupil.codes.map { $0 / 10 })
        let x = rows.values(count)
        let y = rows.values(count)
        func fit(_ order: [Int]) throws -> (RowRegression, Matrix) {
            func pick(_ effect: EffectCodes) -> EffectCodes {
                EffectCodes(name: effect.name, levelCount: effect.levelCount, codes: order.map { effect.codes[$0] })
            }
            let fit = try RowRegression(
                outcome: order.map { y[$0] }, regressors: [RowRegressor("x", order.map { x[$0] })],
                effects: [pick(pupil), pick(year)])
            return (fit, fit.scores(by: pick(cluster)))
        }
        let (first, scores) = try fit(Array(0..<count))
        let reversed = Array((0..<count).reversed())
        let (second, others) = try fit(reversed)
        #expect(zip(first.residuals, second.residuals.reversed()).allSatisfy { abs($0 - $1) < 1e-13 })
        #expect(zip(scores.storage, others.storage).allSatisfy { abs($0 - $1) < 1e-13 })
        let direct = (0..<9).map { g in
            (0..<count).reduce(0.0) { cluster.codes[$1] == Int32(g) ? $0 + first.residuals[$1] : $0 }
        }
        // Residuals sum to 0 within pupils, so within schools.
        #expect(direct.allSatisfy { abs($0) < 1e-12 })
    }

    /// A copy is dropped by name; what is nearly one stays, with the number.
    @Test func copiesAreDroppedAndNearCopiesSaid() throws {
        var rows = AbsorptionTests.Rows(13)
        let count = 100
        let x = rows.values(count)
        let noise = rows.values(count)
        let near = zip(x, noise).map { $0 + 1e-7 * $1 }
        let y = zip(x, noise).map { $0 + 3e-7 * $1 }
        let copy = try RowRegression(
            outcome: y, regressors: [RowRegressor("x", x), RowRegressor("copy", x.map { 2 * $0 })])
        #expect(copy.fit.labels.map(\.name) == ["x"])
        #expect(copy.fit.warnings.map(\.message).contains { $0.hasSuffix("completely: copy") })
        let both = try RowRegression(outcome: y, regressors: [RowRegressor("x", x), RowRegressor("near", near)])
        // y = x + 3 (near − x).
        #expect(abs(both.fit.coefficients[0] + 2) < 1e-6 && abs(both.fit.coefficients[1] - 3) < 1e-6)
        #expect(both.fit.reciprocalCondition < 1e-12)
        #expect(
            both.fit.warnings.contains { $0.message.contains("reciprocal condition") && $0.message.contains("near") })
    }

    /// The estimate does not depend on which copy is dropped, nor on offset and unit.
    @Test func offsetAndScaleMoveNothing() throws {
        var rows = AbsorptionTests.Rows(14)
        let count = 150
        let school = rows.effect("school", 10, count)
        let x = rows.values(count).map { ($0 * 100).rounded() }
        let y = zip(x, rows.values(count)).map { $0 + ($1 * 50).rounded() }
        let plain = try RowRegression(outcome: y, regressors: [RowRegressor("x", x)], effects: [school])
        let moved = try RowRegression(
            outcome: y.map { $0 + 1e9 }, regressors: [RowRegressor("x", x.map { 1e-6 * $0 })], effects: [school])
        #expect(abs(moved.fit.coefficients[0] / 1e6 - plain.fit.coefficients[0]) < 1e-9)
        #expect(throws: RegressionError.noVariation(outcome: "y", cells: count)) {
            try RowRegression(
                outcome: school.codes.map(Double.init), named: "y", regressors: [RowRegressor("x", x)],
                effects: [school])
        }
    }
}
