internal import CDistributions

/// Two standard normal variables X and Y with a correlation.
public enum BivariateNormal {
    /// P(X > h and Y > k), to 1e-15.
    ///
    /// - Parameters:
    ///   - h, k: above 0.
    ///   - correlation: between −1 and 1, the ends included.
    /// - Source: Owen (1956), *Tables for computing bivariate normal probabilities*.
    public static func upperTail(_ h: Double, _ k: Double, correlation rho: Double) -> Double {
        guard rho < 1 else { return Normal.tail(max(h, k)) }
        guard rho > -1 else { return 0 }
        let rest = ((1 - rho) * (1 + rho)).squareRoot()
        let along = cd_owens_t(h, (k - rho * h) / (h * rest)) + cd_owens_t(k, (h - rho * k) / (k * rest))
        return max(0.5 * (Normal.tail(h) + Normal.tail(k)) - along, 0)
    }
}
