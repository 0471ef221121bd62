import Estimation
import LinearAlgebra
import Panels

/// What the estimator finds where comparison units stand in the treated units' places and the treated units are left out: how
/// large a difference comes about without a partnership.
///
/// One treated unit: every comparison unit in turn. Several: all sets of as many where they are few, else sets drawn at random;
/// each unit of a set takes the start and the weight of one treated unit. Weights are found anew each time.
struct PlaceboDraws: Sendable {
    /// Draws × K estimates.
    let estimates: [[Double]]
    /// Per draw: root mean squares of the mean gap, before and after.
    let fits: [(before: Double, after: Double)]
    /// Per draw: the unit that stood in the place of the one treated unit; empty where there are several.
    let units: [String]
    let isEnumerated: Bool

    /// Sets at most, where the draws were not chosen.
    static let standard = 999

    /// - Returns: nil where comparison units are not more than the treated ones.
    init?(_ model: SyntheticModel, draws: Int, seed: UInt64, threads: Int) {
        let places = model.places
        guard draws > 0, model.donorCount > model.treatedCount else { return nil }
        let sets = Self.sets(model, draws: draws, seed: seed)
        let contrasts = model.contrasts()
        let found = concurrently(sets.count, threads: threads) { k -> ([Double], (before: Double, after: Double)) in
            let treated = sets.set(k)
            var isTaken = [Bool](repeating: false, count: (places.donors.max() ?? 0) + 1)
            for s in treated { isTaken[s] = true }
            var drawn = places
            drawn.treated = treated
            drawn.donors = places.donors.filter { !isTaken[$0] }
            let gaps = model.outcome(drawn).gaps
            return (model.estimates(gaps, contrasts).map { $0 ?? 0 }, model.fitAndGap(gaps))
        }
        estimates = found.map(\.0)
        fits = found.map(\.1)
        units = model.treatedCount == 1 ? (0..<sets.count).map { model.unit(ofSeries: sets.set($0)[0]) } : []
        isEnumerated = sets.isEnumerated
    }

    private struct Sets: Sendable {
        var count: Int
        var isEnumerated: Bool
        /// Per treated unit: the series in its place.
        var set: @Sendable (Int) -> [Int]
    }

    private static func sets(_ model: SyntheticModel, draws: Int, seed: UInt64) -> Sets {
        let donors = model.places.donors
        if model.treatedCount == 1 {
            return Sets(count: donors.count, isEnumerated: true) { [donors[$0]] }
        }
        // Donors dealt as a design of their own, the first ones holding the starts.
        let starts = (0..<model.treatedCount).map { model.ordinal(start: model.start(ofTreated: $0)) }
        let dealt = Reassignment(units: donors.count, starts: starts, draws: draws, seed: seed)
        return Sets(count: dealt.count, isEnumerated: dealt.isEnumerated) { k in
            let start = dealt.starts(k)
            // Treated units are in the order of their starts; units of one start take its places in their order.
            return (0..<model.startCount).flatMap { g in
                donors.indices.filter { start[$0] == model.ordinal(start: g) }.map { donors[$0] }
            }
        }
    }

    /// The share of sets whose gap after the start over that before it is at least as large as the treated units', who count
    /// as one set more; the same for the size of the headline.
    func test(_ own: (before: Double, after: Double), headline: Double) -> RandomisationTest {
        let ratio = Self.ratio(own)
        let n = Double(fits.count + 1)
        var test = RandomisationTest(
            pValue: Double(1 + fits.count { Self.ratio($0) >= ratio * (1 - 1e-10) }) / n, smallestPossible: 1 / n,
            assignments: fits.count, isEnumerated: isEnumerated)
        test.rawPValue = Double(1 + estimates.count { abs($0[0]) >= abs(headline) * (1 - 1e-10) }) / n
        return test
    }

    static func ratio(_ fit: (before: Double, after: Double)) -> Double {
        fit.after / max(fit.before, .leastNormalMagnitude)
    }
}
