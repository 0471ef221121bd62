import Estimation
import LinearAlgebra
import Panels
import Tables

/// The analysis of a synthetic estimator, whose uncertainty comes from comparison units in the treated units' places, from
/// leaving units out, or from drawing them anew.
///
/// Rules where options leave the choice: placebos where comparison units are more than the treated ones, with t(n − 1) of the
/// comparison units; else the jackknife.
struct SyntheticAnalysis {
    let estimated: DidAnalysis.Estimated
    let model: SyntheticModel
    let placebos: PlaceboDraws?
    private let options: AnalysisOptions

    /// - Throws: `.doesNotTake` for another variance, `.noResampling` for bootstraps of other estimators, `.indispensable` for
    ///   a jackknife of one treated unit; what the estimator refuses.
    init(_ whole: Design, _ estimator: any Estimator, _ options: AnalysisOptions) throws(EstimationError) {
        let name = options.estimator?.rawValue ?? ""
        if let kind = options.vcov, !kind.isSynthetic {
            throw .doesNotTake(
                estimator: name, what: "--vcov \(kind.rawValue)", instead: "use --vcov placebo, jackknife or bootstrap")
        }
        if let wild = options.wild, wild > 0 {
            throw .noResampling(
                method: "the wild bootstrap", reason: "\(name) is no regression",
                instead: "use --vcov placebo, jackknife or bootstrap")
        }
        if options.bootstrap > 0, let kind = options.vcov, kind != .bootstrap {
            throw .noResampling(
                method: "the multiplier bootstrap", reason: "\(name) has no influence function",
                instead: "use --vcov bootstrap")
        }
        let design = whole.keeping(whole.moments.weight.map { $0 > 0 })
        try design.checkEstimable(comparesWithNotYetTreated: false)
        var fit = try estimator.fit(design, nested: nil)
        guard case .synthetic(let model) = fit.basis else {
            throw .notInThisVersion("--estimator \(name)")
        }
        let draws = options.permutations ?? PlaceboDraws.standard
        let asked = options.vcov ?? (options.bootstrap > 0 ? .bootstrap : nil)
        placebos = PlaceboDraws(
            model, draws: asked == .placebo && draws == 0 ? PlaceboDraws.standard : draws,
            seed: options.seed, threads: options.threads)
        let kind = asked ?? (placebos != nil || model.treatedCount == 1 ? .placebo : .jackknife)
        let covariance: CovarianceOfEstimates
        switch kind {
        case .bootstrap:
            covariance = try SyntheticCovariance.bootstrap(
                model, draws: options.bootstrap > 0 ? options.bootstrap : PlaceboDraws.standard, seed: options.seed,
                threads: options.threads)
        case .jackknife: covariance = SyntheticCovariance.jackknife(fit, model)
        default:
            if let placebos {
                covariance = SyntheticCovariance.spread(
                    placebos.estimates, kind: .placebo, degreesOfFreedom: Double(model.donorCount - 1))
            } else {
                guard options.vcov == nil else {
                    throw .noResampling(
                        method: "--vcov placebo",
                        reason:
                            "\(model.donorCount) comparison units cannot take the places of \(model.treatedCount) treated ones and leave "
                            + "some to compare with", instead: "use --vcov jackknife")
                }
                let count = fit.estimates.count
                covariance = CovarianceOfEstimates(
                    kind: .placebo, matrix: Matrix(count, count),
                    degreesOfFreedom: [Double](repeating: 0, count: count))
                fit.warnings.append(
                    Warning(
                        "no-placebos",
                        draws == 0
                            ? "no interval: placebos were turned off, and the spread of one treated unit says nothing"
                            : "no interval: too few comparison units to put any in the treated ones' places"))
            }
        }
        if case .indispensable(let unit)?? = covariance.undefined.first, options.vcov != nil {
            throw .indispensable(variance: kind.rawValue, name: unit)
        }
        estimated = DidAnalysis.Estimated(
            estimator: estimator, fit: fit, design: design, covariance: covariance, singletons: nil, rule: .placebo)
        self.model = model
        self.options = options
    }

