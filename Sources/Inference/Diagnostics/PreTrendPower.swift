import Estimation
import Panels
import Probability

/// Which trends before the start the test of the leads could have seen, and what such a trend would put into the headline.
///
/// With a linear trend of slope γ the leads are normal about γδ with their covariance Σ, and the test finds it unless each
/// stays within its bound: P = 1 − P(|β̂_k| ≤ c_k·se_k for every k). The bounds are those of the Bonferroni test, Student's t
/// with each lead's degrees of freedom. δ and the bias are exact, whatever the estimator, the holes and the window.
/// - Source: Roth (2022), *Pretest with caution: event-study estimates after testing for parallel trends*, AER: Insights 4(3).
public struct PreTrendPower: Sendable, Equatable {
    public struct Point: Sendable, Equatable {
        /// Of finding the trend.
        public var probability: Double
        /// Outcome a calendar step, above 0; a falling trend is found as often.
        public var slope: Double
        /// What that slope adds to the headline.
        public var bias: Double?
    }

    /// Leads that the test looks at.
    public var leads: Int
    /// The probability that it finds a trend where there is none.
    public var size: Double
    /// The slopes found with 50% and with 80% probability.
    public var points: [Point]
    public var words: String

    /// The level of the test of the leads.
    static let level = 0.05
    /// Points of the lattice: probabilities to about 1e-3, which no reader of a slope can tell.
    private static let latticePoints = 1_021

    /// - Parameters:
    ///   - fit, covariance: the leads.
    ///   - tested: those that have a standard error.
    ///   - main: the fit whose headline the trend would bias, of the design `fitted`.
    ///   - isReassigned: the test that was made reassigns starts; its power has no formula.
    /// - Returns: nil where the leads take up no trend.
    init?(
        _ fit: Fit, _ covariance: CovarianceOfEstimates, tested: [Int], main: Fit, fitted: Design, isReassigned: Bool,
        options: AnalysisOptions
    ) {
        let response = fit.response(to: TrendOfTreated(fit.design).height)
        let path = tested.map { response[$0] }
        guard let steepest = path.map(abs).max(), steepest > 1e-9 else { return nil }
        let share = Self.level / Double(2 * tested.count)
        let widths = tested.map { k in
            StudentT(degreesOfFreedom: covariance.degreesOfFreedom[k]).tailQuantile(share)
                * (covariance.standardError(k) ?? 0)
        }
        let box = NormalBox(
            covariance: tested.map { j in tested.map { covariance.matrix[j, $0] } }, halfWidths: widths,
            points: Self.latticePoints)
        let detection: @Sendable (Double) -> Double = { slope in 1 - box.probability(mean: path.map { slope * $0 }) }
        let unit = zip(widths, path).filter { abs($1) > 1e-9 * steepest }.map { $0 / abs($1) }.min() ?? 1
        let bias = main.bias(fitted, options)
        leads = tested.count
        size = detection(0)
        let wanted = [0.5, 0.8]
        let slopes = concurrently(wanted.count, threads: options.threads) {
            Self.slope(reaching: wanted[$0], from: unit, detection)
        }
        points = zip(wanted, slopes).compactMap { probability, slope in
            slope.map { Point(probability: probability, slope: $0, bias: bias($0)) }
        }
        words = ""
        let sign = options.lowerIsBetter && main.design.isGroup != nil ? -1.0 : 1
        words = sentence(step: fit.design.stepNoun, headline: sign * main.estimates[0], isReassigned: isReassigned)
    }

    /// The slope at which a rising function reaches a value: doubled until it is passed, then closed in on.
    private static func slope(
        reaching value: Double, from unit: Double, _ detection: (Double) -> Double
    ) -> Double? {
        var low = (x: 0.0, value: detection(0) - value)
        var high = (x: unit, value: detection(unit) - value)
        guard low.value < 0 else { return nil }
        for _ in 0..<100 where high.value < 0 {
            low = high
            high = (2 * low.x, detection(2 * low.x) - value)
        }
        guard high.value >= 0 else { return nil }
        let root = FalsePosition(below: low, above: high, tolerance: 1e-6) { detection($0) - value }
        return (root.lower + root.upper) / 2
    }

    private func sentence(step: String, headline: Double, isReassigned: Bool) -> String {
        guard let even = points.first, let likely = points.last, points.count == 2 else {
            return "What trend before the start the test could see cannot be worked out."
        }
        let slope = PlainNumber.text(likely.slope)
        let how = isReassigned ? "A test of each step before the start by its standard error" : "The test"
        let found =
            "\(how) would find a trend of \(slope) a \(step) in 80% of such samples and one of "
            + "\(PlainNumber.text(even.slope)) in half of them"
        guard let bias = likely.bias else { return found + "." }
        return found
            + "; a trend of \(slope) a \(step), not noticed, would put \(PlainNumber.text(abs(bias))) into the "
            + "estimate of \(PlainNumber.text(headline))."
    }
}
