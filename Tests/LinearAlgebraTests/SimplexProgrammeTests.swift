import Testing

@testable import LinearAlgebra

/// Weights on the simplex against every support tried in turn, against projected gradients, and by their own conditions.
struct SimplexProgrammeTests {
    /// Uniform numbers about 0 from a linear congruential generator.
    private struct Numbers {
        var state: UInt64
        mutating func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
        mutating func points(_ d: Int, _ n: Int, shift: Double) -> [Double] {
            (0..<d * n).map { _ in next() + shift }
        }
    }

    private func objective(_ programme: SimplexProgramme, _ w: [Double]) -> Double {
        var value = programme.ridge * w.reduce(0) { $0 + $1 * $1 }
        for i in 0..<programme.dimension {
            var mean = 0.0
            for j in w.indices { mean += w[j] * programme.points[j * programme.dimension + i] }
            value += mean * mean
        }
        return value
    }

    /// The best over all supports of the solution of its equations that has no negative weight.
    private func byEnumeration(_ programme: SimplexProgramme) -> Double {
        let (d, n) = (programme.dimension, programme.count)
        var best = Double.infinity
        for mask in 1..<(1 << n) {
            let members = (0..<n).filter { mask >> $0 & 1 == 1 }
            let order = members.count + 1
            // [G 1; 1' 0] (w, −μ) = (0, 1)
            var rows = (0..<order).map { _ in [Double](repeating: 0, count: order + 1) }
            for (a, i) in members.enumerated() {
                for (b, j) in members.enumerated() {
                    for k in 0..<d { rows[a][b] += programme.points[i * d + k] * programme.points[j * d + k] }
                    if i == j { rows[a][b] += programme.ridge }
                }
                rows[a][order - 1] = 1
                rows[order - 1][a] = 1
            }
            rows[order - 1][order] = 1
            guard let solved = gauss(rows), solved.dropLast().allSatisfy({ $0 >= -1e-12 }) else { continue }
            var w = [Double](repeating: 0, count: n)
            for (a, i) in members.enumerated() { w[i] = max(solved[a], 0) }
            best = min(best, objective(programme, w))
        }
        return best
    }

    private func gauss(_ augmented: [[Double]]) -> [Double]? {
        var rows = augmented
        let n = rows.count
        for c in 0..<n {
            guard let pivot = (c..<n).max(by: { abs(rows[$0][c]) < abs(rows[$1][c]) }), abs(rows[pivot][c]) > 1e-11
            else {
                return nil
            }
            rows.swapAt(c, pivot)
            for r in 0..<n where r != c {
                let factor = rows[r][c] / rows[c][c]
                for k in c...n { rows[r][k] -= factor * rows[c][k] }
            }
        }
        return (0..<n).map { rows[$0][n] / rows[$0][$0] }
    }

    /// Accelerated projected gradients with restarts, to 1e-13.
    private func byProjectedGradient(_ programme: SimplexProgramme) -> [Double] {
        let (d, n) = (programme.dimension, programme.count)
        let p = programme.points
        let bound = p.reduce(0) { $0 + $1 * $1 } + programme.ridge
        func gradient(_ w: [Double]) -> [Double] {
            var mean = [Double](repeating: 0, count: d)
            for j in 0..<n { for i in 0..<d { mean[i] += w[j] * p[j * d + i] } }
            return (0..<n).map { j in
                (0..<d).reduce(programme.ridge * w[j]) { $0 + mean[$1] * p[j * d + $1] }
            }
        }
        var w = [Double](repeating: 1 / Double(n), count: n)
        var ahead = w
        var t = 1.0
        for _ in 0..<200_000 {
            let g = gradient(ahead)
            let next = projected((0..<n).map { ahead[$0] - g[$0] / bound })
            let moved = (0..<n).map { next[$0] - w[$0] }
            let against = (0..<n).reduce(0.0) { $0 + (ahead[$1] - next[$1]) * moved[$1] }
            let faster = (1 + (1 + 4 * t * t).squareRoot()) / 2
            let momentum = against > 0 ? 0 : (t - 1) / faster
            t = against > 0 ? 1 : faster
            ahead = (0..<n).map { next[$0] + momentum * moved[$0] }
            w = next
            if moved.allSatisfy({ abs($0) < 1e-15 }) { break }
        }
        return w
    }

