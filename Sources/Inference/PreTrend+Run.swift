import Estimation
import LinearAlgebra
import Panels
import Probability
import Tables

extension PreTrend {
    /// Leads on untreated observations and their joint test.
    ///
    /// The p-value comes from reassigning starts, on the periods before the first start, where clusters are fewer than 50
    /// or either arm has fewer than 10: an F test with CR1 rejects far too often there. Otherwise from F(q, G − 1).
    /// - Returns: the test and its leads as effects with intervals.
    static func run(
        _ design: Design, kind: VarianceKind, counts: ArmCounts, headline: Double, options: AnalysisOptions
    ) throws(EstimationError) -> (PreTrend, [Effect]) {
        var untreated = design.keeping(design.isTreated.map { !$0 })
        if options.singletons == .drop {
            untreated = untreated.keeping(Singletons(untreated, effects: untreated.effects).keep)
        }
        let leads = Leads(window: options.window)
        let treatedPast = design.isTreatedUnit
        let hasPast = untreated.unit.contains { treatedPast[$0] }
        guard untreated.cellCount > 0, hasPast, !leads.times(untreated).leads.isEmpty else {
            return (
                unavailable("there is only one period before the start, so the paths before it cannot be compared"), []
            )
        }
        let nested = kind == .cr2 ? design.clusters.first : nil
        let fit: Fit
        do {
            fit = try leads.fit(untreated, nested: nested)
        } catch .noVariation {
            return (unavailable("the outcome does not vary before the start"), [])
        }
        guard !fit.estimands.isEmpty else {
            return (unavailable("unit and period effects explain every difference before the start"), [])
        }
        let covariance = try CovarianceOfEstimates.compute(
            fit, kind: kind.isClustered ? kind : .cr1, smallSample: options.smallSample)
        let effects = EffectTable(fit: fit, covariance: covariance, options: options).effects()
        let test = try joint(fit, untreated, design, counts, options)
        let found = effects.map {
            Lead(eventTime: $0.eventTime ?? 0, estimate: $0.estimate ?? 0, standardError: $0.standardError)
        }
        var result = PreTrend(
            leads: found, statistic: test.statistic, q: test.q, method: test.method, pValue: test.pValue,
            assignments: test.assignments, words: "")
        result.words = result.sentence(counts: counts, headline: headline, options: options, note: test.note)
        return (result, effects)
    }

    private static func unavailable(_ reason: String) -> PreTrend {
        PreTrend(
            leads: [], statistic: nil, q: 0, method: "none", pValue: nil, assignments: nil,
            words: "Whether there was a difference before the start cannot be checked: \(reason).")
    }

    private struct JointTest {
        var statistic: Double?
        var q: Int
        var method: String
        var pValue: Double?
        var assignments: Int?
        var note: String?
    }

    private static func joint(
        _ fit: Fit, _ untreated: Design, _ design: Design, _ counts: ArmCounts, _ options: AnalysisOptions
    ) throws(EstimationError) -> JointTest {
        var note: String?
        if counts.isFew {
            if let test = try randomised(design, options) { return test }
            note =
                "too few periods before the first start to reassign starts, so the usual F test is shown; "
                + "with so few clusters it finds differences too often"
        }
        let covariance = try CovarianceOfEstimates.compute(fit, kind: .cr1, smallSample: options.smallSample)
        let q = fit.estimands.count
        guard let cholesky = try? OrderedCholesky(covariance.matrix), cholesky.dropped.isEmpty,
            let solution = try? cholesky.solve(fit.estimates)
        else {
            return JointTest(
                q: q, method: "none", note: "the leads' covariance is singular: too few clusters for \(q) leads")
        }
        let wald = dot(fit.estimates, solution)
        let freedom = covariance.degreesOfFreedom[0]
        return JointTest(
            statistic: wald, q: q, method: "F", pValue: FisherF(Double(q), freedom).tail(wald / Double(q)), note: note)
    }

