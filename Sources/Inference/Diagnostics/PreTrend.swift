/// Was there already a difference before the start? A joint test of the leads on untreated observations.
public struct PreTrend: Sendable, Equatable {
    public struct Lead: Sendable, Equatable {
        public var eventTime: Int
        public var estimate: Double
        public var standardError: Double?

        public init(eventTime: Int, estimate: Double, standardError: Double?) {
            self.eventTime = eventTime
            self.estimate = estimate
            self.standardError = standardError
        }
    }
    public var leads: [Lead]
    public var statistic: Double?
    /// Numerator degrees of freedom.
    public var q: Int
    /// `randomisation`, `Bonferroni`: how the p-value was obtained; `none` where there is none.
    public var method: String
    public var pValue: Double?
    /// Draws or, where all were tried, assignments.
    public var assignments: Int?
    /// One sentence that says what was found and what it cannot show.
    public var words: String
    /// What trend the test could have seen; nil where there is no test.
    public var power: PreTrendPower?
    /// Whether the trend before the start is small; nil where there is none to look at.
    public var equivalence: PreTrendEquivalence?

    public init(
        leads: [Lead], statistic: Double?, q: Int, method: String, pValue: Double?, assignments: Int?, words: String
    ) {
        self.leads = leads
        self.statistic = statistic
        self.q = q
        self.method = method
        self.pValue = pValue
        self.assignments = assignments
        self.words = words
    }
}
