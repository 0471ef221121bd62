import Inference
import Probability

/// An estimate with its uncertainty; what cannot be told is nil.
public struct GapFigure: Sendable, Equatable {
    public var estimate: Double
    public var standardError: Double?
    public var degreesOfFreedom: Double?
    public var lower: Double?
    public var upper: Double?
    public var pValue: Double?

    public init(estimate: Double) { self.estimate = estimate }

    init(_ estimate: Double, _ uncertainty: MeanContrast.Uncertainty?, level: Double) {
        self.init(estimate: estimate)
        guard let uncertainty else { return }
        let interval = TInterval(estimate, uncertainty, level: level)
        standardError = uncertainty.standardError
        degreesOfFreedom = uncertainty.degreesOfFreedom
        (lower, upper, pValue) = (interval.lower, interval.upper, interval.pValue)
    }
}
