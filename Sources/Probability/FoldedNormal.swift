/// |Z + b| with Z standard normal and b ≥ 0: the size of an estimate's error where its bias is b standard errors.
public enum FoldedNormal {
    /// P(|Z + b| > c).
    public static func tail(_ c: Double, shift b: Double) -> Double { Normal.tail(c - b) + Normal.tail(c + b) }

    /// The c with P(|Z + b| > c) = p: with p = 0.05, half the length of a 95% interval in standard errors.
    ///
    /// By Newton's method from below, where the tail is convex in c, so that every step stays below the root.
    /// - Parameter p: between 0 and 1, below 1/2 in use.
    public static func tailQuantile(_ p: Double, shift b: Double) -> Double {
        guard b < 1e6 else { return b + Normal.tailQuantile(p) }
        var c = max(b + Normal.tailQuantile(p), 0)
        let highest = b + Normal.tailQuantile(p / 2)
        for _ in 0..<60 {
            let slope = Normal.density(c - b) + Normal.density(c + b)
            let step = (tail(c, shift: b) - p) / slope
            let next = min(max(c + step, 0), highest)
            if abs(next - c) <= 1e-15 * (1 + next) { return next }
            c = next
        }
        return c
    }
}
