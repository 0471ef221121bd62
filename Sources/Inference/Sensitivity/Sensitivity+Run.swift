import Estimation
import LinearAlgebra
import Panels
import Probability

extension Sensitivity {
    /// The sensitivity of an analysis: of its effect averaged over all steps after the start, and of the first step.
    ///
    /// Intervals take the clustered CR1 covariance and the normal distribution. Where clusters are few and the table shows CR2
    /// or CR3, the covariance is widened so that the effect's own interval would be as wide as in the table: a conclusion may
    /// not look firmer here than there.
    /// - Parameters:
    ///   - table: the analysis' estimates with their covariance.
    ///   - kind: of its variance.
    /// - Returns: a diagnostic never stops the estimate it stands beside: where it cannot be had, its words say why.
    static func find(_ table: EffectTable, kind: VarianceKind, counts: ArmCounts) -> Sensitivity {
        do {
            return try run(table, kind: kind, counts: counts)
        } catch {
            return Sensitivity(
                targets: [], before: [], reference: nil,
                words: "How far trends may have departed from parallel cannot be judged: \(error.message).")
        }
    }

    private static func run(
        _ table: EffectTable, kind: VarianceKind, counts: ArmCounts
    ) throws(EstimationError) -> Sensitivity {
        guard !counts.isSingleTreated else {
            throw .noSensitivity(
                reason:
                    "the treated \(table.options.unitNoun) are one unit or cluster, whose own spread cannot be known")
        }
        let joint = try JointEventStudy.make(table, kind: kind)
        let first = table.options.window?.lowerBound ?? Int.min
        let used = joint.times.indices.filter { k in
            joint.times[k] > joint.reference || (joint.times[k] >= first && !joint.unsupported.contains(joint.times[k]))
        }
        let sign = table.sign(0)
        let study = try EventStudyEstimates(
            steps: used.map { joint.times[$0] - joint.reference }, estimates: used.map { sign * joint.estimates[$0] },
            covariance: joint.covariance.selecting(rows: used).selecting(columns: used))
        let after = used.map { joint.times[$0] }.filter { $0 > joint.reference }
        let shares = used.filter { joint.times[$0] > joint.reference }.map { joint.shares[$0] }
        var targets: [Target] = []
        let steps = after.filter { $0 >= 0 }
        targets.append(
            try target(.average, shares, steps, study, table: joint.table, like: joint.table.effect(0)))
        if let next = steps.first, steps.count > 1 {
            let row = joint.table.fit.estimands.firstIndex {
                $0.kind == .event(next) && $0.part == joint.table.fit.estimands[0].part
            }
            targets.append(
                try target(
                    .first, after.map { $0 == next ? 1 : 0 }, [next], study, table: joint.table,
                    like: joint.table.effect(row ?? 0)))
        }
        var result = Sensitivity(
            targets: targets, before: used.map { joint.times[$0] }.filter { $0 < joint.reference },
            reference: joint.reference, words: "")
        result.speak(estimator: table.fit.estimator, period: table.fit.design.periods.first?.kind ?? .year)
        return result
    }

    /// - Parameter row: the effect in the table.
    private static func target(
        _ kind: Target.Kind, _ l: [Double], _ times: [Int], _ study: EventStudyEstimates, table: EffectTable,
        like row: Effect
    ) throws(EstimationError) -> Target {
        let level = table.options.level
        let contrast = study.contrast(after: l)
        let deviation = study.covariance(contrast, contrast).squareRoot()
        var study = study
        if table.covariance.kind.isLeverageAdjusted {
            guard let lower = row.lower, let upper = row.upper else {
                throw .noSensitivity(reason: "the effect has no interval of its own")
            }
            let ratio = 0.5 * (upper - lower) / (deviation * Normal.tailQuantile((1 - level) / 2))
            if ratio > 1 { study = try study.widened(by: ratio * ratio) }
        }
        let relative = RelativeMagnitudes(study, target: l, level: level)
        let smooth = try SmoothTrends(study, target: l, level: level)
        return Target(
            kind: kind, eventTimes: times, estimate: relative.estimate,
            curves: [
                relativeMagnitudes(relative),
                try smoothness(smooth, unit: relative.largestBefore > 0 ? relative.largestBefore : deviation),
            ])
    }
}
