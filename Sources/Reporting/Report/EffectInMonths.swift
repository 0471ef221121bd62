import Attainment

/// An effect size told as months of additional progress, by a named table. Only ever from a pupil-level standard deviation.
public struct EffectInMonths: Sendable, Equatable {
    public var effectSize: Double
    public var lower: Double?
    public var upper: Double?
    /// Of pupils' results, in the outcome's unit; never of school means, which would make the effect look larger.
    public var pupilStandardDeviation: Double
    public var table: MonthsOfProgress

    /// - Returns: nil where there is no estimate or the standard deviation is not positive.
    public init?(
        estimate: Double?, lower: Double?, upper: Double?, pupilStandardDeviation sd: Double,
        table: MonthsOfProgress = .toolkit
    ) {
        guard let estimate, sd > 0, sd.isFinite else { return nil }
        effectSize = estimate / sd
        self.lower = lower.map { $0 / sd }
        self.upper = upper.map { $0 / sd }
        pupilStandardDeviation = sd
        self.table = table
    }

    public var months: Int { table.months(for: effectSize) }

    /// One sentence with the interval's ends and the table's name.
    public var sentence: String {
        let interval = lower.flatMap { low in
            upper.map { " (interval \(said(table.months(for: low))) to \(said(table.months(for: $0))))" }
        }
        return "Told as months of progress by the table \u{201C}\(table.name)\u{201D}, the estimate is \(said(months))"
            + "\(interval ?? ""): an effect size of \(Numeral.fixed(effectSize, decimals: 2)), with a pupil-level standard "
            + "deviation of \(Numeral.significant(pupilStandardDeviation, digits: 3))."
    }

    var json: JSONValue {
        var object = JSONObject()
        object.put("months", .integer(months))
        object.put("effectSize", .number(effectSize))
        object.put("lower", ifAny: lower)
        object.put("upper", ifAny: upper)
        object.put("pupilStandardDeviation", .number(pupilStandardDeviation))
        object.put("table", .text(table.name))
        return object.value
    }

    private func said(_ months: Int) -> String {
        "\(Numeral.count(Double(months))) month\(months.magnitude == 1 ? "" : "s")"
    }
}
