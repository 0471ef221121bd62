import Attainment
import Inference

/// The rows of results as tables for people: fewer columns, plain headings, an honest number of digits.
struct ReadableTables {
    var level: Double
    var minus: Numeral.Minus
    /// What is left of means that are shown, and whether they are shares.
    var rounding = FigureRounding.none
    var isShare = false

    init(level: Double, minus: Numeral.Minus) {
        self.level = level
        self.minus = minus
    }

    init(_ wording: Wording, minus: Numeral.Minus, of outcome: OutcomeName? = nil) {
        self.init(level: wording.level, minus: minus)
        rounding = wording.rounding
        isShare = outcome?.isShare ?? false
    }

    /// Decimals of means: two, unless fewer are left of them.
    private var meanDecimals: Int { rounding.decimals(2, isShare: isShare) }

    var interval: String { Wording(level: level).percent + " interval" }

    /// Decimals follow the first effect of the same outcome, so that a column can be compared down the page.
    /// The outcome's column is left out where the table stands under its name.
    func effects(_ effects: [Effect], namesOutcome: Bool = true) -> ResultTable {
        var columns = ColumnSet(by: effects.map(\.by))
        let hidden = effects.map(\.isSuppressed)
        let decimals = effects.map { sharedDecimals(effects, for: $0) }
        if namesOutcome { columns.text("outcome", effects.map(\.outcome)) }
        columns.text("estimate of", effects.map(Self.label))
        columns.addBy()
        columns.add(
            "estimate", effects.indices.map { shown(effects[$0].estimate, decimals[$0], hidden[$0]) }, always: true)
        columns.add("std. error", effects.indices.map { shown(effects[$0].standardError, decimals[$0], hidden[$0]) })
        columns.add(
            interval,
            effects.indices.map { shown(effects[$0].lower, effects[$0].upper, decimals[$0], hidden[$0]) })
        columns.add(
            "uniform band",
            effects.indices.map { shown(effects[$0].bandLower, effects[$0].bandUpper, decimals[$0], hidden[$0]) })
        columns.add("p", effects.map { probability($0.pValue, $0.isSuppressed) })
        columns.add("wild p", effects.map { probability($0.wildPValue, $0.isSuppressed) })
        columns.add("randomisation p", effects.map { probability($0.permutationPValue, $0.isSuppressed) })
        columns.figure("df", effects.map(\.degreesOfFreedom), hidden, always: false, decimals: 1)
        columns.count("n", effects.map(\.n), hidden)
        return columns.table
    }

    private func sharedDecimals(_ effects: [Effect], for effect: Effect) -> Int {
        let first = effects.first { $0.outcome == effect.outcome && $0.estimate != nil } ?? effect
        return Precision(
            estimate: first.estimate, standardError: first.standardError, lower: first.lower, upper: first.upper
        ).decimals
    }

    /// Means of means, by their terms.
    private static let means = [
        "att-event": "mean over event times", "att-cohort": "mean over starts", "att-calendar": "mean over periods",
        "att-per-year": "by the year of exposure",
    ]

    /// What an effect is an estimate of: its kind with whatever tells it from the others.
    static func label(_ effect: Effect) -> String {
        let term = effect.term == "att" ? nil : effect.term.map { means[$0] ?? $0 }
        let side = effect.group.map { $0 == "peers" ? "their peers" : $0 == "group" ? "the group" : $0 }
        let part: String
        switch effect.kind {
        case .overall:
            return [side.map { "effect on \($0)" } ?? "overall", term].compactMap { $0 }.joined(separator: ", ")
        case .gap: return ["effect on the gap", term].compactMap { $0 }.joined(separator: ", ")
        case .event: part = effect.eventTime.map { "event time \($0)" } ?? "event"
        case .cohort: part = "start in \(effect.cohort ?? "")"
        case .calendar: part = "in \(effect.time ?? "")"
        case .groupTime: part = "start in \(effect.cohort ?? ""), in \(effect.time ?? "")"
        case .exposure: part = "after \(effect.years ?? 0) \(effect.years == 1 ? "year" : "years") of exposure"
        case .coefficient: return term ?? side ?? "coefficient"
        }
        return [part, term, side].compactMap { $0 }.joined(separator: ", ")
    }

