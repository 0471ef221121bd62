import Inference
import Probability

/// What bootstraps and estimates without one unit say, in words and as JSON.
extension Wording {
    /// - Parameter headline: gives the decimals.
    public func wild(_ findings: WildFindings, headline: Effect?) -> [String] {
        let test = findings.test
        let draws = Numeral.count(Double(test.draws))
        let how =
            test.isEnumerated
            ? "all \(draws) patterns of signs of \(test.clusters) clusters"
            : "\(draws) draws with \(test.weights.title) weights over \(test.clusters) clusters"
        var words = [
            "With the clusters' errors drawn anew and no effect imposed, a t at least this large comes with probability "
                + "\(Self.said(test.pValue)) (\(how); the smallest possible is \(Self.said(test.smallestPossible)))."
        ]
        if let interval = test.interval { words.append(sentence(interval, headline)) }
        words.append("Without the null imposed the draws give \(Self.equation(findings.unrestrictedPValue)).")
        return words
    }

    private func sentence(_ interval: WildInterval, _ headline: Effect?) -> String {
        let precision = Precision(
            estimate: headline?.estimate, standardError: headline?.standardError, lower: interval.lower,
            upper: interval.upper, isProse: true)
        let level = Wording(level: interval.level).percent
        let range =
            switch (interval.lower, interval.upper) {
            case (let lower?, let upper?): "effects between \(precision(lower)) and \(precision(upper))"
            case (let lower?, nil): "effects above \(precision(lower)), however large,"
            case (nil, let upper?): "effects below \(precision(upper)), however far,"
            case (nil, nil): "no effect of any size is ruled out: all"
            }
        let rest = interval.hasGaps ? ", though not every value between them" : ""
        return "By this test \(range) are compatible with the data at \(level)\(rest)."
    }

    public func bootstrap(_ bands: BootstrapBands, headline: Effect?) -> [String] {
        guard let weights = bands.weights else { return rebuilt(bands, headline) + families(bands) }
        var words: [String] = []
        let how =
            "\(Numeral.count(Double(bands.draws))) draws with \(weights.title) weights over \(bands.clusters) clusters"
        if let error = bands.standardError {
            let precision = Precision(
                estimate: headline?.estimate, standardError: headline?.standardError, lower: nil, upper: nil)
            words.append("The multiplier bootstrap's standard error of the headline is \(precision(error)) (\(how)).")
        } else {
            words.append("Multiplier bootstrap: \(how).")
        }
        return words + families(bands)
    }

    /// That the comparison was made anew, and what that does to the headline.
    private func rebuilt(_ bands: BootstrapBands, _ headline: Effect?) -> [String] {
        let draws = Numeral.count(Double(bands.draws))
        var text =
            "The comparison was made anew from \(draws) samples of the \(bands.clusters) \(nouns.units), drawn with replacement"
        if let error = bands.standardError, let lower = headline?.bandLower, let upper = headline?.bandUpper {
            let precision = Precision(
                estimate: headline?.estimate, standardError: headline?.standardError, lower: lower, upper: upper,
                isProse: true)
            text +=
                ": the headline's standard error is then \(precision(error)), and its \(percent) interval from "
                + "\(precision(lower)) to \(precision(upper))"
        }
        let failed = bands.failed == 0 ? "" : " \(bands.failed) samples gave no comparison and are left out."
        return [text + "." + failed]
    }

    private func families(_ bands: BootstrapBands) -> [String] {
        var words: [String] = []
        for family in bands.families {
            let what =
                switch family.kind {
                case .event: "event times"
                case .cohort: "starts"
                default: "periods"
                }
            let group = family.group.map { " of \($0 == "peers" ? "the peers" : "the \($0)")" } ?? ""
            words.append(
                family.isPointwise
                    ? "No wider band than the single intervals was found over the \(family.effects) \(what)\(group)."
                    : "The uniform band holds all \(family.effects) \(what)\(group) at once with \(percent); its critical "
                        + "value is \(Numeral.fixed(family.critical, decimals: 2)).")
        }
        return words
    }

    public func leaveOneOut(_ found: LeaveOneOut, headline: Effect?) -> [String] {
        [(true, "partner"), (false, "comparison")].map { isTreated, name in
            arm(found, isTreated: isTreated, name: "\(name) \(nouns.unit)", headline: headline)
        }
    }

