/// Numbers within sentences: three significant digits or as many as asked for, no exponent, a true minus sign.
enum PlainNumber {
    static func text(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return value.isNaN ? "unknown" : value > 0 ? "infinity" : "−infinity" }
        guard value != 0 else { return "0" }
        var decimals = digits - 1
        var size = abs(value)
        while size >= 10, decimals > 0 {
            size /= 10
            decimals -= 1
        }
        while size < 1, decimals < 12 {
            size *= 10
            decimals += 1
        }
        let digits = fixed(abs(value), decimals: decimals)
        return (value < 0 ? "−" : "") + digits
    }

    /// A confidence level: `95%`, `97.5%`.
    static func level(_ share: Double) -> String {
        let percent = (1000 * share).rounded() / 10
        return (percent == percent.rounded() ? String(Int(percent)) : text(percent)) + "%"
    }

    /// A p-value: two decimals, three below 0.1, never 0.
    static func probability(_ p: Double) -> String {
        p < 0.001 ? "below 0.001" : fixed(p, decimals: p < 0.1 ? 3 : 2)
    }

    /// `p = 0.04` or `p below 0.001`.
    static func pValue(_ p: Double) -> String {
        p < 0.001 ? "p \(probability(p))" : p > 0.995 ? "p above 0.99" : "p = \(probability(p))"
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        var power = 1.0
        for _ in 0..<decimals { power *= 10 }
        let scaled = (value * power).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        let whole = String(Int64(scaled))
        guard decimals > 0 else { return whole }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - whole.count)) + whole
        return padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