    /// - Parameters:
    ///   - decimals: fixed by `--round`, else chosen from the standard errors.
    ///   - namesGroup: false where the table stands under the outcome's and the group's name.
    func gaps(_ rows: [GapRow], decimals fixed: Int?, namesGroup: Bool = true) -> ResultTable {
        var columns = ColumnSet(by: rows.map(\.by))
        let hidden = rows.map(\.isSuppressed)
        let decimals = rows.map { row in
            fixed
                ?? min(
                    rounding.decimals(2, isShare: isShare),
                    Precision(estimate: row.gap, standardError: row.standardError, lower: nil, upper: nil).decimals)
        }
        if namesGroup {
            columns.text("outcome", rows.map(\.outcome))
            columns.text("group", rows.map(\.group))
        }
        columns.addBy()
        columns.count("n", rows.map { $0.n }, hidden)
        columns.count("peers", rows.map { $0.nPeers }, hidden)
        func add(_ name: String, _ value: KeyPath<GapRow, Double?>, always: Bool = false) {
            columns.add(
                name, rows.indices.map { shown(rows[$0][keyPath: value], decimals[$0], hidden[$0]) }, always: always)
        }
        func add(_ name: String, _ low: KeyPath<GapRow, Double?>, _ high: KeyPath<GapRow, Double?>) {
            columns.add(
                name,
                rows.indices.map {
                    shown(rows[$0][keyPath: low], rows[$0][keyPath: high], decimals[$0], hidden[$0])
                })
        }
        add("mean", \.mean, always: true)
        add("peers' mean", \.meanPeers, always: true)
        add("gap", \.gap, always: true)
        add(interval, \.lower, \.upper)
        columns.add("p", rows.map { probability($0.pValue, $0.isSuppressed) })
        columns.figure("Hedges g", rows.map(\.hedgesG), hidden, always: false, decimals: 2)
        if rows.contains(where: { $0.progressGap != nil }) {
            add("gap at equal prior", \.progressGap)
            add("its interval", \.progressGapLower, \.progressGapUpper)
        }
        if rows.contains(where: { $0.change != nil }) {
            columns.text("change since", rows.map { $0.change == nil ? nil : $0.changeFrom })
            add("change", \.change)
            add("interval of the change", \.changeLower, \.changeUpper)
        }
        if rows.contains(where: { $0.pAdjusted != nil }) {
            columns.add("p adjusted", rows.map { probability($0.pAdjusted, $0.isSuppressed) })
        }
        if rows.contains(where: { $0.bandLower != nil }) { add("band", \.bandLower, \.bandUpper) }
        addFigures(of: rows, decimals, to: &columns)
        return columns.table
    }

    /// Further figures of gaps, each with its interval. The index and gaps in standard deviations have scales of their own.
    private func addFigures(of rows: [GapRow], _ decimals: [Int], to columns: inout ColumnSet) {
        let figures: [(name: String, interval: String, value: KeyPath<GapRow, GapFigure?>, decimals: Int?)] = [
            ("within schools", "its interval within", \.within, nil),
            ("between schools", "its interval between", \.between, nil),
            ("gap to national peers", "its interval to them", \.nationalGap, nil),
            ("trend a year", "interval of the trend", \.trend, 2),
            ("local index", "interval of the index", \.index, 2),
            ("national index", "interval of it", \.nationalIndex, 2),
            ("gap in SDs", "interval in SDs", \.standardised, 2),
        ]
        for (name, interval, value, fixed) in figures where rows.contains(where: { $0[keyPath: value] != nil }) {
            columns.add(
                name,
                rows.indices.map {
                    let row = rows[$0]
                    return shown(row[keyPath: value]?.estimate, fixed ?? decimals[$0], row.isSuppressed)
                })
            columns.add(
                interval,
                rows.indices.map {
                    let figure = rows[$0][keyPath: value]
                    return shown(figure?.lower, figure?.upper, fixed ?? decimals[$0], rows[$0].isSuppressed)
                })
        }
        guard rows.contains(where: { $0.months != nil }) else { return }
        columns.add("months", rows.map { shown($0.months.map(Double.init), 0, $0.isSuppressed) })
        columns.add(
            "interval in months",
            rows.map { shown($0.monthsLower.map(Double.init), $0.monthsUpper.map(Double.init), 0, $0.isSuppressed) })
    }

    func path(_ points: [PathPoint]) -> ResultTable {
        var columns = ColumnSet(by: [])
        let hidden = points.map(\.isSuppressed)
        columns.text("period", points.map(\.time))
        columns.text("schools", points.map { $0.arm == .partners ? "partner" : "comparison" })
        columns.figure("observed", points.map(\.observed), hidden, always: true, decimals: meanDecimals)
        columns.figure(
            "without the partnership", points.map(\.counterfactual), hidden, always: false, decimals: meanDecimals)
        columns.count("n", points.map { $0.n }, hidden)
        return columns.table
    }

    func counterfactual(_ rows: [CounterfactualRow]) -> ResultTable {
        var columns = ColumnSet(by: rows.map(\.by))
        let hidden = rows.map(\.isSuppressed)
        columns.text("period", rows.map(\.time))
        columns.text("group", rows.map(\.group))
        columns.text("unit", rows.map(\.unit))
        columns.addBy()
        columns.figure("observed", rows.map(\.observed), hidden, always: true, decimals: meanDecimals)
        columns.figure("expected", rows.map(\.counterfactual), hidden, always: true, decimals: meanDecimals)
        columns.figure(
            "difference", rows.map(\.difference), hidden, always: true, decimals: meanDecimals)
        columns.count("n", rows.map { $0.n }, hidden)
        return columns.table
    }

