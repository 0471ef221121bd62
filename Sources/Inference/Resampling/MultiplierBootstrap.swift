import Estimation
import LinearAlgebra
import Panels
import Probability

/// The multiplier bootstrap: every cluster's contribution to the errors of the estimates, multiplied by random weights.
///
/// R_b = Σ v_c S_c over clusters c; one product of draws × clusters with clusters × K estimates. Standard errors are
/// (Q.75 − Q.25)/1.3489795 of the draws, and the critical value of a uniform band is the 1 − α quantile of max |R_bj/σ_j|.
/// Quantiles are order statistics x₍⌈Bp⌉₎. It follows the clusters' own spread, so it mends nothing where they are few.
/// - Source: Callaway & Sant'Anna (2021), *Difference-in-differences with multiple time periods*, Journal of Econometrics.
public struct MultiplierBootstrap: Sendable {
    public let draws: Int
    public let weights: BootstrapWeights
    public let clusters: Int
    /// Per estimate: its standard error; 0 where nothing varies.
    public let standardErrors: [Double]
    /// draws × K: R.
    let errors: Matrix

    /// - Parameters:
    ///   - contributions: clusters × K.
    ///   - draws: at least 1.
    ///   - weights: nil takes Webb's for fewer than 12 clusters, else Rademacher's.
    public init(
        contributions: Matrix, draws: Int, weights: BootstrapWeights? = nil, seed: UInt64 = 1, threads: Int = 1
    ) {
        precondition(draws > 0, "a bootstrap has draws")
        let used = (0..<contributions.rows).filter { g in
            (0..<contributions.columns).contains { contributions[g, $0] != 0 }
        }
        let sums = contributions.selecting(rows: used)
        let chosen = weights ?? (used.count < 12 ? .webb : .rademacher)
        self.draws = draws
        self.weights = chosen
        clusters = used.count
        let errors =
            chosen == .rademacher
            ? SignSums(sums, draws: draws, seed: seed, threads: threads).sums(threads: threads)
            : Self.weighted(sums, by: chosen, draws: draws, seed: seed, threads: threads)
        self.errors = errors
        standardErrors = concurrently(errors.columns, threads: threads) { k in
            var values = errors.column(k)
            return (Self.quantile(&values, 0.75) - Self.quantile(&values, 0.25)) / 1.3489795
        }
    }

    /// Σ v_c S_c with the weights drawn as numbers: what `SignSums` does for signs.
    static func weighted(
        _ sums: Matrix, by weights: BootstrapWeights, draws: Int, seed: UInt64, threads: Int
    ) -> Matrix {
        var errors = Matrix(draws, sums.columns)
        errors.storage.withUnsafeMutableBufferPointer { buffer in
            // Each block writes only the rows of its own draws.
            nonisolated(unsafe) let output = buffer
            forEachBlock((draws + block - 1) / block, threads: threads) { number in
                let first = number * block
                var v = Matrix(sums.rows, block)
                v.storage.withUnsafeMutableBufferPointer {
                    weights.fill(
                        $0, clusters: sums.rows, draws: first..<first + block, seed: seed, purpose: .multiplier)
                }
                let product = v.transposedTimes(sums)
                for k in 0..<sums.columns {
                    for b in 0..<min(block, draws - first) { output[k * draws + first + b] = product[b, k] }
                }
            }
        }
        return errors
    }

    private static let block = 512

    /// x₍⌈Bp⌉₎ of values, which change their order.
    static func quantile(_ values: inout [Double], _ p: Double) -> Double {
        values.orderStatistic(min(values.count, max(1, Int((Double(values.count) * p).rounded(.up)))) - 1)
    }

    /// The critical value of a band that holds all of the given estimates at once with probability `level`; estimates
    /// without spread are left out, nil where none has any.
    public func criticalValue(_ estimates: [Int], level: Double) -> Double? {
        let varying = estimates.filter { standardErrors[$0] > 0 }
        guard !varying.isEmpty else { return nil }
        var largest = [Double](repeating: 0, count: draws)
        for k in varying {
            let column = errors.storage[k * draws..<(k + 1) * draws]
            for (b, error) in column.enumerated() { largest[b] = max(largest[b], abs(error) / standardErrors[k]) }
        }
        return Self.quantile(&largest, level)
    }
}
