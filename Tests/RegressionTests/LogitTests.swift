import Foundation
import LinearAlgebra
import Testing

@testable import Regression

struct LogitTests {
    private struct Rows {
        var y: [Double]
        var x: Matrix
        var weight: [Double]

        func repeated() -> Rows {
            let copies = y.indices.flatMap { [Int](repeating: $0, count: Int(weight[$0])) }
            return Rows(
                y: copies.map { y[$0] }, x: x.selecting(rows: copies),
                weight: [Double](repeating: 1, count: copies.count))
        }
    }

    /// The rows of `Golden/logit.py`.
    private static var golden: Rows {
        var state = 20261
        func uniform() -> Double {
            state = (state * 1_103_515_245 + 12345) % (1 << 31)
            return Double(state) / Double(1 << 31)
        }
        var (y, a, b, w): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for _ in 0..<80 {
            a.append(uniform() * 4 - 2)
            b.append(uniform() * 10)
            let u = uniform()
            w.append(1 + Double(Int(uniform() * 3)))
            y.append(u < 1 / (1 + exp(-(0.3 + 0.8 * a[a.count - 1] - 0.1 * b[b.count - 1]))) ? 1 : 0)
        }
        return Rows(y: y, x: Matrix(rows: 80, columns: [[Double](repeating: 1, count: 80), a, b]), weight: w)
    }

