import LinearAlgebra

extension SyntheticProblem {
    /// Synthetic control, then ω + (Y − Σ ω_j Y_j)'(X'X + λI)⁻¹X' with X the comparison units' results before the start less
    /// their means: what weights leave of the past is taken off by a ridge regression. They still sum to one.
    ///
    /// λ is the largest on a grid whose error on a period left out is within one standard error of the least.
    /// - Source: Ben-Michael, Feller & Rothstein (2021), Journal of the American Statistical Association 116.
    func augmented() -> SyntheticWeights {
        let periods = Array(0..<before)
        var found = control()
        guard let own = RidgeCorrection(self, periods), let ridge = chosenRidge(own.largest) else { return found }
        found.ridge = ridge
        found.unit = own.weights(found.unit, ridge: ridge)
        return found
    }

    /// Steps of the grid, over eight powers of ten down from the largest eigenvalue of X'X: the ratio is 10^(−8/20).
    private static let gridSteps = 20
    private static let gridRatio = 0.398_107_170_553_497_25

    private func chosenRidge(_ largest: Double) -> Double? {
        guard largest > 0, before > 2 else { return nil }
        var grid = [largest]
        for _ in 0..<Self.gridSteps { grid.append(grid[grid.count - 1] * Self.gridRatio) }
        var sums = [Double](repeating: 0, count: grid.count)
        var squares = sums
        for left in 0..<before {
            let periods = (0..<before).filter { $0 != left }
            let part = restricted(to: periods + [left] + Array(before..<periodCount), before: before - 1)
            let base = part.control().unit
            guard let correction = RidgeCorrection(part, Array(0..<before - 1)) else { return nil }
            for (k, ridge) in grid.enumerated() {
                let error = part.gaps(
                    of: part.target, SyntheticWeights(unit: correction.weights(base, ridge: ridge), residual: 0))[
                        before - 1]
                sums[k] += error * error
                squares[k] += error * error * error * error
            }
        }
        let n = Double(before)
        let mean = sums.map { $0 / n }
        guard let best = mean.indices.min(by: { mean[$0] < mean[$1] }) else { return nil }
        let variance = max(0, squares[best] / n - mean[best] * mean[best]) * n / (n - 1)
        let bound = mean[best] + (variance / n).squareRoot()
        return mean.indices.first { mean[$0] <= bound }.map { grid[$0] }
    }

    /// The same units over chosen periods, in the given order.
    func restricted(to periods: [Int], before: Int) -> SyntheticProblem {
        let count = periodCount
        return SyntheticProblem(
            donors: (0..<donorCount).flatMap { j in periods.map { donors[j * count + $0] } }, donorCount: donorCount,
            target: periods.map { target[$0] }, before: before, members: members)
    }
}

/// X and the eigenvectors of X'X, from which the correction follows for every λ.
private struct RidgeCorrection {
    let centred: Matrix
    let eigen: SymmetricEigen
    /// Results of the target less the comparison units' means, and each comparison unit's.
    let target: [Double]

    init?(_ problem: SyntheticProblem, _ periods: [Int]) {
        var x = Matrix(problem.donorCount, periods.count)
        var target: [Double] = []
        for (k, t) in periods.enumerated() {
            var mean = 0.0
            for j in 0..<problem.donorCount { mean += problem.donors[j * problem.periodCount + t] }
            mean /= Double(problem.donorCount)
            for j in 0..<problem.donorCount { x[j, k] = problem.donors[j * problem.periodCount + t] - mean }
            target.append(problem.target[t] - mean)
        }
        guard let eigen = try? SymmetricEigen(x.crossProduct()) else { return nil }
        centred = x
        self.eigen = eigen
        self.target = target
    }

    var largest: Double { eigen.values.last ?? 0 }

    func weights(_ base: [Double], ridge: Double) -> [Double] {
        let left = zip(target, centred.transposedTimes(base)).map { $0 - $1 }
        var inner = eigen.vectors.transposedTimes(left)
        for i in inner.indices { inner[i] /= max(eigen.values[i], 0) + ridge }
        return zip(base, centred.times(eigen.vectors.times(inner))).map { $0 + $1 }
    }
}
