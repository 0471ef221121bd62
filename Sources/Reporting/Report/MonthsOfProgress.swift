/// An effect size told as months of additional progress, by a named table. Only ever from a pupil-level standard deviation.
public struct MonthsOfProgress: Sendable, Equatable {
    /// The table of the Education Endowment Foundation's Teaching and Learning Toolkit: months, and the smallest
    /// effect size (to two decimals) that counts as so many. Negative effects mirror it.
    public static let tableName = "EEF Teaching and Learning Toolkit"
    static let table: [(months: Int, from: Double)] = [
        (1, 0.02), (2, 0.10), (3, 0.19), (4, 0.27), (5, 0.36), (6, 0.45), (7, 0.53), (8, 0.62), (9, 0.70), (10, 0.79),
        (11, 0.88), (12, 0.96),
    ]

    public var effectSize: Double
    public var lower: Double?
    public var upper: Double?
    /// Of pupils' results, in the outcome's unit; never of school means, which would make the effect look larger.
    public var pupilStandardDeviation: Double

    /// - Returns: nil where there is no estimate or the standard deviation is not positive.
    public init?(estimate: Double?, lower: Double?, upper: Double?, pupilStandardDeviation sd: Double) {
        guard let estimate, sd > 0, sd.isFinite else { return nil }
        effectSize = estimate / sd
        self.lower = lower.map { $0 / sd }
        self.upper = upper.map { $0 / sd }
        pupilStandardDeviation = sd
    }

    public var months: Int { Self.months(effectSize) }

    /// Months for an effect size, from −12 to 12.
    static func months(_ effectSize: Double) -> Int {
        let rounded = (effectSize.magnitude * 100).rounded() / 100
        let months = table.last { rounded >= $0.from }?.months ?? 0
        return effectSize < 0 ? -months : months
    }

    /// One sentence with the interval's ends and the table's name.
    var words: String {
        let size = Numeral.fixed(effectSize, decimals: 2)
        let deviation = Numeral.significant(pupilStandardDeviation, digits: 3)
        let count = Self.said(months)
        let interval = lower.flatMap { low in
            upper.map { " (interval \(Self.said(Self.months(low))) to \(Self.said(Self.months($0))))" }
        }
        return "Told as months of progress by the \(Self.tableName) table, the estimate is \(count)\(interval ?? ""): "
            + "an effect size of \(size), with a pupil-level standard deviation of \(deviation)."
    }

    private static func said(_ months: Int) -> String {
        "\(Numeral.count(Double(months))) month\(months.magnitude == 1 ? "" : "s")"
    }
}
