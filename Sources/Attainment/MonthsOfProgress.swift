/// A table that turns effect sizes into additional months of progress. It is named wherever months are shown.
public struct MonthsOfProgress: Sendable, Equatable {
    public var name: String
    /// Where the table was read.
    public var source: String
    /// The largest effect size, to two decimals, of 0, 1, 2 … months; beyond the last it is one month more.
    public var upperBounds: [Double]

    public init(name: String, source: String, upperBounds: [Double]) {
        self.name = name
        self.source = source
        self.upperBounds = upperBounds
    }

    /// The table of the Teaching and Learning Toolkit.
    public static let toolkit = MonthsOfProgress(
        name: "EEF Toolkit months of progress",
        source: "Education Endowment Foundation, Teaching and Learning Toolkit, technical pages",
        upperBounds: [0.01, 0.09, 0.18, 0.26, 0.35, 0.44, 0.52, 0.61, 0.69, 0.78, 0.87, 0.95])

    /// Whole months for an effect size in standard deviations of pupils; those of negative effects mirror the positive.
    ///
    /// The effect size is rounded to two decimals first, as the table is stated.
    public func months(for effectSize: Double) -> Int {
        let hundredths = (abs(effectSize) * 100).rounded()
        let months = upperBounds.firstIndex { hundredths <= ($0 * 100).rounded() } ?? upperBounds.count
        return effectSize < 0 ? -months : months
    }
}
