import Estimation
import LinearAlgebra
import Panels
import Probability

/// A fit's estimates as rows of a result, with t intervals.
struct EffectTable {
    var fit: Fit
    var covariance: CovarianceOfEstimates
    var options: AnalysisOptions

    /// The reported estimands in order.
    func effects() -> [Effect] {
        fit.estimands.indices.filter { fit.estimands[$0].isReported }.map(effect)
    }

    /// - Returns: an estimate with its uncertainty, which is left out where it would rest on one treated unit or cluster.
    func effect(_ k: Int) -> Effect {
        var effect = label(fit.estimands[k])
        let estimate = sign(k) * fit.estimates[k]
        effect.estimate = estimate
        let weights = fit.cellWeights[k]
        if !weights.isEmpty {
            let rows = fit.design.rowsBehind
            effect.n = weights.cells.reduce(0.0) { $0 + rows[$1] }
        }
        guard let error = standardError(k) else { return effect }
        let reference = StudentT(degreesOfFreedom: covariance.degreesOfFreedom[k])
        effect.standardError = error
        effect.degreesOfFreedom = covariance.degreesOfFreedom[k]
        effect.statistic = estimate / error
        effect.pValue = reference.twoSidedTail(estimate / error)
        let half = reference.tailQuantile((1 - options.level) / 2) * error
        effect.lower = estimate - half
        effect.upper = estimate + half
        return effect
    }

    /// −1 for effects on a gap in results of which low ones are good: the gap is then the group's excess.
    func sign(_ k: Int) -> Double { options.lowerIsBetter && fit.estimands[k].part == .gap ? -1 : 1 }

    private func standardError(_ k: Int) -> Double? {
        isSupported(k) ? covariance.standardError(k) : nil
    }

    /// True where at least two units, in at least two clusters, stand behind the estimand, or its error is one of placebos.
    func isSupported(_ k: Int) -> Bool {
        guard covariance.degreesOfFreedom[k] > 0 else { return false }
        if case .coefficient = fit.estimands[k].kind { return true }
        // Comparison units, not the treated, tell this one.
        if covariance.kind == .placebo { return true }
        return spreads(k, over: fit.design.unit) && spreads(k, over: fit.design.clusters[0].codes)
    }

    /// True where the estimand's cells have more than one code.
    private func spreads(_ k: Int, over codes: [Int]) -> Bool {
        var first: Int?
        for c in fit.cellWeights[k].cells where codes[c] != first {
            guard first == nil else { return true }
            first = codes[c]
        }
        return false
    }

    /// Half the width of the interval of the effect in a period, for the ledger; nil where there is none.
    func halfWidth(period: Int, part: Estimand.Part) -> Double? {
        guard let k = fit.estimands.firstIndex(where: { $0.kind == .calendar(period) && $0.part == part }),
            let error = standardError(k)
        else { return nil }
        return StudentT(degreesOfFreedom: covariance.degreesOfFreedom[k]).tailQuantile((1 - options.level) / 2) * error
    }

    private func label(_ estimand: Estimand) -> Effect {
        let design = fit.design
        var effect = Effect(outcome: design.outcome, kind: .overall)
        switch estimand.kind {
        case .overall:
            effect.kind = estimand.part == .gap ? .gap : .overall
            effect.term = "att"
        case .event(let e):
            effect.kind = .event
            effect.eventTime = e
        case .cohort(let start):
            effect.kind = .cohort
            effect.cohort = design.label(ofOrdinal: start)
        case .calendar(let t):
            effect.kind = .calendar
            effect.time = design.periods[t].label
        case .groupTime(let start, let t):
            effect.kind = .groupTime
            effect.cohort = design.label(ofOrdinal: start)
            effect.time = design.periods[t].label
            effect.eventTime = design.periods[t].ordinal - start
        case .mean(let family):
            effect.kind = estimand.part == .gap ? .gap : .overall
            effect.term =
                switch family {
                case .events: "att-event"
                case .cohorts: "att-cohort"
                case .periods: "att-calendar"
                case .pooledAfter: "att-pooled"
                case .pooledBefore: "pooled-before"
                case .joiners: "att-joiners"
                case .leavers: "att-leavers"
                case .perTreatment: "att-per-period"
                case .perYear: "att-per-year"
                }
        case .exposure(let years):
            effect.kind = .exposure
            effect.years = years
        case .coefficient(let name):
            effect.kind = .coefficient
            effect.term = name
        }
        switch estimand.part {
        case .everyone: break
        case .gap: if effect.kind != .gap { effect.term = "gap" }
        case .group: effect.group = "group"
        case .peers: effect.group = "peers"
        }
        return effect
    }
}
