import Cells

extension Design {
    /// One row a unit and period (and group, cluster and absorbed level): the weighted mean of its rows.
    ///
    /// Factors become the shares of their levels, so that they enter as covariates; `pupils` keeps the rows behind each mean.
    public func collapsed() -> Design {
        let named = factors.flatMap { factor in
            factor.levels.indices.dropFirst().filter { factor.codes.contains($0) }.map { (factor, $0) }
        }
        let q = moments.variableCount
        let width = q + named.count
        var place: [[Int]: Int] = [:]
        var first: [Int] = []
        let home = (0..<cellCount).map { c in
            var key = [unit[c], period[c], isGroup?[c] == true ? 1 : 0]
            key += (clusters + absorbed).map { $0.codes[c] }
            let known = place[key] ?? first.count
            if known == first.count {
                place[key] = known
                first.append(c)
            }
            return known
        }
        var weight = [Double](repeating: 0, count: first.count)
        var rows = weight
        let behind = rowsBehind
        var sums = [Double](repeating: 0, count: first.count * width)
        for (c, target) in home.enumerated() {
            let w = moments.weight[c]
            weight[target] += w
            rows[target] += behind[c]
            for j in 0..<q { sums[target * width + j] += w * moments.mean[c * q + j] }
            for (j, dummy) in named.enumerated() where dummy.0.codes[c] == dummy.1 { sums[target * width + q + j] += w }
        }
        for (target, w) in weight.enumerated() where w > 0 {
            for j in 0..<width { sums[target * width + j] /= w }
        }
        var part = self
        part.covariates += named.map { "\($0.0.name)=\($0.0.levels[$0.1])" }
        part.factors = []
        part.unit = first.map { unit[$0] }
        part.period = first.map { period[$0] }
        part.isTreated = first.map { isTreated[$0] }
        part.eventTime = first.map { eventTime[$0] }
        part.isGroup = isGroup.map { isGroup in first.map { isGroup[$0] } }
        part.isOn = isOn.map { isOn in first.map { isOn[$0] } }
        part.clusters = clusters.map { factor in factor.at(first) }
        part.absorbed = absorbed.map { factor in factor.at(first) }
        part.pupils = rows
        part.moments = CellMoments(
            variableCount: width, n: [Double](repeating: 1, count: first.count), weight: weight,
            squaredWeight: weight.map { $0 * $0 }, mean: sums,
            within: [Double](repeating: 0, count: first.count * width * (width + 1) / 2))
        part.rowsArePupils = false
        part.isCollapsed = true
        part.observationCount = Double(first.count)
        return part
    }
}

extension CellFactor {
    fileprivate func at(_ cells: [Int]) -> CellFactor {
        CellFactor(name: name, levels: levels, codes: cells.map { codes[$0] })
    }
}
