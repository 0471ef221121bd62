import Cells

/// Whose average effect is estimated: every pupil counts the same, or every unit and period does.
public enum EstimandKind: String, Sendable { case pupils, schools }

extension CellMoments {
    /// The moments with the total weight of each stratum scaled to 1, its cells keeping their proportions.
    ///
    /// Means stay; weights and cross-products follow the factor f, squared weights f².
    /// - Parameter stratum: an index a cell; cells with the same index share the weight of 1.
    func scaledToOne(within stratum: [Int]) -> CellMoments {
        var total = [Double](repeating: 0, count: (stratum.max() ?? -1) + 1)
        for cell in stratum.indices { total[stratum[cell]] += weight[cell] }
        return scaled(by: stratum.map { total[$0] > 0 ? 1 / total[$0] : 1 })
    }

    /// Each cell's weights times its factor.
    package func scaled(by factors: [Double]) -> CellMoments {
        var scaled = self
        let products = variableCount * (variableCount + 1) / 2
        for (cell, factor) in factors.enumerated() {
            scaled.weight[cell] *= factor
            scaled.squaredWeight[cell] *= factor * factor
            for entry in cell * products..<(cell + 1) * products { scaled.within[entry] *= factor }
        }
        return scaled
    }

    /// Frequency weights written out: the moments of w equal rows for each row of weight w.
    package var repeated: CellMoments {
        CellMoments(
            variableCount: variableCount, n: weight, weight: weight, squaredWeight: weight, mean: mean, within: within)
    }

    /// Rows without variables: their numbers alone.
    static func rows(_ counts: [Int]) -> CellMoments {
        let n = counts.map(Double.init)
        return CellMoments(variableCount: 0, n: n, weight: n, squaredWeight: n, mean: [], within: [])
    }

    /// The moments of some cells, in the order given.
    func selecting(_ cells: [Int]) -> CellMoments {
        let q = variableCount
        let products = q * (q + 1) / 2
        return CellMoments(
            variableCount: q, n: cells.map { n[$0] }, weight: cells.map { weight[$0] },
            squaredWeight: cells.map { squaredWeight[$0] },
            mean: cells.flatMap { mean[$0 * q..<($0 + 1) * q] },
            within: cells.flatMap { within[$0 * products..<($0 + 1) * products] })
    }
}
