import Estimation
import Panels

/// The results of units by period (and side of a gap) as power needs them: means, what sampling pupils adds to them, and
/// the variance of pupils within them. Untreated results only, so that no effect enters.
struct SchoolYears {
    let unitCount: Int
    /// Ordinals; their differences are years.
    let ordinals: [Int]
    /// 1, or with a gap 2: peers, then the group.
    let sideCount: Int
    /// [side][unit · periods + period]: the mean; nil where there are no results.
    private(set) var mean: [[Double?]]
    /// Likewise: Σw²/(Σw)², the variance of the mean for pupils of variance 1.
    private(set) var sampling: [[Double]]
    /// Per side: the variance of pupils within a unit and period; 0 where rows are units.
    private(set) var pupilVariance: [Double]

    init(_ adjusted: AdjustedCells) {
        let design = adjusted.design
        let moments = design.moments
        let periods = design.periods.count
        unitCount = design.units.count
        ordinals = design.periods.map(\.ordinal)
        sideCount = design.isGroup == nil ? 1 : 2
        let places = unitCount * periods
        let empty = [Double](repeating: 0, count: places)
        var weight = [[Double]](repeating: empty, count: sideCount)
        var squared = weight
        var sum = weight
        var within = weight
        func place(_ c: Int) -> (side: Int, index: Int) {
            (design.isGroup?[c] == true ? 1 : 0, design.unit[c] * periods + design.period[c])
        }
        for c in 0..<design.cellCount {
            let (s, i) = place(c)
            weight[s][i] += moments.weight[c]
            squared[s][i] += moments.squaredWeight[c]
            sum[s][i] += moments.weight[c] * adjusted.mean[c]
            within[s][i] += adjusted.within[c]
        }
        var mean = [[Double?]](repeating: [Double?](repeating: nil, count: places), count: sideCount)
        for s in 0..<sideCount {
            for i in 0..<places where weight[s][i] > 0 { mean[s][i] = sum[s][i] / weight[s][i] }
        }
        for c in 0..<design.cellCount {
            let (s, i) = place(c)
            let deviation = adjusted.mean[c] - (mean[s][i] ?? 0)
            within[s][i] += moments.weight[c] * deviation * deviation
        }
        self.mean = mean
        sampling = weight
        pupilVariance = []
        for s in 0..<sideCount {
            for i in 0..<places where weight[s][i] > 0 {
                sampling[s][i] = squared[s][i] / (weight[s][i] * weight[s][i])
            }
            pupilVariance.append(
                design.rowsArePupils ? Self.variance(within[s], weight[s], squared[s], slopes: adjusted.slopeCount) : 0)
        }
        if !design.rowsArePupils { for s in 0..<sideCount { sampling[s] = empty } }
    }

    /// Σ S / Σ (W − Σw²/W), unbiased for errors of one variance; each slope costs a row of mean weight.
    private static func variance(_ within: [Double], _ weight: [Double], _ squared: [Double], slopes: Int) -> Double {
        var total = 0.0
        var freedom = 0.0
        var sums = (weight: 0.0, squared: 0.0)
        for i in weight.indices where weight[i] > 0 {
            total += within[i]
            freedom += weight[i] - squared[i] / weight[i]
            sums.weight += weight[i]
            sums.squared += squared[i]
        }
        let left = freedom - Double(slopes) * (sums.weight > 0 ? sums.squared / sums.weight : 0)
        return left > 0 ? total / left : freedom > 0 ? total / freedom : 0
    }
}
