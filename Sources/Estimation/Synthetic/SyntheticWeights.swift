import LinearAlgebra

/// How treated units are put together from comparison units.
public enum SyntheticForm: Sendable, Equatable {
    /// Each treated unit has weights of its own, no intercept, and all periods before the start count alike.
    case control
    /// The same, then moved by a ridge regression towards the treated unit's past; weights may then be negative.
    case augmentedControl
    /// One set of weights a start, with an intercept and a ridge, and weights of the periods before it.
    case difference
}

/// Weights of comparison units and, for synthetic differences in differences, of periods before a start.
public struct SyntheticWeights: Sendable, Equatable {
    /// One a comparison unit.
    public var unit: [Double]
    /// One a period before the start; empty where periods have no weights.
    public var time: [Double] = []
    /// What is left of the optimality conditions, the worse of the two.
    public var residual: Double
    /// Of the ridge regression; nil without one.
    public var ridge: Double?
}

/// Outcomes of some comparison units beside the treated ones they are to stand for.
///
/// Rows are units and columns all periods, row after row; the first `before` periods are those before the start.
struct SyntheticProblem {
    /// Comparison units × periods.
    var donors: [Double]
    var donorCount: Int
    /// The target's path over all periods.
    var target: [Double]
    var before: Int
    /// Treated units behind the target.
    var members = 1

    var periodCount: Int { target.count }
    private func donor(_ j: Int, _ t: Int) -> Double { donors[j * target.count + t] }

    /// The standard deviation of all changes from one period to the next before the start.
    var noise: Double {
        let changes = donorCount * (before - 1)
        guard changes > 1 else { return 0 }
        var sum = 0.0
        for j in 0..<donorCount { sum += donor(j, before - 1) - donor(j, 0) }
        let mean = sum / Double(changes)
        var squares = 0.0
        for j in 0..<donorCount {
            for t in 1..<before {
                let d = donor(j, t) - donor(j, t - 1) - mean
                squares += d * d
            }
        }
        return (squares / Double(changes - 1)).squareRoot()
    }

    func weights(_ form: SyntheticForm) -> SyntheticWeights {
        switch form {
        case .control: control()
        case .augmentedControl: augmented()
        case .difference: difference()
        }
    }

    /// min ‖Σ ω_j Y_j − Y‖² over the periods before the start, with a ridge of (10⁻⁶ σ)² a period, so small that it only
    /// chooses between equals.
    /// - Source: Abadie, Diamond & Hainmueller (2010), with all results before the start as predictors and V = I.
    func control() -> SyntheticWeights {
        let zeta = 1e-6 * noise
        let found = unitProgramme(ridge: Double(before) * zeta * zeta, hasIntercept: false).solve()
        return SyntheticWeights(unit: found.weights, residual: found.residual)
    }

    /// Unit weights with ζ = (N₁T₁)^¼ σ and an intercept, time weights with ζ = 10⁻⁶ σ.
    /// - Source: Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), American Economic Review 111.
    func difference() -> SyntheticWeights {
        let noise = noise
        let after = periodCount - before
        let zeta = Double(members * after).squareRoot().squareRoot() * noise
        let units = unitProgramme(ridge: Double(before) * zeta * zeta, hasIntercept: true).solve()
        let small = 1e-6 * noise
        let times = timeProgramme(ridge: Double(donorCount) * small * small).solve()
        return SyntheticWeights(
            unit: units.weights, time: times.weights, residual: max(units.residual, times.residual))
    }

    func unitProgramme(ridge: Double, hasIntercept: Bool) -> SimplexProgramme {
        let (d, count) = (before, periodCount)
        var goal = Array(target[0..<d])
        if hasIntercept { Self.centre(&goal, from: 0, count: d) }
        var points = [Double](repeating: 0, count: donorCount * d)
        points.withUnsafeMutableBufferPointer { points in
            donors.withUnsafeBufferPointer { donors in
                for j in 0..<donorCount {
                    var mean = 0.0
                    if hasIntercept {
                        for t in 0..<d { mean += donors[j * count + t] }
                        mean /= Double(d)
                    }
                    for t in 0..<d { points[j * d + t] = donors[j * count + t] - mean - goal[t] }
                }
            }
        }
        return SimplexProgramme(points: points, dimension: d, count: donorCount, ridge: ridge)
    }

    /// Periods before the start that together come closest, but for a constant, to the mean of those from it on.
    func timeProgramme(ridge: Double) -> SimplexProgramme {
        let (n, count, after) = (donorCount, periodCount, periodCount - before)
        var goal = [Double](repeating: 0, count: n)
        for j in 0..<n {
            for t in before..<count { goal[j] += donors[j * count + t] }
            goal[j] /= Double(after)
        }
        var points = [Double](repeating: 0, count: before * n)
        for t in 0..<before {
            for j in 0..<n { points[t * n + j] = donors[j * count + t] - goal[j] }
            Self.centre(&points, from: t * n, count: n)
        }
        return SimplexProgramme(points: points, dimension: n, count: before, ridge: ridge)
    }

    private static func centre(_ values: inout [Double], from first: Int, count: Int) {
        var mean = 0.0
        for i in first..<first + count { mean += values[i] }
        mean /= Double(count)
        for i in first..<first + count { values[i] -= mean }
    }

    /// The gap of a path to its synthetic counterpart in every period; time weights take its own past, and the counterpart's,
    /// off both.
    func gaps(of path: [Double], _ weights: SyntheticWeights) -> [Double] {
        let count = periodCount
        var gaps = path
        gaps.withUnsafeMutableBufferPointer { gaps in
            donors.withUnsafeBufferPointer { donors in
                for j in 0..<donorCount where weights.unit[j] != 0 {
                    let w = weights.unit[j]
                    for t in 0..<count { gaps[t] -= w * donors[j * count + t] }
                }
            }
        }
        guard !weights.time.isEmpty else { return gaps }
        var level = 0.0
        for t in 0..<before { level += weights.time[t] * gaps[t] }
        for t in 0..<count { gaps[t] -= level }
        return gaps
    }
}
