import Estimation
import LinearAlgebra
import Panels
import Probability
import Tables

/// A multiplier bootstrap of an analysis: the headline's standard error, and a uniform band for each family of effects.
public struct BootstrapBands: Sendable, Equatable {
    /// Effects of one kind and group, whose band holds all of them at once.
    public struct Family: Sendable, Equatable {
        public var kind: Effect.Kind
        public var group: String?
        public var effects: Int
        /// In standard errors, for normal estimates.
        public var critical: Double
        /// True where the critical value was below that of a single interval, or not finite, so that single intervals stand.
        public var isPointwise: Bool
    }
    public var draws: Int
    /// nil where whole units were drawn and the comparison made anew.
    public var weights: BootstrapWeights?
    /// Clusters, or units that were drawn from.
    public var clusters: Int
    /// Of the headline.
    public var standardError: Double?
    public var families: [Family]
    /// Samples of units from which no comparison could be made.
    public var failed = 0

    /// Adds bands to the rows of event times, cohorts and periods.
    ///
    /// A critical value c says how much wider than one interval a band must be: the chance of a normal beyond ±c. Each row's
    /// own t, with its degrees of freedom, is taken at that chance, so that a band follows the standard errors shown and is
    /// never narrower than the interval beside it.
    /// Where the comparison was made for the treated units, it is made anew in every draw, and the headline's band is its interval
    /// with that in it.
    /// - Parameter rows: the effects of `fit`, in its order of reported estimands.
    static func add(
        to rows: inout [Effect], fit: Fit, _ estimator: any Estimator, draws: Int, options: AnalysisOptions
    ) throws(EstimationError) -> BootstrapBands {
        guard fit.design.clusters.count == 1 else {
            throw .noResampling(
                method: "the multiplier bootstrap", reason: "there are two levels of clusters",
                instead: "cluster by one of them")
        }
        let reported = fit.estimands.indices.filter { fit.estimands[$0].isReported }
        let families = Self.families
        // The headline, then the rows of families: what is drawn for.
        let drawn = [0] + rows.indices.dropFirst().filter { families.contains(rows[$0].kind) }
        if let comparison = options.comparison {
            let bootstrap = try RebuiltBootstrap(
                fit, estimator, comparison, estimands: drawn.map { reported[$0] }, draws: draws, seed: options.seed,
                threads: options.threads)
            if rows[0].standardError != nil {
                rows[0].setBand(
                    critical: Normal.tailQuantile((1 - options.level) / 2), standardError: bootstrap.standardErrors[0])
            }
            var bands = BootstrapBands(
                draws: draws, weights: nil, clusters: bootstrap.units,
                standardError: bootstrap.standardErrors[0] > 0 ? bootstrap.standardErrors[0] : nil,
                families: setBands(&rows, drawn, level: options.level, errors: bootstrap.standardErrors) {
                    bootstrap.criticalValue($0, level: options.level)
                })
            bands.failed = bootstrap.failed
            return bands
        }
        let bootstrap = MultiplierBootstrap(
            contributions: LinearEstimates(fit.keeping(drawn.map { reported[$0] })).contributions(
                by: fit.design.clusters[0]), draws: draws, seed: options.seed, threads: options.threads)
        let found = setBands(&rows, drawn, level: options.level, errors: nil) {
            bootstrap.criticalValue($0, level: options.level)
        }
        let error = bootstrap.standardErrors.first ?? 0
        return BootstrapBands(
            draws: draws, weights: bootstrap.weights, clusters: bootstrap.clusters,
            standardError: error > 0 && rows.first?.standardError != nil ? error : nil, families: found)
    }

    /// Sets the bands of each family of rows.
    ///
    /// - Parameters:
    ///   - drawn: which rows were drawn for, the headline first.
    ///   - errors: of what was drawn; nil for those of the rows.
    ///   - critical: of a band over some of what was drawn.
    private static func setBands(
        _ rows: inout [Effect], _ drawn: [Int], level: Double, errors: [Double]?, _ critical: ([Int]) -> Double?
    ) -> [Family] {
        let families = Self.families
        var found: [Family] = []
        var seen: [Key] = []
        for row in rows where families.contains(row.kind) {
            let key = Key(row)
            if !seen.contains(key) { seen.append(key) }
        }
        let pointwise = Normal.tailQuantile((1 - level) / 2)
        for key in seen {
            let members = drawn.indices.filter { Key(rows[drawn[$0]]) == key && rows[drawn[$0]].standardError != nil }
            guard members.count > 1, let value = critical(members) else { continue }
            let isPointwise = !(value.isFinite && value >= pointwise)
            let width = isPointwise ? pointwise : value
            for i in members { rows[drawn[i]].setBand(critical: width, standardError: errors?[i]) }
            found.append(
                Family(
                    kind: key.kind, group: key.group, effects: members.count, critical: width,
                    isPointwise: isPointwise))
        }
        return found
    }

    private static let families: Set<Effect.Kind> = [.event, .cohort, .calendar]

    private struct Key: Equatable {
        var kind: Effect.Kind
        var group: String?
        var term: String?

        init(_ effect: Effect) {
            kind = effect.kind
            group = effect.group
            term = effect.term
        }
    }

    /// Of bands that no number of draws makes trustworthy.
    var warnings: [Warning] {
        let wide = families.filter { $0.critical > 7 }.count
        let fallen = families.filter(\.isPointwise).count
        var warnings: [Warning] = []
        if wide > 0 {
            warnings.append(
                Warning(
                    "bootstrap-bands",
                    "the uniform bands rest on too few schools in some steps: their critical value is above 7"))
        }
        if fallen > 0 {
            warnings.append(
                Warning(
                    "bootstrap-bands",
                    "the bootstrap gave no wider bands than single intervals; the bands shown are the single intervals")
            )
        }
        return warnings
    }
}

extension Effect {
    /// Estimate ± its own t at the chance of a normal beyond ±critical.
    /// - Parameter other: a standard error in place of its own.
    fileprivate mutating func setBand(critical: Double, standardError other: Double?) {
        guard let estimate, let standardError = other ?? standardError, let degreesOfFreedom else { return }
        let half =
            StudentT(degreesOfFreedom: degreesOfFreedom).tailQuantile(Normal.tail(critical)) * standardError
        bandLower = estimate - half
        bandUpper = estimate + half
    }
}
