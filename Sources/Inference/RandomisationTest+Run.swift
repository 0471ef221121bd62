import Dispatch
import Estimation
import LinearAlgebra
import Panels
import Tables

extension RandomisationTest {
    /// Tests that no unit was affected, by reassigning starts; the statistic is the studentised headline.
    ///
    /// p = (1 + #{|T*| ≥ |T|})/(R + 1), or the plain share where all assignments are tried; ties count, to 1e-10.
    /// Assignments under which the estimator does not exist are left out of the count.
    /// - Returns: nil where treatment does not follow from starts, or the headline itself has no statistic.
    static func run(
        _ fit: Fit, window: ClosedRange<Int>?, draws: Int, seed: UInt64, threads: Int
    ) throws(EstimationError) -> RandomisationTest? {
        let design = fit.design
        guard draws > 0, design.isTreated(under: design.start) == design.isTreated else { return nil }
        let reassignment = Reassignment(design, draws: draws, seed: seed)
        let statistic = try HeadlineStatistic(fit, window: window)
        guard let observed = statistic(design.start) else { return nil }
        let drawn = parallel(reassignment.count, threads: threads) { statistic(reassignment.starts($0)) }
        return RandomisationTest(observed: observed, drawn: drawn, reassignment: reassignment)
    }

    /// - Parameter drawn: absolute or one-sided statistics alike: sizes are compared.
    init?(observed: Double, drawn: [Double?], reassignment: Reassignment) {
        let sizes = drawn.compactMap { $0.map(abs) }
        guard !sizes.isEmpty, !observed.isNaN else { return nil }
        let reached = sizes.reduce(0) { $0 + ($1 >= abs(observed) * (1 - 1e-10) ? 1 : 0) }
        let added = reassignment.isEnumerated ? 0 : 1
        let largest = sizes.max() ?? 0
        // Where all assignments are known, mirror images tie (both arms of equal size).
        let atTop = sizes.reduce(0) { $0 + ($1 >= largest * (1 - 1e-10) ? 1 : 0) }
        self.init(
            pValue: Double(reached + added) / Double(sizes.count + added),
            smallestPossible: reassignment.isEnumerated
                ? Double(atTop) / Double(sizes.count)
                : max(1 / Double(sizes.count + 1), 1 / reassignment.possibleCount),
            assignments: sizes.count, isEnumerated: reassignment.isEnumerated)
    }
}

/// The same value for every index, whatever the threads: index by index into its own place.
func parallel(_ count: Int, threads: Int, _ value: @Sendable (Int) -> Double?) -> [Double?] {
    var results = [Double?](repeating: nil, count: count)
    let pieces = max(1, min(threads, count))
    results.withUnsafeMutableBufferPointer { buffer in
        // Each piece writes only its own indices.
        nonisolated(unsafe) let output = buffer
        DispatchQueue.concurrentPerform(iterations: pieces) { piece in
            for k in stride(from: piece, to: count, by: pieces) { output[k] = value(k) }
        }
    }
    return results
}

/// The studentised headline of a fit's estimator as a function of starts.
struct HeadlineStatistic: Sendable {
    private let compute: @Sendable ([Int?]) -> Double?

    func callAsFunction(_ start: [Int?]) -> Double? { compute(start) }

    init(_ fit: Fit, window: ClosedRange<Int>?) throws(EstimationError) {
        let design = fit.design
        let part: Estimand.Part = design.isGroup == nil ? .everyone : .gap
        switch fit.estimator {
        case .imputation:
            let model = try ImputationModel(design)
            compute = { Self.imputation(model, design, part, start: $0) }
        case .did2x2:
            let first = design.treatedStarts.first ?? 0
            let post = design.period.map { design.periods[$0].ordinal >= first ? 1.0 : 0 }
            let group = design.isGroup.map { $0.map { $0 ? 1.0 : 0 } }
            let nuisance = [post] + (group.map { [$0, zip(post, $0).map { $0 * $1 }] } ?? [])
            let regression = try PartialledRegression(design, effects: design.absorbed, nuisance: nuisance)
            compute = { start in
                let arm = design.unit.map { u in start[u] == first ? 1.0 : 0 }
                let arms = Self.byGroup(design, arm)
                let treated = design.isTreated(under: start).map { $0 ? 1.0 : 0 }
                let columns = arms + Self.byGroup(design, treated)
                return regression.draw(columns)?.studentised(
                    arms.map { _ in 0 } + (arms.count == 1 ? [1] : [-1, 1]))
            }
        default:
            let regression = try PartialledRegression(design, effects: design.effects)
            let isEventStudy = fit.estimator == .eventStudy
            compute = { start in
                isEventStudy
                    ? Self.eventStudy(regression, window: window, part, start: start)
                    : Self.treatment(regression, start: start)
            }
        }
    }

    private static func treatment(_ regression: PartialledRegression, start: [Int?]) -> Double? {
        let design = regression.design
        let columns = byGroup(design, design.isTreated(under: start).map { $0 ? 1.0 : 0 })
        return regression.draw(columns)?.studentised(columns.count == 1 ? [1] : [-1, 1])
    }

    private static func eventStudy(
        _ regression: PartialledRegression, window: ClosedRange<Int>?, _ part: Estimand.Part, start: [Int?]
    ) -> Double? {
        var design = regression.design
        design.start = start
        design.isTreated = design.isTreated(under: start)
        design.eventTime = design.eventTime(under: start)
        let eventTime = EventStudy.binned(design, window: window)
        let times = Array(Set(eventTime.compactMap { $0 })).sorted()
        guard let reference = EventStudy.reference(times),
            let omega = EstimandCells(design: design, eventTime: eventTime).weights(Estimand(.overall, part))
        else { return nil }
        let columns = times.filter { $0 != reference }.flatMap { e in
            byGroup(design, eventTime.map { $0 == e ? 1.0 : 0 })
        }
        return regression.draw(columns)?.studentised(columns.map { dot(omega, $0) })
    }

    private static func imputation(
        _ model: ImputationModel, _ design: Design, _ part: Estimand.Part, start: [Int?]
    ) -> Double? {
        var assigned = design
        assigned.start = start
        assigned.isTreated = design.isTreated(under: start)
        guard
            let omega = EstimandCells(design: assigned, eventTime: assigned.eventTime).weights(
                Estimand(.overall, part)),
            let solution = try? model.solve(isTreated: assigned.isTreated), solution.unidentified.isEmpty
        else { return nil }
        let v = solution.weights(omega, rows: model.rows)
        let e = ImputationGroups(assigned).residuals(solution, omega: omega, rows: model.rows)
        let cluster = design.clusters[0]
        var sums = [Double](repeating: 0, count: cluster.levels.count)
        for r in v.indices { sums[cluster.codes[model.rows.cell[r]]] += v[r] * e[r] }
        let estimate = omega.indices.reduce(0.0) {
            omega[$1] == 0 ? $0 : $0 + omega[$1] * solution.remainder[$1] / model.rows.scale[$1]
        }
        let variance = dot(sums, sums)
        if estimate == 0 { return 0 }
        return variance > 0 ? estimate / variance.squareRoot() : .infinity
    }

    /// The column, or in a triple difference its two parts: group, then peers.
    private static func byGroup(_ design: Design, _ values: [Double]) -> [[Double]] {
        guard let isGroup = design.isGroup else { return [values] }
        return [true, false].map { side in values.indices.map { isGroup[$0] == side ? values[$0] : 0 } }
    }
}
