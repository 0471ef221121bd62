import Panels
import Regression

/// A difference in differences between treated units and a weighted mean of units that never start, from a weighted mean of the
/// periods before the start.
///
/// Unit weights make the comparison run parallel to the treated units before the start, time weights make its past resemble
/// its results since. Starts are estimated one by one, and averaged by treated units and periods.
/// - Source: Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), American Economic Review 111.
public struct SyntheticDifference: Estimator {
    public static let name = EstimatorName.syntheticDiD

    public init() {}

    public func fixedEffects(_ design: Design) -> [CellFactor] { [] }

    public func fit(_ design: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        try SyntheticEstimate(name: Self.name, form: .difference).fit(design)
    }
}
