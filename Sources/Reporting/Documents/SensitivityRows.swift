import Inference

// How far trends may depart from parallel, as a table, as JSON and withheld.

extension ReadableTables {
    /// Intervals under growing departures of both kinds, every second bound of the curve.
    func sensitivity(_ target: Sensitivity.Target) -> ResultTable {
        var columns = ColumnSet(by: [])
        let chosen = stride(from: 0, to: target.curves.map(\.intervals.count).min() ?? 0, by: 2)
        for curve in target.curves {
            let rows = chosen.map { curve.intervals[$0] }
            let decimals = Precision(
                estimate: target.estimate, standardError: nil, lower: rows.first?.lower, upper: rows.first?.upper
            ).decimals
            let isRelative = curve.restriction == .relativeMagnitudes
            let bound = isRelative ? "change up to × the largest before" : "or bend up to"
            let digits =
                isRelative ? 1 : rows.dropFirst().first.map { min(6, Numeral.decimals(for: $0.m, digits: 2)) } ?? 2
            columns.text(bound, rows.map { Numeral.fixed($0.m, decimals: digits, minus: minus) })
            columns.add(
                isRelative ? interval : interval + " then", rows.map { shown($0.lower, $0.upper, decimals, false) },
                always: true)
        }
        return columns.table
    }
}

extension Sensitivity {
    /// What is said of it in sentences: each curve of the average, then how it was done.
    var sentences: [String] { targets.flatMap { $0.curves.map(\.words) } + [words] }

    /// Nothing of it is told.
    static let withheld = Sensitivity(
        targets: [], before: [], reference: nil,
        words: "How far trends may have departed from parallel is withheld: too few pupils stand behind it.")

    /// Withheld whole where an effect before or after the start is, since its intervals tell of them all.
    func withheld(with effects: [Effect]) -> Sensitivity {
        effects.contains { $0.isSuppressed && $0.kind == .event } ? .withheld : self
    }
}

extension DiagnosticRows {
    static func json(_ found: Sensitivity) -> JSONValue {
        var object = JSONObject()
        object.put("targets", .array(found.targets.map(json)))
        if !found.before.isEmpty { object.put("before", .array(found.before.map { .integer($0) })) }
        object.put("reference", ifAny: found.reference)
        object.put("words", .text(found.words))
        return object.value
    }

    private static func json(_ target: Sensitivity.Target) -> JSONValue {
        var object = JSONObject()
        object.put("target", .text(target.kind.rawValue))
        object.put("eventTimes", .array(target.eventTimes.map { .integer($0) }))
        object.put("estimate", .number(target.estimate))
        for curve in target.curves { object.put(curve.restriction.rawValue, json(curve)) }
        return object.value
    }

    private static func json(_ curve: Sensitivity.Curve) -> JSONValue {
        var object = JSONObject()
        object.put("largestBefore", ifAny: curve.largestBefore)
        switch curve.breakdown {
        case .none: object.put("breakdown", .null)
        case .at(let m): object.put("breakdown", .number(m))
        case .beyond(let m): object.put("breakdownBeyond", .number(m))
        }
        object.put(
            "intervals",
            .array(
                curve.intervals.map { interval in
                    var row = JSONObject()
                    row.put("m", .number(interval.m))
                    row.put("lower", .number(interval.lower))
                    row.put("upper", .number(interval.upper))
                    return row.value
                }))
        object.put("words", .text(curve.words))
        return object.value
    }
}
