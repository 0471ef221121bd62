/// Everything that follows from linear equations between whole numbers, exactly: Gauss–Jordan elimination modulo a prime.
///
/// A variable is known where it alone stands in a row of the reduced form. Coefficients and counts are far below the prime
/// 2⁶¹ − 1, so a rank that the prime makes smaller than it is would be a chance of one in 10¹⁸.
struct LinearAttack {
    private static let prime: UInt64 = (1 << 61) - 1

    struct Equation {
        var terms: [(name: String, coefficient: Int)]
        /// nil where the sum is known to the attacker, but of no interest here.
        var sum: Int?
    }

    private var names: [String] = []
    private var index: [String: Int] = [:]
    private var equations: [Equation] = []

    mutating func learns(_ terms: [(String, Int)], sum: Int? = 0) {
        for (name, _) in terms where index[name] == nil {
            index[name] = names.count
            names.append(name)
        }
        equations.append(Equation(terms: terms.map { ($0.0, $0.1) }, sum: sum))
    }

    /// The variables that follow, with their values where every sum was given.
    func known() -> [String: Int?] {
        // Sparse rows, the sum under the last column; rows that are reduced are kept by their pivot.
        let last = names.count
        var reduced: [Int: [Int: UInt64]] = [:]
        for equation in equations {
            var row: [Int: UInt64] = [:]
            for (name, coefficient) in equation.terms {
                Self.add(Self.residue(coefficient), at: index[name] ?? last, to: &row)
            }
            Self.add(Self.residue(equation.sum ?? 0), at: last, to: &row)
            while let column = row.keys.first(where: { $0 != last && reduced[$0] != nil }), let value = row[column],
                let pivot = reduced[column]
            {
                Self.add(pivot, times: Self.prime - value, to: &row)
            }
            guard let column = row.keys.filter({ $0 != last }).min(), let value = row[column] else { continue }
            let scale = Self.inverse(value)
            row = row.mapValues { Self.multiply($0, scale) }
            for (other, held) in reduced {
                guard let factor = held[column] else { continue }
                var changed = held
                Self.add(row, times: Self.prime - factor, to: &changed)
                reduced[other] = changed
            }
            reduced[column] = row
        }
        let isValued = equations.allSatisfy { $0.sum != nil }
        var known: [String: Int?] = [:]
        for (column, row) in reduced where row.keys.allSatisfy({ $0 == column || $0 == last }) {
            let value = row[last] ?? 0
            let signed = value > Self.prime / 2 ? -Int(Self.prime - value) : Int(value)
            known[names[column]] = .some(isValued ? signed : nil)
        }
        return known
    }

    private static func add(_ value: UInt64, at column: Int, to row: inout [Int: UInt64]) {
        let sum = add(row[column] ?? 0, value)
        row[column] = sum == 0 ? nil : sum
    }

    private static func add(_ other: [Int: UInt64], times factor: UInt64, to row: inout [Int: UInt64]) {
        for (column, value) in other { add(multiply(value, factor), at: column, to: &row) }
    }

    private static func residue(_ value: Int) -> UInt64 {
        value >= 0 ? UInt64(value) % prime : prime - UInt64(-value) % prime
    }
    private static func add(_ a: UInt64, _ b: UInt64) -> UInt64 { (a + b) % prime }
    private static func multiply(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return prime.dividingFullWidth((high, low)).remainder
    }
    private static func inverse(_ value: UInt64) -> UInt64 {
        var (result, base, exponent) = (UInt64(1), value, prime - 2)
        while exponent > 0 {
            if exponent & 1 == 1 { result = multiply(result, base) }
            base = multiply(base, base)
            exponent >>= 1
        }
        return result
    }
}

/// What rounded counts tell: every variable is a whole number from nought, every sum lies between two bounds, and each bound
/// is drawn tighter by the others until nothing moves.
struct IntervalAttack {
    private var lower: [String: Double] = [:]
    private var upper: [String: Double] = [:]
    private var sums: [(terms: [(String, Int)], low: Double, high: Double)] = []

    mutating func learns(_ terms: [(String, Int)], from low: Double, to high: Double) {
        sums.append((terms, low, high))
    }

    func bounds() -> [String: ClosedRange<Double>] {
        var (lower, upper) = (lower, upper)
        for sum in sums { for (name, _) in sum.terms { (lower[name], upper[name]) = (0, 1e9) } }
        for _ in 0..<200 {
            var isSettled = true
            for sum in sums {
                let ends = sum.terms.map { name, coefficient -> (Double, Double) in
                    let ends = [Double(coefficient) * (lower[name] ?? 0), Double(coefficient) * (upper[name] ?? 1e9)]
                    return (min(ends[0], ends[1]), max(ends[0], ends[1]))
                }
                let (least, most) = (ends.reduce(0) { $0 + $1.0 }, ends.reduce(0) { $0 + $1.1 })
                for (place, (name, coefficient)) in sum.terms.enumerated() {
                    let ends = [
                        (sum.low - (most - ends[place].1)) / Double(coefficient),
                        (sum.high - (least - ends[place].0)) / Double(coefficient),
                    ].sorted()
                    let (low, high) = ((ends[0] - 1e-6).rounded(.up), (ends[1] + 1e-6).rounded(.down))
                    if low > lower[name] ?? 0 { (lower[name], isSettled) = (low, false) }
                    if high < upper[name] ?? 1e9 { (upper[name], isSettled) = (high, false) }
                }
            }
            if isSettled { break }
        }
        return Dictionary(
            uniqueKeysWithValues: lower.map {
                ($0.key, min($0.value, upper[$0.key] ?? $0.value)...(upper[$0.key] ?? 1e9))
            })
    }
}
