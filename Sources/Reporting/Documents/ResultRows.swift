import Attainment
import Inference

/// The rows of results as JSON objects and as tables. A key that does not apply is left out of the JSON;
/// a column that no row needs is left out of the table.
enum ResultRows {
    static func json(_ effect: Effect, note: String? = nil) -> JSONValue {
        var row = JSONObject()
        row.put("outcome", .text(effect.outcome))
        row.put("kind", .text(effect.kind.rawValue))
        row.put("term", ifAny: effect.term)
        row.put("cohort", ifAny: effect.cohort)
        row.put("time", ifAny: effect.time)
        row.put("eventTime", ifAny: effect.eventTime)
        row.put("years", ifAny: effect.years)
        row.put("group", ifAny: effect.group)
        putBy(effect.by, in: &row)
        if effect.isSuppressed {
            row.put("estimate", .null)
            row.put("suppressed", true)
            return row.value
        }
        row.put("estimate", JSONValue(effect.estimate))
        for (key, value) in figures(effect) { row.put(key, ifAny: value) }
        row.put("n", ifAny: effect.n)
        row.put("note", ifAny: note)
        return row.value
    }

    private static func figures(_ effect: Effect) -> [(String, Double?)] {
        [
            ("standardError", effect.standardError), ("degreesOfFreedom", effect.degreesOfFreedom),
            ("statistic", effect.statistic), ("pValue", effect.pValue), ("wildPValue", effect.wildPValue),
            ("permutationPValue", effect.permutationPValue), ("lower", effect.lower), ("upper", effect.upper),
            ("bandLower", effect.bandLower), ("bandUpper", effect.bandUpper),
        ]
    }

    /// One row an effect, with the keys of the JSON as columns. The note stands in the headline's row.
    static func table(_ effects: [Effect], note: String? = nil) -> ResultTable {
        var columns = ColumnSet(by: effects.map(\.by))
        columns.text("outcome", effects.map(\.outcome))
        columns.text("kind", effects.map(\.kind.rawValue))
        columns.text("term", effects.map(\.term))
        columns.text("cohort", effects.map(\.cohort))
        columns.text("time", effects.map(\.time))
        columns.add("eventTime", effects.map { .init($0.eventTime) })
        columns.add("years", effects.map { .init($0.years) })
        columns.text("group", effects.map(\.group))
        columns.addBy()
        let hidden = effects.map(\.isSuppressed)
        columns.figure("estimate", effects.map(\.estimate), hidden, always: true)
        let rows = effects.map(figures)
        let keys = figures(Effect(outcome: "", kind: .overall)).map(\.0)
        for (index, key) in keys.enumerated() {
            columns.figure(key, rows.map { $0[index].1 }, hidden, always: false)
        }
        columns.count("n", effects.map(\.n), hidden)
        columns.flag("suppressed", hidden)
        columns.text("note", effects.indices.map { $0 == 0 ? note : nil })
        return columns.table
    }

    static func json(_ row: GapRow) -> JSONValue {
        var object = JSONObject()
        object.put("outcome", .text(row.outcome))
        object.put("group", .text(row.group))
        object.put("by", .object(row.by.map { .init($0.column, .text($0.value)) }))
        let hidden = row.isSuppressed
        object.put("n", hidden ? .null : .number(row.n))
        object.put("nPeers", hidden ? .null : .number(row.nPeers))
        for (key, value) in [("mean", row.mean), ("meanPeers", row.meanPeers), ("gap", row.gap)] {
            object.put(key, hidden ? .null : JSONValue(value))
        }
        let keys = row.hasFurtherFigures ? gapKeys : gapFigures
        if !hidden { for (key, value) in keys { object.put(key, ifAny: value(row)) } }
        if !hidden, row.change != nil { object.put("changeFrom", ifAny: row.changeFrom) }
        if !hidden, row.trend != nil { object.put("trendFrom", ifAny: row.trendFrom) }
        object.put("suppressed", .bool(hidden))
        return object.value
    }

    private static let gapFigures: [GapKey] = [
        ("standardError", { $0.standardError }), ("degreesOfFreedom", { $0.degreesOfFreedom }),
        ("lower", { $0.lower }), ("upper", { $0.upper }), ("pValue", { $0.pValue }), ("hedgesG", { $0.hedgesG }),
        ("progressGap", { $0.progressGap }), ("progressGapStandardError", { $0.progressGapStandardError }),
        ("progressGapLower", { $0.progressGapLower }), ("progressGapUpper", { $0.progressGapUpper }),
        ("change", { $0.change }), ("changeStandardError", { $0.changeStandardError }),
        ("changeLower", { $0.changeLower }), ("changeUpper", { $0.changeUpper }),
        ("pAdjusted", { $0.pAdjusted }), ("bandLower", { $0.bandLower }), ("bandUpper", { $0.bandUpper }),
    ]

