/// How much the yearly effects of a unit move apart: γ(k) = ½ Var(u_t+k − u_t), by years k, for one side or between two.
///
/// By the method of moments. For each pair of periods k years apart, d_i is the change of unit i's mean and m units have
/// both; Σ(dᵃ − d̄ᵃ)(dᵇ − d̄ᵇ) has the expectation (m − 1)(2γ(k) + sampling), whatever the sizes of the cells: unit and
/// period effects are gone, and sampling, σ² times the mean of the sum of both Σw²/(Σw)², is known. Pairs of one lag are
/// pooled by m − 1.
struct Variogram: Sendable, Equatable {
    struct Lag: Sendable, Equatable {
        var years: Int
        var value: Double
        /// Σ (m − 1) over the pairs of periods.
        var weight: Double
    }

    /// Ascending in years; lags without two units are left out.
    let lags: [Lag]
    /// What two different years always differ by, beyond sampling.
    let nugget: Double
    /// What is shared less and less from year to year, and its correlation one year apart.
    let sill: Double
    let correlation: Double

    /// γ(k) = nugget + sill·(1 − φ^k), the fit to the lags; γ(0) = 0.
    func callAsFunction(_ years: Int) -> Double {
        years == 0 ? 0 : nugget + sill * (1 - power(correlation, years))
    }

    init(_ rows: SchoolYears, sides: (Int, Int)) {
        let periods = rows.ordinals.count
        var sums: [Int: (value: Double, weight: Double)] = [:]
        for t in 0..<periods {
            for later in t + 1..<max(t + 1, periods) {
                guard let found = Self.moment(rows, sides, t, later) else { continue }
                let years = rows.ordinals[later] - rows.ordinals[t]
                let known = sums[years] ?? (0, 0)
                sums[years] = (known.value + found.sum, known.weight + found.freedom)
            }
        }
        lags = sums.keys.sorted().map { years in
            let sum = sums[years] ?? (0, 1)
            return Lag(years: years, value: sum.value / (2 * sum.weight), weight: sum.weight)
        }
        (nugget, sill, correlation) = Self.fit(lags, isCovariance: sides.0 != sides.1)
    }

    /// The centred products of changes between two periods, with what sampling adds taken off.
    private static func moment(
        _ rows: SchoolYears, _ sides: (Int, Int), _ t: Int, _ later: Int
    ) -> (sum: Double, freedom: Double)? {
        let periods = rows.ordinals.count
        var a: [Double] = []
        var b: [Double] = []
        var sampling = 0.0
        for unit in 0..<rows.unitCount {
            let (i, j) = (unit * periods + t, unit * periods + later)
            guard let a0 = rows.mean[sides.0][i], let a1 = rows.mean[sides.0][j], let b0 = rows.mean[sides.1][i],
                let b1 = rows.mean[sides.1][j]
            else { continue }
            a.append(a1 - a0)
            b.append(b1 - b0)
            sampling += rows.sampling[sides.0][i] + rows.sampling[sides.0][j]
        }
        guard a.count > 1 else { return nil }
        let m = Double(a.count)
        let freedom = m - 1
        let centre = (a.reduce(0, +) / m, b.reduce(0, +) / m)
        let sum = a.indices.reduce(0) { $0 + (a[$1] - centre.0) * (b[$1] - centre.1) }
        // Different pupils: sampling adds nothing between sides.
        let added = sides.0 == sides.1 ? rows.pupilVariance[sides.0] * sampling / m : 0
        return (sum - freedom * added, freedom)
    }

    /// Least squares with weights m − 1, the correlation on a grid from 0 to 0.95. Of equal fits the least correlated is
    /// taken, which for one lag means none.
    private static func fit(_ lags: [Lag], isCovariance: Bool) -> (nugget: Double, sill: Double, correlation: Double) {
        var best: (loss: Double, nugget: Double, sill: Double, correlation: Double)?
        let scale = lags.reduce(0) { $0 + $1.weight * $1.value * $1.value }
        for step in 0...95 {
            let phi = Double(step) / 100
            let x = lags.map { 1 - power(phi, $0.years) }
            for (nugget, sill) in candidates(lags, x, isCovariance: isCovariance) {
                let loss = lags.indices.reduce(0) { sum, k in
                    let miss = lags[k].value - nugget - sill * x[k]
                    return sum + lags[k].weight * miss * miss
                }
                if loss < (best?.loss ?? .infinity) - 1e-9 * scale { best = (loss, nugget, sill, phi) }
            }
        }
        return best.map { ($0.nugget, $0.sill, $0.correlation) } ?? (0, 0, 0)
    }

    /// Solutions with both parts, each alone, and neither; parts of a variance are not negative.
    private static func candidates(_ lags: [Lag], _ x: [Double], isCovariance: Bool) -> [(Double, Double)] {
        var (w, wx, wxx, wy, wxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (lag, x) in zip(lags, x) {
            w += lag.weight
            wx += lag.weight * x
            wxx += lag.weight * x * x
            wy += lag.weight * lag.value
            wxy += lag.weight * x * lag.value
        }
        guard w > 0 else { return [(0, 0)] }
        var found = [(0.0, 0.0), (0, wxy / wxx), (wy / w, 0)]
        let determinant = w * wxx - wx * wx
        if determinant > 1e-9 * w * wxx {
            let sill = (w * wxy - wx * wy) / determinant
            found.append(((wy - wx * sill) / w, sill))
        }
        return isCovariance ? found : found.filter { $0.0 >= 0 && $0.1 >= 0 }
    }
}

/// x to a whole power, by multiplication: the same bits everywhere.
private func power(_ x: Double, _ exponent: Int) -> Double {
    (0..<max(0, exponent)).reduce(1.0) { product, _ in product * x }
}
