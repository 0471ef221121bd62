import Inference
import Tables

/// What is said of an outcome on the first screen, one list of sentences a question.
extension OutcomeResult {
    func headline(_ wording: Wording) -> String {
        wording.headline(effect, outcome: outcome, estimand: estimand, treatedUnits: treatedUnits)
    }

    /// The answer in a few sentences, for the JSON and the terminal.
    func answer(_ wording: Wording) -> [String] {
        [headline(wording)] + gapWords(wording) + [withoutWords(wording)].compactMap { $0 } + groupWithoutWords(wording)
            + cautions + remarks
    }

    func gapWords(_ wording: Wording) -> [String] {
        gapEffects.compactMap { gap in
            gap.effects.first { $0.kind == .gap }.map {
                wording.gapEffect($0, outcome: outcome, group: gap.group)
            }
        }
    }

    /// What would have happened otherwise: the two means, and their difference where the rounded means do not give it.
    func withoutWords(_ wording: Wording) -> String? {
        guard let means else { return nil }
        var precision = meanPrecision(wording)
        var adds = ""
        if let estimate = effect.estimate, abs(means.observed - means.expected - estimate) > 1e-6 {
            adds = " Both are rounded for publication; the estimate is not."
        } else if let difference = effect.estimate.map({ precision.rounded($0) }),
            abs(precision.rounded(means.observed) - precision.rounded(means.expected) - difference) > 1e-9
        {
            precision.decimals += 1
            let shown = precision.rounded(means.observed) - precision.rounded(means.expected)
            adds = " The difference is \(precision(shown)) \(outcome.unit) before rounding to fewer digits."
        }
        return
            "After the start, \(outcome.title) in the partner \(wording.nouns.units) averaged "
            + "\(level(means.observed, precision)). Had the partnership not gone ahead, "
            + "\(level(means.expected, precision, isBare: true)) would have been expected.\(adds)"
    }

    /// As many decimals as the estimate has, and no more than are left of a rounded mean.
    private func meanPrecision(_ wording: Wording) -> Precision {
        Precision(
            decimals: wording.rounding.decimals(
                max(1, wording.precision(effect).decimals), isShare: outcome.isShare))
    }

    /// A mean with its unit; a share in percent.
    private func level(_ value: Double, _ precision: Precision, isBare: Bool = false) -> String {
        if outcome.isShare { return precision(value) + "%" }
        return isBare ? precision(value) : "\(precision(value)) \(outcome.unit)"
    }

    /// The same for each group and for the gap between them, signed as the table of gaps is: above zero, the group is behind.
    func groupWithoutWords(_ wording: Wording) -> [String] {
        let precision = meanPrecision(wording)
        let sign = outcome.isLowerBetter ? -1.0 : 1
        return gapEffects.compactMap { gap in
            guard let group = gap.means, let peers = gap.peersMeans else { return nil }
            // From the rounded means, so that the figures of the sentence add up.
            let seen = sign * (precision.rounded(peers.observed) - precision.rounded(group.observed))
            let without = sign * (precision.rounded(peers.expected) - precision.rounded(group.expected))
            func shown(_ value: Double) -> String { level(value, precision, isBare: true) }
            return
                "For \(gap.group) the two figures are \(shown(group.observed)) and \(shown(group.expected)), "
                + "for their peers \(shown(peers.observed)) and \(shown(peers.expected)): the gap was "
                + "\(precision(seen)) \(outcome.unit), and \(precision(without)) would have been expected."
        }
    }

    /// For whom the figure speaks: both estimands where both exist.
    func whomWords(_ wording: Wording) -> [String] {
        let counts = [
            treatedUnits.map { "\($0) partner \(wording.nouns.unit($0))" },
            comparisonUnits.map { "\(Numeral.count(Double($0))) comparison \(wording.nouns.unit($0))" },
        ].compactMap { $0 }
        var words = counts.isEmpty ? [] : ["It rests on " + Wording.list(counts) + "."]
        words.append(
            estimand == .pupils && wording.nouns.rows == "pupils"
                ? "Every pupil counts the same, so large \(wording.nouns.units) weigh more."
                : "Every \(wording.nouns.unit) counts the same, whatever its size.")
        if let other, let estimate = other.estimate, !other.isSuppressed {
            let precision = wording.precision(other)
            let interval = other.lower.flatMap { low in
                other.upper.map { ", \(wording.percent) interval \(precision(low)) to \(precision($0))" }
            }
            let every = estimand == .pupils ? wording.nouns.unit : "pupil"
            words.append(
                "Counting every \(every) the same instead, the estimate is \(precision(estimate)) \(outcome.unit)"
                    + (interval ?? "") + ".")
        }
        return words
    }

    /// How sure, and why: the cautions, then a sentence for each diagnostic that was run.
    func sureness(_ wording: Wording) -> [String] {
        let before =
            preTrend.map(wording.preTrend)
            ?? "Whether the groups moved alike before the start was not tested, so the estimate rests on that assumption."
        let chance = randomisation.map(wording.randomisation)
        let departures = sensitivity.map { $0.targets.first?.curves.first?.words ?? $0.words }
        return cautions
            + [cautions.contains(before) ? nil : before, departures, balanceWords, chance, methodWords]
            .compactMap { $0 }
    }

    /// Where several methods stand side by side and none contradicts; a contradiction is among the cautions.
    var methodWords: String? {
        guard let methods, methods.disagreement == nil, methods.rows.count > 2 else { return nil }
        return
            "Schools are few, so the uncertainty was reckoned in \(methods.rows.count) ways; none of those that can be "
            + "trusted here contradicts the others. They stand side by side further down."
    }

    var balanceWords: String? {
        if let builtBalance { return builtBalance }
        let known = balance.filter { $0.standardisedDifference != nil }
        guard !known.isEmpty else { return nil }
        let apart = known.filter { ($0.standardisedDifference ?? 0).magnitude > BalanceRow.limit }
        guard !apart.isEmpty else {
            return known.count == 1
                ? "Before the start the groups differed by no more than 0.25 standard deviations in \(known[0].title ?? known[0].variable)."
                : "Before the start the groups differed by no more than 0.25 standard deviations in any of the "
                    + "\(known.count) characteristics compared."
        }
        let names = apart.map {
            "\($0.title ?? $0.variable) (\(Numeral.fixed($0.standardisedDifference ?? 0, decimals: 2)))"
        }
        return "Before the start the groups differed by more than 0.25 standard deviations in \(Wording.list(names)): "
            + "they were not alike there."
    }
}
