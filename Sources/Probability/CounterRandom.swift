/// Random numbers by counter: the value depends on (seed, stream, index) alone, so that draw k is the same on any thread.
///
/// Philox2x64 with ten rounds, keyed by seed and stream; the counter is the index.
/// - Source: Salmon, Moraes, Dror & Shaw (2011), *Parallel random numbers: as easy as 1, 2, 3*.
public struct CounterRandom: RandomNumberGenerator, Sendable {
    private let key: UInt64
    private let stream: UInt64
    /// The index of the next number.
    public private(set) var index: UInt64 = 0

    public init(seed: UInt64, stream: UInt64) {
        key = seed
        self.stream = stream
    }

    public mutating func next() -> UInt64 {
        defer { index += 1 }
        return Self.philox(counter: (index, stream), key: key).0
    }

    /// A whole number in 0..<bound, every one as likely, by rejection.
    public mutating func below(_ bound: Int) -> Int {
        let bound = UInt64(bound)
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= (0 &- bound) % bound { return Int(product.high) }
        }
    }

    /// A number in the open interval (0, 1), in steps of 2⁻⁵³.
    public mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

    /// The block function, in the open for its known answers.
    static func philox(counter: (UInt64, UInt64), key: UInt64) -> (UInt64, UInt64) {
        var (x, y) = counter
        var key = key
        for _ in 0..<10 {
            let product = x.multipliedFullWidth(by: 0xD2B7_4407_B1CE_6E93)
            (x, y) = (product.high ^ key ^ y, product.low)
            key &+= 0x9E37_79B9_7F4A_7C15
        }
        return (x, y)
    }
}
