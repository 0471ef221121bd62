import Attainment
import Inference
import Panels
import Reporting

extension DidRequest {
    func outcomeName(_ outcome: OutcomeRequest) -> OutcomeName {
        OutcomeName(
            column: outcome.name, title: MeasureTitle.of(outcome.name),
            unit: outcome.equals == nil ? "points" : "percentage points", isLowerBetter: lowerIsBetter,
            isShare: outcome.equals != nil)
    }

    func wording(_ design: Design) -> Wording {
        Wording(
            nouns: Nouns(rows: design.rowsArePupils ? "pupils" : "school results"), level: analysis.level,
            threshold: disclosure.threshold)
    }

    /// The pupils' standard deviation: as given, or for pupil rows that of comparison schools before the first start.
    func pupilSpread(_ design: Design) -> Double? { pupilSD ?? PupilSpread.beforeStart(design) }

    /// The headline in months of progress, where a pupil-level standard deviation was given.
    func months(_ part: DidStudy.Part) -> EffectInMonths? {
        guard let sd = pupilSD, let effect = part.result.effects.first else { return nil }
        return EffectInMonths(
            estimate: effect.estimate, lower: effect.lower, upper: effect.upper, pupilStandardDeviation: sd)
    }
}

/// The standard deviation of pupils' results in comparison schools before the first start, pooled within periods.
enum PupilSpread {
    /// - Returns: nil where rows are not pupils or too few are left.
    static func beforeStart(_ design: Design) -> Double? {
        guard design.rowsArePupils, let first = design.start.compactMap({ $0 }).min() else { return nil }
        let moments = design.moments
        let q = moments.variableCount
        let cells = (0..<design.cellCount).filter {
            design.start[design.unit[$0]] == nil && design.periods[design.period[$0]].ordinal < first
        }
        var total = [Double](repeating: 0, count: design.periods.count)
        var mean = total
        for cell in cells {
            total[design.period[cell]] += moments.weight[cell]
            mean[design.period[cell]] += moments.weight[cell] * moments.mean[cell * q]
        }
        for period in mean.indices where total[period] > 0 { mean[period] /= total[period] }
        var within = 0.0
        var weight = 0.0
        for cell in cells {
            let deviation = moments.mean[cell * q] - mean[design.period[cell]]
            within += moments.within[cell * q * (q + 1) / 2] + moments.weight[cell] * deviation * deviation
            weight += moments.weight[cell]
        }
        return weight > 0 && within > 0 ? (within / weight).squareRoot() : nil
    }
}

/// A group in words: what the usual columns mean, else the column and its value.
enum GroupWords {
    private static let yes: Set<String> = ["1", "Y", "y", "Yes", "yes", "T", "True", "true", "FSM"]

    /// Of several parts: `pupils eligible for free school meals and sex = F`.
    static func of(_ group: GroupText) -> String {
        let first = of(column: group.column, value: group.value ?? "")
        return ([first] + group.parts.dropFirst().map { "\($0.column) = \($0.value ?? "")" }).joined(separator: " and ")
    }

    static func of(_ group: GroupContrast) -> String { of(column: group.column, value: group.value) }

    static func of(column: String, value: String) -> String {
        let name = column.lowercased()
        if name.contains("fsm"), yes.contains(value) { return "pupils eligible for free school meals" }
        if name.contains("disadv"), yes.contains(value) { return "disadvantaged pupils" }
        return "pupils with \(column) = \(value)"
    }
}
