import Estimation
import Panels
import Regression
import Tables

/// One difference-in-differences analysis of one design: estimate, uncertainty, diagnostics, counterfactual.
///
/// Rules where options leave the choice: `twfe` where all treated units start together, else `imputation`; CR2 where
/// clusters are fewer than 50, an arm has fewer than 10 or one of several starts fewer than 20, else CR1 (two levels of
/// clusters: CR1); 999 reassignments where fewer than 10 clusters are treated or CR2 was chosen by that rule.
public struct DidAnalysis {
    /// - Throws: `EstimationError` where the design cannot be estimated, or an option is not in this version.
    public static func run(_ whole: Design, _ options: AnalysisOptions) throws(EstimationError) -> AnalysisResult {
        if let name = options.estimator, name.isSynthetic {
            return try SyntheticAnalysis(whole, estimator(name, options), options).result()
        }
        let estimated = try estimate(whole, options)
        let (fit, covariance, singletons) = (estimated.fit, estimated.covariance, estimated.singletons)
        let (name, kind) = (fit.estimator, covariance.kind)
        let counts = ArmCounts(fit.design)
        try covariance.checkHeadline(fit, counts)
        let table = EffectTable(fit: fit, covariance: covariance, options: options)
        var rows = table.effects()

        let wild = try WildFindings.add(
            to: &rows, fit: fit, draws: WildFindings.draws(options, kind: kind), options: options)
        let bands =
            options.bootstrap > 0
            ? try BootstrapBands.add(
                to: &rows, fit: fit, estimated.estimator, draws: options.bootstrap, options: options) : nil
        let leaveOneOut =
            options.leavesEachOut
            ? try LeaveOneOut.run(fit, estimated.estimator, sign: table.sign(0), threads: options.threads) : nil

        let permutations =
            options.permutations ?? (counts.isFewTreated || (options.vcov == nil && estimated.rule == .cr2) ? 999 : 0)
        let randomisation = try RandomisationTest.run(
            fit, estimated.estimator, window: options.window, draws: permutations, seed: options.seed,
            threads: options.threads, comparison: options.comparison)
        rows[0].permutationPValue = randomisation?.pValue

        let methods =
            counts.isFew
            ? MethodComparison(
                .init(
                    fit: fit, headline: rows[0], kind: kind, wild: wild, randomisation: randomisation, options: options)
            ) : nil

        var preTrend: PreTrend?
        if options.diagnosesPreTrend {
            let (test, leads) = PreTrend.find(
                fit, fitted: estimated.design, kind: kind, counts: counts, options: options)
            preTrend = test
            if name == .imputation { rows.insert(contentsOf: leads, at: firstEvent(rows)) }
        }

        let cautions = Cautions(
            design: fit.design, counts: counts, fit: fit, headline: rows[0], kind: kind, randomisation: randomisation,
            methods: methods,
            wild: wild, bands: bands, draws: permutations, preTrend: preTrend, singletonRows: singletons?.rows ?? 0,
            options: options)
        let sensitivity =
            options.judgesSensitivity ? Sensitivity.find(table, kind: kind, counts: counts) : nil
        let counterfactual = Counterfactual(fit: fit, table: table)
        var result = AnalysisResult(
            estimator: name, effects: rows, counterfactual: counterfactual.ledger(),
            before: counterfactual.before(), path: counterfactual.path(),
            preTrend: preTrend, randomisation: randomisation, methods: methods, wild: wild, bootstrap: bands,
            leaveOneOut: leaveOneOut, sensitivity: sensitivity, elimination: EffectElimination(fit),
            warnings: cautions.warnings(),
            rowsUsed: Int(fit.design.rowsBehind.reduce(0, +)), singletonRows: singletons?.rows ?? 0,
            units: counts.units,
            treatedUnits: counts.treatedUnits, periods: counts.periods, clusters: counts.clusters,
            treatedClusters: counts.treatedClusters, varianceUsed: kind, parameterCount: fit.parameterCount,
            sentences: cautions.sentences())
        if options.decomposes { result.twoWay = .run(estimated.design, options) }
        if options.triesPlacebos {
            result.placebo = .run(estimated, headline: rows[0], sign: table.sign(0), options: options)
        }
        if options.diagnosesComposition {
            result.composition = .run(estimated.design, SameEstimate(estimated, options))
        }
        return result
    }