    func result() throws(EstimationError) -> AnalysisResult {
        let fit = estimated.fit
        let counts = ArmCounts(fit.design)
        let table = EffectTable(fit: fit, covariance: estimated.covariance, options: options)
        var rows = table.effects()
        let findings = SyntheticFindings(
            fit, model, placebos: placebos, spread: rows[0].standardError ?? 0, options: options)
        rows[0].permutationPValue = findings.inSpace?.pValue
        let counterfactual = Counterfactual(fit: fit, table: table)
        var result = AnalysisResult(
            estimator: fit.estimator, effects: rows, counterfactual: counterfactual.ledger(),
            before: counterfactual.before(), path: counterfactual.path(),
            preTrend: options.diagnosesPreTrend ? preTrend(rows, findings) : nil,
            randomisation: findings.inSpace, methods: nil, wild: nil, bootstrap: nil,
            leaveOneOut: options.leavesEachOut
                ? try LeaveOneOut.run(fit, estimated.estimator, threads: options.threads)
                : nil,
            sensitivity: options.judgesSensitivity
                ? Sensitivity(
                    targets: [], before: [], reference: nil,
                    words:
                        "How far trends may have departed from parallel is not judged: weights were chosen to make the past alike."
                )
                : nil,
            elimination: nil,
            warnings: fit.warnings + findings.warnings(model, headline: fit.estimates[0], options: options)
                + (counts.isFewTreated ? [Warning("few-treated", fewTreated(findings))] : []),
            rowsUsed: Int(fit.design.rowsBehind.reduce(0, +)), singletonRows: 0, units: counts.units,
            treatedUnits: counts.treatedUnits, periods: counts.periods, clusters: counts.clusters,
            treatedClusters: counts.treatedClusters, varianceUsed: estimated.covariance.kind,
            parameterCount: fit.parameterCount, sentences: sentences(rows[0], findings, counts))
        result.synthetic = findings
        if options.decomposes { result.twoWay = .run(fit.design, options) }
        if options.triesPlacebos {
            let again = SameEstimate(estimated, options)
            var found = PlaceboFindings()
            found.time = .run(estimated.design, again)
            found.withoutLastPeriod = .run(estimated, headline: rows[0], again)
            result.placebo = found
        }
        if options.diagnosesComposition {
            result.composition = .run(estimated.design, SameEstimate(estimated, options))
        }
        return result
    }

    /// Weights were chosen on the past: that it is alike is no test.
    private func preTrend(_ rows: [Effect], _ findings: SyntheticFindings) -> PreTrend {
        let leads = rows.filter { $0.kind == .event && ($0.eventTime ?? 0) < 0 }.compactMap { row in
            row.estimate.map {
                PreTrend.Lead(eventTime: row.eventTime ?? 0, estimate: $0, standardError: row.standardError)
            }
        }
        return PreTrend(
            leads: leads, statistic: nil, q: leads.count, method: "none", pValue: nil, assignments: nil,
            words:
                "The weights were chosen to make the past alike, so that a small gap before the start (root mean square "
                + "\(PlainNumber.text(findings.rmsBefore))) is no test of the comparison; the start moved back is one.")
    }

    private func fewTreated(_ findings: SyntheticFindings) -> String {
        var text = "\(model.treatedCount) treated of \(model.treatedCount + model.donorCount) \(options.unitNoun)"
        switch estimated.covariance.kind {
        case .placebo where placebos != nil:
            text +=
                ": intervals come from comparison \(options.unitNoun) in the treated ones' places, as if their results varied alike"
        case .placebo: text += ": there is no interval"
        default: text += ": intervals from the spread of so few are too narrow"
        }
        if let test = findings.inSpace {
            text += "; placebo \(PlainNumber.pValue(test.pValue)), the smallest possible "
            text += PlainNumber.probability(test.smallestPossible)
        }
        return text
    }

    private func sentences(_ headline: Effect, _ findings: SyntheticFindings, _ counts: ArmCounts) -> [String] {
        guard counts.treatedUnits <= 5, let estimate = headline.estimate else { return [] }
        var text: String
        if let lower = headline.lower, let upper = headline.upper {
            text =
                "From \(counts.treatedUnits) treated, effects between \(PlainNumber.text(lower)) and "
                + "\(PlainNumber.text(upper)) cannot be ruled out (\(estimated.covariance.kind.rawValue) standard error)"
        } else {
            text = "The estimate of \(PlainNumber.text(estimate, digits: 2)) has no interval"
        }
        if let test = findings.inSpace {
            text +=
                "; had comparison \(options.unitNoun) been taken for the treated, as clear a gap would have been seen with "
                + "\(PlainNumber.pValue(test.pValue)) (the smallest possible is \(PlainNumber.probability(test.smallestPossible)))"
        }
        return [text + "."]
    }
}
