internal import CWideLoops
import LinearAlgebra
import Probability

/// Sums of rows under random signs, Σ ± S_c, for many draws: the multiplier bootstrap with Rademacher weights.
///
/// Eight clusters at a time have 256 patterns of signs; each pattern's sum is formed once, and a draw adds one of them. So a
/// draw costs an eighth of the product of its signs with the rows.
struct SignSums {
    /// clusters × K.
    let rows: Matrix
    let draws: Int
    /// Of eight clusters each, draw after draw: the bits of the clusters that count negatively.
    private let patterns: [UInt8]

    init(_ rows: Matrix, draws: Int, seed: UInt64, threads: Int) {
        self.rows = rows
        self.draws = draws
        let groups = (rows.rows + 7) / 8
        patterns = [UInt8](unsafeUninitializedCapacity: groups * draws) { buffer, count in
            // Each draw writes only its own places.
            nonisolated(unsafe) let output = buffer
            forEachBlock((draws + Self.drawBlock - 1) / Self.drawBlock, threads: threads) { block in
                for draw in block * Self.drawBlock..<min(draws, (block + 1) * Self.drawBlock) {
                    BootstrapWeights.signBits(draw: draw, groups: groups, seed: seed, purpose: .multiplier) {
                        group, bits in
                        output[group * draws + draw] = bits
                    }
                }
            }
            count = groups * draws
        }
    }

    private static let drawBlock = 64
    /// Columns whose patterns' sums fit the first cache together.
    private static let width = 8

    /// draws × K.
    func sums(threads: Int) -> Matrix {
        let k = rows.columns
        var sums = Matrix(draws, k)
        sums.storage.withUnsafeMutableBufferPointer { buffer in
            // Each block writes only its own columns.
            nonisolated(unsafe) let output = buffer
            forEachBlock((k + Self.width - 1) / Self.width, threads: threads) { block in
                add(block * Self.width..<min(k, (block + 1) * Self.width), to: output)
            }
        }
        return sums
    }

    private func add(_ columns: Range<Int>, to output: UnsafeMutableBufferPointer<Double>) {
        // By draw, then by column: eight of each, of which the last block needs fewer.
        var sums = [SIMD8<Double>](repeating: .zero, count: draws)
        var signed = [SIMD8<Double>](repeating: .zero, count: 16)
        let count = rows.rows
        let groups = (count + 7) / 8
        sums.withUnsafeMutableBytes { sums in
            patterns.withUnsafeBufferPointer { patterns in
                guard let patterns = patterns.baseAddress else { return }
                let sums = sums.baseAddress?.assumingMemoryBound(to: Eight.self)
                // Two groups at a time, so that a sum is fetched and put back once for both.
                for pair in stride(from: 0, to: groups, by: 2) {
                    for r in 0..<16 {
                        let c = 8 * pair + r
                        for (i, k) in columns.enumerated() { signed[r][i] = c < count ? rows[c, k] : 0 }
                    }
                    let place = patterns + pair * draws
                    // A group beyond the last adds nothing, whatever its pattern.
                    let second = pair + 1 < groups ? place + draws : place
                    signed.withUnsafeBytes {
                        cwl_add_signed($0.baseAddress?.assumingMemoryBound(to: Eight.self), place, second, draws, sums)
                    }
                }
            }
        }
        for (i, k) in columns.enumerated() {
            for b in 0..<draws { output[k * draws + b] = sums[b][i] }
        }
    }

    /// A row of a C array of eights.
    private typealias Eight = (Double, Double, Double, Double, Double, Double, Double, Double)
}
