import Estimation

/// Effects that, taken off one treated unit's results, leave nothing unusual after the start: the same effect in all periods.
///
/// For each effect weights are found anew on all periods, and the sizes of what is left after the start are compared with
/// those of the same number of periods in a row elsewhere, the periods going round.
/// - Source: Chernozhukov, Wüthrich & Zhu (2021), Journal of the American Statistical Association 116.
public struct ConformalInterval: Sendable, Equatable {
    /// Of no effect.
    public var pValue: Double
    /// One over the number of periods.
    public var smallestPossible: Double
    /// nil where so few periods cannot reject at this level, or nothing is rejected on a side.
    public var lower: Double?
    public var upper: Double?

    /// - Returns: nil unless one unit is treated.
    init?(_ model: SyntheticModel, estimate: Double, scale: Double, level: Double) {
        guard model.treatedCount == 1 else { return nil }
        let test = Test(
            model: model, path: model.path(model.places.treated[0]), before: model.before(start: 0))
        pValue = test.pValue(0)
        smallestPossible = 1 / Double(test.path.count)
        let alpha = 1 - level
        guard smallestPossible <= alpha + 1e-12 else { return }
        let centre = estimate / model.scale
        guard test.pValue(centre) > alpha + 1e-12 else { return }
        lower = test.bound(from: centre, towards: -1, step: scale / model.scale, alpha: alpha).map { $0 * model.scale }
        upper = test.bound(from: centre, towards: 1, step: scale / model.scale, alpha: alpha).map { $0 * model.scale }
    }

    private struct Test {
        var model: SyntheticModel
        var path: [Double]
        var before: Int

        func pValue(_ effect: Double) -> Double {
            var path = path
            for t in before..<path.count { path[t] -= effect }
            let sizes = model.residuals(of: path).map(abs)
            let count = sizes.count
            let sums = (0..<count).map { shift in
                (before..<count).reduce(0.0) { $0 + sizes[($1 + shift) % count] }
            }
            return Double(sums.count { $0 >= sums[0] * (1 - 1e-10) }) / Double(count)
        }

        /// The end of the accepted effects on one side, to 1e-6 of a step; nil where none is rejected within 2²⁰ steps.
        func bound(from centre: Double, towards sign: Double, step: Double, alpha: Double) -> Double? {
            guard step > 0 else { return nil }
            var inside = 0.0
            var outside = step
            while pValue(centre + sign * outside) > alpha + 1e-12 {
                inside = outside
                outside *= 2
                guard outside < step * 1_048_576 else { return nil }
            }
            while outside - inside > 1e-6 * step {
                let middle = (inside + outside) / 2
                if pValue(centre + sign * middle) > alpha + 1e-12 { inside = middle } else { outside = middle }
            }
            return centre + sign * inside
        }
    }
}
