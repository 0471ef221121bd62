import Attainment
import Inference

/// What a design could detect, in sentences.
struct PowerWords {
    var part: PowerPart
    var power: Double
    var wording: Wording

    var sentences: [String] {
        guard let this = part.effects.first else { return [] }
        guard !part.isSuppressed else {
            return [
                "What could be detected in \(part.outcome.title) is withheld: fewer than \(wording.threshold) pupils stand "
                    + "behind the variances."
            ]
        }
        return [detectable(this), design(this)] + [limits(this)].compactMap { $0 }
    }

    private func detectable(_ effect: DetectableEffect) -> String {
        guard let size = effect.minimumEffect else {
            return
                "With one partner \(wording.nouns.unit) no interval can come from its own spread, so no detectable effect "
                + "in \(part.outcome.title) is named. The estimate's standard error, judged by the other "
                + "\(wording.nouns.units), is \(Numeral.significant(effect.standardError, digits: 2)) \(part.outcome.unit)."
        }
        let known = part.effectSize(effect).map { sizeInDeviations($0, part.months(effect)) } ?? ""
        return "A true effect of \(Numeral.significant(size, digits: 2)) \(part.outcome.unit) in \(part.outcome.title)"
            + "\(known) would be told from no effect in \(percent(power)) of such studies (a two-sided test at "
            + "\(percent(1 - wording.level))). Smaller effects can be there and be missed."
    }

    private func sizeInDeviations(_ size: Double, _ months: Int?) -> String {
        let deviations = "\(Numeral.fixed(size, decimals: 2)) standard deviations of pupils"
        guard let months else { return " (\(deviations))" }
        return " (\(deviations), about \(months) \(months == 1 ? "month" : "months") of progress by the table "
            + "\u{201C}\(MonthsOfProgress.toolkit.name)\u{201D})"
    }

    private func design(_ effect: DetectableEffect) -> String {
        let pupils = effect.pupils.map { ", \(Numeral.fixed($0, decimals: 0)) pupils a school and period" } ?? ""
        return "This design: \(effect.treatedSchools) of \(effect.schools) \(wording.nouns.units) treated\(pupils), "
            + "\(periods(effect.periodsBefore)) before the first start and \(periods(effect.periodsAfter)) from the last on."
    }

    /// What no number of pupils can mend.
    private func limits(_ effect: DetectableEffect) -> String? {
        guard effect.smallestPValue > 0.005 else { return nil }
        let smallest = Numeral.probability(effect.smallestPValue)
        return effect.smallestPValue >= 1 - wording.level
            ? "The randomisation test cannot give a p-value below \(smallest), so by it no effect, however large, could be "
                + "told from none at \(percent(1 - wording.level))."
            : "The randomisation test cannot give a p-value below \(smallest)."
    }

    private func periods(_ count: Int) -> String { "\(count) \(count == 1 ? "period" : "periods")" }

    private func percent(_ share: Double) -> String {
        let value = (share * 1e6).rounded() / 1e4
        return Numeral.plain(value) + "%"
    }
}