    /// A fit and its covariance.
    struct Estimated {
        var estimator: any Estimator
        var fit: Fit
        /// What was fitted; some estimators leave cells of it out of theirs.
        var design: Design
        var covariance: CovarianceOfEstimates
        /// Those set aside; nil where none were looked for.
        var singletons: Singletons?
        /// The variance that the rule asks for.
        var rule: VarianceKind
    }

    /// The fit and its covariance, by the rules.
    static func estimate(
        _ whole: Design, _ options: AnalysisOptions
    ) throws(EstimationError) -> Estimated {
        if let name = options.estimator, name.isSynthetic {
            return try SyntheticAnalysis(whole, estimator(name, options), options).estimated
        }
        // A cell without weight says nothing, and its mean is not one.
        let design = whole.keeping(whole.moments.weight.map { $0 > 0 })
        try design.checkEstimable(comparesWithNotYetTreated: options.comparesWithNotYetTreated)
        let name = options.estimator ?? (design.treatedStarts.count > 1 ? .imputation : .twfe)
        let method = try estimator(name, options)
        let effects = method.fixedEffects(design)
        let singletons = options.singletons == .drop && !effects.isEmpty ? Singletons(design, effects: effects) : nil
        let used = singletons.map { design.keeping($0.keep) } ?? design
        if let singletons, used.cellCount == 0 {
            throw .onlySingletons(rows: singletons.rows, effects: effects.map(\.name))
        }
        if singletons != nil {
            try used.checkEstimable(comparesWithNotYetTreated: options.comparesWithNotYetTreated)
        }

        let rule = used.clusters.count == 1 && ArmCounts(used).isFew ? VarianceKind.cr2 : .cr1
        let (fit, kind) = try fitted(method, used, options, rule: rule)
        let covariance =
            if case .influence(regression: nil) = fit.basis, kind == .cr3 {
                try JackknifeByRefit(fit: fit, estimator: method, threads: options.threads).covariance()
            } else {
                try CovarianceOfEstimates.compute(fit, kind: kind, smallSample: options.smallSample)
            }
        return Estimated(
            estimator: method, fit: fit, design: used, covariance: covariance, singletons: singletons, rule: rule)
    }

    /// The fit, and the variance that it is good for: where the rule asks for CR2 and an effect of too many levels crosses the
    /// clusters, CR1 with a warning.
    private static func fitted(
        _ method: any Estimator, _ used: Design, _ options: AnalysisOptions, rule: VarianceKind
    ) throws(EstimationError) -> (fit: Fit, kind: VarianceKind) {
        let kind = options.vcov ?? rule
        let needsBlocks = kind.isLeverageAdjusted || WildFindings.draws(options, kind: kind) > 0
        do {
            var fit = try method.fit(used, nested: needsBlocks ? used.clusters.first : nil)
            if case .influence(regression: nil) = fit.basis, options.vcov == nil, kind == .cr2 {
                fit.warnings.append(
                    Warning(
                        "no-cr2",
                        "standard errors are cr1, too small where clusters are few: \(fit.estimator.rawValue) with these options "
                            + "has no cr2; rely on the randomisation p-value"))
                return (fit, .cr1)
            }
            return (fit, kind)
        } catch .regression(let error) where error.isAboutSize && options.vcov == nil && kind == .cr2 {
            var fit = try method.fit(used, nested: nil)
            fit.warnings.append(
                Warning(
                    "no-cr2",
                    "standard errors are cr1, too small where clusters are few: for cr2, \(error.message); rely on the "
                        + "randomisation p-value"))
            return (fit, .cr1)
        }
    }

    static func estimator(_ name: EstimatorName, _ options: AnalysisOptions) throws(EstimationError)
        -> any Estimator
    {
        guard let entry = EstimatorCatalog.entry(name) else { throw .notInThisVersion("--estimator \(name.rawValue)") }
        return entry.make(options.estimation)
    }

    /// Where the leads belong: before the first event row.
    private static func firstEvent(_ rows: [Effect]) -> Int {
        rows.firstIndex { $0.kind == .event } ?? rows.count
    }
}