    /// Fifty-digit arithmetic; the maximum is flat, so that β is known to the square root of the score's rounding at worst.
    @Test func equalsManyDigits() throws {
        let rows = Self.golden
        let model = try Logit(rows.y, rows.x, weight: rows.weight)
        let beta = [0.097933300014840981, 0.64233344878057477, -0.006732378513762301]
        let inverse = [
            0.12552751286013496, -0.00054915088223503068, -0.020161772528780863, -0.00054915088223503068,
            0.025558252214416639, -3.1279294436033218e-5, -0.020161772528780863, -3.1279294436033218e-5,
            0.0041826403105268362,
        ]
        for (found, known) in zip(model.coefficients, beta) { #expect(abs(found - known) < 1e-13) }
        for (found, known) in zip(model.informationInverse.storage, inverse) {
            #expect(abs(found - known) < 1e-12 * abs(known) + 1e-16)
        }
        #expect(model.dropped.isEmpty)
    }

    /// Probabilities, scores and information against the library's exponential row by row, from certainty to certainty.
    @Test(arguments: [1, 8, 9, 515]) func stepEqualsTheSlowOne(rows: Int) {
        let x = Matrix(
            rows: rows,
            columns: [
                [Double](repeating: 1, count: rows), (0..<rows).map { Double(($0 * 37) % 101) / 50 - 1 },
            ])
        let beta = [0.25, 41.0]
        let y = (0..<rows).map { Double($0 % 2) }
        let weight = (0..<rows).map { 1 + Double($0 % 3) }
        let state = Logit.State(y, x, weight, beta)
        var score = [0.0, 0]
        var information = Matrix(2, 2)
        for i in 0..<rows {
            let line = beta[0] + beta[1] * x[i, 1]
            let f = line >= 0 ? 1 / (1 + exp(-line)) : exp(line) / (1 + exp(line))
            #expect(abs(state.fitted[i] - f) < 4e-16 * f * (1 + abs(line)))
            for a in 0..<2 {
                score[a] += weight[i] * (y[i] - f) * x[i, a]
                for b in 0..<2 { information[a, b] += weight[i] * f * (1 - f) * x[i, a] * x[i, b] }
            }
        }
        for (found, slow) in zip(state.score, score) { #expect(abs(found - slow) < 1e-12 * Double(rows)) }
        for (found, slow) in zip(state.information.storage, information.storage) {
            #expect(abs(found - slow) < 1e-12 * Double(rows))
        }
    }

    /// Beyond e^-700 a probability is that, not 0 and not a number made of a wrapped exponent.
    @Test func certaintyStaysFinite() {
        let x = Matrix(rows: 4, columns: [[-2000, -701, -699, 2000]])
        let state = Logit.State([0, 0, 0, 1], x, [1, 1, 1, 1], [1])
        #expect(state.fitted[0] > 0 && state.fitted[0] < 1e-300)
        #expect(abs(state.fitted[2] / exp(-699) - 1) < 1e-13)
        #expect(state.fitted[3] == 1)
        #expect(state.score.allSatisfy(\.isFinite) && state.information.storage.allSatisfy(\.isFinite))
    }

    @Test func weightsAreRepeatedRows() throws {
        let rows = Self.golden
        let (weighted, repeated) = (
            try Logit(rows.y, rows.x, weight: rows.weight),
            try Logit(rows.repeated().y, rows.repeated().x, weight: rows.repeated().weight)
        )
        for (a, b) in zip(weighted.coefficients, repeated.coefficients) { #expect(abs(a - b) < 1e-12) }
        for (a, b) in zip(weighted.informationInverse.storage, repeated.informationInverse.storage) {
            #expect(abs(a - b) < 1e-12)
        }
    }

    /// What a row's weight does to β is the score of the row through the information.
    @Test func influenceIsTheDerivativeInWeights() throws {
        let rows = Self.golden
        let model = try Logit(rows.y, rows.x, weight: rows.weight)
        for i in [0, 17, 41] {
            var (up, down) = (rows.weight, rows.weight)
            up[i] += 1e-5
            down[i] -= 1e-5
            let high = try Logit(rows.y, rows.x, weight: up).coefficients
            let low = try Logit(rows.y, rows.x, weight: down).coefficients
            let expected = model.informationInverse.times(rows.x.row(i).map { $0 * (rows.y[i] - model.fitted[i]) })
            for j in 0..<3 { #expect(abs((high[j] - low[j]) / 2e-5 - expected[j]) < 1e-6) }
        }
    }

    @Test func leavesOutWhatEarlierColumnsExplain() throws {
        let rows = Self.golden
        let twice = Matrix(rows: 80, columns: [0, 1, 1, 2].map { rows.x.column($0) })
        let model = try Logit(rows.y, twice, weight: rows.weight)
        #expect(model.dropped == [2])
        #expect(model.coefficients[2] == 0)
        let plain = try Logit(rows.y, rows.x, weight: rows.weight)
        #expect(abs(model.coefficients[3] - plain.coefficients[2]) < 1e-12)
    }

    /// Wholly, in part, or not at all, whatever the scale.
    @Test(arguments: [1, 1e-6, 1e6])
    func separationIsRefusedWithTheRows(scale: Double) throws {
        let t = (0..<20).map { Double($0) }
        func x(_ values: [Double]) -> Matrix {
            Matrix(
                rows: values.count, columns: [[Double](repeating: 1, count: values.count), values.map { $0 * scale }])
        }
        let one = [Double](repeating: 1, count: 20)
        #expect(throws: RegressionError.separated(rows: 20, of: 20)) {
            try Logit(t.map { $0 < 10 ? 0 : 1 }, x(t), weight: one)
        }
        // Ones and zeros both at 10: the two there overlap, the others are told apart.
        let half = try #require(throws: RegressionError.self) {
            try Logit(t.map { $0 < 10 ? 0.0 : 1 } + [0], x(t + [10]), weight: one + [1])
        }
        #expect(half == .separated(rows: 19, of: 21))
        let mixed = try Logit(t.map { Int($0) % 3 == 0 ? 1 : 0 }, x(t), weight: one)
        #expect(mixed.coefficients.allSatisfy { $0.isFinite })
    }

    @Test func aRowWithoutWeightDoesNotSeparate() throws {
        let rows = Self.golden
        var weight = rows.weight
        weight[3] = 0
        let with = try Logit(rows.y, rows.x, weight: weight)
        let keep = (0..<80).filter { $0 != 3 }
        let without = try Logit(
            keep.map { rows.y[$0] }, rows.x.selecting(rows: keep), weight: keep.map { rows.weight[$0] })
        for (a, b) in zip(with.coefficients, without.coefficients) { #expect(abs(a - b) < 1e-12) }
    }
}
