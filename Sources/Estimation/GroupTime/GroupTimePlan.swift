import Panels

/// Which effects by starting cohort and period are estimated, each against which base period and which units.
struct GroupTimePlan {
    /// The effect of a cohort in a period, from the change since the base period.
    struct Comparison: Equatable, Sendable {
        /// The cohort's start, an ordinal.
        var cohort: Int
        /// Indices into `Design.periods`.
        var period: Int
        var base: Int
        /// The period is the start or later.
        var isPost: Bool
        /// Units that start after this ordinal compare as well; nil where only those that never start do.
        var bound: Int?

        func isCompared(_ start: Int?) -> Bool {
            guard let start else { return true }
            return bound.map { start > $0 && start != cohort } ?? false
        }
    }

    let comparisons: [Comparison]
    /// Cohorts that start too early to have a period before.
    let withoutBefore: [Int]
    /// Where no unit stays without treatment: the last cohort, which stands in until it starts. Later periods are left out.
    let standIn: Int?
    let anticipation: Int
    /// Cohorts and the periods, from their start on, in which they have no results: no effect there.
    let unseen: [(cohort: Int, period: Int)]

    /// - Parameters:
    ///   - starts: of all units, nil for those that never start.
    ///   - anticipation: periods before the start that may already be affected.
    ///   - isSeen: whether a cohort (its start) has results in a period (an index).
    init(
        periods: [Period], starts: [Int?], comparesWithNotYet: Bool, anticipation: Int, usesUniversalBase: Bool,
        isSeen: (_ cohort: Int, _ period: Int) -> Bool = { _, _ in true }
    ) {
        let ordinals = periods.map(\.ordinal)
        let all = Array(Set(starts.compactMap { $0 })).sorted()
        let hasNever = starts.contains { $0 == nil }
        let standIn = hasNever ? nil : all.last
        let shown = ordinals.indices.filter { t in standIn.map { ordinals[t] < $0 - anticipation } ?? true }
        let cohorts = all.filter { $0 != standIn }
        var comparisons: [Comparison] = []
        var unseen: [(cohort: Int, period: Int)] = []
        for cohort in cohorts {
            let seen = shown.filter { isSeen(cohort, $0) }
            unseen += shown.filter { ordinals[$0] >= cohort && !seen.contains($0) }.map { (cohort, $0) }
            guard let last = seen.last(where: { ordinals[$0] < cohort - anticipation }) else { continue }
            for t in seen {
                let isAffected = ordinals[t] >= cohort - anticipation
                guard let base = isAffected || usesUniversalBase ? last : seen.last(where: { $0 < t }), base != t else {
                    continue
                }
                let bound = max(ordinals[t], ordinals[base]) + anticipation
                comparisons.append(
                    Comparison(
                        cohort: cohort, period: t, base: base, isPost: ordinals[t] >= cohort,
                        bound: comparesWithNotYet ? bound : nil))
            }
        }
        self.comparisons = comparisons
        self.unseen = unseen
        self.standIn = standIn
        self.anticipation = anticipation
        withoutBefore = all.filter { cohort in
            !ordinals.indices.contains { ordinals[$0] < cohort - anticipation && isSeen(cohort, $0) }
        }
    }
}
