/// How many decimals of an estimate are worth printing: two significant digits of its standard error.
struct Precision: Sendable, Equatable {
    var decimals: Int

    init(decimals: Int) { self.decimals = decimals }

    /// - Parameters: an estimate with whatever is known of its uncertainty. Without any, three significant digits.
    init(estimate: Double?, standardError: Double?, lower: Double?, upper: Double?) {
        if let standardError, standardError > 0 {
            decimals = min(4, Numeral.decimals(for: standardError, digits: 2))
        } else if let lower, let upper, upper > lower {
            decimals = min(4, Numeral.decimals(for: (upper - lower) / 4, digits: 2))
        } else {
            decimals = min(4, estimate.map { Numeral.decimals(for: $0, digits: 3) } ?? 1)
        }
        // A bound that leaves zero out must not be printed as zero.
        for bound in [lower, upper] {
            guard let bound, bound != 0 else { continue }
            while decimals < 6, Self.isZero(Numeral.fixed(bound, decimals: decimals)) { decimals += 1 }
        }
    }

    func callAsFunction(_ value: Double, minus: Numeral.Minus = .sign) -> String {
        Numeral.fixed(value, decimals: decimals, minus: minus)
    }

    static func isZero(_ text: String) -> Bool { text.allSatisfy { $0 == "0" || $0 == "." } }
}
