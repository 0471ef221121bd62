import Panels

/// The share of each starting cohort among all units, or among all pupils where rows are pupils, and what estimating it adds to an error.
struct CohortShares {
    let cohorts: [Int]
    /// Per cohort.
    let share: [Double]
    /// Per cohort and block: what the block adds to the error of the share.
    let contributions: [[Double]]

    /// - Parameters:
    ///   - blocks: of the design's cells.
    ///   - isGroup: the side of a gap whose shares they are; nil for all rows.
    init(_ sample: GroupTimeSample, cohorts: [Int], blocks: CellFactor, isGroup: Bool? = nil) {
        let design = sample.design
        let blockCount = blocks.levels.count
        let cells = (0..<design.cellCount).filter {
            sample.isUsed[design.unit[$0]] && (isGroup == nil || design.isGroup?[$0] == isGroup)
        }
        let weight = Self.weights(sample, cells)
        let total = weight.reduce(0, +)
        var weightOfBlock = [Double](repeating: 0, count: blockCount)
        var own = cohorts.map { _ in [Double](repeating: 0, count: blockCount) }
        for (i, c) in cells.enumerated() {
            weightOfBlock[blocks.codes[c]] += weight[i] / total
            if let start = sample.start[design.unit[c]], let g = cohorts.firstIndex(of: start) {
                own[g][blocks.codes[c]] += weight[i] / total
            }
        }
        let share = own.map { $0.reduce(0, +) }
        self.cohorts = cohorts
        self.share = share
        contributions = own.indices.map { g in
            (0..<blockCount).map { own[g][$0] - share[g] * weightOfBlock[$0] }
        }
    }

    /// Pupils count by row; units once each, by their mean weight, however many of their periods are there.
    private static func weights(_ sample: GroupTimeSample, _ cells: [Int]) -> [Double] {
        let design = sample.design
        guard !design.rowsArePupils else { return cells.map { design.moments.weight[$0] } }
        var rows = [Double](repeating: 0, count: design.units.count * sample.sides)
        for c in cells { rows[sample.subject[c]] += 1 }
        return cells.map { design.moments.weight[$0] / rows[sample.subject[$0]] }
    }
}
