internal import CDistributions

/// Student's t about an effect: T = (Z + δ)/√(χ²/df), the distribution of a t statistic where the truth is δ standard errors
/// from what is tested.
public struct NoncentralT: Sendable {
    /// Degrees of freedom, above 0, not necessarily whole.
    public let degreesOfFreedom: Double

    public init(degreesOfFreedom: Double) { self.degreesOfFreedom = degreesOfFreedom }

    /// P(T > x); NaN on a bad argument.
    public func tail(_ x: Double, noncentrality: Double) -> Double {
        cd_noncentral_t_tail(x, degreesOfFreedom, noncentrality)
    }
}
