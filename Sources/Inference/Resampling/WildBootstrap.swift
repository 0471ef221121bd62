import Estimation
import LinearAlgebra
import Panels
import Probability
import Regression

/// How a wild cluster bootstrap is run.
public struct WildOptions: Sendable {
    public var variant = WildVariant()
    /// Draws; with Rademacher weights all 2^G patterns of signs are tried where there are no more than this.
    public var draws = 9_999
    /// nil: Rademacher where all patterns are tried or there are 12 clusters or more, else Webb.
    public var weights: BootstrapWeights?
    public var null = 0.0
    /// Of the interval; nil asks for none.
    public var level: Double? = 0.95
    public var seed: UInt64 = 1
    public var threads = 1

    public init() {}

    /// The weights for so many clusters.
    public func weights(clusters: Int) -> BootstrapWeights {
        weights ?? (clusters >= 12 || WildDraws.patterns(clusters).map { $0 <= draws } ?? false ? .rademacher : .webb)
    }
}

/// The wild cluster bootstrap of a fit's estimates: the distribution of t under errors whose signs are drawn cluster by
/// cluster. It never goes back to rows: a draw costs G² products at most.
public struct WildBootstrap: Sendable {
    private let source: Source
    private let fit: Fit
    /// Of the CR1 variance.
    private let factor: Double

    private enum Source: Sendable {
        case regression(WildRegression)
        case imputation(WildImputation)
    }

    /// - Parameters:
    ///   - fit: of a regression made with `nested` set to its cluster, or of an imputation.
    ///   - factor: what the CR1 variance multiplies the clusters' sum of squares by; it changes t, never p or the interval.
    /// - Throws: `.noResampling` for two levels of clusters, and where units lie in several clusters (imputation);
    ///   `.oneCluster`.
    public init(_ fit: Fit, factor: Double = 1) throws(EstimationError) {
        guard fit.design.clusters.count == 1 else {
            throw .noResampling(
                method: "the wild bootstrap", reason: "there are two levels of clusters",
                instead: "cluster by one of them")
        }
        let cluster = fit.design.clusters[0]
        guard cluster.usedLevelCount > 1 else { throw .oneCluster(name: cluster.name) }
        let fit = fit.asRegression
        switch fit.basis {
        case .influence, .synthetic:
            throw .noResampling(
                method: "the wild bootstrap", reason: "\(fit.estimator.rawValue) with these options is no regression",
                instead: "use --bootstrap, --permutations or another estimator")
        case .leastSquares(let model): source = .regression(WildRegression(fit, model, cluster: cluster))
        case .imputation(let model): source = .imputation(try WildImputation(fit, model, cluster: cluster))
        }
        self.fit = fit
        self.factor = factor
    }

    /// - Returns: nil where the contributions of the clusters do not vary, so that there is no t.
    /// - Throws: `.noResampling` for the jackknife variants where the estimate does not exist without some cluster, and
    ///   with imputation, which has none.
    public func test(estimand k: Int, _ options: WildOptions = WildOptions()) throws(EstimationError) -> WildTest? {
        let model = try model(k, options)
        // Below this the contributions are rounding.
        guard model.squares > 1e-24 * dot(model.numerator, model.numerator) else { return nil }
        let weights = options.weights(clusters: model.clusters)
        let draws = WildDraws(
            model, draws: options.draws, weights: weights, seed: options.seed, threads: options.threads,
            followsNull: options.level != nil)
        let tails = draws.tails()
        let smallest =
            draws.isEnumerated
            ? 2 / Double(draws.count)
            : max(
                1 / Double(draws.count + 1),
                weights == .rademacher ? WildDraws.patterns(model.clusters).map { 2 / Double($0) } ?? 0 : 0)
        return WildTest(
            variant: options.variant, weights: weights, draws: draws.count, isEnumerated: draws.isEnumerated,
            clusters: model.clusters, statistic: model.statistic(options.null),
            pValue: draws.share(draws.exceeding(options.null)),
            equalTailedPValue: min(1, 2 * min(draws.share(tails.above), draws.share(tails.below))),
            smallestPossible: smallest, interval: options.level.map { WildInterval(draws, level: $0) })
    }

    func model(_ k: Int, _ options: WildOptions) throws(EstimationError) -> WildModel {
        switch source {
        case .regression(let regression):
            return try regression.model(k, variant: options.variant, null: options.null, factor: factor)
        case .imputation(let imputation):
            guard options.variant.residuals == .fitted, options.variant.variance == .cr1 else {
                throw .noResampling(
                    method: "the jackknife form of the wild bootstrap", reason: "imputation is no regression",
                    instead: "use WCR11, or twfe or event-study")
            }
            return try imputation.model(k, imposesNull: options.variant.imposesNull, null: options.null, factor: factor)
        }
    }
}

/// What a wild cluster bootstrap found about one estimate.
public struct WildTest: Sendable, Equatable {
    public var variant: WildVariant
    public var weights: BootstrapWeights
    /// Draws, or patterns of signs where all were tried.
    public var draws: Int
    public var isEnumerated: Bool
    public var clusters: Int
    /// t with the CR1 (or jackknife) variance.
    public var statistic: Double
    /// The share of draws with |t*| ≥ |t|, ties counted.
    public var pValue: Double
    /// Twice the smaller of the shares beyond t on either side.
    public var equalTailedPValue: Double
    /// The smallest p-value that could have come out.
    public var smallestPossible: Double
    /// The nulls that are not rejected.
    public var interval: WildInterval?

    public init(
        variant: WildVariant, weights: BootstrapWeights, draws: Int, isEnumerated: Bool, clusters: Int,
        statistic: Double, pValue: Double, equalTailedPValue: Double, smallestPossible: Double, interval: WildInterval?
    ) {
        self.variant = variant
        self.weights = weights
        self.draws = draws
        self.isEnumerated = isEnumerated
        self.clusters = clusters
        self.statistic = statistic
        self.pValue = pValue
        self.equalTailedPValue = equalTailedPValue
        self.smallestPossible = smallestPossible
        self.interval = interval
    }
}
