import Estimation
import Tables

/// What a synthetic estimate rests on: its weights, how well they reproduce the past, and what comparison units show in the
/// treated units' places.
public struct SyntheticFindings: Sendable, Equatable {
    public struct UnitWeight: Sendable, Equatable {
        /// Of the treated units that it is for.
        public var start: String
        /// The one treated unit that it is for; nil where it serves all of the start.
        public var treated: String?
        public var unit: String
        public var weight: Double
    }

    public struct TimeWeight: Sendable, Equatable {
        public var start: String
        public var period: String
        public var weight: Double
    }

    /// A comparison unit in the place of the one treated unit.
    public struct Placebo: Sendable, Equatable {
        public var unit: String
        public var estimate: Double
        public var rmsBefore: Double
        public var rmsAfter: Double
    }

    /// Those that are not 0, the largest first within each set.
    public var unitWeights: [UnitWeight]
    /// The same; empty for synthetic control.
    public var timeWeights: [TimeWeight]
    /// Comparison units, and how many equal ones the weights are worth: 1/Σω², the mean over sets.
    public var donors: Int
    public var effectiveDonors: Double
    /// What is left of the optimality conditions, the worst of all sets, in units of the largest gradient possible.
    public var optimalityResidual: Double
    /// λ of the ridge regression, in the outcome's unit squared, the largest of all units'; nil without one.
    public var ridge: Double?
    /// Root mean squares of the gap before and from the start on, in the outcome's unit.
    public var rmsBefore: Double
    public var rmsAfter: Double
    /// Of comparison units in the treated units' places; nil where there are too few, or they were not asked for.
    public var inSpace: RandomisationTest?
    /// With one treated unit: each comparison unit in its place.
    public var placebos: [Placebo]
    /// nil where several units are treated.
    public var conformal: ConformalInterval?
    /// Treated units beyond all comparison units in some period before the start, with those periods.
    public var outside: [Outside]
    /// The fewest pupils that a comparison unit with a weight has in a period; nil where pupils are not known.
    public var fewestPupils: Double?
    public var words: [String]

    public struct Outside: Sendable, Equatable {
        public var unit: String
        public var periods: [String]
    }

    init(_ fit: Fit, _ model: SyntheticModel, placebos: PlaceboDraws?, spread: Double, options: AnalysisOptions) {
        let outcome = model.observed
        let names = model.donorNames
        unitWeights = outcome.found.flatMap { found in
            let order = names.indices.filter { found.weights.unit[$0] != 0 }.sorted {
                (-abs(found.weights.unit[$0]), $0) < (-abs(found.weights.unit[$1]), $1)
            }
            let treated = found.members.count == 1 ? model.name(treated: found.members[0]) : nil
            return order.map { j in
                UnitWeight(
                    start: model.label(start: found.start), treated: treated, unit: names[j],
                    weight: found.weights.unit[j])
            }
        }
        timeWeights = outcome.found.flatMap { found in
            found.weights.time.indices.filter { found.weights.time[$0] != 0 }.map { t in
                TimeWeight(
                    start: model.label(start: found.start), period: model.label(period: t),
                    weight: found.weights.time[t])
            }
        }
        donors = names.count
        let worth = outcome.found.map { found in 1 / found.weights.unit.reduce(0) { $0 + $1 * $1 } }
        effectiveDonors = worth.reduce(0, +) / Double(max(worth.count, 1))
        optimalityResidual = outcome.found.map(\.weights.residual).max() ?? 0
        ridge = outcome.found.compactMap(\.weights.ridge).max().map { $0 * model.scale * model.scale }
        let own = model.fitAndGap(outcome.gaps)
        (rmsBefore, rmsAfter) = own
        inSpace = placebos?.test(own, headline: fit.estimates[0])
        self.placebos =
            placebos.map { draws in
                draws.units.indices.map { k in
                    Placebo(
                        unit: draws.units[k], estimate: draws.estimates[k][0], rmsBefore: draws.fits[k].before,
                        rmsAfter: draws.fits[k].after)
                }
            } ?? []
        conformal = ConformalInterval(
            model, estimate: fit.estimates[0], scale: max(spread, abs(fit.estimates[0]), model.donorSpread * 1e-3),
            level: options.level)
        outside =
            model.form == .difference
            ? []
            : (0..<model.treatedCount).compactMap { i in
                let periods = model.periodsOutsideDonors(treated: i)
                return periods.isEmpty
                    ? nil : Outside(unit: model.name(treated: i), periods: periods.map { model.label(period: $0) })
            }
        fewestPupils = model.fewestPupilsOfADonor
        words = []
        words = sentences(model, options)
    }
}

