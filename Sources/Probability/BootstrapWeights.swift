/// The random weights of a bootstrap over clusters: independent numbers with mean 0 and variance 1, one a draw and cluster.
public enum BootstrapWeights: String, Sendable, CaseIterable {
    /// −1 or 1, each as likely. The only ones whose draws can all be tried.
    case rademacher
    /// (1 − √5)/2 with probability (1 + √5)/(2√5), else (1 + √5)/2: third moment 1 (Mammen 1993).
    case mammen
    /// ±√(3/2), ±1, ±√(1/2), each as likely: enough different draws where clusters are very few (Webb 2023).
    case webb

    /// Writes the weights of some draws, draw after draw: `clusters` values each.
    ///
    /// The weight of a cluster depends on (seed, purpose, draw, cluster) alone.
    /// - Parameters:
    ///   - output: `draws.count` · `clusters` values.
    ///   - purpose: sets the draws of one method apart from those of others.
    public func fill(
        _ output: UnsafeMutableBufferPointer<Double>, clusters: Int, draws: Range<Int>, seed: UInt64, purpose: Purpose
    ) {
        precondition(output.count >= clusters * draws.count, "\(output.count) places for the weights")
        for draw in draws {
            var random = CounterRandom(seed: seed, stream: UInt64(draw) | UInt64(purpose.rawValue) << 56)
            let row = UnsafeMutableBufferPointer(rebasing: output[(draw - draws.lowerBound) * clusters..<output.count])
            switch self {
            case .rademacher: Self.signs(row, clusters, &random)
            case .mammen: Self.twoPoints(row, clusters, &random)
            case .webb: Self.sixPoints(row, clusters, &random)
            }
        }
    }

    /// What draws are for: methods with the same seed do not share them.
    public enum Purpose: UInt8, Sendable { case wild = 1, multiplier, pairs }

    /// One bit a cluster, four at a time.
    private static func signs(
        _ row: UnsafeMutableBufferPointer<Double>, _ clusters: Int, _ random: inout CounterRandom
    ) {
        var word: UInt64 = 0
        fours.withUnsafeBufferPointer { fours in
            var g = 0
            while g + 4 <= clusters {
                word = g % 64 == 0 ? random.next() : word >> 4
                let first = Int(word & 15) * 4
                row[g] = fours[first]
                row[g + 1] = fours[first + 1]
                row[g + 2] = fours[first + 2]
                row[g + 3] = fours[first + 3]
                g += 4
            }
            guard g < clusters else { return }
            word = g % 64 == 0 ? random.next() : word >> 4
            for i in 0..<clusters - g { row[g + i] = fours[Int(word & 15) * 4 + i] }
        }
    }

    /// The signs of `fill` for Rademacher weights, eight clusters a byte: a bit that is set is −1.
    public static func signBits(
        draw: Int, groups: Int, seed: UInt64, purpose: Purpose, _ write: (_ group: Int, _ bits: UInt8) -> Void
    ) {
        var random = CounterRandom(seed: seed, stream: UInt64(draw) | UInt64(purpose.rawValue) << 56)
        var word: UInt64 = 0
        for group in 0..<groups {
            word = group % 8 == 0 ? random.next() : word >> 8
            write(group, UInt8(truncatingIfNeeded: word))
        }
    }

    /// The signs of four bits, for each of the sixteen patterns: a bit that is set is −1.
    private static let fours: [Double] = (0..<16).flatMap { bits in (0..<4).map { bits >> $0 & 1 == 1 ? -1.0 : 1 } }

    /// 32 bits a cluster.
    private static func twoPoints(
        _ row: UnsafeMutableBufferPointer<Double>, _ clusters: Int, _ random: inout CounterRandom
    ) {
        let root = 5.0.squareRoot()
        let below = UInt64((0x1p32 * (1 + root) / (2 * root)).rounded())
        for first in stride(from: 0, to: clusters, by: 2) {
            let word = random.next()
            row[first] = (word & 0xFFFF_FFFF) < below ? (1 - root) / 2 : (1 + root) / 2
            if first + 1 < clusters { row[first + 1] = (word >> 32) < below ? (1 - root) / 2 : (1 + root) / 2 }
        }
    }

    /// Eight digits in base six from each word: none is off by more than 6⁸/2⁶⁴ in probability.
    private static func sixPoints(
        _ row: UnsafeMutableBufferPointer<Double>, _ clusters: Int, _ random: inout CounterRandom
    ) {
        let (large, small) = (1.5.squareRoot(), 0.5.squareRoot())
        for first in stride(from: 0, to: clusters, by: 8) {
            var rest = random.next()
            for g in first..<min(first + 8, clusters) {
                let product = rest.multipliedFullWidth(by: 6)
                rest = product.low
                let size = product.high < 2 ? large : product.high < 4 ? 1 : small
                row[g] = product.high & 1 == 0 ? size : -size
            }
        }
    }
}
