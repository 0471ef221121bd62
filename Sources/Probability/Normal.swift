internal import CDistributions

/// The standard normal. Relative error of tails below 2e-13 as far as 37 standard deviations out.
public enum Normal {
    /// P(Z > x).
    public static func tail(_ x: Double) -> Double { cd_normal_tail(x) }

    /// The x with P(Z > x) = p.
    public static func tailQuantile(_ p: Double) -> Double { cd_normal_tail_quantile(p) }
}
