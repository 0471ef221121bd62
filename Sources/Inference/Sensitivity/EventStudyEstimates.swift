import Estimation
import LinearAlgebra

/// Differences between the arms by calendar step, each against one reference period, with their full covariance: what an
/// analysis of sensitivity to parallel trends starts from.
///
/// Periods without an estimate are holes: steps are counted by the calendar, and a path may do there whatever the
/// restriction allows between its neighbours.
public struct EventStudyEstimates: Sendable {
    /// P steps before the reference, ascending and negative: −1 is the period before the reference.
    public let before: [Int]
    /// T steps after the reference, ascending and positive.
    public let after: [Int]
    /// P + T estimates, in the outcome's unit.
    public let estimates: [Double]
    /// (P + T) × (P + T).
    public let covariance: Matrix

    /// - Parameters:
    ///   - steps: P + T calendar steps from the reference, ascending, without 0.
    ///   - estimates: one a step.
    /// - Throws: `.noSensitivity` where no step lies before the reference or none after it, or where the covariance is
    ///   singular: then fewer independent clusters than estimates stand behind it.
    public init(steps: [Int], estimates: [Double], covariance: Matrix) throws(EstimationError) {
        precondition(steps.count == estimates.count && covariance.rows == steps.count, "an estimate and a row a step")
        precondition(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 } && !steps.contains(0), "ascending steps")
        before = steps.filter { $0 < 0 }
        after = steps.filter { $0 > 0 }
        self.estimates = estimates
        self.covariance = covariance
        guard !before.isEmpty else {
            throw .noSensitivity(
                reason: "there is only one period before the start, so no change before it to measure departures by")
        }
        guard !after.isEmpty else { throw .noSensitivity(reason: "there is no estimate after the start") }
        let factor = try numerically { () throws(LinearAlgebraError) in try OrderedCholesky(covariance) }
        guard factor.dropped.isEmpty, estimates.allSatisfy(\.isFinite) else {
            throw .noSensitivity(
                reason:
                    "the \(steps.count) estimates before and after the start have no joint covariance of full rank: too "
                    + "few clusters stand behind them")
        }
    }

    /// The same estimates with a covariance that is this many times as large.
    func widened(by factor: Double) throws(EstimationError) -> EventStudyEstimates {
        try EventStudyEstimates(
            steps: before + after, estimates: estimates, covariance: covariance.scaled(by: factor))
    }

    /// c'Σd.
    func covariance(_ c: [Double], _ d: [Double]) -> Double { dot(c, covariance.times(d)) }

    /// A contrast that is l on the steps after the reference and 0 before it.
    func contrast(after l: [Double]) -> [Double] { [Double](repeating: 0, count: before.count) + l }

    /// Per interval between neighbouring estimates, the reference among them: the contrast that gives the change a step.
    ///
    /// - Returns: those that end at or before the reference, then those after it, in calendar order.
    func changes() -> (before: [[Double]], after: [[Double]]) {
        let places: [Int?] = before.indices.map { $0 } + [nil] + after.indices.map { before.count + $0 }
        let steps = before + [0] + after
        let all = (1..<steps.count).map { i in
            var change = [Double](repeating: 0, count: estimates.count)
            let length = Double(steps[i] - steps[i - 1])
            if let place = places[i] { change[place] += 1 / length }
            if let place = places[i - 1] { change[place] -= 1 / length }
            return change
        }
        return (Array(all.prefix(before.count)), Array(all.dropFirst(before.count)))
    }
}

/// What remains of an estimate's interval when parallel trends may fail by so much.
public struct SensitivityInterval: Sendable, Equatable {
    /// The bound on departures, in the restriction's own unit.
    public var m: Double
    public var lower: Double
    public var upper: Double

    public init(m: Double, lower: Double, upper: Double) {
        self.m = m
        self.lower = lower
        self.upper = upper
    }

    var isAwayFromZero: Bool { lower > 0 || upper < 0 }
}