    private static let furtherFigures: [GapKey] = [
        ("meanNationalPeers", { $0.meanNationalPeers }), ("trendPeriods", { count($0.trendPeriods) }),
        ("schoolsWithBoth", { count($0.schoolsWithBoth) }), ("months", { count($0.months) }),
        ("monthsLower", { count($0.monthsLower) }), ("monthsUpper", { count($0.monthsUpper) }),
    ]

    private static let gapKeys: [GapKey] = gapFigures + figureKeys.flatMap { named($0.key, $0.figure) } + furtherFigures

    private static func count(_ number: Int?) -> Double? { number.map { Double($0) } }

    private typealias GapKey = (key: String, value: @Sendable (GapRow) -> Double?)

    private static let figureKeys: [(key: String, figure: @Sendable (GapRow) -> GapFigure?)] = [
        ("trend", { $0.trend }), ("withinSchools", { $0.within }), ("betweenSchools", { $0.between }),
        ("localIndex", { $0.index }), ("nationalIndex", { $0.nationalIndex }), ("nationalGap", { $0.nationalGap }),
        ("standardisedGap", { $0.standardised }),
    ]

    /// A figure with its error and interval: `trend`, `trendStandardError`, `trendLower`, `trendUpper`, `trendPValue`.
    private static func named(_ key: String, _ figure: @escaping @Sendable (GapRow) -> GapFigure?) -> [GapKey] {
        [
            (key, { figure($0)?.estimate }), (key + "StandardError", { figure($0)?.standardError }),
            (key + "Lower", { figure($0)?.lower }), (key + "Upper", { figure($0)?.upper }),
            (key + "PValue", { figure($0)?.pValue }),
        ]
    }

    static func table(_ rows: [GapRow], decimals: Int? = nil) -> ResultTable {
        var columns = ColumnSet(by: rows.map(\.by))
        let hidden = rows.map(\.isSuppressed)
        columns.text("outcome", rows.map(\.outcome))
        columns.text("group", rows.map(\.group))
        columns.addBy()
        columns.count("n", rows.map { $0.n }, hidden)
        columns.count("nPeers", rows.map { $0.nPeers }, hidden)
        columns.figure("mean", rows.map(\.mean), hidden, always: true, decimals: decimals)
        columns.figure("meanPeers", rows.map(\.meanPeers), hidden, always: true, decimals: decimals)
        columns.figure("gap", rows.map(\.gap), hidden, always: true, decimals: decimals)
        let keys = rows.contains(where: \.hasFurtherFigures) ? gapKeys : gapFigures
        for (key, value) in keys where rows.contains(where: { value($0) != nil }) {
            let isProbability = key.hasSuffix("pValue") || key.hasSuffix("PValue") || key == "degreesOfFreedom"
            columns.figure(key, rows.map(value), hidden, always: false, decimals: isProbability ? nil : decimals)
        }
        columns.text("changeFrom", rows.map { $0.isSuppressed || $0.change == nil ? nil : $0.changeFrom })
        columns.text("trendFrom", rows.map { $0.isSuppressed || $0.trend == nil ? nil : $0.trendFrom })
        columns.add("suppressed", hidden.map { .text($0 ? "true" : "false") })
        return columns.table
    }

    static func json(_ row: CounterfactualRow) -> JSONValue {
        var object = JSONObject()
        object.put("outcome", .text(row.outcome))
        object.put("unit", ifAny: row.unit)
        object.put("group", ifAny: row.group)
        object.put("time", .text(row.time))
        putBy(row.by, in: &object)
        let hidden = row.isSuppressed
        object.put("observed", hidden ? .null : JSONValue(row.observed))
        object.put("counterfactual", hidden ? .null : JSONValue(row.counterfactual))
        if !hidden {
            object.put("lower", ifAny: row.lower)
            object.put("upper", ifAny: row.upper)
            object.put("weight", .number(row.weight))
        }
        object.put("n", hidden ? .null : .number(row.n))
        if hidden { object.put("suppressed", true) }
        return object.value
    }

