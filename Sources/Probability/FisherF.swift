internal import CDistributions

/// Fisher's F.
public struct FisherF: Sendable {
    public let numerator: Double
    public let denominator: Double

    /// - Parameters: degrees of freedom, above 0.
    public init(_ numerator: Double, _ denominator: Double) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// P(F > x); NaN on a bad argument.
    public func tail(_ x: Double) -> Double { cd_f_tail(x, numerator, denominator) }

    /// The x with P(F > x) = p.
    public func tailQuantile(_ p: Double) -> Double { cd_f_tail_quantile(p, numerator, denominator) }
}
