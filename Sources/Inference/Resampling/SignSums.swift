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
        typealias Lane = SIMD8<Double>
        var sum = [Lane](repeating: .zero, count: draws)
        var table = [Lane](repeating: .zero, count: 512)
        let count = rows.rows
        let groups = (count + 7) / 8
        rows.storage.withUnsafeBufferPointer { rows in
            patterns.withUnsafeBufferPointer { patterns in
                sum.withUnsafeMutableBufferPointer { sum in
                    table.withUnsafeMutableBufferPointer { table in
                        // Two groups at a time, so that a sum is fetched and put back once for both.
                        for pair in stride(from: 0, to: groups, by: 2) {
                            for half in 0..<2 {
                                var lane = [Lane](repeating: .zero, count: 8)
                                let first = 8 * (pair + half)
                                for c in first..<max(first, min(first + 8, count)) {
                                    for (i, k) in columns.enumerated() { lane[c - first][i] = rows[k * count + c] }
                                }
                                let base = 256 * half
                                table[base] = lane.reduce(.zero, +)
                                for bits in 1..<256 {
                                    table[base + bits] =
                                        table[base + (bits & (bits - 1))] - 2 * lane[bits.trailingZeroBitCount]
                                }
                            }
                            let place = pair * draws
                            // A group beyond the last adds nothing, whatever its pattern.
                            let second = pair + 1 < groups ? place + draws : place
                            for b in 0..<draws {
                                sum[b] += table[Int(patterns[place + b])] + table[256 + Int(patterns[second + b])]
                            }
                        }
                    }
                }
            }
        }
        for (i, k) in columns.enumerated() {
            for b in 0..<draws { output[k * draws + b] = sum[b][i] }
        }
    }
}
