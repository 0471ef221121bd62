/// Integer sums n, Σw, Σw², Σwz, Σwzz' of scaled values, exact and in any order the same.
///
/// Variable i holds value · 10^decimals[i]; weights hold weight · 10^weightDecimals. Nothing is shifted.
public struct ExactMoments: Sendable, Equatable {
    public var decimals: [Int]
    public var weightDecimals: Int
    /// C row counts.
    public var n: [Int64]
    /// C sums of scaled weights, and of their squares.
    public var w: [Int128]
    public var ww: [Int128]
    /// C·q sums w z.
    public var s: [Int128]
    /// C·q(q+1)/2 sums w z z', upper triangle by rows.
    public var q: [Int128]

    public init(decimals: [Int], weightDecimals: Int, n: [Int64], w: [Int128], ww: [Int128], s: [Int128], q: [Int128]) {
        self.decimals = decimals
        self.weightDecimals = weightDecimals
        self.n = n
        self.w = w
        self.ww = ww
        self.s = s
        self.q = q
    }

    /// Empty cells.
    public init(decimals: [Int], weightDecimals: Int, cellCount: Int) {
        let pairs = pairCount(decimals.count)
        self.init(
            decimals: decimals, weightDecimals: weightDecimals, n: Array(repeating: 0, count: cellCount),
            w: Array(repeating: 0, count: cellCount), ww: Array(repeating: 0, count: cellCount),
            s: Array(repeating: 0, count: cellCount * decimals.count),
            q: Array(repeating: 0, count: cellCount * pairs))
    }

    /// Centred in integers, then converted to doubles with one rounding each.
    ///
    /// Means are s / (W · 10^d); the sums of w(z − z̄)(z − z̄)' are (W·Q − S·S') / (W · 10^(d_w + d_i + d_j)), the products
    /// in 256 bits where 128 do not hold them. A large offset of the values therefore costs nothing.
    public func centred() -> CellMoments {
        let q = decimals.count, pairs = pairCount(q), cellCount = n.count
        var moments = CellMoments(variableCount: q, cellCount: cellCount)
        let weightScale = UInt128(powerOfTen(weightDecimals))
        let scales = decimals.map { UInt128(powerOfTen($0)) }
        for cell in 0..<cellCount where n[cell] > 0 && w[cell] > 0 {
            moments.n[cell] = Double(n[cell])
            moments.weight[cell] = ExactRatio.quotient(w[cell], weightScale, 1)
            moments.squaredWeight[cell] = ExactRatio.quotient(ww[cell], weightScale * weightScale, 1)
            let weight = UInt128(w[cell])
            let sums = cell * q
            var pair = cell * pairs
            for i in 0..<q {
                moments.mean[sums + i] = ExactRatio.quotient(s[sums + i], weight, scales[i])
                for j in i..<q {
                    moments.within[pair] = ExactRatio.quotient(
                        w[cell], self.q[pair], minus: s[sums + i], s[sums + j],
                        over: weight, weightScale * scales[i] * scales[j])
                    pair += 1
                }
            }
        }
        return moments
    }
}
