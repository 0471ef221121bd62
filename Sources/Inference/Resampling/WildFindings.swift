import Estimation
import LinearAlgebra
import Panels

/// The wild cluster bootstrap of an analysis: the headline's test with the null imposed, and beside it the one without.
public struct WildFindings: Sendable, Equatable {
    /// WCR11, with its interval.
    public var test: WildTest
    /// Of WCU11. With few treated clusters the first rejects too seldom and this one too often.
    public var unrestrictedPValue: Double

    public init(test: WildTest, unrestrictedPValue: Double) {
        self.test = test
        self.unrestrictedPValue = unrestrictedPValue
    }

    /// Draws where the rule asks for the bootstrap: all patterns of up to 13 clusters.
    static let defaultDraws = 9_999

    /// As asked for, or by the rule: where the rule chose CR2, but not where results before the start chose the comparison, since
    /// draws of results would have to choose it anew.
    static func draws(_ options: AnalysisOptions, kind: VarianceKind) -> Int {
        options.wild ?? (options.vcov == nil && kind == .cr2 && options.comparison == nil ? defaultDraws : 0)
    }

    /// Adds p-values to the rows: to every one with a standard error where the bootstrap was asked for, to the headline
    /// where the rule asks for it.
    /// - Parameter rows: the effects of `fit`, in its order of reported estimands.
    /// - Returns: nil where the headline has no standard error, as with one treated unit.
    /// - Throws: what the bootstrap refuses, where it was asked for; what only the rule wants is left out instead.
    static func add(to rows: inout [Effect], fit: Fit, draws: Int, options: AnalysisOptions) throws(EstimationError)
        -> WildFindings?
    {
        guard draws > 0 else { return nil }
        do {
            return try test(&rows, fit, draws, options)
        } catch {
            if options.wild != nil { throw error }
            return nil
        }
    }

    private static func test(_ rows: inout [Effect], _ fit: Fit, _ draws: Int, _ options: AnalysisOptions)
        throws(EstimationError) -> WildFindings?
    {
        let sums = LinearEstimates(fit).contributions(by: fit.design.clusters[0]).column(0)
        let cr1 = try? CovarianceOfEstimates.compute(fit, kind: .cr1, smallSample: options.smallSample)
        let plain = dot(sums, sums)
        let bootstrap = try WildBootstrap(fit, factor: plain > 0 ? (cr1?.matrix[0, 0]).map { $0 / plain } ?? 1 : 1)
        var wild = WildOptions()
        (wild.draws, wild.weights, wild.seed) = (draws, options.wildWeights, options.seed)
        (wild.threads, wild.level) = (options.threads, nil)
        let reported = fit.estimands.indices.filter { fit.estimands[$0].isReported }
        for (i, k) in reported.enumerated().dropFirst() where options.wild != nil && rows[i].standardError != nil {
            rows[i].wildPValue = try bootstrap.test(estimand: k, wild)?.pValue
        }
        guard let headline = rows.first, headline.standardError != nil else { return nil }
        wild.variant.imposesNull = false
        let unrestricted = try bootstrap.test(estimand: 0, wild)
        wild.variant.imposesNull = true
        wild.level = options.level
        guard let unrestricted, var test = try bootstrap.test(estimand: 0, wild) else { return nil }
        if let estimate = headline.estimate, estimate != fit.estimates[0] { test.changeSign() }
        rows[0].wildPValue = test.pValue
        return WildFindings(test: test, unrestrictedPValue: unrestricted.pValue)
    }

    /// Where the two forms tell different stories neither is to be believed: one is above 0.1, and five times the other.
    public var disagreement: String? {
        let (low, high) = (min(test.pValue, unrestrictedPValue), max(test.pValue, unrestrictedPValue))
        guard high > 0.1, high > 5 * low else { return nil }
        return "the wild bootstrap gives \(PlainNumber.pValue(test.pValue)) with the null imposed and "
            + "\(PlainNumber.pValue(unrestrictedPValue)) without: with so few treated clusters neither is reliable; "
            + "read the randomisation test"
    }
}

extension WildTest {
    /// For an effect that is shown with its sign changed.
    fileprivate mutating func changeSign() {
        statistic = -statistic
        if let own = interval {
            interval = WildInterval(
                level: own.level, lower: own.upper.map { -$0 }, upper: own.lower.map { -$0 }, hasGaps: own.hasGaps)
        }
    }
}
