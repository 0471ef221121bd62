import Reporting
import Tables

/// The comparison of periods as tables, sentences and JSON. Figures of fewer pupils than the threshold are withheld.
struct PeriodFindings {
    /// So many are listed for people; JSON lists all.
    private static let listed = 20

    private let found: PeriodComparison
    private let threshold: Int
    private let rounding: FigureRounding

    /// - Parameters:
    ///   - suppressBelow: rows below which figures are withheld; 0 where rows are not pupils.
    ///   - rounding: of what is told.
    init(_ found: PeriodComparison, suppressBelow: Int, _ rounding: FigureRounding) {
        self.rounding = rounding
        self.found = found
        threshold = suppressBelow
    }

    // MARK: For people

    /// The headings and tables below the columns.
    var tables: [(heading: String, table: ResultTable)] {
        let shown = found.columns.count <= 12 ? found.columns : found.columns.filter { isSuspicious($0.column) }
        var tables: [(String, ResultTable)] = []
        if !shown.isEmpty {
            let last = found.periods.count - 1
            let by = found.isFound ? "\(found.time), which looks like the period" : found.time
            tables.append(
                (
                    "Means by \(by), \(found.periods[0]) to \(found.periods[last])",
                    ResultTable(
                        columns: ["column", "means", "first", "last"].map { ResultTable.Column($0) },
                        rows: shown.map { figures in
                            let means = means(of: figures)
                            return [
                                .text(figures.column), .set(Bars.rising(means)), Self.cell(means.first),
                                Self.cell(means.last),
                            ]
                        })
                ))
        }
        guard !found.suspicions.isEmpty else { return tables }
        let lines = lines
        let more = lines.count - Self.listed
        tables.append(
            (
                "Out of line with the other periods: look at these before you use them"
                    + (more > 0 ? " (the first \(Self.listed) of \(lines.count); JSON lists all)" : ""),
                ResultTable(
                    columns: ["column", found.unit ?? "unit", found.time, "what"].map { ResultTable.Column($0) },
                    rows: lines.prefix(Self.listed).map {
                        [
                            .text($0.first.column), .text($0.first.unit ?? "all"), .text($0.periods),
                            .text(sentence($0.first)),
                        ]
                    })
            ))
        return tables
    }

    /// The findings, those of whole periods that follow one another and say the same as one.
    private var lines: [(first: Suspicion, periods: String)] {
        var lines: [(first: Suspicion, last: Suspicion)] = []
        for suspicion in found.suspicions {
            if let line = lines.last, suspicion.unit == nil, line.last.unit == nil, suspicion.kind == .zeros,
                line.last.kind == .zeros, line.last.column == suspicion.column, follows(suspicion, line.last),
                sentence(suspicion) == sentence(line.first)
            {
                lines[lines.count - 1].last = suspicion
            } else {
                lines.append((suspicion, suspicion))
            }
        }
        return lines.map {
            ($0.first, $0.first == $0.last ? $0.first.period : "\($0.first.period) to \($0.last.period)")
        }
    }

    private func follows(_ a: Suspicion, _ b: Suspicion) -> Bool {
        guard let place = found.periods.firstIndex(of: b.period), place + 1 < found.periods.count else { return false }
        return found.periods[place + 1] == a.period
    }

    private static func cell(_ mean: Double??) -> ResultTable.Cell {
        guard let mean, let mean else { return .missing }
        return .number(mean)
    }

    private func isSuspicious(_ column: String) -> Bool { found.suspicions.contains { $0.column == column } }

    /// What is out of line in a column, for the table of columns.
    func words(on column: String) -> String {
        let own = found.suspicions.filter { $0.column == column }
        return own.prefix(5).map {
            [$0.unit, $0.period].compactMap { $0 }.joined(separator: " ") + ": " + sentence($0)
        }
        .joined(separator: "; ") + (own.count > 5 ? "; and \(own.count - 5) more" : "")
    }

    private func sentence(_ suspicion: Suspicion) -> String {
        guard !isWithheld(suspicion) else {
            return "\(suspicion.kind.rawValue); withheld, fewer than \(threshold) rows"
        }
        func number(_ value: Double) -> String { Numeral.significant(value, digits: 3, minus: .hyphen) }
        func rough(_ value: Double) -> String { Numeral.significant(value, digits: 2, minus: .hyphen) }
        let isOne = suspicion.rows == 1
        switch suspicion.kind {
        case .zeros:
            let count = Numeral.count(Double(rounding.count(suspicion.rows)))
            if isOne { return "the value is 0, as in no other period" }
            if suspicion.zeros == suspicion.rows { return "all \(count) values are 0" }
            return zeros(suspicion.zeros, of: suspicion.rows).map {
                "\(Numeral.count(Double(rounding.count($0)))) of \(count) values are 0"
            }
                ?? "many of \(count) values are 0"
        case .jump:
            guard let last = suspicion.previous else { return "" }
            let change = "\(isOne ? "" : "mean ")\(number(suspicion.mean)) after \(number(last.mean)) in \(last.period)"
            let far = rough(abs(suspicion.distance))
            guard let usual = suspicion.usualChange else { return change + ", \(far) standard deviations of its rows" }
            return change + "; the usual change is \(rough(usual)), and this is \(far) times the usual spread away"
        case .spread:
            guard let last = suspicion.previous else { return "" }
            return "standard deviation \(number(suspicion.standardDeviation)) after "
                + "\(number(last.standardDeviation)) in \(last.period)"
        }
    }

