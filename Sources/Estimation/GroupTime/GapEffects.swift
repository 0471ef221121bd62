import LinearAlgebra
import Panels

/// Effects on the group and on its peers, by cohort and period, for an effect on the gap between them.
///
/// Four arms: the cohort's group and peers, and those of the units that compare. Without covariates each effect is the change
/// in its own arm less the change among those who compare: the gap's effect is a difference of two differences in
/// differences. With covariates all is told for the cohort's group: its own effect, and that on peers who are like it,
///
///     peers = DR[(group, cohort) against (peers, comparison)] − DR[(group, cohort) against (peers, cohort)]
///
/// so that peers − group is the triple difference with the treated group as the common target; the difference of two adjusted
/// differences, each with covariates of its own, would mix an effect with unlike covariates.
///
/// Starts of those who compare are compared with one by one, never pooled: trends may differ between cohorts as long as
/// those of the gap do not, and a pool holds the cohorts of the group and of its peers in different shares. The estimates
/// are combined by the weights of least variance.
/// - Source: Ortiz-Villavicencio & Sant'Anna (2025), *Better understanding triple differences estimators*.
struct GapEffects {
    typealias Effect = GroupTimeSample.Effect

    let sample: GroupTimeSample
    let method: AdjustmentMethod
    let blocks: CellFactor

    /// Both effects of one comparison.
    struct Pair {
        var group: Effect
        var peers: Effect

        /// Per block: what it adds to the error of peers − group.
        var contributions: [Double] { zip(peers.contributions, group.contributions).map { $0 - $1 } }
    }

    /// A pair with the starts that it was compared with, nil for those that never start, and their weights.
    struct Found {
        var pair: Pair
        var compared: [(start: Int?, share: Double)]
        /// Starts that could not be compared with on their own.
        var leftOut: [Int?] = []
    }

    func find(_ comparison: GroupTimePlan.Comparison) throws(EstimationError) -> Found {
        let starts = comparedStarts(comparison)
        let inner = try inner(comparison)
        guard starts.count > 1 else {
            let start = starts.first ?? nil
            return Found(pair: try pair(comparison, against: start, inner), compared: [(start, 1)])
        }
        var pairs: [Pair] = []
        var compared: [Int?] = []
        var leftOut: [Int?] = []
        for start in starts {
            // One cluster's changes do not vary about their mean: it would seem to be without error.
            guard hasTwoClusters(start), let pair = try? pair(comparison, against: start, inner) else {
                leftOut.append(start)
                continue
            }
            compared.append(start)
            pairs.append(pair)
        }
        guard !pairs.isEmpty else {
            return Found(
                pair: try pair(comparison, against: starts[0], inner), compared: [(starts[0], 1)],
                leftOut: Array(starts.dropFirst()))
        }
        let shares = try Self.shares(pairs.map(\.contributions))
        return Found(
            pair: Self.combined(pairs, shares), compared: zip(compared, shares).map { ($0, $1) }, leftOut: leftOut)
    }

    private static let group = GroupTimeArm(.cohort, isGroup: true)
    private static let peers = GroupTimeArm(.cohort, isGroup: false)

    /// With covariates: the cohort's group against its own peers.
    func inner(_ comparison: GroupTimePlan.Comparison) throws(EstimationError) -> Effect? {
        guard sample.covariateCount > 0 else { return nil }
        return try sample.effect(comparison, method, of: Self.group, against: Self.peers, blocks: blocks)
    }

    /// Both effects against those with one start, nil for those that never start.
    func pair(
        _ comparison: GroupTimePlan.Comparison, against start: Int?, _ inner: Effect?
    ) throws(EstimationError) -> Pair {
        let others = GroupTimeArm(.only(start), isGroup: false)
        let group = try sample.effect(
            comparison, method, of: Self.group, against: GroupTimeArm(.only(start), isGroup: true), blocks: blocks)
        guard let inner else {
            return Pair(
                group: group,
                peers: try sample.effect(comparison, method, of: Self.peers, against: others, blocks: blocks))
        }
        let outer = try sample.effect(comparison, method, of: Self.group, against: others, blocks: blocks)
        let estimate = outer.estimate - inner.estimate
        return Pair(
            group: group,
            peers: Effect(
                estimate: estimate, contributions: zip(outer.contributions, inner.contributions).map { $0 - $1 },
                treated: sample.cells(of: Self.peers, comparison).map { ($0.cell, $0.share, estimate) }))
    }

    /// Those that never start first, then by start.
    private func comparedStarts(_ comparison: GroupTimePlan.Comparison) -> [Int?] {
        let starts = sample.isUsed.indices.filter { sample.isUsed[$0] }.map { sample.start[$0] }
            .filter { $0 != comparison.cohort && comparison.isCompared($0) }
        return (starts.contains(nil) ? [nil] : []) + Array(Set(starts.compactMap { $0 })).sorted()
    }

    private func hasTwoClusters(_ start: Int?) -> Bool {
        let design = sample.design
        return [true, false].allSatisfy { side in
            var first: Int?
            return (0..<design.cellCount).contains { c in
                guard sample.start[design.unit[c]] == start, sample.isUsed[design.unit[c]],
                    design.isGroup?[c] == side
                else { return false }
                first = first ?? blocks.codes[c]
                return first != blocks.codes[c]
            }
        }
    }

    /// Weights Ω⁻¹1/(1'Ω⁻¹1) that give the sum of estimates the least variance, Ω being their covariance.
    ///
    /// All estimate the same effect, so that estimating the weights adds nothing to the error to first order.
    static func shares(_ contributions: [[Double]]) throws(EstimationError) -> [Double] {
        let omega = Matrix(rows: contributions.first?.count ?? 0, columns: contributions).crossProduct()
        let solved = try numerically { () throws(LinearAlgebraError) in
            let cholesky = try OrderedCholesky(omega)
            var whole = [Double](repeating: 0, count: contributions.count)
            for (place, value) in zip(cholesky.kept, try cholesky.solve(cholesky.kept.map { _ in 1 })) {
                whole[place] = value
            }
            return whole
        }
        let total = solved.reduce(0, +)
        guard total > 0 else { return solved.map { _ in 1 / Double(solved.count) } }
        return solved.map { $0 / total }
    }

    static func combined(_ pairs: [Pair], _ shares: [Double]) -> Pair {
        Pair(group: combined(pairs.map(\.group), shares), peers: combined(pairs.map(\.peers), shares))
    }

    private static func combined(_ effects: [Effect], _ shares: [Double]) -> Effect {
        var whole = effects[0]
        whole.estimate = 0
        for b in whole.contributions.indices { whole.contributions[b] = 0 }
        for i in whole.treated.indices { whole.treated[i].effect = 0 }
        for (effect, share) in zip(effects, shares) {
            whole.estimate += share * effect.estimate
            for b in whole.contributions.indices { whole.contributions[b] += share * effect.contributions[b] }
            // The treated are the same cells whoever compares.
            for i in whole.treated.indices { whole.treated[i].effect += share * effect.treated[i].effect }
        }
        return whole
    }
}