    private func arm(_ found: LeaveOneOut, isTreated: Bool, name: String, headline: Effect?) -> String {
        guard let arm = found.arm(isTreated: isTreated) else {
            return found.withholds(isTreated: isTreated)
                ? "What the estimate is without one \(name) is withheld: too few pupils stand behind it."
                : "Without its only \(name) there is no estimate."
        }
        let precision = Precision(
            estimate: headline?.estimate, standardError: headline?.standardError, lower: nil, upper: nil, isProse: true)
        func shown(_ row: LeaveOneOut.Row) -> String { precision(row.estimate ?? 0) }
        var text =
            "Without one \(name) at a time (\(arm.units) in turn) the estimate of \(precision(found.estimate)) lies between "
            + "\(shown(arm.lowest)) and \(shown(arm.highest)); leaving out \(arm.mostInfluential.unit) moves it most, to "
            + shown(arm.mostInfluential)
        if let lowest = arm.lowest.estimate, let highest = arm.highest.estimate, lowest < 0, highest > 0 {
            text += ", and its sign depends on who is left out"
        }
        if arm.needed > 0 { text += "; \(arm.needed) cannot be left out, since no effect could be told" }
        return text + "."
    }
}

extension BootstrapWeights {
    /// As in a sentence.
    fileprivate var title: String {
        switch self {
        case .rademacher: "Rademacher"
        case .mammen: "Mammen"
        case .webb: "Webb"
        }
    }
}

extension DiagnosticRows {
    static func json(_ findings: WildFindings) -> JSONValue {
        let test = findings.test
        var object = JSONObject()
        object.put("variant", .text(test.variant.name))
        object.put("weights", .text(test.weights.rawValue))
        object.put("draws", .integer(test.draws))
        object.put("enumerated", .bool(test.isEnumerated))
        object.put("clusters", .integer(test.clusters))
        object.put("statistic", .number(test.statistic))
        object.put("pValue", .number(test.pValue))
        object.put("equalTailedPValue", .number(test.equalTailedPValue))
        object.put("unrestrictedPValue", .number(findings.unrestrictedPValue))
        object.put("smallestPossible", .number(test.smallestPossible))
        if let interval = test.interval {
            object.put("level", .number(interval.level))
            object.put("lower", JSONValue(interval.lower))
            object.put("upper", JSONValue(interval.upper))
            object.put("hasGaps", .bool(interval.hasGaps))
        }
        return object.value
    }

    static func json(_ bands: BootstrapBands) -> JSONValue {
        var object = JSONObject()
        if let weights = bands.weights { object.put("weights", .text(weights.rawValue)) }
        if bands.weights == nil {
            object.put("comparison", .text("made anew"))
            object.put("failed", .integer(bands.failed))
        }
        object.put("draws", .integer(bands.draws))
        object.put("clusters", .integer(bands.clusters))
        object.put("standardError", ifAny: bands.standardError)
        object.put(
            "bands",
            .array(
                bands.families.map { family in
                    var row = JSONObject()
                    row.put("kind", .text(family.kind.rawValue))
                    row.put("group", ifAny: family.group)
                    row.put("effects", .integer(family.effects))
                    row.put("critical", .number(family.critical))
                    row.put("pointwise", .bool(family.isPointwise))
                    return row.value
                }))
        return object.value
    }

    static func json(_ found: LeaveOneOut) -> JSONValue {
        var object = JSONObject()
        for (key, isTreated) in [("treated", true), ("comparison", false)] {
            var row = JSONObject()
            if let arm = found.arm(isTreated: isTreated) {
                row.put("units", .integer(arm.units))
                row.put("lowest", ifAny: arm.lowest.estimate)
                row.put("highest", ifAny: arm.highest.estimate)
                row.put("mostInfluential", .text(arm.mostInfluential.unit))
                row.put("withoutIt", ifAny: arm.mostInfluential.estimate)
                row.put("cannotBeLeftOut", .integer(arm.needed))
            } else if found.withholds(isTreated: isTreated) {
                row.put("suppressed", true)
            } else {
                row.put("units", .integer(0))
            }
            object.put(key, row.value)
        }
        return object.value
    }
}
