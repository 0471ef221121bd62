/// An unevaluated sum of two doubles: about 32 digits, for the few sums that need them.
/// - Source: T. J. Dekker (1971), A floating-point technique for extending the available precision; products by fused
///   multiply-add.
struct TwofoldDouble {
    var high: Double
    var low: Double

    init(_ value: Double) {
        high = value
        low = 0
    }

    @inline(__always) init(high: Double, low: Double) {
        let sum = high + low
        self.high = sum
        self.low = low - (sum - high)
    }

    var value: Double { high + low }

    @inline(__always) static func += (left: inout Self, right: Self) {
        let sum = left.high + right.high
        let part = sum - left.high
        let error = (left.high - (sum - part)) + (right.high - part)
        left = Self(high: sum, low: error + left.low + right.low)
    }

    @inline(__always) static prefix func - (value: Self) -> Self {
        var result = value
        result.high = -value.high
        result.low = -value.low
        return result
    }

    @inline(__always) static func * (left: Self, right: Double) -> Self {
        let product = left.high * right
        let error = (-product).addingProduct(left.high, right)
        return Self(high: product, low: error + left.low * right)
    }

    @inline(__always) static func / (left: Self, right: Double) -> Self {
        let quotient = left.high / right
        var rest = left
        rest += -(Self(quotient) * right)
        return Self(high: quotient, low: rest.value / right)
    }
}
