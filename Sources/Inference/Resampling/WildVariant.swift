/// Which wild cluster bootstrap: how the errors that are drawn are scaled, how the variance of each draw is computed, and
/// whether the null is imposed on the draws.
public struct WildVariant: Sendable, Equatable {
    /// The residuals of a cluster come from the fit to all data, or from the fit without it (jackknife).
    public enum Residuals: String, Sendable { case fitted = "1", jackknife = "3" }
    /// CR1, or the cluster jackknife.
    public enum Variance: String, Sendable { case cr1 = "1", jackknife = "3" }

    public var residuals: Residuals
    public var variance: Variance
    /// True: WCR, the draws obey the null. False: WCU, they obey the estimate.
    public var imposesNull: Bool

    public init(_ residuals: Residuals = .fitted, _ variance: Variance = .cr1, imposesNull: Bool = true) {
        self.residuals = residuals
        self.variance = variance
        self.imposesNull = imposesNull
    }

    /// Such as `WCR11`, as in MacKinnon, Nielsen & Webb (2023).
    public var name: String { (imposesNull ? "WCR" : "WCU") + residuals.rawValue + variance.rawValue }
}
