import Tables

/// Who may compare: a condition on a column, or a rule by name.
public enum DonorRule: Sendable, Equatable {
    /// What a comparison unit must meet, by its last value before the start.
    case condition(RowFilter)
    /// It shares the value of a column, such as a trust, a constituency or a set of feeder schools, with no treated unit: the
    /// partnership might reach it.
    case notSame(column: String)
    /// A column does not say that it selects its pupils, or boards them.
    case notSelective(column: String)
    case notBoarding(column: String)
    /// It has results in so many periods before the first start at least.
    case periodsBefore(Int)
    /// Its mean result before the start is within so many standard deviations of comparison units of some treated unit's.
    case withinReach(Double)

    /// The column that must be read; nil where results suffice.
    public var column: String? {
        switch self {
        case .condition(let filter): filter.column
        case .notSame(let column), .notSelective(let column), .notBoarding(let column): column
        case .periodsBefore, .withinReach: nil
        }
    }

    /// As it is typed.
    public var text: String {
        switch self {
        case .condition(let filter): filter.text
        case .notSame(let column): "not-same:\(column)"
        case .notSelective(let column): "not-selective:\(column)"
        case .notBoarding(let column): "not-boarding:\(column)"
        case .periodsBefore(let count): "periods-before:\(count)"
        case .withinReach(let spreads):
            "within-reach:\(spreads == spreads.rounded() ? "\(Int(spreads))" : "\(spreads)")"
        }
    }
}

/// What rules look at: nothing of it is from after the first start.
public struct DonorFacts: Sendable {
    public var isTreated: [Bool]
    public var periodsBefore: [Int]
    /// Mean results before the start.
    public var outcome: [Double?]
    /// Per column: each unit's last value before the start, nil where there is none.
    public var columns: [String: [String?]]

    public init(isTreated: [Bool], periodsBefore: [Int], outcome: [Double?], columns: [String: [String?]]) {
        self.isTreated = isTreated
        self.periodsBefore = periodsBefore
        self.outcome = outcome
        self.columns = columns
    }

    /// Which units stay, and how many each rule left out; a unit counts for the first rule that it fails. Treated units stay.
    public func kept(by rules: [DonorRule]) -> (isKept: [Bool], leftOut: [Int]) {
        var isKept = [Bool](repeating: true, count: isTreated.count)
        let leftOut = rules.map { rule in
            let meets = test(rule)
            var count = 0
            for unit in isKept.indices where isKept[unit] && !isTreated[unit] && !meets(unit) {
                isKept[unit] = false
                count += 1
            }
            return count
        }
        return (isKept, leftOut)
    }

    private func test(_ rule: DonorRule) -> (Int) -> Bool {
        let values = rule.column.flatMap { columns[$0] } ?? []
        switch rule {
        case .condition(let filter): return { values[$0].map { filter.holds($0) } ?? false }
        case .notSame:
            let partners = Set(isTreated.indices.compactMap { isTreated[$0] ? values[$0] : nil })
            return { unit in values[unit].map { !partners.contains($0) } ?? true }
        case .notSelective: return { !Self.says(values[$0], Self.selective) }
        case .notBoarding: return { !Self.says(values[$0], Self.boarding) }
        case .periodsBefore(let count): return { periodsBefore[$0] >= count }
        case .withinReach(let spreads):
            let own = isTreated.indices.compactMap { isTreated[$0] ? outcome[$0] : nil }
            let reach = spreads * spread
            return { unit in outcome[unit].map { mean in own.contains { abs($0 - mean) <= reach } } ?? false }
        }
    }

    /// What published registers write, small letters: `SEL` and `Selective`; `Boarding school`.
    private static let selective: Set<String> = ["sel", "selective", "selective (grammar)", "y", "yes", "1", "true"]
    private static let boarding: Set<String> = ["boarding school", "boarding", "y", "yes", "1", "true"]

    private static func says(_ value: String?, _ words: Set<String>) -> Bool {
        value.map { words.contains($0.lowercased()) } ?? false
    }

    /// The standard deviation of comparison units' mean results.
    private var spread: Double {
        let means = isTreated.indices.compactMap { isTreated[$0] ? nil : outcome[$0] }
        guard means.count > 1 else { return 0 }
        let mean = means.reduce(0, +) / Double(means.count)
        return (means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(means.count - 1)).squareRoot()
    }
}

extension RowFilter {
    /// The condition on a text; comparisons of numbers do not hold for what is none.
    func holds(_ text: String) -> Bool {
        func number(_ holds: (Double) -> Bool) -> Bool { Double(text).map(holds) ?? false }
        return switch test {
        case .equals(let value): text == value
        case .differs(let value): text != value
        case .isOne(let values): values.contains(text)
        case .less(let bound): number { $0 < bound }
        case .lessOrEqual(let bound): number { $0 <= bound }
        case .greater(let bound): number { $0 > bound }
        case .greaterOrEqual(let bound): number { $0 >= bound }
        }
    }
}
