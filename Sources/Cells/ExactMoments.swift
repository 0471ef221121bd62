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

    /// Centred in integers, then converted to doubles once.
    public func centred() -> CellMoments {
        CellMoments(variableCount: decimals.count, n: [], weight: [], squaredWeight: [], mean: [], within: [])
    }
}
