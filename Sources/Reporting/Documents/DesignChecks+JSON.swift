import Inference

extension DesignChecks {
    /// Members of `diagnostics`.
    func put(into object: inout JSONObject) {
        if let twoWay { object.put("bacon", Self.json(twoWay)) }
        if let placebo { object.put("placebo", json(placebo)) }
        if let synthetic { object.put("synthetic", json(synthetic)) }
        if let composition { object.put("composition", json(composition)) }
    }

    private static func json(_ found: TwoWayFindings) -> JSONValue {
        var object = JSONObject()
        object.put("coefficient", ifAny: found.coefficient)
        if let parts = found.decomposition {
            object.put("basis", ifAny: found.basis?.rawValue)
            object.put("sum", .number(parts.estimate))
            object.put(
                "comparisons",
                .array(
                    parts.comparisons.map { part in
                        var row = JSONObject()
                        row.put("kind", .text(part.kind.rawValue))
                        row.put("treated", .text(part.treated))
                        row.put("comparison", .text(part.comparison ?? "never"))
                        row.put("treatedUnits", .integer(part.treatedUnits))
                        row.put("comparisonUnits", .integer(part.comparisonUnits))
                        row.put("weight", .number(part.weight))
                        row.put("estimate", .number(part.estimate))
                        return row.value
                    }))
            object.put(
                "sums",
                .array(
                    parts.sums.map {
                        [
                            "kind": .text($0.kind.rawValue), "weight": .number($0.weight),
                            "estimate": .number($0.estimate),
                        ]
                    }))
        }
        if let weights = found.weights {
            object.put(
                "weights",
                .array(
                    weights.rows.map { weight in
                        var row = JSONObject()
                        row.put("cohort", .text(weight.cohort))
                        row.put("time", .text(weight.time))
                        row.put("group", ifAny: weight.group)
                        row.put("units", .integer(weight.units))
                        row.put("weight", .number(weight.weight))
                        return row.value
                    }))
            object.put("treatedCells", .integer(weights.cells))
            object.put("negativeCells", .integer(weights.negativeCells))
            object.put("negativeShare", .number(weights.negativeShare))
        }
        object.put("words", .array(found.words.map { .text($0) }))
        return object.value
    }

    private func json(_ found: PlaceboFindings) -> JSONValue {
        var object = JSONObject()
        if let time = found.time {
            let rows = time.rows.map { row in
                var entry = JSONObject()
                entry.put("steps", .integer(row.steps))
                entry.put("units", .integer(row.units))
                entry.put("unitsLeftOut", .integer(row.unitsLeftOut))
                Self.put(row.estimate, into: &entry)
                return entry.value
            }
            object.put("time", ["rows": .array(rows), "words": .text(time.words)])
        }
        if !found.outcomes.isEmpty {
            object.put(
                "outcomes",
                .array(
                    found.outcomes.map { outcome in
                        var entry = JSONObject()
                        entry.put("outcome", .text(outcome.outcome))
                        Self.put(outcome.estimate, into: &entry)
                        entry.put("words", .text(outcome.words))
                        return entry.value
                    }))
        }
        if let units = found.units { object.put("units", json(units)) }
        if let without = found.withoutLastPeriod {
            var entry = JSONObject()
            Self.put(without.estimate, into: &entry)
            entry.put("difference", ifAny: without.difference)
            entry.put("differenceStandardError", ifAny: without.standardError)
            entry.put("differenceLower", ifAny: without.lower)
            entry.put("differenceUpper", ifAny: without.upper)
            entry.put("unitsLeftOut", .integer(without.unitsLeftOut))
            entry.put("words", .text(without.words))
            object.put("withoutLastPeriod", entry.value)
        }
        return object.value
    }

    private func json(_ units: PlaceboUnits) -> JSONValue {
        var object = JSONObject()
        object.put("headline", .number(units.headline))
        object.put("units", .integer(units.rows.count))
        object.put("reaching", .integer(units.reaching))
        object.put("pValue", ifAny: units.pValue)
        if let spread = spread(units) {
            for (key, value) in zip(
                ["lowest", "lowerQuartile", "median", "upperQuartile", "highest"], spread.quantiles)
            {
                object.put(key, .number(value))
            }
            object.put("unitsShown", .integer(spread.units))
        }
        if let groups = units.groups {
            object.put(
                "groups",
                [
                    "size": .integer(groups.size), "draws": .integer(groups.draws), "pValue": .number(groups.pValue),
                ])
        }
        object.put("words", .text(units.words))
        return object.value
    }

    private func json(_ found: Composition) -> JSONValue {
        let rows = found.rows.enumerated().map { index, row in
            var entry = JSONObject()
            entry.put("variable", .text(row.variable))
            if row.isShare { entry.put("unit", .text("percentage points")) }
            if hiddenCharacteristics.contains(index) {
                entry.put("estimate", .null)
                entry.put("suppressed", true)
            } else {
                Self.put(row.estimate, into: &entry)
            }
            return entry.value
        }
        var object = JSONObject()
        object.put("rows", .array(rows))
        object.put("pValue", ifAny: found.pValue)
        object.put("words", .text(found.words))
        return object.value
    }

    private static func put(_ found: DiagnosticEstimate, into object: inout JSONObject) {
        let effect = found.effect
        object.put("estimate", ifAny: effect?.estimate)
        object.put("standardError", ifAny: effect?.standardError)
        object.put("degreesOfFreedom", ifAny: effect?.degreesOfFreedom)
        object.put("pValue", ifAny: effect?.pValue)
        object.put("lower", ifAny: effect?.lower)
        object.put("upper", ifAny: effect?.upper)
        object.put("reason", ifAny: found.reason)
    }
}

extension DiagnosticRows {
    static func json(_ power: PreTrendPower) -> JSONValue {
        [
            "test": .text("Bonferroni"), "leads": .integer(power.leads), "size": .number(power.size),
            "detected": .array(
                power.points.map { point in
                    var entry = JSONObject()
                    entry.put("probability", .number(point.probability))
                    entry.put("slope", .number(point.slope))
                    entry.put("bias", ifAny: point.bias)
                    return entry.value
                }), "words": .text(power.words),
        ]
    }

    static func json(_ test: PreTrendEquivalence) -> JSONValue {
        var object = JSONObject()
        object.put("slope", ifAny: test.slope)
        object.put("standardError", ifAny: test.standardError)
        object.put("degreesOfFreedom", ifAny: test.degreesOfFreedom)
        object.put("margin", ifAny: test.margin)
        object.put("marginFrom", ifAny: test.marginFrom?.rawValue)
        object.put("lower", ifAny: test.lower)
        object.put("upper", ifAny: test.upper)
        object.put("pValue", ifAny: test.pValue)
        if test.pValue != nil { object.put("shown", .bool(test.isShown)) }
        object.put("words", .text(test.words))
        return object.value
    }
}
