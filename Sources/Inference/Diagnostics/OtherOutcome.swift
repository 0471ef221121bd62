import Cells
import Panels

extension Design {
    /// The design with one of its covariates for the outcome, the others held constant as they are.
    public func takingForOutcome(_ covariate: Int) -> Design {
        withOutcome(covariate: covariate, holding: covariates.indices.filter { $0 != covariate })
    }

    /// The design with one of its covariates for the outcome.
    /// - Parameter held: the covariates that stay; their indices.
    func withOutcome(covariate index: Int, holding held: [Int]) -> Design {
        var other = self
        other.outcome = covariates[index]
        other.covariates = held.map { covariates[$0] }
        other.moments = moments.selecting([index + 1] + held.map { $0 + 1 })
        return other
    }

    /// The design with the share of a factor's level, in percent, for the outcome; without covariates and factors.
    func withOutcome(level: Int, of factor: CellFactor) -> Design {
        var other = withoutRegressors
        other.outcome = "\(factor.name)=\(factor.levels[level])"
        other.moments.mean = factor.codes.map { $0 == level ? 100 : 0 }
        other.moments.within = moments.n.map { _ in 0 }
        return other
    }

    /// The number of pupils for the outcome, one row a unit × period (× group), every one alike; without covariates and factors.
    /// - Returns: nil where pupils are not known, or clusters or absorbed effects cut through units.
    var withPupilsAsOutcome: Design? {
        guard let count = pupils ?? (rowsArePupils ? moments.n : nil) else { return nil }
        var place: [[Int]: Int] = [:]
        var first: [Int] = []
        var total: [Double] = []
        for c in unit.indices {
            let key = [unit[c], period[c], isGroup?[c] == true ? 1 : 0]
            if let known = place[key] {
                let same = (clusters + absorbed).allSatisfy { $0.codes[first[known]] == $0.codes[c] }
                guard same else { return nil }
                total[known] += count[c]
            } else {
                place[key] = first.count
                first.append(c)
                total.append(count[c])
            }
        }
        var isFirst = [Bool](repeating: false, count: cellCount)
        for c in first { isFirst[c] = true }
        var other = withoutRegressors.keeping(isFirst)
        let ones = [Double](repeating: 1, count: first.count)
        other.outcome = "pupils"
        other.moments = CellMoments(
            variableCount: 1, n: ones, weight: ones, squaredWeight: ones, mean: total, within: ones.map { _ in 0 })
        other.rowsArePupils = false
        other.observationCount = Double(first.count)
        return other
    }

    private var withoutRegressors: Design {
        var other = self
        other.covariates = []
        other.factors = []
        other.moments = moments.selecting([0])
        return other
    }
}

extension CellMoments {
    /// The moments of some of the variables, in the given order.
    fileprivate func selecting(_ chosen: [Int]) -> CellMoments {
        let q = variableCount
        let triangle = q * (q + 1) / 2
        let pairs = chosen.enumerated().flatMap { a, i in
            chosen[a...].map { j in
                let (low, high) = (min(i, j), max(i, j))
                return low * q - low * (low - 1) / 2 + high - low
            }
        }
        var part = self
        part.variableCount = chosen.count
        part.mean = n.indices.flatMap { c in chosen.map { mean[c * q + $0] } }
        part.within = n.indices.flatMap { c in pairs.map { within[c * triangle + $0] } }
        return part
    }
}
