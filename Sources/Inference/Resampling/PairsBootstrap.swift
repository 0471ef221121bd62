import Estimation
import LinearAlgebra
import Panels
import Probability
import Regression

/// The pairs cluster bootstrap of a regression: whole clusters drawn with replacement, each draw fitted anew.
///
/// A drawn cluster enters with its moments as often as it was drawn, its eliminated effects apart for every copy, so a draw
/// costs one Cholesky factor and no row. Contrasts keep the data's weights. With few treated clusters some draws hold none,
/// and have no estimate: they are counted.
public struct PairsBootstrap: Sendable, Equatable {
    public let draws: Int
    /// Draws in which the estimate does not exist.
    public let failed: Int
    /// The standard deviation of the draws' estimates.
    public let standardError: Double
    /// Sorted estimates of the draws that have one.
    public let estimates: [Double]

    /// - Parameters:
    ///   - fit: of a regression made with `nested` set to its only cluster.
    ///   - k: the estimand.
    /// - Throws: `.noResampling` for imputation and two levels of clusters, or where fewer than two draws have an estimate.
    public init(_ fit: Fit, estimand k: Int, draws: Int, seed: UInt64 = 1, threads: Int = 1) throws(EstimationError) {
        guard case .leastSquares(let model) = fit.basis, fit.design.clusters.count == 1 else {
            throw .noResampling(
                method: "the pairs bootstrap", reason: "it is made for regressions with one level of clusters",
                instead: "use the wild or the multiplier bootstrap")
        }
        let sums = ClusterSums(fit, model, cluster: fit.design.clusters[0])
        let p = sums.leverage(fit.weights.column(k))
        let contrast = p.times([Double](repeating: 1, count: p.columns))
        let clusters = sums.blocks.count
        let order = contrast.count
        let floors = [Double](repeating: 1e-9, count: order)
        let grams = Matrix(rows: order * order, columns: sums.grams.map(\.storage))
        let found = concurrently(draws, threads: threads) { draw in
            var random = CounterRandom(
                seed: seed, stream: UInt64(draw) | UInt64(BootstrapWeights.Purpose.pairs.rawValue) << 56)
            var counts = [Double](repeating: 0, count: clusters)
            for _ in 0..<clusters { counts[random.below(clusters)] += 1 }
            let gram = Matrix(rows: order, columns: order, storage: grams.times(counts))
            let product = sums.outcomes.times(counts)
            return Self.estimate(gram, product, contrast, floors)
        }
        let estimates = found.compactMap { $0 }.sorted()
        guard estimates.count > 1 else {
            throw .noResampling(
                method: "the pairs bootstrap", reason: "the estimate does not exist in its draws",
                instead: "use the wild bootstrap")
        }
        self.draws = draws
        self.estimates = estimates
        failed = draws - estimates.count
        let mean = estimates.reduce(0, +) / Double(estimates.count)
        let squares = estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardError = (squares / Double(estimates.count - 1)).squareRoot()
    }

    /// The interval between order statistics x₍⌈Bp⌉₎ of the draws' estimates.
    public func interval(level: Double) -> (lower: Double, upper: Double) {
        var values = estimates
        return (
            MultiplierBootstrap.quantile(&values, (1 - level) / 2),
            MultiplierBootstrap.quantile(&values, (1 + level) / 2)
        )
    }

    /// c'A⁻¹q; nil where A does not tell it. Columns have length one in the data.
    private static func estimate(_ gram: Matrix, _ product: [Double], _ contrast: [Double], _ floors: [Double])
        -> Double?
    {
        guard let cholesky = try? OrderedCholesky(gram, floors: floors),
            let z = try? cholesky.solve(cholesky.kept.map { contrast[$0] }),
            gram.tells(contrast, by: z, over: cholesky.kept, but: cholesky.dropped)
        else { return nil }
        return zip(cholesky.kept, z).reduce(0) { $0 + $1.1 * product[$1.0] }
    }
}

extension Matrix {
    /// True where A z, with z over the kept columns, gives c in the columns that were dropped too: then c'A⁻q is the same
    /// for every generalised inverse.
    func tells(_ c: [Double], by z: [Double], over kept: [Int], but dropped: [Int]) -> Bool {
        let largest = c.reduce(0) { max($0, abs($1)) }
        return dropped.allSatisfy { j in
            var (reached, size) = (0.0, max(abs(c[j]), 1e-4 * largest))
            for (a, i) in kept.enumerated() {
                reached += self[j, i] * z[a]
                size += abs(self[j, i] * z[a])
            }
            return abs(reached - c[j]) <= 1e-6 * size
        }
    }
}
