/// A stream of random numbers that is the same on every platform for the same seed.
///
/// Xoshiro256** (Blackman and Vigna 2021), its state filled by SplitMix64. Normals come from the polar form of
/// Box and Muller (Marsaglia and Bray 1964) with a logarithm made of basic operations and a square root, which IEEE 754
/// fixes to the bit; a library's logarithm would not be.
struct SeededRandom {
    private var state: (UInt64, UInt64, UInt64, UInt64)
    private var spareNormal: Double?

    init(seed: UInt64) {
        var counter = seed
        func split() -> UInt64 {
            counter &+= 0x9E37_79B9_7F4A_7C15
            var z = counter
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        state = (split(), split(), split(), split())
    }

    mutating func bits() -> UInt64 {
        func rotated(_ x: UInt64, by k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
        let result = rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotated(state.3, by: 45)
        return result
    }

    /// Uniform on [0, 1), a multiple of 2⁻⁵³.
    mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }

    /// True with the given probability.
    mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    /// A whole number in `0..<bound`; its bias is below bound / 2⁵³.
    mutating func index(below bound: Int) -> Int { Int(uniform() * Double(bound)) }

    /// Standard normal.
    mutating func normal() -> Double {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        while true {
            let u = 2 * uniform() - 1
            let v = 2 * uniform() - 1
            let square = u * u + v * v
            guard square > 0, square < 1 else { continue }
            let factor = (-2 * naturalLogarithm(square) / square).squareRoot()
            spareNormal = v * factor
            return u * factor
        }
    }

    /// The items in random order (Fisher and Yates).
    mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
        var items = items
        for last in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(last, index(below: last + 1)) }
        return items
    }
}

/// The natural logarithm of a positive normal number, from ln m + e·ln 2 with m in [1, 2) and
/// ln m = 2·artanh((m − 1)/(m + 1)); 20 terms leave an error below 1e-15.
func naturalLogarithm(_ x: Double) -> Double {
    let ratio = (x.significand - 1) / (x.significand + 1)
    let square = ratio * ratio
    var term = ratio
    var sum = 0.0
    for odd in stride(from: 1.0, to: 40, by: 2) {
        sum += term / odd
        term *= square
    }
    return 2 * sum + Double(x.exponent) * 0.693_147_180_559_945_3
}
