import Foundation
import LinearAlgebra
import Testing

@testable import Regression

/// Two groups and a covariate: curves of the mean.
struct QuasiLikelihoodTests {
    /// Ones, a dummy, and a covariate that is spread evenly.
    private static func regressors(_ count: Int) -> Matrix {
        Matrix(
            rows: count,
            columns: [
                [Double](repeating: 1, count: count), (0..<count).map { $0 % 3 == 0 ? 1 : 0 },
                (0..<count).map { Double(($0 * 7) % 11) / 10 - 0.5 },
            ])
    }

    /// A model with a parameter a group has the groups' means; then the information is known too.
    @Test(arguments: [QuasiLikelihood.Curve.logit, .poisson]) func saturated(curve: QuasiLikelihood.Curve) throws {
        let y: [Double] = [0.1, 0.3, 0.5, 0.9, 0.2]
        let weight = [1.0, 3, 2, 5, 4]
        let x = Matrix(rows: 5, columns: [[1, 1, 1, 1, 1], [0, 0, 0, 1, 1]])
        let fit = try QuasiLikelihood(y, x, weight: weight, curve)
        let means: [Double] = [2.0 / 6, 5.3 / 9]
        for i in y.indices { #expect(abs(curve.mean(fit.line[i]) - means[i / 3]) < 1e-13) }
        let slopes = means.map { curve == .logit ? $0 * (1 - $0) : $0 }
        let (first, second) = (1 / (6 * slopes[0]), 1 / (9 * slopes[1]))
        #expect(abs(fit.informationInverse[0, 0] - first) < 1e-12)
        #expect(abs(fit.informationInverse[1, 1] - first - second) < 1e-12)
    }

    /// Zeros and ones: the logit of propensity scores.
    @Test func zerosAndOnesAreTheLogit() throws {
        let x = Self.regressors(60)
        let y = (0..<60).map { ($0 * 13) % 7 < 3 ? 1.0 : 0 }
        let weight = (0..<60).map { 1 + Double($0 % 4) }
        let fit = try QuasiLikelihood(y, x, weight: weight, .logit)
        let twin = try Logit(y, x, weight: weight)
        for (a, b) in zip(fit.coefficients, twin.coefficients) { #expect(abs(a - b) < 1e-10) }
        for (a, b) in zip(fit.informationInverse.storage, twin.informationInverse.storage) {
            #expect(abs(a - b) < 1e-10)
        }
    }

    /// Scores are 0 at the end, and a mean outcome of rows is as good as the rows.
    @Test(arguments: [QuasiLikelihood.Curve.logit, .poisson]) func rowsAndMeans(curve: QuasiLikelihood.Curve) throws {
        let x = Self.regressors(40)
        let y = (0..<40).map { (i: Int) -> Double in
            curve == .logit ? Double((i * 5) % 8) / 7 : Double((i * i) % 23)
        }
        let ones = [Double](repeating: 1, count: 40)
        let fit = try QuasiLikelihood(y, x, weight: ones, curve)
        let scores = x.transposedTimes(y.indices.map { y[$0] - curve.mean(fit.line[$0]) })
        #expect(scores.allSatisfy { abs($0) < 1e-10 })
        let twice = Matrix(rows: 80, columns: (0..<3).map { x.column($0) + x.column($0) })
        let low = y.map { 0.5 * $0 }
        let high = y.map { (value: Double) -> Double in curve == .logit ? min(1, 1.5 * value) : 1.5 * value }
        let spread = try QuasiLikelihood(low + high, twice, weight: ones + ones, curve)
        let means = zip(low, high).map { ($0 + $1) / 2 }
        let joined = try QuasiLikelihood(means, x, weight: ones.map { 2 * $0 }, curve)
        for (a, b) in zip(spread.coefficients, joined.coefficients) { #expect(abs(a - b) < 1e-11) }
    }

    /// Large counts, in other units.
    @Test func largeCounts() throws {
        let x = Self.regressors(40)
        let y = (0..<40).map { (i: Int) -> Double in Double(1 + (i * 17) % 29) }
        let ones = [Double](repeating: 1, count: 40)
        let fit = try QuasiLikelihood(y, x, weight: ones, .poisson)
        let large = try QuasiLikelihood(y.map { 1e9 * $0 }, x, weight: ones, .poisson)
        let shift: Double = log(1e9)
        let first = large.coefficients[0] - fit.coefficients[0] - shift
        #expect(abs(first) < 1e-10)
        for j in 1...2 { #expect(abs(large.coefficients[j] - fit.coefficients[j]) < 1e-10) }
    }

    @Test func dependentColumnsAreLeftOut() throws {
        let x = Self.regressors(30)
        let more = Matrix(rows: 30, columns: (0..<3).map(x.column) + [x.column(1)])
        let y = (0..<30).map { Double(($0 * 3) % 5) }
        let fit = try QuasiLikelihood(y, more, weight: y.map { _ in 1 }, .poisson)
        #expect(fit.place == [0, 1, 2, nil] && fit.coefficients[3] == 0)
    }

    /// A dummy whose rows are all 0 has no finite coefficient.
    @Test(arguments: [QuasiLikelihood.Curve.logit, .poisson]) func noMaximum(curve: QuasiLikelihood.Curve) {
        let x = Self.regressors(30)
        let y = (0..<30).map { $0 % 3 == 0 ? 0 : Double($0 % 2) }
        #expect(throws: RegressionError.self) {
            try QuasiLikelihood(y, x, weight: y.map { _ in 1 }, curve)
        }
    }
}
