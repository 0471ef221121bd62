internal import CDistributions

/// Chi-squared.
public struct ChiSquared: Sendable {
    public let degreesOfFreedom: Double

    public init(degreesOfFreedom: Double) { self.degreesOfFreedom = degreesOfFreedom }

    /// P(X > x); NaN on a bad argument.
    public func tail(_ x: Double) -> Double { cd_chi_squared_tail(x, degreesOfFreedom) }

    /// The x with P(X > x) = p.
    public func tailQuantile(_ p: Double) -> Double { cd_chi_squared_tail_quantile(p, degreesOfFreedom) }
}
