import Attainment
import Inference

/// The rows of `power` as JSON and as tables. What does not apply is left out.
enum PowerRows {
    static func json(_ part: PowerPart, _ effect: DetectableEffect) -> JSONValue {
        var row = JSONObject()
        row.put("outcome", .text(part.outcome.column))
        row.put("design", .text(effect.label))
        row.put("schools", .integer(effect.schools))
        row.put("treatedSchools", .integer(effect.treatedSchools))
        row.put("periodsBefore", .integer(effect.periodsBefore))
        row.put("periodsAfter", .integer(effect.periodsAfter))
        row.put("smallestPValue", .number(effect.smallestPValue))
        if part.isSuppressed {
            row.put("minimumDetectableEffect", .null)
            row.put("suppressed", true)
            return row.value
        }
        row.put("pupils", ifAny: effect.pupils)
        row.put("vcov", .text(effect.variance.rawValue))
        row.put("standardError", .number(effect.standardError))
        row.put("degreesOfFreedom", ifAny: effect.degreesOfFreedom)
        row.put("minimumDetectableEffect", ifAny: effect.minimumEffect)
        row.put("effectSize", ifAny: part.effectSize(effect))
        row.put("months", ifAny: part.months(effect))
        return row.value
    }

    static func components(_ part: PowerPart) -> JSONValue {
        var object = JSONObject()
        object.put("outcome", .text(part.outcome.column))
        object.put("schools", .integer(part.components.units))
        guard !part.isSuppressed else {
            object.put("suppressed", true)
            return object.value
        }
        object.put("pupilStandardDeviation", ifAny: part.pupilStandardDeviation)
        object.put("intraclassCorrelation", ifAny: (part.unadjusted ?? part.components).intraclassCorrelation)
        put(part.components, in: &object)
        if let unadjusted = part.unadjusted {
            var raw = JSONObject()
            put(unadjusted, in: &raw)
            object.put("withoutCovariates", raw.value)
            for (name, share) in explained(part) { object.put(name, .number(share)) }
        }
        return object.value
    }

    private static func put(_ components: VarianceComponents, in object: inout JSONObject) {
        object.put("pupilVariance", ifAny: components.pupilVariance)
        object.put("schoolVariance", .number(components.schoolVariance))
        object.put("yearToYearVariance", ifAny: components.yearToYearVariance)
        object.put(
            "correlations",
            .array(
                components.correlations.map {
                    ["periodsApart": .integer($0.years), "correlation": .number($0.correlation)]
                }))
    }

    /// The shares of each variance that covariates and factors explain; below 0 where they do not help.
    private static func explained(_ part: PowerPart) -> [(String, Double)] {
        guard let raw = part.unadjusted else { return [] }
        let pairs: [(String, Double?, Double?)] = [
            ("pupilRSquared", part.components.pupilVariance, raw.pupilVariance),
            ("schoolRSquared", part.components.schoolVariance, raw.schoolVariance),
            ("yearToYearRSquared", part.components.yearToYearVariance, raw.yearToYearVariance),
        ]
        return pairs.compactMap { name, left, whole in
            guard let left, let whole, whole > 0 else { return nil }
            return (name, 1 - left / whole)
        }
    }

