import Testing

@testable import Probability

/// Probabilities of boxes (`Golden/normal_box.py`): single integrals by mpmath, the others by scipy 1.17.1.
struct NormalBoxTests {
    private func equicorrelated(_ rho: Double, _ count: Int) -> [[Double]] {
        (0..<count).map { i in (0..<count).map { $0 == i ? 1 : rho } }
    }

    /// 5e-4 is what 2,039 points are good for; the far tail keeps its relative size.
    @Test func equicorrelated() {
        let cases: [(Double, [Double], [Double], Double)] = [
            (0.5, [0, 0, 0], [2.39, 2.39, 2.39], 0.9550224805914562),
            (0.5, [1, 2, 3], [2.5, 2.5, 2.5], 0.27011008749963916),
            (0.9, [0.5, 1, 1.5, 2], [2, 2.5, 3, 2], 0.4937415331049517),
            (0.5, (0..<12).map { 0.2 * Double($0) }, [Double](repeating: 2.8, count: 12), 0.5340728154597884),
        ]
        for (rho, mean, widths, exact) in cases {
            let box = NormalBox(covariance: equicorrelated(rho, mean.count), halfWidths: widths)
            #expect(abs(box.probability(mean: mean) - exact) < 5e-4, "\(box.probability(mean: mean)) \(exact)")
            #expect(box.probability(mean: mean.map { -$0 }) == box.probability(mean: mean))
            let many = NormalBox(covariance: equicorrelated(rho, mean.count), halfWidths: widths, points: 65_537)
            #expect(abs(many.probability(mean: mean) - exact) < 1e-5, "\(many.probability(mean: mean)) \(exact)")
        }
        let far = NormalBox(covariance: equicorrelated(0.3, 3), halfWidths: [2, 2, 2]).probability(mean: [4, 5, 6])
        #expect(abs(far / 4.434539057433491e-07 - 1) < 0.01)
    }

    @Test func generalCovariance() {
        let sd = [1, 2, 0.5, 3, 1]
        let autoregressive = (0..<5).map { i in
            (0..<5).map { j in sd[i] * sd[j] * (0..<abs(i - j)).reduce(1.0) { value, _ in value * 0.7 } }
        }
        let first = NormalBox(covariance: autoregressive, halfWidths: [2, 4, 1.2, 6, 2.5])
        #expect(abs(first.probability(mean: [0.5, 1, -0.5, 2, 1]) - 0.718727002982831) < 2e-4)
        let mixed = NormalBox(
            covariance: [[1, -0.6, 0.2], [-0.6, 2, 0.5], [0.2, 0.5, 1.5]], halfWidths: [1.5, 2, 3])
        #expect(abs(mixed.probability(mean: [0.3, -1, 2]) - 0.5078456909607835) < 2e-4)
    }

    /// The definition: the share of drawn vectors that lie in the box, to four of its standard errors.
    @Test func shareOfDraws() {
        let slopes = [[1.0, 0, 0], [0.8, 0.5, 0], [-0.3, 0.4, 0.9]]
        let covariance = slopes.map { a in slopes.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
        let mean = [0.4, -0.2, 0.7]
        let widths = [1.2, 1.5, 1.1]
        var random = CounterRandom(seed: 5, stream: 0)
        let draws = 100_000
        var inside = 0
        for _ in 0..<draws {
            let z = (0..<3).map { _ in Normal.tailQuantile(random.uniform()) }
            let x = (0..<3).map { k in mean[k] + zip(slopes[k], z).reduce(0) { $0 + $1.0 * $1.1 } }
            if zip(x, widths).allSatisfy({ abs($0) <= $1 }) { inside += 1 }
        }
        let p = NormalBox(covariance: covariance, halfWidths: widths).probability(mean: mean)
        #expect(abs(Double(inside) / Double(draws) - p) < 4 * (p * (1 - p) / Double(draws)).squareRoot())
    }

    @Test func oneVariableIsExact() {
        let box = NormalBox(covariance: [[4]], halfWidths: [3.919927969080108])
        #expect(abs(box.probability(mean: [0]) - 0.95) < 1e-12)
        #expect(
            abs(box.probability(mean: [2]) - (1 - Normal.tail(0.959963984540054) - Normal.tail(2.959963984540054)))
                < 1e-14)
    }

    /// A variable that repeats another bounds it by the narrower of the two.
    @Test func singular() {
        let box = NormalBox(covariance: [[1, 2], [2, 4]], halfWidths: [1.5, 2])
        #expect(abs(box.probability(mean: [0, 0]) - (1 - 2 * Normal.tail(1))) < 1e-12)
    }

    @Test func fallsAlongARay() {
        let box = NormalBox(covariance: equicorrelated(0.5, 4), halfWidths: [2.5, 2.5, 2.5, 2.5])
        let along = (0...20).map { k in box.probability(mean: [1, 2, 3, 4].map { 0.1 * Double(k) * $0 }) }
        #expect(zip(along, along.dropFirst()).allSatisfy { $0 > $1 })
    }
}
