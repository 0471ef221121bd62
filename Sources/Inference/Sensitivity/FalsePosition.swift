/// A sign change of an increasing function, kept between two ends: false position that halves the value of an end that
/// stands still (Illinois), and bisection where that leaves the interval.
struct FalsePosition {
    /// Where the function is below 0, and at 0 or above.
    private(set) var lower: Double
    private(set) var upper: Double

    /// - Parameters:
    ///   - below, above: the ends, with the function's values there.
    ///   - tolerance: the share of the upper end to which the ends come together.
    init<Failure: Error>(
        below: (x: Double, value: Double), above: (x: Double, value: Double), tolerance: Double,
        _ function: (Double) throws(Failure) -> Double
    ) throws(Failure) {
        (lower, upper) = (below.x, above.x)
        var (atLower, atUpper) = (below.value, above.value)
        var side = 0
        for _ in 0..<200 where upper - lower > tolerance * abs(upper) {
            // Short of the root by the tolerance, the step would leave the other end where it stands.
            let least = 0.25 * tolerance * abs(upper)
            var middle = lower - (upper - lower) * atLower / (atUpper - atLower)
            middle = min(max(middle, lower + least), upper - least)
            if !(middle > lower && middle < upper) { middle = 0.5 * (lower + upper) }
            guard middle > lower, middle < upper else { break }
            let value = try function(middle)
            if value < 0 {
                (lower, atLower) = (middle, value)
                if side < 0 { atUpper *= 0.5 }
                side = -1
            } else {
                (upper, atUpper) = (middle, value)
                if side > 0 { atLower *= 0.5 }
                side = 1
            }
        }
    }
}