    /// One row a design, the keys of the JSON as columns.
    static func table(_ parts: [PowerPart]) -> ResultTable {
        let rows = parts.flatMap { part in part.effects.map { (part, $0) } }
        let hidden = rows.map(\.0.isSuppressed)
        var columns = ColumnSet(by: [])
        columns.text("outcome", rows.map(\.0.outcome.column))
        columns.text("design", rows.map(\.1.label))
        columns.count("schools", rows.map { Double($0.1.schools) }, rows.map { _ in false })
        columns.count("treatedSchools", rows.map { Double($0.1.treatedSchools) }, rows.map { _ in false })
        columns.figure("pupils", rows.map(\.1.pupils), hidden, always: false)
        columns.count("periodsBefore", rows.map { Double($0.1.periodsBefore) }, rows.map { _ in false })
        columns.count("periodsAfter", rows.map { Double($0.1.periodsAfter) }, rows.map { _ in false })
        columns.text("vcov", rows.map(\.1.variance.rawValue))
        columns.figure("standardError", rows.map { $0.1.standardError }, hidden, always: true)
        columns.figure("degreesOfFreedom", rows.map(\.1.degreesOfFreedom), hidden, always: false)
        columns.figure("minimumDetectableEffect", rows.map(\.1.minimumEffect), hidden, always: true)
        columns.figure("effectSize", rows.map { $0.0.effectSize($0.1) }, hidden, always: false)
        columns.count("months", rows.map { $0.0.months($0.1).map(Double.init) }, hidden)
        columns.figure("smallestPValue", rows.map { $0.1.smallestPValue }, rows.map { _ in false }, always: true)
        columns.flag("suppressed", hidden)
        return columns.table
    }

    // MARK: For people

    static func readable(_ parts: [PowerPart]) -> ResultTable {
        let rows = parts.flatMap { part in part.effects.map { (part, $0) } }
        let hidden = rows.map(\.0.isSuppressed)
        let whole = rows.map { _ in false }
        var columns = ColumnSet(by: [])
        if parts.count > 1 { columns.text("outcome", rows.map(\.0.outcome.title)) }
        columns.text("design", rows.map(\.1.label))
        columns.count("schools", rows.map { Double($0.1.schools) }, whole)
        columns.count("partners", rows.map { Double($0.1.treatedSchools) }, whole)
        columns.figure("pupils", rows.map(\.1.pupils), hidden, always: false, decimals: 0)
        columns.count("before", rows.map { Double($0.1.periodsBefore) }, whole)
        columns.count("after", rows.map { Double($0.1.periodsAfter) }, whole)
        columns.figure("std. error", rows.map { $0.1.standardError }, hidden, always: true)
        columns.figure("df", rows.map(\.1.degreesOfFreedom), hidden, always: false, decimals: 1)
        columns.figure("detectable effect", rows.map(\.1.minimumEffect), hidden, always: true)
        columns.figure("in pupil SDs", rows.map { $0.0.effectSize($0.1) }, hidden, always: false, decimals: 2)
        columns.count("months", rows.map { $0.0.months($0.1).map(Double.init) }, hidden)
        return columns.table
    }

    static func readableComponents(_ parts: [PowerPart]) -> ResultTable {
        var names: [String] = []
        var shown: [ResultTable.Cell] = []
        var left: [ResultTable.Cell] = []
        for part in parts {
            let raw = part.unadjusted ?? part.components
            let adjusted = part.unadjusted.map { _ in part.components }
            let title = parts.count > 1 ? "\(part.outcome.title): " : ""
            func add(_ name: String, _ value: (VarianceComponents) -> Double?) {
                guard value(raw) != nil else { return }
                names.append(title + name)
                shown.append(.init(value(raw), suppressed: part.isSuppressed))
                left.append(.init(adjusted.flatMap(value), suppressed: part.isSuppressed))
            }
            // Unbiased estimates of next to nothing fall below 0; to people they are nothing.
            add("variance of pupils within a school and period") { $0.pupilVariance }
            add("variance of schools within a period") { max(0, $0.schoolVariance) }
            add("share of variance between schools (ICC)") { $0.intraclassCorrelation }
            add("half the variance of a school's change to the next period") { components in
                components.yearToYearVariance.map { max(0, $0) }
            }
            for lag in raw.correlations where lag.years <= 3 {
                add("correlation of a school's results, \(lag.years) \(lag.years == 1 ? "period" : "periods") apart") {
                    components in components.correlations.first { $0.years == lag.years }?.correlation
                }
            }
        }
        var columns = ColumnSet(by: [])
        columns.text("part", names)
        columns.add("as it is", shown, always: true)
        columns.add("with covariates", left)
        return columns.table
    }
}
