import Panels
import Regression

/// Each treated unit beside a weighted mean of units that never start, chosen so that it had the same results in every period
/// before the start: all of them count alike, and there is no intercept.
///
/// With `ridge`, what the weights leave of the past is taken off by a ridge regression, and weights may be negative.
/// - Source: Abadie, Diamond & Hainmueller (2010), JASA 105; Ben-Michael, Feller & Rothstein (2021), JASA 116.
public struct SyntheticControl: Estimator {
    public static let name = EstimatorName.syntheticControl
    public let correction: SyntheticCorrection?

    public init(correction: SyntheticCorrection? = nil) { self.correction = correction }

    public func fixedEffects(_ design: Design) -> [CellFactor] { [] }

    public func fit(_ design: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        try SyntheticEstimate(name: Self.name, form: correction == nil ? .control : .augmentedControl).fit(design)
    }
}

/// What is done about a past that weights do not reproduce.
public enum SyntheticCorrection: String, Sendable, CaseIterable { case ridge }
