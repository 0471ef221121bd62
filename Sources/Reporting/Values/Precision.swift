/// How many decimals of an estimate are worth printing, judged by its standard error: two significant digits of it
/// in tables; in sentences one, where that digit is 4 or more (the rule of the Particle Data Group).
struct Precision: Sendable, Equatable {
    var decimals: Int

    init(decimals: Int) { self.decimals = decimals }

    /// - Parameters: an estimate with whatever is known of its uncertainty. Without any, three significant digits, two in a sentence.
    ///   `isProse` rounds for a sentence rather than a table.
    init(estimate: Double?, standardError: Double?, lower: Double?, upper: Double?, isProse: Bool = false) {
        let spread = standardError ?? lower.flatMap { low in upper.map { ($0 - low) / 4 } } ?? 0
        if spread > 0 {
            let digits = isProse && Self.leadingDigits(spread) >= 35.5 ? 1 : 2
            decimals = min(4, Numeral.decimals(for: spread, digits: digits))
        } else {
            decimals = min(4, estimate.map { Numeral.decimals(for: $0, digits: isProse ? 2 : 3) } ?? 1)
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

    /// The number as it is printed.
    func rounded(_ value: Double) -> Double {
        Double(Numeral.fixed(value, decimals: decimals, minus: .hyphen).filter { $0 != "," }) ?? value
    }

    /// The first two digits of a positive number, from 10 to below 100.
    private static func leadingDigits(_ value: Double) -> Double {
        guard value.isFinite else { return 10 }
        var scaled = value
        while scaled >= 100 { scaled /= 10 }
        while scaled < 10 { scaled *= 10 }
        return scaled
    }

    static func isZero(_ text: String) -> Bool { text.allSatisfy { $0 == "0" || $0 == "." } }
}
