import Estimation
import Panels

extension Sensitivity {
    /// Puts the findings into sentences.
    mutating func speak(estimator: EstimatorName, period: Period.Kind) {
        let step = period.step
        for t in targets.indices {
            for c in targets[t].curves.indices {
                targets[t].curves[c].words = Self.sentence(targets[t], targets[t].curves[c], step)
            }
        }
        let seen = before.count == 1 ? "one \(step)" : "\(before.count) \(step)s"
        var parts = [
            "Departures after the start are measured by those of the \(seen) before it, against the last \(step) before the start "
                + "(Rambachan and Roth 2023)."
        ]
        switch estimator {
        case .twfe, .did2x2:
            parts.append(
                "\(estimator.rawValue) has one effect for all \(step)s: the event study of the same design is judged instead."
            )
        case .imputation, .twoStage:
            parts.append(
                "The effects are compared with the last \(step) before the start and not with all untreated results, so they can "
                    + "differ from the table's.")
        default: break
        }
        words = parts.joined(separator: " ")
    }

    private static func sentence(_ target: Target, _ curve: Curve, _ step: String) -> String {
        let effect = target.kind == .average ? "The average effect" : "The effect in the first \(step)"
        let size = PlainNumber.text(target.estimate)
        switch (curve.restriction, curve.breakdown) {
        case (_, .none):
            let what =
                curve.restriction == .relativeMagnitudes
                ? "even if the two arms had moved exactly alike after the start"
                : "even if the line before the start had gone on exactly"
            return "\(effect) (\(size)) is not told from zero \(what)."
        case (.relativeMagnitudes, .at(let m)):
            return
                "\(effect) (\(size)) stays different from zero unless the change between \(step)s after the start departs from "
                + "parallel by more than \(PlainNumber.text(m)) times the largest departure seen before it "
                + "(\(PlainNumber.text(curve.largestBefore ?? 0)) a \(step))."
        case (.relativeMagnitudes, .beyond(let m)):
            return
                "\(effect) (\(size)) stays different from zero even where the change between \(step)s after the start departs "
                + "from parallel by \(PlainNumber.text(m)) times the largest departure seen before it."
        case (.smoothness, .at(let m)):
            return "\(effect) (\(size)) stays different from zero unless the difference in trends bends by more than "
                + "\(PlainNumber.text(m)) from one \(step) to the next\(seen(m, curve))."
        case (.smoothness, .beyond(let m)):
            return "\(effect) (\(size)) stays different from zero even where the difference in trends bends by "
                + "\(PlainNumber.text(m)) from one \(step) to the next\(seen(m, curve))."
        }
    }

    private static func seen(_ m: Double, _ curve: Curve) -> String {
        guard let largest = curve.largestBefore, largest > 0 else { return "" }
        return ", \(PlainNumber.text(m / largest)) times the largest bend seen before the start"
    }
}

extension Period.Kind {
    /// What a reader calls one calendar step.
    var step: String {
        switch self {
        case .year, .academicYear: "year"
        case .term: "term"
        case .date: "date"
        }
    }
}
