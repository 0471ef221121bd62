/// Quotients of wide integers as doubles, rounded once, to nearest and ties to even.
enum ExactRatio {
    /// numerator / (denominator · scale), the last two above 0.
    static func quotient(_ numerator: Int128, _ denominator: UInt128, _ scale: UInt128) -> Double {
        let (divisor, overflows) = denominator.multipliedReportingOverflow(by: scale)
        // Weights of some 10^20 in all: no data of schools come here, and one rounding more is no loss to those that do.
        guard !overflows else { return quotient(numerator, denominator, 1) / Double(scale) }
        let magnitude = numerator.magnitude
        let value =
            (magnitude | divisor) >> 53 == 0
            // Both are exact as doubles, so the one division is the one rounding.
            ? Double(UInt64(magnitude)) / Double(UInt64(divisor))
            : quotient(high: 0, low: magnitude, divisor)
        return numerator < 0 ? -value : value
    }

    /// (a·b − c·d) / (denominator · scale), the products taken in 256 bits where 128 do not hold them.
    static func quotient(
        _ a: Int128, _ b: Int128, minus c: Int128, _ d: Int128, over denominator: UInt128, _ scale: UInt128
    ) -> Double {
        let (ab, abOverflows) = a.multipliedReportingOverflow(by: b)
        let (cd, cdOverflows) = c.multipliedReportingOverflow(by: d)
        if !abOverflows, !cdOverflows {
            let (difference, overflows) = ab.subtractingReportingOverflow(cd)
            if !overflows { return quotient(difference, denominator, scale) }
        }
        let (divisor, overflows) = denominator.multipliedReportingOverflow(by: scale)
        guard !overflows else { return quotient(a, b, minus: c, d, over: denominator, 1) / Double(scale) }
        let left = a.multipliedFullWidth(by: b)
        let right = c.multipliedFullWidth(by: d)
        let (low, borrow) = left.low.subtractingReportingOverflow(right.low)
        let high = left.high - right.high - (borrow ? 1 : 0)
        guard high < 0 else { return quotient(high: UInt128(high), low: low, divisor) }
        let negatedLow = ~low &+ 1
        let negatedHigh = UInt128(bitPattern: ~high) &+ (negatedLow == 0 ? 1 : 0)
        return -quotient(high: negatedHigh, low: negatedLow, divisor)
    }

    /// (high·2^128 + low) / denominator: a whole quotient of 62 or 63 bits, whose last bit also stands for the
    /// remainder, then one rounding to 53 bits and a scaling by a power of two.
    private static func quotient(high: UInt128, low: UInt128, _ denominator: UInt128) -> Double {
        guard high != 0 || low != 0 else { return 0 }
        let length = high != 0 ? 256 - high.leadingZeroBitCount : 128 - low.leadingZeroBitCount
        let shift = 62 + (128 - denominator.leadingZeroBitCount) - length
        var (h, l) = (high, low)
        var isInexact = false
        if shift >= 128 {
            (h, l) = (l << UInt128(shift - 128), 0)
        } else if shift > 0 {
            (h, l) = ((h << UInt128(shift)) | (l >> UInt128(128 - shift)), l << UInt128(shift))
        } else if shift < 0 {
            let drop = -shift
            if drop >= 128 {
                isInexact = l != 0 || h & ((1 << UInt128(drop - 128)) - 1) != 0
                (h, l) = (0, h >> UInt128(drop - 128))
            } else {
                isInexact = l & ((1 << UInt128(drop)) - 1) != 0
                (h, l) = (h >> UInt128(drop), (l >> UInt128(drop)) | (h << UInt128(128 - drop)))
            }
        }
        let (whole, remainder) = denominator.dividingFullWidth((h, l))
        let bits = UInt64(whole) | (isInexact || remainder != 0 ? 1 : 0)
        return Double(sign: .plus, exponent: -shift, significand: Double(bits))
    }
}