    private func projected(_ v: [Double]) -> [Double] {
        let sorted = v.sorted(by: >)
        var sum = 0.0
        var shift = 0.0
        for (k, value) in sorted.enumerated() {
            sum += value
            let candidate = (sum - 1) / Double(k + 1)
            if value > candidate { shift = candidate }
        }
        return v.map { max($0 - shift, 0) }
    }

    @Test(arguments: [0, 1e-12, 1e-3, 0.5, 20])
    func isTheBestOfAllSupports(ridge: Double) {
        var numbers = Numbers(state: 7)
        for trial in 0..<60 {
            let d = 1 + trial % 5
            let n = 1 + trial % 7
            let programme = SimplexProgramme(
                points: numbers.points(d, n, shift: trial % 3 == 0 ? 0 : 0.4), dimension: d, count: n, ridge: ridge)
            let found = programme.solve()
            #expect(found.weights.allSatisfy { $0 >= 0 })
            #expect(abs(found.weights.reduce(0, +) - 1) < 1e-14)
            #expect(found.residual < 1e-10, "trial \(trial): \(found)")
            let best = byEnumeration(programme)
            #expect(abs(objective(programme, found.weights) - best) < 1e-12 * (1 + best), "trial \(trial)")
        }
    }

    @Test func agreesWithProjectedGradients() {
        var numbers = Numbers(state: 11)
        for (d, n, ridge, shift) in [(8, 40, 0.3, 0.1), (8, 40, 5, 0.6), (30, 12, 0.01, 0.2), (5, 60, 1, 0)] {
            let programme = SimplexProgramme(
                points: numbers.points(d, n, shift: shift), dimension: d, count: n, ridge: ridge)
            let found = programme.solve()
            let slow = byProjectedGradient(programme)
            #expect(found.residual < 1e-12)
            for (a, b) in zip(found.weights, slow) { #expect(abs(a - b) < 1e-9) }
        }
    }

    /// Both ways of solving give the same weights where both can.
    @Test func bothWaysAgree() {
        var numbers = Numbers(state: 3)
        for ridge in [0.01, 0.1, 1] {
            let points = numbers.points(6, 25, shift: 0.3)
            let (a, b) = points.withUnsafeBufferPointer {
                (
                    NearestPoint($0, 6, 25, ridge: ridge).weights(), EvenWeights($0, 6, 25, ridge: ridge).weights()
                )
            }
            for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-10) }
        }
    }

    /// The origin within reach of many weights: the most even of them, whatever the order of the points.
    @Test func manyExactWeightsAreResolvedEvenly() {
        var numbers = Numbers(state: 5)
        let points = numbers.points(3, 20, shift: 0)
        let found = SimplexProgramme(points: points, dimension: 3, count: 20, ridge: 1e-14).solve()
        let reversed = SimplexProgramme(
            points: (0..<20).reversed().flatMap { Array(points[$0 * 3..<$0 * 3 + 3]) }, dimension: 3, count: 20,
            ridge: 1e-14
        ).solve()
        #expect(found.squaredDistance < 1e-18)
        #expect(found.weights.count { $0 > 0 } > 4)
        for (a, b) in zip(found.weights, reversed.weights.reversed()) { #expect(abs(a - b) < 1e-9) }
    }

    @Test func pointsThatAreOne() {
        let found = SimplexProgramme(points: [1, 2, 1, 2, 1, 2], dimension: 2, count: 3, ridge: 0.1).solve()
        #expect(found.weights.allSatisfy { abs($0 - 1.0 / 3) < 1e-14 })
        let nothing = SimplexProgramme(points: [0, 0, 0, 0], dimension: 2, count: 2).solve()
        #expect(nothing.weights == [0.5, 0.5] && nothing.residual == 0)
    }
}
