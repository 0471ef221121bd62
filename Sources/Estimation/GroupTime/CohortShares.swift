import Panels

/// The share of each starting cohort among all units (matched panels) or rows, and what estimating it adds to an error.
struct CohortShares {
    let cohorts: [Int]
    /// Per cohort.
    let share: [Double]
    /// Per cohort and block: what the block adds to the error of the share.
    let contributions: [[Double]]

    /// - Parameter blocks: a code a cell.
    init(_ sample: GroupTimeSample, cohorts: [Int], blocks: [Int], blockCount: Int) {
        let design = sample.design
        // A unit of a matched panel counts once, by its mean weight: the same number of rows each.
        let cells = (0..<design.cellCount).filter { sample.isUsed[design.unit[$0]] }
        let total = cells.reduce(0.0) { $0 + design.moments.weight[$1] }
        var weightOfBlock = [Double](repeating: 0, count: blockCount)
        var own = cohorts.map { _ in [Double](repeating: 0, count: blockCount) }
        for c in cells {
            let weight = design.moments.weight[c] / total
            weightOfBlock[blocks[c]] += weight
            if let start = sample.start[design.unit[c]], let g = cohorts.firstIndex(of: start) {
                own[g][blocks[c]] += weight
            }
        }
        let share = own.map { $0.reduce(0, +) }
        self.cohorts = cohorts
        self.share = share
        contributions = own.indices.map { g in
            (0..<blockCount).map { own[g][$0] - share[g] * weightOfBlock[$0] }
        }
    }
}
