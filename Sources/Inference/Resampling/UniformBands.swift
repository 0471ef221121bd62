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
    public var weights: BootstrapWeights
    public var clusters: Int
    /// Of the headline.
    public var standardError: Double?
    public var families: [Family]

    /// Adds bands to the rows of event times, cohorts and periods.
    ///
    /// A critical value c says how much wider than one interval a band must be: the chance of a normal beyond ±c. Each row's
    /// own t, with its degrees of freedom, is taken at that chance, so that a band follows the standard errors shown and is
    /// never narrower than the interval beside it.
    /// - Parameter rows: the effects of `fit`, in its order of reported estimands.
    static func add(to rows: inout [Effect], fit: Fit, draws: Int, options: AnalysisOptions) throws(EstimationError)
        -> BootstrapBands
    {
        guard fit.design.clusters.count == 1 else {
            throw .noResampling(
                method: "the multiplier bootstrap", reason: "there are two levels of clusters",
                instead: "cluster by one of them")
        }
        let reported = fit.estimands.indices.filter { fit.estimands[$0].isReported }
        let families: Set<Effect.Kind> = [.event, .cohort, .calendar]
        // The headline, then the rows of families: what is drawn for.
        let drawn = [0] + rows.indices.dropFirst().filter { families.contains(rows[$0].kind) }
        let bootstrap = MultiplierBootstrap(
            contributions: LinearEstimates(fit.keeping(drawn.map { reported[$0] })).contributions(
                by: fit.design.clusters[0]), draws: draws, seed: options.seed, threads: options.threads)
        var found: [Family] = []
        var seen: [Key] = []
        for row in rows where families.contains(row.kind) {
            let key = Key(row)
            if !seen.contains(key) { seen.append(key) }
        }
        let pointwise = Normal.tailQuantile((1 - options.level) / 2)
        for key in seen {
            let members = drawn.indices.filter { Key(rows[drawn[$0]]) == key && rows[drawn[$0]].standardError != nil }
            guard members.count > 1, let value = bootstrap.criticalValue(members, level: options.level) else {
                continue
            }
            let isPointwise = !(value.isFinite && value >= pointwise)
            let critical = isPointwise ? pointwise : value
            for i in members { rows[drawn[i]].setBand(critical: critical) }
            found.append(
                Family(
                    kind: key.kind, group: key.group, effects: members.count, critical: critical,
                    isPointwise: isPointwise))
        }
        let error = bootstrap.standardErrors.first ?? 0
        return BootstrapBands(
            draws: draws, weights: bootstrap.weights, clusters: bootstrap.clusters,
            standardError: error > 0 && rows.first?.standardError != nil ? error : nil, families: found)
    }

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
    fileprivate mutating func setBand(critical: Double) {
        guard let estimate, let standardError, let degreesOfFreedom else { return }
        let half =
            StudentT(degreesOfFreedom: degreesOfFreedom).tailQuantile(Normal.tail(critical)) * standardError
        bandLower = estimate - half
        bandUpper = estimate + half
    }
}