    static func table(_ rows: [CounterfactualRow]) -> ResultTable {
        var columns = ColumnSet(by: rows.map(\.by))
        let hidden = rows.map(\.isSuppressed)
        columns.text("outcome", rows.map(\.outcome))
        columns.text("unit", rows.map(\.unit))
        columns.text("group", rows.map(\.group))
        columns.text("time", rows.map(\.time))
        columns.addBy()
        columns.figure("observed", rows.map(\.observed), hidden, always: true)
        columns.figure("counterfactual", rows.map(\.counterfactual), hidden, always: true)
        columns.figure("lower", rows.map(\.lower), hidden, always: false)
        columns.figure("upper", rows.map(\.upper), hidden, always: false)
        columns.figure("weight", rows.map { $0.weight }, hidden, always: true)
        columns.count("n", rows.map { $0.n }, hidden)
        columns.flag("suppressed", hidden)
        return columns.table
    }

    static func json(_ point: PathPoint) -> JSONValue {
        var object = JSONObject()
        object.put("arm", .text(point.arm.rawValue))
        object.put("group", ifAny: point.group)
        object.put("time", .text(point.time))
        let hidden = point.isSuppressed
        object.put("observed", hidden ? .null : JSONValue(point.observed))
        if !hidden { object.put("counterfactual", ifAny: point.counterfactual) }
        object.put("n", hidden ? .null : .number(point.n))
        if hidden { object.put("suppressed", true) }
        return object.value
    }

    static func table(_ points: [PathPoint]) -> ResultTable {
        var columns = ColumnSet(by: [])
        let hidden = points.map(\.isSuppressed)
        columns.text("arm", points.map(\.arm.rawValue))
        columns.text("group", points.map(\.group))
        columns.text("time", points.map(\.time))
        columns.figure("observed", points.map(\.observed), hidden, always: true)
        columns.figure("counterfactual", points.map(\.counterfactual), hidden, always: false)
        columns.count("n", points.map { $0.n }, hidden)
        columns.flag("suppressed", hidden)
        return columns.table
    }

    private static func putBy(_ by: [ByValue], in object: inout JSONObject) {
        if !by.isEmpty { object.put("by", .object(by.map { .init($0.column, .text($0.value)) })) }
    }
}

extension ResultRows {
    static func json(_ row: BalanceRow) -> JSONValue {
        var object = JSONObject()
        object.put("variable", .text(row.variable))
        if !row.unit.isEmpty { object.put("unitOfMeasure", .text(row.unit)) }
        if row.isSuppressed {
            object.put("standardisedDifference", .null)
            object.put("suppressed", true)
            return object.value
        }
        object.put("treatedMean", ifAny: row.treatedMean)
        object.put("comparisonMean", ifAny: row.comparisonMean)
        object.put("standardisedDifference", JSONValue(row.standardisedDifference))
        object.put("varianceRatio", ifAny: row.varianceRatio)
        return object.value
    }

    static func table(_ rows: [BalanceRow]) -> ResultTable {
        var columns = ColumnSet(by: [])
        let hidden = rows.map(\.isSuppressed)
        columns.text("variable", rows.map(\.variable))
        columns.text("unitOfMeasure", rows.map { $0.unit.isEmpty ? nil : $0.unit })
        columns.figure("treatedMean", rows.map(\.treatedMean), hidden, always: true)
        columns.figure("comparisonMean", rows.map(\.comparisonMean), hidden, always: true)
        columns.figure(
            "standardisedDifference", rows.map(\.standardisedDifference), hidden, always: true, decimals: 2)
        columns.figure("varianceRatio", rows.map(\.varianceRatio), hidden, always: false, decimals: 2)
        return columns.table
    }

    private static func figures(_ row: IntakeRow) -> [(String, Double?)] {
        [
            ("change", row.change), ("standardError", row.standardError),
            ("standardisedChange", row.standardisedChange),
        ]
    }

    static func json(_ row: IntakeRow) -> JSONValue {
        var object = JSONObject()
        object.put("variable", .text(row.variable))
        if !row.unit.isEmpty { object.put("unitOfMeasure", .text(row.unit)) }
        if row.isSuppressed {
            object.put("change", .null)
            object.put("suppressed", true)
            return object.value
        }
        for (key, value) in figures(row) { object.put(key, ifAny: value) }
        return object.value
    }

    static func table(_ rows: [IntakeRow]) -> ResultTable {
        var columns = ColumnSet(by: [])
        columns.text("variable", rows.map(\.variable))
        columns.text("unitOfMeasure", rows.map { $0.unit.isEmpty ? nil : $0.unit })
        let figures = rows.map(figures)
        for (index, key) in figures.first?.map(\.0).enumerated().map({ ($0, $1) }) ?? [] {
            columns.figure(key, figures.map { $0[index].1 }, rows.map(\.isSuppressed), always: index == 0)
        }
        return columns.table
    }
}
