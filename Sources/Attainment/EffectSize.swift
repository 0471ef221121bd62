/// A gap in standard deviations of pupils.
public enum EffectSize {
    /// Hedges' g: the difference over the pooled standard deviation, times the exact small-sample factor.
    ///
    /// - Parameters:
    ///   - n, variance: of the two groups; variances with n − 1 in the denominator.
    /// - Returns: nil where there is no spread or fewer than two degrees of freedom.
    /// - Source: Hedges (1981), *Journal of Educational Statistics* 6(2).
    public static func hedgesG(difference: Double, n: (Double, Double), variance: (Double, Double)) -> Double? {
        let degreesOfFreedom = n.0 + n.1 - 2
        guard degreesOfFreedom > 1, let factor = smallSampleFactor(degreesOfFreedom) else { return nil }
        let pooled = ((n.0 - 1) * variance.0 + (n.1 - 1) * variance.1) / degreesOfFreedom
        return pooled > 0 ? factor * difference / pooled.squareRoot() : nil
    }

    /// J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)) for m > 1 degrees of freedom; the common 1 − 3/(4m − 1) approximates it.
    public static func smallSampleFactor(_ m: Double) -> Double? {
        guard m > 1 else { return nil }
        // Γ(x + ½)/Γ(x) is x/(x + ½) times itself one step on, and has the series beyond 30, whose next term is below 1e-15
        // there (Tricomi & Erdélyi 1951). The difference of two logarithms of gamma would lose digits.
        var x = (m - 1) / 2
        var steps = 1.0
        while x <= 30 {
            steps *= x / (x + 0.5)
            x += 1
        }
        let y = 1 / x
        let coefficients = [
            39325.0 / 33_554_432, 869.0 / 4_194_304, -399.0 / 262_144, -21.0 / 32768, 5.0 / 1024, 1.0 / 128, -1.0 / 8,
            1,
        ]
        let series = coefficients.reduce(0) { $0 * y + $1 }
        return steps * series * (x / (m / 2)).squareRoot()
    }
}
