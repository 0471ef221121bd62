/// A pupil of the sample in the one year in which the pupil took the exams.
struct SamplePupil {
    enum SEN: String { case none = "N", support = "K", plan = "E" }
    /// How a value that nobody has is written in the file.
    enum Gap { case known, empty, coded }

    var upn: String
    var isGirl: Bool
    var isFSM: Bool
    var sen: SEN
    var ethnicity: String
    /// Tenths of a point, 800 to 1200.
    var prior: Int
    /// Tenths of a point, 0 to 900.
    var attainment: Int
    /// True where the score the model gives lies outside 0 to 90 and was moved to the nearer end.
    var isAtLimit: Bool
    var fsmGap: Gap
    var priorGap: Gap
    var attainmentGap: Gap
}

extension SamplePupil {
    /// Draws a pupil. The number of draws does not depend on the partnership's effect, so that the same seed with and
    /// without the effect gives the same pupils.
    static func draw(
        _ model: SampleModel, school: SampleSchool, year: Int, upn: String, from random: inout SeededRandom
    ) -> SamplePupil {
        let isGirl = random.chance(0.5)
        let isFSM = random.chance(school.fsmShare)
        let chance = random.uniform()
        let sen = chance < 0.04 ? SEN.plan : chance < (isFSM ? 0.24 : 0.15) ? .support : .none
        let ethnicity = ethnicity(random.uniform())
        let rawPrior =
            model.priorMean + school.prior + (isFSM ? model.fsmPrior : 0) + model.priorDeviation * random.normal()
        let prior = Int((min(max(rawPrior, 80), 120) * 10).rounded())
        var score = model.level + school.level + model.yearEffects[year] + school.shocks[year]
        score += model.priorSlope * (Double(prior) / 10 - model.priorMean)
        score += (isGirl ? model.girlScore : 0) + (isFSM ? model.fsmScore : 0)
        score += sen == .support ? model.senSupportScore : sen == .plan ? model.senPlanScore : 0
        score += model.pupilDeviation * random.normal()
        if school.isTreated(in: model.years[year]) { score += isFSM ? model.effectOnFSM : model.effectOnOthers }
        return SamplePupil(
            upn: upn, isGirl: isGirl, isFSM: isFSM, sen: sen, ethnicity: ethnicity, prior: prior,
            attainment: Int((min(max(score, 0), 90) * 10).rounded()), isAtLimit: score < 0 || score > 90,
            fsmGap: gap(empty: model.fsmEmptyShare, coded: model.fsmUnknownShare, random.uniform()),
            priorGap: gap(
                empty: model.priorMissingShare / 2, coded: model.priorMissingShare / 2, random.uniform()),
            attainmentGap: gap(
                empty: model.outcomeMissingShare / 2, coded: model.outcomeMissingShare / 2, random.uniform()))
    }

    private static func gap(empty: Double, coded: Double, _ chance: Double) -> Gap {
        chance < empty ? .empty : chance < empty + coded ? .coded : .known
    }

    /// A code of the school census.
    private static func ethnicity(_ chance: Double) -> String {
        let upTo: [(Double, String)] = [
            (0.70, "WBRI"), (0.76, "WOTH"), (0.80, "APKN"), (0.83, "AIND"), (0.87, "BAFR"), (0.89, "BCRB"),
            (0.92, "MWBC"), (0.96, "MOTH"), (0.98, "OOTH"),
        ]
        return upTo.first { chance < $0.0 }?.1 ?? "REFU"
    }
}

/// A unique pupil number: a check letter and twelve digits.
enum UniquePupilNumber {
    private static let letters: [Character] = Array("ABCDEFGHJKLMNPQRTUVWXYZ")

    /// The number from its parts, each taken with leading zeros: local authority (3), establishment (4), year (2),
    /// serial (3). The check letter is the sum of digit × position, positions 2 to 13, modulo 23
    /// (UK Government Data Standards Catalogue, Unique Pupil Number 2.0).
    static func make(authority: Int, establishment: Int, year: Int, serial: Int) -> String {
        let digits = padded(authority, 3) + padded(establishment, 4) + padded(year, 2) + padded(serial, 3)
        let sum = zip(2..., digits.utf8).reduce(0) { $0 + $1.0 * Int($1.1 - 48) }
        return String(letters[sum % 23]) + digits
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