extension SyntheticFindings {
    private func sentences(_ model: SyntheticModel, _ options: AnalysisOptions) -> [String] {
        let noun = options.unitNoun
        let number = { PlainNumber.text($0) }
        var words: [String] = []
        let each = model.form == .difference ? "" : ", for each treated unit by itself,"
        words.append(
            "Weights were found\(each) among \(donors) comparison \(noun), on all results before the start, each period alike; "
                + "they are worth \(PlainNumber.text(effectiveDonors, digits: 2)) \(noun) of equal weight. "
                + "Before the start the \(model.form == .difference ? "gap varies" : "gap is") \(number(rmsBefore)) "
                + "(root mean square), and \(number(rmsAfter)) from the start on.")
        if let test = inSpace {
            let places =
                model.treatedCount == 1
                ? "each of the \(test.assignments) comparison \(noun) in the treated one's place"
                : "\(test.isEnumerated ? "all" : "") \(test.assignments) sets of comparison \(noun) in the treated ones' places"
                    .trimmingPrefix(" ")
            words.append(
                "With \(places), the gap after the start relates to that before it at least as strongly with "
                    + "\(PlainNumber.pValue(test.pValue)); the smallest possible is "
                    + "\(PlainNumber.probability(test.smallestPossible)).")
        }
        if let conformal {
            var text = "Judged by its own periods (conformal, the same effect in all), no effect has "
            text += "\(PlainNumber.pValue(conformal.pValue)), the smallest possible "
            text += PlainNumber.probability(conformal.smallestPossible)
            if let lower = conformal.lower, let upper = conformal.upper {
                text += "; effects between \(number(lower)) and \(number(upper)) are not rejected"
            } else {
                text +=
                    "; there is no interval: \(model.periodCount) periods are too few to reject effects on both sides"
            }
            words.append(text + ".")
        }
        return words
    }

    /// What must be told beside the numbers.
    func warnings(_ model: SyntheticModel, headline: Double, options: AnalysisOptions) -> [Warning] {
        var warnings: [Warning] = []
        let spread = model.donorSpread
        if optimalityResidual > 1e-9 {
            warnings.append(
                Warning(
                    "weights-inexact",
                    "the weights miss their optimality conditions by \(PlainNumber.text(optimalityResidual)) of the gradient"
                ))
        }
        if rmsBefore > 0.5 * abs(headline) || rmsBefore > 0.25 * spread {
            let against =
                rmsBefore > 0.25 * spread
                ? "a standard deviation of \(PlainNumber.text(spread)) among comparison \(options.unitNoun)"
                : "an effect of \(PlainNumber.text(headline))"
            warnings.append(
                Warning(
                    "past-not-reproduced",
                    "the weights do not reproduce the past: before the start the gap is \(PlainNumber.text(rmsBefore)) (root mean "
                        + "square), against \(against)"))
        }
        if rmsBefore < 1e-6 * spread {
            warnings.append(
                Warning(
                    "past-reproduced-exactly",
                    "the weights reproduce the past exactly, noise included: with so few periods before the start that does not "
                        + "show that they are right"))
        }
        if !outside.isEmpty {
            let named = outside.prefix(10).map { "\($0.unit) (\($0.periods.joined(separator: ", ")))" }
            warnings.append(
                Warning(
                    "outside-donors",
                    "beyond every comparison unit before the start, where no weights can reach: "
                        + named.joined(separator: "; ") + (outside.count > 10 ? "; …" : "")))
        }
        return warnings
    }
}
