import Estimation
import LinearAlgebra
import Panels
import Probability
import Regression

/// Was the trend before the start small? Two one-sided tests of the treated units' own linear trend against a margin.
///
/// On untreated observations, beside the effects and covariates of the analysis, the treated units get a slope b a calendar
/// step. Both b ≤ −m and b ≥ m must be rejected: p is the larger of the two one-sided p-values, and it lies below α where,
/// and only where, the interval of b at 1 − 2α lies within ±m.
/// - Source: Schuirmann (1987) for the test; Bilinski & Hatfield (2018) and Dette & Schumann (2024) for its use here.
public struct PreTrendEquivalence: Sendable, Equatable {
    /// Where the margin comes from.
    public enum Margin: String, Sendable {
        /// `--equivalence-margin`.
        case given
        /// 0.05 of the standard deviation of pupils' results.
        case pupils
        /// 0.05 of the standard deviation of comparison units' results.
        case units
    }

    /// nil, with all that follows from it, where there is no slope or no standard error; then the words say why.
    public var slope: Double?
    public var standardError: Double?
    public var degreesOfFreedom: Double?
    public var margin: Double?
    public var marginFrom: Margin?
    /// The interval at 1 − 2α.
    public var lower: Double?
    public var upper: Double?
    public var pValue: Double?
    public var level: Double
    public var words: String

    /// True where both one-sided tests reject.
    public var isShown: Bool { pValue.map { $0 < 1 - level } ?? false }

    /// What part of a standard deviation counts as small.
    static let share = 0.05

    /// - Parameters:
    ///   - untreated: the cells of the test of the leads.
    ///   - unitSD: the standard deviation of comparison units' results.
    static func find(
        _ untreated: Design, unitSD: Double?, kind: VarianceKind, options: AnalysisOptions
    ) -> PreTrendEquivalence {
        do {
            return try run(untreated, unitSD: unitSD, kind: kind, options: options)
        } catch {
            return unavailable(error.message, options)
        }
    }

    private static func unavailable(_ reason: String, _ options: AnalysisOptions) -> PreTrendEquivalence {
        PreTrendEquivalence(
            level: options.level, words: "Whether the trend before the start was small cannot be tested: \(reason).")
    }

    private static func run(
        _ untreated: Design, unitSD: Double?, kind: VarianceKind, options: AnalysisOptions
    ) throws(EstimationError) -> PreTrendEquivalence {
        guard untreated.hasSpreadBeforeStart else {
            return unavailable("one treated unit, or cluster of them, has no spread of its own", options)
        }
        guard let slope = try estimate(untreated, kind: kind, options: options) else {
            return unavailable("unit and period effects explain every trend", options)
        }
        guard let error = slope.standardError, let freedom = slope.degreesOfFreedom, freedom > 0 else {
            return unavailable("the trend has no standard error", options)
        }
        guard let (margin, source) = margin(options, unitSD: unitSD) else {
            return unavailable("results do not vary before the start, and no margin was given", options)
        }
        let reference = StudentT(degreesOfFreedom: freedom)
        let half = reference.tailQuantile(1 - options.level) * error
        var found = PreTrendEquivalence(
            slope: slope.estimate, standardError: error, degreesOfFreedom: freedom, margin: margin, marginFrom: source,
            lower: slope.estimate - half, upper: slope.estimate + half,
            pValue: max(
                reference.tail((slope.estimate + margin) / error), reference.tail((margin - slope.estimate) / error)),
            level: options.level, words: "")
        found.words = found.sentence(step: untreated.stepNoun, slope: slope.estimate, margin: margin)
        return found
    }

    /// The treated units' slope; in a triple difference that of the gap, as the gap is signed.
    private static func estimate(
        _ untreated: Design, kind: VarianceKind, options: AnalysisOptions
    ) throws(EstimationError) -> (estimate: Double, standardError: Double?, degreesOfFreedom: Double?)? {
        let steps = untreated.eventTime.map { Double($0 ?? 0) }
        let sides = untreated.isGroup.map { isGroup in [isGroup, isGroup.map { !$0 }] } ?? [steps.map { _ in true }]
        let columns = sides.enumerated().map { index, isIn in
            CellColumn(name: "trend \(index)", values: zip(steps, isIn).map { $1 ? $0 : 0 })
        }
        let nested = untreated.clusters.count == 1 ? untreated.clusters.first : nil
        let rows = CompressedRows(untreated, pool: untreated.clusterBlocks.codes)
        let (places, model) = try regressing { () throws(RegressionError) in
            let all = try ModelColumns(
                untreated, rows: rows, effects: untreated.effects, treatment: columns,
                eliminating: nested.map { .nested(in: $0) } ?? .largestWhereFew)
            let model = try LeastSquares(all, rows: rows)
            return (all.treatmentIndices.map { model.place[$0] }, model)
        }
        let sign = options.lowerIsBetter && untreated.isGroup != nil ? -1.0 : 1
        var contrast = Matrix(model.coefficients.count, 1)
        for (place, weight) in zip(places, places.count == 1 ? [1.0] : [-sign, sign]) {
            guard let place else { return nil }
            contrast[place, 0] = weight
        }
        let estimates = LinearEstimates(
            model, contrasts: contrast, rows: rows, moments: untreated.moments,
            observationCount: untreated.observationCount, effects: untreated.effects, clusters: untreated.clusters)
        let used = nested == nil && kind.isLeverageAdjusted || !kind.isClustered ? .cr1 : kind
        let covariance = try CovarianceOfEstimates.compute(estimates, kind: used, smallSample: options.smallSample)
        return (
            contrast.transposedTimes(model.coefficients)[0], covariance.standardError(0),
            covariance.degreesOfFreedom.first
        )
    }

    private static func margin(_ options: AnalysisOptions, unitSD: Double?) -> (Double, Margin)? {
        if let given = options.equivalenceMargin { return (given, .given) }
        if let sd = options.pupilSD { return (share * sd, .pupils) }
        return unitSD.map { (share * $0, .units) }
    }

    private func sentence(step: String, slope: Double, margin: Double) -> String {
        let size = PlainNumber.text(margin)
        let whence =
            switch marginFrom {
            case .pupils: ", 0.05 of the standard deviation of pupils' results,"
            case .units: ", 0.05 of the standard deviation of comparison units' results,"
            case .given, nil: ""
            }
        let interval =
            "\(PlainNumber.text(slope)) a \(step) (\(PlainNumber.level(2 * level - 1)) interval "
            + "\(PlainNumber.text(lower ?? slope)) to \(PlainNumber.text(upper ?? slope)))"
        return isShown
            ? "The trend before the start was smaller than \(size) a \(step)\(whence) either way: \(interval), "
                + "\(PlainNumber.pValue(pValue ?? 1)) for a larger one."
            : "It is not shown that the trend before the start was smaller than \(size) a \(step)\(whence) either way: "
                + "\(interval). Finding no difference before the start is not evidence that there was none."
    }
}

extension Design {
    /// True where the units that start later and have more than one period before it lie in at least two clusters.
    fileprivate var hasSpreadBeforeStart: Bool {
        var first = [Int?](repeating: nil, count: units.count)
        var clustersSeen: Set<Int> = []
        for c in unit.indices where eventTime[c] != nil {
            if let known = first[unit[c]], known != period[c] { clustersSeen.insert(clusters[0].codes[c]) }
            first[unit[c]] = first[unit[c]] ?? period[c]
        }
        return clustersSeen.count > 1
    }
}
