import Foundation
import LinearAlgebra

/// Weights of comparison units whose means are those of the treated units in every variable, as near to even as that allows.
///
/// They maximise entropy: w ∝ e^(−λ'x), with λ the least of log Σ e^(−λ'(x − x̄_T)), which is convex and found by Newton's
/// method. Within strata each is balanced by itself.
/// - Source: Hainmueller (2012), *Political Analysis* 20.
public struct EntropyBalance: ComparisonMethod, Equatable {
    public init() {}

    public func group(_ profiles: UnitProfiles) throws(ComparisonError) -> ComparisonGroup {
        guard !profiles.donors.isEmpty else { throw .noDonors }
        var group = ComparisonGroup(weights: [Double](repeating: 0, count: profiles.units.count))
        for part in profiles.byStratum where !part.treated.isEmpty {
            guard !part.donors.isEmpty else {
                let reason = "no comparison unit shares \(part.values.joined(separator: ", "))"
                group.unmatched += part.treated.map { .init(unit: $0, reason: reason) }
                continue
            }
            let found = try Programme(profiles, part.treated, part.donors).solve()
            let total = part.treated.reduce(0) { $0 + profiles.importance[$1] }
            for (j, weight) in zip(part.donors, found.weights) { group.weights[j] = weight * total }
            for i in part.treated { group.weights[i] = profiles.importance[i] }
            for name in found.dropped where !group.dropped.contains(name) { group.dropped.append(name) }
        }
        guard group.weights.contains(where: { $0 > 0 }) else { throw .noDonors }
        group.unmatched.sort { $0.unit < $1.unit }
        return group
    }

    /// The dual in one stratum.
    struct Programme {
        let variables: [String]
        let stratum: [String]
        /// Comparison units × variables, less the treated units' means, in standard deviations of comparison units.
        let x: Matrix

        /// What is left of a standard deviation at the end.
        static let tolerance = 1e-10
        static let iterationLimit = 200

        init(_ profiles: UnitProfiles, _ treated: [Int], _ donors: [Int]) {
            variables = profiles.variables
            stratum = profiles.strata[treated[0]]
            let total = treated.reduce(0) { $0 + profiles.importance[$1] }
            x = Matrix(
                rows: donors.count,
                columns: variables.indices.map { k in
                    let target =
                        treated.reduce(0.0) { $0 + profiles.importance[$1] * profiles.values[$1, k] } / total
                    let mean = donors.reduce(0.0) { $0 + profiles.values[$1, k] } / Double(donors.count)
                    let square = donors.reduce(0.0) { sum, j in
                        let d = profiles.values[j, k] - mean
                        return sum + d * d
                    }
                    let spread = (square / Double(donors.count)).squareRoot()
                    // One that does not vary is left at its own scale.
                    let isFlat = spread <= 1e-12 * max(abs(mean), abs(target))
                    let unit = isFlat ? max(abs(mean), abs(target), .leastNormalMagnitude) : spread
                    return donors.map { j in
                        let d = (profiles.values[j, k] - target) / unit
                        return isFlat && abs(d) <= 1e-12 ? 0 : d
                    }
                })
        }

        private func infeasible(_ k: Int, alone: Bool) -> ComparisonError {
            .infeasible(variable: variables[k], alone: alone, stratum: stratum)
        }

        /// - Throws: `.infeasible` where no weights above 0 have these means.
        func solve() throws(ComparisonError) -> (weights: [Double], dropped: [String]) {
            for k in variables.indices {
                let column = x.column(k)
                guard let low = column.min(), let high = column.max() else { continue }
                if !(low < 0 && high > 0), low != 0 || high != 0 { throw infeasible(k, alone: true) }
            }
            var lambda = [Double](repeating: 0, count: x.columns)
            var state = State(x, lambda)
            var dropped: [Int] = []
            for _ in 0..<Self.iterationLimit {
                let worst = state.means.indices.max { abs(state.means[$0]) < abs(state.means[$1]) }
                guard let worst, abs(state.means[worst]) > Self.tolerance else {
                    return (state.weights, dropped.map { variables[$0] })
                }
                let step: [Double]
                do {
                    let solver = try OrderedCholesky(state.curvature(x), tolerance: 1e-12)
                    let solved = try solver.solve(solver.kept.map { state.means[$0] })
                    var whole = [Double](repeating: 0, count: x.columns)
                    for (a, k) in solver.kept.enumerated() { whole[k] = solved[a] }
                    step = whole
                    dropped = solver.dropped
                } catch { throw infeasible(worst, alone: false) }
                let slope = zip(step, state.means).reduce(0) { $0 + $1.0 * $1.1 }
                var size = 1.0
                while true {
                    let next = zip(lambda, step).map { $0 + size * $1 }
                    let moved = State(x, next)
                    if moved.value <= state.value - 1e-4 * size * slope + 1e-13 * abs(state.value) {
                        (lambda, state) = (next, moved)
                        break
                    }
                    size /= 2
                    guard size > 1e-12 else { throw infeasible(worst, alone: false) }
                }
                // log Σ falls without end only where no weights balance.
                if state.value < -600 { throw infeasible(worst, alone: false) }
            }
            let worst = state.means.indices.max { abs(state.means[$0]) < abs(state.means[$1]) } ?? 0
            throw infeasible(worst, alone: false)
        }
    }

    private struct State {
        /// Summing to one.
        var weights: [Double]
        /// log Σ e^(−λ'x).
        var value: Double
        /// Σ w x: what is not balanced.
        var means: [Double]

        init(_ x: Matrix, _ lambda: [Double]) {
            let line = x.times(lambda)
            let least = line.min() ?? 0
            weights = line.map { exp(least - $0) }
            let total = weights.reduce(0, +)
            for j in weights.indices { weights[j] /= total }
            value = log(total) - least
            means = x.transposedTimes(weights)
        }

        /// Σ w xx' − (Σ w x)(Σ w x)'.
        func curvature(_ x: Matrix) -> Matrix {
            var centred = x
            let roots = weights.map { $0.squareRoot() }
            for k in 0..<x.columns {
                for j in 0..<x.rows {
                    centred.storage[k * x.rows + j] = roots[j] * (x.storage[k * x.rows + j] - means[k])
                }
            }
            return centred.crossProduct()
        }
    }
}
