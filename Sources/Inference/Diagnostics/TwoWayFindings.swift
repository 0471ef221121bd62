import Estimation
import Panels

/// What the coefficient of two-way fixed effects is made of, whatever estimator was chosen: which comparisons, and how much
/// each treated result counts.
public struct TwoWayFindings: Sendable, Equatable {
    /// What the decomposition was made of.
    public enum Basis: String, Sendable {
        /// The data of the regression itself.
        case estimate
        /// Unit means of units with every period, each of the same weight: the data are unbalanced, or weights change.
        case wholeUnits = "whole units"
    }

    /// The coefficient of `twfe` on these data; nil where it cannot be had.
    public var coefficient: Double?
    /// nil where the words say why.
    public var decomposition: BaconDecomposition?
    public var basis: Basis?
    public var weights: TreatedWeights?
    /// The fewest pupils of the units of one start in one period; nil where pupils are not known.
    public var fewestPupils: Double?
    public var words: [String]

    static func run(_ design: Design, _ options: AnalysisOptions) -> TwoWayFindings {
        var found = TwoWayFindings(fewestPupils: design.fewestPupilsOfAStart, words: [])
        do {
            // There `isTreated` says that the first switch has come, on or off.
            guard design.isOn == nil else {
                found.words.append(Design.treatmentEnds)
                return found
            }
            let fit = try TwoWayFixedEffects().fit(design, nested: nil)
            let table = options.lowerIsBetter && design.isGroup != nil ? -1.0 : 1
            let weights = TreatedWeights(fit)
            found.coefficient = table * fit.estimates[0]
            found.weights = weights
            found.words.append(weights.sentence)
        } catch {
            found.words.append("The two-way coefficient cannot be had here: \(error.message).")
        }
        found.decompose(design, options)
        return found
    }

    private mutating func decompose(_ design: Design, _ options: AnalysisOptions) {
        let held =
            design.covariates + design.factors.map(\.name) + design.absorbed.map(\.name)
            + (design.isGroup == nil ? [] : ["the groups of the gap"])
        guard held.isEmpty else {
            words.append(
                "The coefficient is not taken apart into comparisons of two groups, which holds only where nothing but unit "
                    + "and period effects is held constant; here it is \(held.joined(separator: ", ")) too.")
            return
        }
        guard design.onlyStarts else {
            words.append(
                "The coefficient is not taken apart into comparisons of two groups: units' treatment does not stay once it has "
                    + "begun.")
            return
        }
        if let panel = BalancedPanel.asEstimated(design), let whole = BaconDecomposition(panel) {
            (decomposition, basis) = (whole, .estimate)
            words.append(whole.sentence)
        } else if let panel = BalancedPanel.wholeUnits(design), let whole = BaconDecomposition(panel) {
            (decomposition, basis) = (whole, .wholeUnits)
            words.append(
                "The parts are of unit means, every unit and period alike, over the \(panel.units.count) \(options.unitNoun) "
                    + "with results in every period"
                    + (panel.unitsLeftOut > 0 ? " (\(panel.unitsLeftOut) without are left out)" : "")
                    + "; their sum is \(PlainNumber.text(whole.estimate)), not the coefficient of the unbalanced data"
                    + (coefficient.map { ", \(PlainNumber.text($0))." } ?? "."))
            words.append(whole.sentence)
        } else {
            words.append(
                "The coefficient is not taken apart into comparisons of two groups: too few \(options.unitNoun) have results in "
                    + "every period.")
        }
    }
}

extension BaconDecomposition {
    /// How much of the coefficient rests on which kind of comparison.
    fileprivate var sentence: String {
        let parts = sums.map {
            "\(Self.percent($0.weight)) on \($0.kind.words) (\(PlainNumber.text($0.estimate)))"
        }
        let forbidden = sums.first { $0.kind == .laterVsEarlier }
        return "Of the two-way coefficient, " + parts.joined(separator: ", ") + "."
            + (forbidden == nil
                ? ""
                : " Comparisons with units already treated mislead where effects grow or differ; imputation makes none.")
    }

    fileprivate static func percent(_ share: Double) -> String {
        share < 0.001 ? "less than 0.1%" : "\(PlainNumber.text(100 * share))%"
    }
}

extension BaconDecomposition.Kind {
    /// Within a sentence.
    public var words: String {
        switch self {
        case .treatedVsNever: "partners against units that never start"
        case .earlierVsLater: "earlier starters against later ones not yet started"
        case .laterVsEarlier: "later starters against earlier ones already treated"
        case .laterVsAlways: "partners against units treated throughout"
        }
    }
}

extension TreatedWeights {
    fileprivate var sentence: String {
        guard negativeCells > 0 else {
            return
                "In the two-way coefficient every one of the \(cells) treated results counts with a weight above zero."
        }
        return
            "In the two-way coefficient \(negativeCells) of \(cells) treated results count with a weight below zero, "
            + "\(BaconDecomposition.percent(negativeShare)) of all weight: an effect there pulls the estimate the wrong way."
    }
}

extension Design {
    /// The fewest pupils of the units of one start (or of none) in one period.
    fileprivate var fewestPupilsOfAStart: Double? {
        guard let pupils else { return nil }
        var sums: [[Int]: Double] = [:]
        for c in unit.indices { sums[[start[unit[c]] ?? .min, period[c], side(c)], default: 0] += pupils[c] }
        return sums.values.min()
    }
}
