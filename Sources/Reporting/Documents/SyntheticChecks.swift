import Inference

extension DesignChecks {
    /// The weights as a table: one row a comparison unit, the largest first.
    func section(_ found: SyntheticFindings, _ tables: ReadableTables) -> Section {
        Section(
            title: "What the synthetic comparison is made of",
            words: hidesSyntheticFigures ? ["Withheld: too few pupils stand behind a part of it."] : found.words,
            table: found.unitWeights.isEmpty ? nil : tables.unitWeights(found))
    }

    /// Names and weights of comparison units, and beside them, unless withheld, figures of the gap.
    func json(_ found: SyntheticFindings) -> JSONValue {
        var object = JSONObject()
        object.put(
            "unitWeights",
            .array(
                found.unitWeights.map { row in
                    var entry = JSONObject()
                    entry.put("start", .text(row.start))
                    entry.put("treated", ifAny: row.treated)
                    entry.put("unit", .text(row.unit))
                    entry.put("weight", .number(row.weight))
                    return entry.value
                }))
        if !found.timeWeights.isEmpty {
            object.put(
                "timeWeights",
                .array(
                    found.timeWeights.map {
                        ["start": .text($0.start), "time": .text($0.period), "weight": .number($0.weight)]
                    }))
        }
        object.put("donors", .integer(found.donors))
        object.put("effectiveDonors", .number(found.effectiveDonors))
        object.put("optimalityResidual", .number(found.optimalityResidual))
        guard !hidesSyntheticFigures else { return object.value }
        object.put("ridge", ifAny: found.ridge)
        object.put("rmsBefore", .number(found.rmsBefore))
        object.put("rmsAfter", .number(found.rmsAfter))
        if let test = found.inSpace {
            var entry = JSONObject()
            entry.put("placebos", .integer(test.assignments))
            entry.put("all", .bool(test.isEnumerated))
            entry.put("pValue", .number(test.pValue))
            entry.put("rawPValue", ifAny: test.rawPValue)
            entry.put("smallestPossible", .number(test.smallestPossible))
            object.put("inSpace", entry.value)
        }
        if let conformal = found.conformal {
            var entry = JSONObject()
            entry.put("pValue", .number(conformal.pValue))
            entry.put("smallestPossible", .number(conformal.smallestPossible))
            entry.put("lower", ifAny: conformal.lower)
            entry.put("upper", ifAny: conformal.upper)
            object.put("conformal", entry.value)
        }
        if !found.outside.isEmpty {
            object.put(
                "outside",
                .array(
                    found.outside.map {
                        ["unit": .text($0.unit), "times": .array($0.periods.map { .text($0) })]
                    }))
        }
        object.put("words", .array(found.words.map { .text($0) }))
        return object.value
    }
}

extension ReadableTables {
    /// At most so many rows; the rest is in the JSON.
    private static let shownWeights = 20

    func unitWeights(_ found: SyntheticFindings) -> ResultTable {
        let rows = Array(found.unitWeights.prefix(Self.shownWeights))
        var columns = ColumnSet(by: [])
        if Set(found.unitWeights.map(\.start)).count > 1 { columns.text("start", rows.map(\.start)) }
        if found.unitWeights.contains(where: { $0.treated != nil }) { columns.text("for", rows.map(\.treated)) }
        columns.text("comparison", rows.map(\.unit))
        columns.figure("weight", rows.map(\.weight), rows.map { _ in false }, always: true, decimals: 3)
        return columns.table
    }
}
