import Probability

/// Confidence intervals for an effect where the difference in trends after the start may change from one step to the next by
/// at most M̄ times its largest change before the start: |δ_{s+1} − δ_s| ≤ M̄ · max |δ_{t+1} − δ_t|.
///
/// Across a hole a change is counted per step. The set is a union over which change before the start is the largest, and its
/// sign; θ is kept where any of its parts accepts it by `ConditionalTest`. Set ± z standard errors, which some programs
/// print instead, covers less than its level at the boundary of the restriction.
/// - Source: Rambachan & Roth (2023), Review of Economic Studies 90, §2.4.1 and §3.
public struct RelativeMagnitudes: Sendable {
    private let study: EventStudyEstimates
    private let target: [Double]
    private let alpha: Double
    private let before: [[Double]]
    private let after: [[Double]]
    /// Per change after the start: its weight in the target, l'δ = Σ L_t Δ_t.
    private let weights: [Double]

    /// l'β̂, in the outcome's unit.
    public let estimate: Double
    /// The largest size of an estimated change a step before the start.
    public let largestBefore: Double

    /// - Parameters:
    ///   - target: l, a weight for each step after the reference; not all 0.
    ///   - level: of the intervals, above 1/2.
    public init(_ study: EventStudyEstimates, target l: [Double], level: Double) {
        precondition(l.count == study.after.count && l.contains { $0 != 0 }, "a weight for each step after the start")
        self.study = study
        target = study.contrast(after: l)
        alpha = 1 - level
        (before, after) = study.changes()
        let lengths = zip(study.after, [0] + study.after).map { Double($0 - $1) }
        weights = l.indices.map { t in lengths[t] * l[t...].reduce(0, +) }
        estimate = Self.dot(target, study.estimates)
        let estimates = study.estimates
        largestBefore = before.map { abs(Self.dot($0, estimates)) }.max() ?? 0
    }

    /// The interval for one M̄ ≥ 0. It holds the estimate, and both its ends are finite.
    public func interval(_ m: Double) -> SensitivityInterval {
        var parts = parts(m)
        // The largest change first: what it accepts often holds all that the others would.
        parts.sort { $0.change > $1.change }
        var found = SensitivityInterval(m: m, lower: estimate, upper: estimate)
        for part in parts {
            guard let widest = part.widest, widest.lowerBound < found.lower || widest.upperBound > found.upper else {
                continue
            }
            let test = part.test
            guard let reach = test.reach else { continue }
            found.lower = min(
                found.lower, Self.end(test, from: reach.lowerBound, to: min(found.lower, reach.upperBound)))
            found.upper = max(
                found.upper, Self.end(test, from: reach.upperBound, to: max(found.upper, reach.lowerBound)))
        }
        return found
    }

    /// The largest M̄ whose interval leaves zero out.
    public func breakdown() -> Breakdown { Breakdown.find(scale: 1) { interval($0) } }

    /// The first accepted θ on the way from `outer`, where the test rejects, to `inner`; `inner` where there is none.
    private static func end(_ test: ConditionalTest, from outer: Double, to inner: Double) -> Double {
        let steps = 200
        var rejected = outer
        for step in 1...steps {
            let theta = outer + (inner - outer) * Double(step) / Double(steps)
            guard test.accepts(theta) else {
                rejected = theta
                continue
            }
            var accepted = theta
            for _ in 0..<50 where abs(accepted - rejected) > 1e-10 * abs(outer - inner) {
                let middle = 0.5 * (accepted + rejected)
                if test.accepts(middle) { accepted = middle } else { rejected = middle }
            }
            return accepted
        }
        return inner
    }

    /// One change before the start, v'β̂ with its sign, taken for the largest.
    struct Part {
        var target: Double
        var change: Double
        var spread: (target: Double, both: Double, change: Double)
        var ratios: (least: Double, most: Double)
        var reach: Double
        var scales: (above: Double, below: Double)
        var alpha: Double

        var test: ConditionalTest {
            ConditionalTest(
                target: target, change: change, spread: spread, ratios: ratios, reach: reach, scales: scales,
                alpha: alpha)
        }

        /// Holds all that the test can accept, by Bonferroni's bound on its critical value.
        var widest: ClosedRange<Double>? {
            let z = Normal.tailQuantile(alpha / 30)
            let change = spread.change.squareRoot()
            let around = spread.target.squareRoot() + reach * change
            let bound = z * max(around / min(scales.above, scales.below), ratios.most * change)
            guard -ratios.most * self.change <= bound else { return nil }
            let lower = target - reach * self.change - bound * scales.below
            let upper = target + reach * self.change + bound * scales.above
            return lower <= upper ? lower...upper : nil
        }
    }

    /// Each change before the start with either sign, in calendar order.
    func parts(_ m: Double) -> [Part] { before.flatMap { v in [part(v, m), part(v.map(-), m)] } }

    private func part(_ v: [Double], _ m: Double) -> Part {
        let variance = study.covariance(v, v)
        var (above, below) = (0.0, 0.0)
        var ratios = (least: Double.infinity, most: 0.0)
        for (change, weight) in zip(after, weights) {
            let own = study.covariance(change, change) + m * m * variance
            let cross = 2 * m * study.covariance(change, v)
            let (up, down) = (max(own - cross, 0).squareRoot(), max(own + cross, 0).squareRoot())
            above += abs(weight) * (weight > 0 ? up : down)
            below += abs(weight) * (weight > 0 ? down : up)
            ratios.least = min(ratios.least, 2 * m / (up + down))
            ratios.most = max(ratios.most, 2 * m / (up + down))
        }
        return Part(
            target: estimate, change: Self.dot(v, study.estimates),
            spread: (study.covariance(target, target), study.covariance(target, v), variance), ratios: ratios,
            reach: m * weights.reduce(0) { $0 + abs($1) }, scales: (above, below), alpha: alpha)
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
