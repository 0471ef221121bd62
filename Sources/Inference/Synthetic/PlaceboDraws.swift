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
    /// Per draw, where several are treated: the treated units' own headline and root mean squares beside the comparison units that
    /// the draw leaves. With more of them the past would be reproduced more closely than a draw's can be, and the test would
    /// reject too often.
    let own: [(headline: Double, fit: (before: Double, after: Double))]
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
        let isAlone = model.treatedCount == 1
        let found = concurrently(sets.count, threads: threads) { k -> Draw in
            let treated = sets.set(k)
            var isTaken = [Bool](repeating: false, count: (places.donors.max() ?? 0) + 1)
            for s in treated { isTaken[s] = true }
            var drawn = places
            drawn.donors = places.donors.filter { !isTaken[$0] }
            let own = isAlone ? nil : model.outcome(drawn).gaps
            drawn.treated = treated
            let gaps = model.outcome(drawn).gaps
            return Draw(
                estimates: model.estimates(gaps, contrasts).map { $0 ?? 0 }, fit: model.fitAndGap(gaps),
                own: own.map { (model.estimates($0, [contrasts[0]])[0] ?? 0, model.fitAndGap($0)) })
        }
        estimates = found.map(\.estimates)
        fits = found.map(\.fit)
        own = found.compactMap(\.own)
        units = model.treatedCount == 1 ? (0..<sets.count).map { model.unit(ofSeries: sets.set($0)[0]) } : []
        isEnumerated = sets.isEnumerated
    }

    private struct Draw: Sendable {
        var estimates: [Double]
        var fit: (before: Double, after: Double)
        var own: (headline: Double, fit: (before: Double, after: Double))?
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
    /// as one set more; the same for the size of the headline. Where several are treated, beside the same comparison units.
    func test(_ own: (before: Double, after: Double), headline: Double) -> RandomisationTest {
        let n = Double(fits.count + 1)
        let beside = self.own.isEmpty ? fits.map { _ in (headline: headline, fit: own) } : self.own
        let asClear = zip(fits, beside).count { Self.ratio($0) >= Self.ratio($1.fit) * (1 - 1e-10) }
        let asLarge = zip(estimates, beside).count { abs($0[0]) >= abs($1.headline) * (1 - 1e-10) }
        var test = RandomisationTest(
            pValue: Double(1 + asClear) / n, smallestPossible: 1 / n, assignments: fits.count,
            isEnumerated: isEnumerated)
        test.rawPValue = Double(1 + asLarge) / n
        return test
    }

    static func ratio(_ fit: (before: Double, after: Double)) -> Double {
        fit.after / max(fit.before, .leastNormalMagnitude)
    }
}
