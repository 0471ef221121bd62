import Estimation
import Panels
import Probability
import Regression

/// The smallest effect that a design would detect: an effect of this size would be found, by a test at level 1 − `level`,
/// with the probability `power`.
public struct DetectableEffect: Sendable, Equatable {
    /// Which design, such as `this design`.
    public var label: String
    public var schools: Int
    public var treatedSchools: Int
    /// The harmonic mean of the pupils in a school and period; nil where their number is not known.
    public var pupils: Double?
    public var periodsBefore: Int
    public var periodsAfter: Int
    /// Of the estimate, from the components of variance.
    public var standardError: Double
    /// Of the interval that `did` would give; nil for one treated school, which has none.
    public var degreesOfFreedom: Double?
    public var variance: VarianceKind
    /// In the outcome's unit; nil where there is no interval.
    public var minimumEffect: Double?
    /// The smallest p-value that the randomisation test could give.
    public var smallestPValue: Double

    /// - Parameter pupilFactor: every cell holds so many times its pupils.
    init(
        _ label: String, _ design: Design, _ components: VarianceComponents, pupilFactor: Double = 1,
        options: AnalysisOptions, power: Double
    ) throws(EstimationError) {
        let estimated = try DidAnalysis.estimate(design, options)
        let (fit, covariance) = (estimated.fit, estimated.covariance)
        guard !fit.rows.isDerived else {
            throw .noResampling(
                method: "the detectable effect",
                reason: "\(fit.estimator.rawValue) is no regression on the rows",
                instead: "name twfe, event-study or imputation"
            )
        }
        let counts = ArmCounts(fit.design)
        self.label = label
        schools = counts.units
        treatedSchools = counts.treatedUnits
        pupils = fit.design.pupilsAUnitAndPeriod.map { $0 * pupilFactor }
        let starts = fit.design.treatedStarts
        let ordinals = Array(Set(fit.design.period)).sorted().map { fit.design.periods[$0].ordinal }
        periodsBefore = ordinals.filter { $0 < (starts.first ?? .max) }.count
        periodsAfter = ordinals.filter { $0 >= (starts.last ?? .max) }.count
        standardError = components.variance(of: fit, pupilFactor: pupilFactor).squareRoot()
        variance = covariance.kind
        // Mirror images tie where one cohort is as large as the comparison.
        let ties = starts.count == 1 && 2 * treatedSchools == schools ? 2.0 : 1
        smallestPValue = min(1, ties / Reassignment(fit.design, draws: 1, seed: 1).possibleCount)
        let freedom = covariance.degreesOfFreedom[0]
        guard counts.treatedUnits > 1, freedom > 0 else { return }
        degreesOfFreedom = freedom
        minimumEffect = standardError * Self.multiplier(degreesOfFreedom: freedom, level: options.level, power: power)
    }

    /// The δ for which T = (Z + δ)/√(χ²/df) exceeds the critical value of a two-sided test with the probability `power`.
    ///
    /// The usual t(1 − α/2) + t(power) comes near it; for few degrees of freedom it promises some points more than it holds.
    public static func multiplier(degreesOfFreedom: Double, level: Double, power: Double) -> Double {
        let critical = StudentT(degreesOfFreedom: degreesOfFreedom).tailQuantile((1 - level) / 2)
        let t = NoncentralT(degreesOfFreedom: degreesOfFreedom)
        var high = max(1, critical)
        while t.tail(critical, noncentrality: high) < power, high < 1e6 { high *= 2 }
        var low = 0.0
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if t.tail(critical, noncentrality: middle) < power { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