    /// W over reassigned starts, on all units' periods before the first start: there nobody is treated under any of them.
    private static func randomised(_ design: Design, _ options: AnalysisOptions) throws(EstimationError) -> JointTest? {
        guard let first = design.treatedStarts.first else { return nil }
        var before = design.keeping(design.period.map { design.periods[$0].ordinal < first })
        if options.singletons == .drop {
            before = before.keeping(Singletons(before, effects: before.effects).keep)
        }
        let leads = Leads(window: options.window).times(before)
        guard Set(before.period).count > 1, !leads.leads.isEmpty else { return nil }
        let draws = options.permutations.flatMap { $0 > 0 ? $0 : nil } ?? 999
        let reassignment = Reassignment(before, draws: draws, seed: options.seed)
        let regression: PartialledRegression
        do {
            regression = try PartialledRegression(before, effects: before.effects)
        } catch .noVariation {
            return nil
        }
        let window = options.window
        let sample = before
        let wald: @Sendable ([Int?]) -> (statistic: Double, count: Int)? = { start in
            let eventTime = sample.eventTime(under: start).map { e in
                e.map { e in window.map { min(max(e, $0.lowerBound), $0.upperBound) } ?? e }
            }
            let dummies = leads.leads.map { lead in eventTime.map { $0 == lead ? 1.0 : 0 } }
            guard let isGroup = sample.isGroup else { return regression.draw(dummies)?.wald(0..<dummies.count) }
            // The gap's leads beside those that group and peers share.
            let gap = dummies.map { column in column.indices.map { isGroup[$0] ? 0 : column[$0] } }
            return regression.draw(dummies + gap)?.wald(dummies.count..<2 * dummies.count)
        }
        guard let observed = wald(sample.start) else { return nil }
        let drawn = parallel(reassignment.count, threads: options.threads) { wald(reassignment.starts($0))?.statistic }
        guard let test = RandomisationTest(observed: observed.statistic, drawn: drawn, reassignment: reassignment)
        else {
            return nil
        }
        return JointTest(
            statistic: observed.statistic, q: observed.count, method: "randomisation", pValue: test.pValue,
            assignments: test.assignments)
    }

    /// The largest lead by size.
    var largestLead: Lead? {
        leads.reduce(nil) { best, lead in abs(lead.estimate) > abs(best?.estimate ?? 0) ? lead : best }
    }

    /// True where the leads must be read beside the headline: the test found a difference; or few units are treated, so
    /// that the test has little power, and a difference before the start is at least half the headline's size.
    ///
    /// Fewer than 10 treated clusters is the bound below which the program trusts no conventional interval.
    func clouds(headline: Double, counts: ArmCounts) -> Bool {
        if let pValue, pValue < 0.05 { return true }
        guard counts.isFewTreated, let lead = largestLead else { return false }
        return abs(lead.estimate) >= 0.5 * abs(headline)
    }

    private func sentence(counts: ArmCounts, headline: Double, options: AnalysisOptions, note: String?) -> String {
        var parts: [String] = []
        if let pValue {
            let p = PlainNumber.pValue(pValue)
            let how =
                method == "randomisation"
                ? "\(p), by reassigning starts \(assignments ?? 0) times" : "\(p), by an F test"
            parts.append(
                pValue < 0.05
                    ? "A difference was already there before the start (\(how))."
                    : "No difference before the start was detected (\(how)); that does not show that there was none.")
        }
        if let note { parts.append(note.prefix(1).uppercased() + note.dropFirst() + ".") }
        if counts.isFewTreated, let lead = largestLead, abs(lead.estimate) >= 0.5 * abs(headline) {
            let steps = abs(lead.eventTime)
            parts.append(
                "But the two arms already differed by \(PlainNumber.text(lead.estimate)) \(steps) steps before the start, "
                    + "relative to the last period before it, beside an effect of \(PlainNumber.text(headline)): with "
                    + "\(counts.treatedUnits) treated \(options.unitNoun) these data cannot separate an effect of the "
                    + "partnership from a difference that was already there before the start.")
        }
        return parts.joined(separator: " ")
    }
}
