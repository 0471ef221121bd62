import Panels

/// How the comparison is made anew where treatment, or the sample of units, is drawn anew: a comparison that was chosen for some
/// partners is part of the estimate, and would have come out otherwise for others.
public struct RebuiltComparison: Sendable {
    /// Every unit that could be treated or compare, each with its own weight, and the actual starts.
    public var pool: Design
    /// The design with the comparison made for other starts (one a unit of the pool), each unit so many times in the sample (nil
    /// for once); nil where none can be made.
    public var design: @Sendable (_ starts: [Int?], _ copies: [Int]?) -> Design?

    /// Results before the start chose it, so that they say nothing of parallel trends.
    public var followsPastResults: Bool

    public init(
        pool: Design, followsPastResults: Bool = false,
        design: @escaping @Sendable (_ starts: [Int?], _ copies: [Int]?) -> Design?
    ) {
        self.pool = pool
        self.followsPastResults = followsPastResults
        self.design = design
    }
}
