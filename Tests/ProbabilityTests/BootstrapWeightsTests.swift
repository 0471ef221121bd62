import Probability
import Testing

struct BootstrapWeightsTests {
    private static func drawn(
        _ weights: BootstrapWeights, clusters: Int, draws: Range<Int>, seed: UInt64 = 7,
        purpose: BootstrapWeights.Purpose = .wild
    ) -> [Double] {
        var values = [Double](repeating: .nan, count: clusters * draws.count)
        values.withUnsafeMutableBufferPointer {
            weights.fill($0, clusters: clusters, draws: draws, seed: seed, purpose: purpose)
        }
        return values
    }

    /// Five standard errors of each moment over 200,000 weights.
    @Test(arguments: BootstrapWeights.allCases) func haveTheirMoments(_ weights: BootstrapWeights) {
        let values = Self.drawn(weights, clusters: 20, draws: 0..<10_000)
        let n = Double(values.count)
        func mean(_ power: Int) -> Double {
            values.reduce(0) { sum, v in sum + (0..<power).reduce(1.0) { p, _ in p * v } } / n
        }
        let room = 5 / n.squareRoot()
        #expect(abs(mean(1)) < room)
        #expect(abs(mean(2) - 1) < 2 * room)
        #expect(abs(mean(3) - (weights == .mammen ? 1 : 0)) < 4 * room)
    }

    @Test func takeTheirValues() {
        let six = Set(Self.drawn(.webb, clusters: 9, draws: 0..<400))
        #expect(six == [1, -1, 1.5.squareRoot(), -1.5.squareRoot(), 0.5.squareRoot(), -0.5.squareRoot()])
        #expect(Set(Self.drawn(.rademacher, clusters: 70, draws: 0..<9)) == [1, -1])
        #expect(Set(Self.drawn(.mammen, clusters: 3, draws: 0..<40)).count == 2)
    }

    /// A draw depends on its number alone, whichever range it is asked for in.
    @Test(arguments: BootstrapWeights.allCases, [1, 2, 8, 63, 64, 65, 130])
    func areTheSameInEveryRange(_ weights: BootstrapWeights, clusters: Int) {
        let all = Self.drawn(weights, clusters: clusters, draws: 0..<12)
        #expect(Array(all[5 * clusters..<9 * clusters]) == Self.drawn(weights, clusters: clusters, draws: 5..<9))
        #expect(!all.contains { $0.isNaN })
    }

    @Test func differBySeedAndPurpose() {
        let one = Self.drawn(.rademacher, clusters: 40, draws: 0..<20)
        #expect(one != Self.drawn(.rademacher, clusters: 40, draws: 0..<20, seed: 8))
        #expect(one != Self.drawn(.rademacher, clusters: 40, draws: 0..<20, purpose: .multiplier))
    }

    /// Clusters do not follow each other, nor draws: correlations of neighbours stay within five standard errors.
    @Test(arguments: BootstrapWeights.allCases) func areIndependent(_ weights: BootstrapWeights) {
        let clusters = 17
        let values = Self.drawn(weights, clusters: clusters, draws: 0..<10_000)
        for lag in [1, clusters] {
            let count = values.count - lag
            let product = (0..<count).reduce(0.0) { $0 + values[$1] * values[$1 + lag] } / Double(count)
            #expect(abs(product) < 5 / Double(count).squareRoot())
        }
    }
}
