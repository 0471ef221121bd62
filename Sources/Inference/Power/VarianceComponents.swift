import Estimation
import Panels

/// Where the spread of untreated results comes from: pupils within a school and year, schools, and the years of a school.
public struct VarianceComponents: Sendable {
    /// Of pupils within a unit and period; nil where rows are units.
    public let pupilVariance: Double?
    /// Of units within a period, beyond what sampling pupils adds: lasting differences and those of one year. Unbiased, and
    /// so below 0 by chance where there is next to none.
    public let schoolVariance: Double
    /// Half the variance of the change from one period to the next, beyond sampling; likewise; nil where no two periods follow.
    public let yearToYearVariance: Double?
    /// By years apart: the correlation of a unit's effects. Estimates outside −1 to 1 are left out.
    public let correlations: [(years: Int, correlation: Double)]
    /// Units with two untreated periods or more, on which the movement between years rests.
    public let units: Int

    /// Var of a unit's mean that is shared by k years: Γ(k) = school variance − γ(k), by pair of sides.
    private let sides: Int
    private let variograms: [Variogram]
    private let levels: [Double]
    private let pupilVariances: [Double]

    public init(_ adjusted: AdjustedCells) {
        let rows = SchoolYears(adjusted)
        let count = rows.sideCount
        let pairs = (0..<count).flatMap { a in (0..<count).map { (a, $0) } }
        let variograms = pairs.map { Variogram(rows, sides: $0) }
        let levels = pairs.map { Self.level(rows, sides: $0) }
        // A gap is peers less group: the variances of both, less the covariance twice.
        let signs = pairs.map { $0.0 == $0.1 ? 1.0 : -1 }
        let level = zip(signs, levels).reduce(0) { $0 + $1.0 * $1.1 }
        let movement = variograms[0].lags.map(\.years).map { years in
            let apart = variograms.map { found in
                found.lags.first { $0.years == years }?.value ?? found(years)
            }
            return (years: years, value: zip(signs, apart).reduce(0) { $0 + $1.0 * $1.1 })
        }
        let periods = rows.ordinals.count
        sides = count
        self.variograms = variograms
        self.levels = levels
        pupilVariances = rows.pupilVariance
        pupilVariance = adjusted.design.rowsArePupils ? rows.pupilVariance.reduce(0, +) / Double(count) : nil
        schoolVariance = level
        yearToYearVariance = movement.first?.value
        correlations =
            level > 0
            ? movement.map { ($0.years, 1 - $0.value / level) }.filter { abs($0.1) <= 1 } : []
        units =
            (0..<rows.unitCount).filter { unit in
                (0..<periods).filter { rows.mean[0][unit * periods + $0] != nil }.count > 1
            }.count
    }

    /// Cov of units' means within a period, pooled over periods by m − 1, beyond sampling.
    private static func level(_ rows: SchoolYears, sides: (Int, Int)) -> Double {
        let periods = rows.ordinals.count
        var sum = 0.0
        var freedom = 0.0
        for t in 0..<periods {
            let present = (0..<rows.unitCount).map { $0 * periods + t }.filter {
                rows.mean[sides.0][$0] != nil && rows.mean[sides.1][$0] != nil
            }
            guard present.count > 1 else { continue }
            let a = present.map { rows.mean[sides.0][$0] ?? 0 }
            let b = present.map { rows.mean[sides.1][$0] ?? 0 }
            let m = Double(present.count)
            let centre = (a.reduce(0, +) / m, b.reduce(0, +) / m)
            sum += a.indices.reduce(0) { $0 + (a[$1] - centre.0) * (b[$1] - centre.1) }
            if sides.0 == sides.1 {
                sum -= (m - 1) * rows.pupilVariance[sides.0] * present.reduce(0) { $0 + rows.sampling[sides.0][$1] } / m
            }
            freedom += m - 1
        }
        return freedom > 0 ? sum / freedom : 0
    }

    /// The share of pupils' variance that lies between schools in one year; nil for a gap and where rows are units.
    public var intraclassCorrelation: Double? {
        guard sides == 1, let pupilVariance, pupilVariance > 0 else { return nil }
        return max(0, schoolVariance) / (max(0, schoolVariance) + pupilVariance)
    }

    /// γ(k), as it is used for estimates: half the variance between effects of one unit k years apart.
    func movement(_ years: Int) -> Double { variograms[0](years) }

    /// The variance of an estimate θ̂ = v'y under these components: v'Ωv with the estimator's own weights.
    ///
    /// - Parameters:
    ///   - fit: of the design in question; its outcomes play no part.
    ///   - pupilFactor: every cell holds so many times its pupils.
    public func variance(of fit: Fit, estimand k: Int = 0, pupilFactor: Double = 1) -> Double {
        let design = fit.design
        let rows = fit.rows
        let periods = design.periods.count
        var weight = [[Double]](
            repeating: [Double](repeating: 0, count: design.units.count * periods), count: sides)
        var sampling = 0.0
        for r in 0..<rows.count {
            let v = fit.weights[r, k]
            let c = rows.cell[r]
            let side = sides == 2 && design.isGroup?[c] == true ? 1 : 0
            guard r < rows.cellCount else {
                // A direction within cells: its pupils' errors turn into one of variance σ²w.
                sampling += pupilVariances[side] * v * v * design.moments.squaredWeight[c] / design.moments.weight[c]
                continue
            }
            let a = v * rows.scale[r]
            weight[side][design.unit[c] * periods + design.period[c]] += a
            let w = design.moments.weight[c]
            sampling += pupilVariances[side] * a * a * design.moments.squaredWeight[c] / (w * w)
        }
        let ordinals = design.periods.map(\.ordinal)
        var variance = sampling / pupilFactor
        for (pair, variogram) in variograms.enumerated() {
            let (left, right) = (weight[pair / sides], weight[pair % sides])
            for unit in design.units.indices {
                let first = unit * periods
                let sums = (0..<periods).reduce((0.0, 0.0)) { ($0.0 + left[first + $1], $0.1 + right[first + $1]) }
                variance += levels[pair] * sums.0 * sums.1
                for t in 0..<periods where left[first + t] != 0 {
                    for later in 0..<periods where later != t {
                        variance -=
                            left[first + t] * right[first + later] * variogram(abs(ordinals[later] - ordinals[t]))
                    }
                }
            }
        }
        return max(0, variance)
    }
}