    /// Partner units over all their periods, those before the start first.
    func partners(_ rows: [PartnerUnits.Row], noun: String) -> ResultTable {
        let ledger = rows.map(\.row)
        var columns = ColumnSet(by: ledger.map(\.by))
        let hidden = ledger.map(\.isSuppressed)
        columns.text(noun, ledger.map(\.unit))
        columns.addBy()
        columns.text("period", ledger.map(\.time))
        columns.text("start", rows.map { $0.isAfter ? "after" : "before" })
        columns.figure("observed", ledger.map(\.observed), hidden, always: true, decimals: meanDecimals)
        columns.figure("expected", ledger.map(\.counterfactual), hidden, always: true, decimals: meanDecimals)
        columns.add("interval of it", ledger.map { shown($0.lower, $0.upper, meanDecimals, $0.isSuppressed) })
        columns.figure("difference", ledger.map(\.difference), hidden, always: true, decimals: meanDecimals)
        columns.count("n", ledger.map { $0.n }, hidden)
        return columns.table
    }

    func balance(_ rows: [BalanceRow]) -> ResultTable {
        var columns = ColumnSet(by: [])
        let hidden = rows.map(\.isSuppressed)
        let decimals = rows.map {
            rounding.decimals(Self.decimals(telling: $0.treatedMean, from: $0.comparisonMean), isShare: $0.unit == "%")
        }
        func add(_ name: String, _ value: KeyPath<BalanceRow, Double?>) {
            columns.add(
                name, rows.indices.map { shown(rows[$0][keyPath: value], decimals[$0], hidden[$0]) }, always: true)
        }
        columns.text("characteristic", rows.map { Self.named($0.title ?? $0.variable, $0.unit) })
        add("partners", \.treatedMean)
        add("comparison", \.comparisonMean)
        columns.figure("standardised difference", rows.map(\.standardisedDifference), hidden, always: true, decimals: 2)
        columns.figure("variance ratio", rows.map(\.varianceRatio), hidden, always: false, decimals: 2)
        return columns.table
    }

    func intake(_ rows: [IntakeRow]) -> ResultTable {
        var columns = ColumnSet(by: [])
        let hidden = rows.map(\.isSuppressed)
        let decimals = rows.map {
            min(2, Precision(estimate: $0.change, standardError: $0.standardError, lower: nil, upper: nil).decimals)
        }
        columns.text("characteristic", rows.map { Self.named($0.title ?? $0.variable, $0.unit) })
        columns.add(
            "partners' change beyond the others'",
            rows.indices.map { shown(rows[$0].change, decimals[$0], hidden[$0]) },
            always: true)
        columns.add("std. error", rows.indices.map { shown(rows[$0].standardError, decimals[$0], hidden[$0]) })
        columns.figure("standardised", rows.map(\.standardisedChange), hidden, always: false, decimals: 2)
        return columns.table
    }

    /// The headline's uncertainty by method, with as many decimals as the headline has.
    func methods(_ comparison: MethodComparison, of headline: Effect) -> ResultTable {
        var columns = ColumnSet(by: [])
        let rows = comparison.rows
        let none = rows.map { _ in false }
        let decimals = sharedDecimals([headline], for: headline)
        columns.text(
            "method",
            rows.map {
                Wording.capitalisedFirst($0.method.words)
                    + ($0.method == comparison.chosen ? " (the interval shown)" : "")
            })
        columns.add("std. error", rows.map { shown($0.standardError, decimals, false) })
        columns.add(interval, rows.map { shown($0.lower, $0.upper, decimals, false) })
        columns.add("p", rows.map { probability($0.pValue, false) })
        columns.add("smallest p possible", rows.map { probability($0.smallestPossible, false) })
        columns.figure("df", rows.map(\.degreesOfFreedom), none, always: false, decimals: 1)
        return columns.table
    }

    private static func named(_ variable: String, _ unit: String) -> String {
        unit.isEmpty ? variable : "\(variable) (\(unit))"
    }

    /// Decimals that show two digits of the difference between two figures, 1 or 2.
    private static func decimals(telling a: Double?, from b: Double?) -> Int {
        guard let a, let b, a != b else { return 1 }
        return min(2, max(1, Numeral.decimals(for: a - b, digits: 2)))
    }

    func shown(_ value: Double?, _ decimals: Int, _ hidden: Bool) -> ResultTable.Cell {
        guard !hidden else { return .suppressed }
        return .figure(value.map { Numeral.fixed($0, decimals: decimals, minus: minus) })
    }

    func shown(_ lower: Double?, _ upper: Double?, _ decimals: Int, _ hidden: Bool) -> ResultTable.Cell {
        guard !hidden, let lower, let upper else { return hidden ? .suppressed : .missing }
        let bounds = [lower, upper].map { Numeral.fixed($0, decimals: decimals, minus: minus) }
        return .figure(bounds.joined(separator: " to "))
    }

    func probability(_ value: Double?, _ hidden: Bool) -> ResultTable.Cell {
        hidden ? .suppressed : .figure(value.map(Numeral.probability))
    }
}

extension CounterfactualRow {
    /// Observed less expected.
    var difference: Double? { observed.flatMap { seen in counterfactual.map { seen - $0 } } }
}