    // MARK: What is withheld

    private func isWithheld(_ suspicion: Suspicion) -> Bool {
        suspicion.rows < threshold || suspicion.previous.map { $0.rows < threshold } ?? false
    }

    /// The zeros, unless they or the others are so few that they point to pupils.
    private func zeros(_ zeros: Int, of rows: Int) -> Int? {
        let rest = rows - zeros
        return zeros > 0 && zeros < threshold || rest > 0 && rest < threshold ? nil : zeros
    }

    private func means(of figures: PeriodComparison.Figures) -> [Double?] {
        zip(figures.rows, figures.means).map { $0 < threshold ? nil : rounding.mean($1) }
    }

    // MARK: JSON

    var periods: JSONValue {
        var object = JSONObject()
        object.put("time", .text(found.time))
        if let unit = found.unit { object.put("unit", .text(unit)) }
        object.put("isFound", .bool(found.isFound))
        object.put("values", .array(found.periods.map { .text($0) }))
        object.put(
            "columns",
            .array(
                found.columns.map { figures in
                    [
                        "name": .text(figures.column),
                        "rows": .array(
                            figures.rows.map { JSONValue($0 > 0 && $0 < threshold ? nil : rounding.count($0)) }),
                        "zeros": .array(
                            zip(figures.zeros, figures.rows).map {
                                JSONValue($1 < threshold ? nil : zeros($0, of: $1).map { rounding.count($0) })
                            }
                        ),
                        "means": .array(means(of: figures).map { JSONValue($0) }),
                    ]
                }))
        if !found.columnsLeftOut.isEmpty {
            object.put("columnsLeftOut", .array(found.columnsLeftOut.map { .text($0) }))
        }
        return object.value
    }

    var suspicions: JSONValue { .array(found.suspicions.map(json)) }

    private func json(_ suspicion: Suspicion) -> JSONValue {
        var object = JSONObject()
        object.put("kind", .text(suspicion.kind.rawValue))
        object.put("column", .text(suspicion.column))
        if let unit = suspicion.unit { object.put("unit", .text(unit)) }
        object.put("period", .text(suspicion.period))
        guard !isWithheld(suspicion) else {
            object.put("suppressed", .bool(true))
            return object.value
        }
        object.put("rows", .integer(rounding.count(suspicion.rows)))
        object.put("zeros", JSONValue(zeros(suspicion.zeros, of: suspicion.rows).map { rounding.count($0) }))
        object.put("mean", JSONValue(rounding.mean(suspicion.mean)))
        object.put("standardDeviation", JSONValue(rounding.mean(suspicion.standardDeviation)))
        if let last = suspicion.previous {
            object.put(
                "previous",
                [
                    "period": .text(last.period), "rows": .integer(rounding.count(last.rows)),
                    "mean": JSONValue(rounding.mean(last.mean)),
                    "standardDeviation": JSONValue(rounding.mean(last.standardDeviation)),
                ])
        }
        if let usual = suspicion.usualChange { object.put("usualChange", .number(usual)) }
        object.put("distance", .number(suspicion.distance))
        return object.value
    }
}

/// Small bar charts in one line of text.
enum Bars {
    private static let steps = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// Counts as bars from nothing; those below the threshold look like nothing.
    static func counts(_ counts: [Int], suppressBelow threshold: Int) -> String {
        let shown = counts.map { $0 < threshold ? 0 : $0 }
        guard let most = shown.max(), most > 0 else { return "" }
        return shown.map { $0 == 0 ? " " : steps[min(7, $0 * 8 / (most + 1))] }.joined()
    }

    /// Values as bars between the lowest and the highest of them; a point where there is none.
    static func rising(_ values: [Double?]) -> String {
        let known = values.compactMap { $0 }
        guard let lowest = known.min(), let highest = known.max() else { return "" }
        return values.map { value in
            guard let value else { return "·" }
            guard highest > lowest else { return steps[3] }
            return steps[min(7, Int(8 * (value - lowest) / (highest - lowest)))]
        }.joined()
    }
}
