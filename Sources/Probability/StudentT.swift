internal import CDistributions

/// Student's t. Relative error of tails below 3e-14 for 1 to 1e6 degrees of freedom (`DistributionTests`).
public struct StudentT: Sendable {
    /// Degrees of freedom, above 0, not necessarily whole.
    public let degreesOfFreedom: Double

    public init(degreesOfFreedom: Double) { self.degreesOfFreedom = degreesOfFreedom }

    /// P(T > x); NaN on a bad argument.
    public func tail(_ x: Double) -> Double { cd_t_tail(x, degreesOfFreedom) }

    /// P(|T| ≥ |x|).
    public func twoSidedTail(_ x: Double) -> Double { min(1, 2 * cd_t_tail(abs(x), degreesOfFreedom)) }

    /// The x with P(T > x) = p, for p between 0 and 1.
    public func tailQuantile(_ p: Double) -> Double { cd_t_tail_quantile(p, degreesOfFreedom) }
}
