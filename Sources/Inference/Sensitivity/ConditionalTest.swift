import Foundation
import Probability

/// The conditional, least-favourable hybrid test of one set of moment inequalities: is θ compatible with a path after the
/// start whose changes are at most M̄ times one given change before it?
///
/// With g = v'β̂ the change before the start (v as many as there are of them, each with both signs), a = l'β̂ the target,
/// Δ_t the changes after it and L_t their weights in the target (l'δ = Σ L_t Δ_t), the inequalities are ±Δ_t ≤ M̄g for all t,
/// the paths after the start being free but for a − θ. Their linear programme η = max λ'y over {λ ≥ 0, λ'σ = 1, X'λ = 0} needs
/// no solver: X'λ = 0 holds just where λ⁺ − λ⁻ is a multiple of L, so that the polytope is a simplex cut in two, with
/// corners
///
///     λ⁺_t = λ⁻_t                  score −k_t g,           k_t = 2M̄/(σ⁺_t + σ⁻_t)
///     λ = L⁺ on Δ⁺, L⁻ on Δ⁻       score (a − θ − Kg)/s⁺,  K = M̄ Σ|L_t|, s⁺ = Σ|L_t| σ_t of the side used
///     the sides exchanged          score (θ − a − Kg)/s⁻
///
/// where σ^±_t is the standard error of ±Δ_t − M̄g. Of the first kind only the largest and the smallest k can ever bind. So
/// everything follows from two normal variables, a and g, and the least favourable critical value is a quantile of a
/// piecewise linear function of them: exact, where others draw it.
/// - Source: Rambachan & Roth (2023), *A more credible approach to parallel trends*, Review of Economic Studies 90;
///   Andrews, Roth & Pakes (2023), *Inference for linear conditional moment inequalities*, the same volume.
struct ConditionalTest {
    /// η's candidates: the score is c_a·a + c_g·g − c_a·θ.
    private struct Corner {
        var ofTarget: Double
        var ofChange: Double
    }
    private let corners: [Corner]
    /// Variance and covariances of a and g.
    private let spread: (target: Double, both: Double, change: Double)
    private let target: Double
    private let change: Double
    /// Level of the conditional step, (α − κ)/(1 − κ).
    private let level: Double
    /// The least favourable critical value: η exceeds it with probability κ = α/10 where every inequality binds.
    let critical: Double

    /// - Parameters:
    ///   - target, change: a and g, with their variances and covariance.
    ///   - ratios: the smallest and the largest k.
    ///   - reach: K.
    ///   - scales: s⁺ and s⁻.
    ///   - alpha: between 0 and 1/2.
    init(
        target: Double, change: Double, spread: (target: Double, both: Double, change: Double),
        ratios: (least: Double, most: Double), reach: Double, scales: (above: Double, below: Double), alpha: Double
    ) {
        corners = [
            Corner(ofTarget: 1 / scales.above, ofChange: -reach / scales.above),
            Corner(ofTarget: -1 / scales.below, ofChange: -reach / scales.below),
            Corner(ofTarget: 0, ofChange: -ratios.least), Corner(ofTarget: 0, ofChange: -ratios.most),
        ]
        self.spread = spread
        self.target = target
        self.change = change
        let kappa = alpha / 10
        level = (alpha - kappa) / (1 - kappa)
        critical = WedgeQuantile(
            target: spread.target, both: spread.both, change: spread.change, reach: reach, scales: scales,
            ratio: ratios.most
        ).value(kappa)
    }

    /// The values of θ outside which the test surely rejects, η being above its critical value there; nil where it rejects
    /// all of them.
    var reach: ClosedRange<Double>? {
        guard -corners[3].ofChange * change >= -critical else { return nil }
        let (above, below) = (corners[0], corners[1])
        let lower = target + (above.ofChange * change - critical) / above.ofTarget
        let upper = target + (below.ofChange * change - critical) / below.ofTarget
        return lower <= upper ? lower...upper : nil
    }

    func accepts(_ theta: Double) -> Bool {
        let scores = corners.map { $0.ofTarget * (target - theta) + $0.ofChange * change }
        guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return true }
        let eta = scores[best]
        guard eta > 0 else { return true }
        guard eta <= critical else { return false }
        let own = covariance(best, best)
        // η is the largest score just where it lies between these, given what is independent of it.
        var (lower, upper) = (-Double.infinity, critical)
        for other in corners.indices where other != best {
            let slope = covariance(other, best) / own
            let rest = scores[other] - slope * eta
            if abs(1 - slope) > 1e-12 {
                if slope < 1 { lower = max(lower, rest / (1 - slope)) } else { upper = min(upper, rest / (1 - slope)) }
            }
        }
        let deviation = own.squareRoot()
        return Normal.truncatedTail(eta / deviation, lower: lower / deviation, upper: upper / deviation) >= level
    }

    private func covariance(_ i: Int, _ j: Int) -> Double {
        let (p, q) = (corners[i], corners[j])
        return p.ofTarget * q.ofTarget * spread.target + p.ofChange * q.ofChange * spread.change
            + (p.ofTarget * q.ofChange + p.ofChange * q.ofTarget) * spread.both
    }
}
