import Panels
import Regression

/// Results by unit and period, in a triple difference also by side: the weighted mean of the cells there, however many.
struct UnitPeriods {
    /// A unit, or one side of it.
    struct Series {
        var unit: Int
        /// 0, or in a triple difference 1 for peers.
        var side: Int
        /// An ordinal; nil for units that never start.
        var start: Int?
    }
    let design: Design
    let series: [Series]
    /// Ordinals of `Design.periods`.
    let ordinals: [Int]
    /// Indices of periods with results, ascending.
    let present: [Int]
    /// Series × periods; 0 where there is no result.
    private let mean: [Double]
    private let weights: [Double]
    private let cellsOf: [[Int]]
    /// Per cell: covariates, then a dummy for each level of a factor but the first that occurs.
    let covariates: [RowRegressor]

    /// - Throws: `.unitsInSeveralClusters` where a unit's changes could not be told to belong to one cluster.
    init(_ design: Design) throws(EstimationError) {
        for cluster in design.clusters where !design.unitFactor.isNested(in: cluster) {
            throw .unitsInSeveralClusters(cluster: cluster.name)
        }
        let sides = design.isGroup == nil ? 1 : 2
        let count = design.periods.count
        var isUsed = [Bool](repeating: false, count: design.units.count * sides)
        func number(_ c: Int) -> Int { design.unit[c] * sides + (design.isGroup?[c] == false ? 1 : 0) }
        for c in 0..<design.cellCount { isUsed[number(c)] = true }
        var place = [Int](repeating: -1, count: isUsed.count)
        var series: [Series] = []
        for k in isUsed.indices where isUsed[k] {
            place[k] = series.count
            series.append(Series(unit: k / sides, side: k % sides, start: design.start[k / sides]))
        }
        let q = design.moments.variableCount
        var cells = [[Int]](repeating: [], count: series.count * count)
        var weights = [Double](repeating: 0, count: cells.count)
        for c in 0..<design.cellCount where design.moments.weight[c] > 0 {
            let slot = place[number(c)] * count + design.period[c]
            cells[slot].append(c)
            weights[slot] += design.moments.weight[c]
        }
        mean = cells.indices.map { slot in
            cells[slot].reduce(0) { $0 + design.moments.weight[$1] * design.moments.mean[$1 * q] }
                / max(weights[slot], .leastNormalMagnitude)
        }
        self.design = design
        self.series = series
        self.weights = weights
        cellsOf = cells
        ordinals = design.periods.map(\.ordinal)
        present = Array(Set(design.period)).sorted()
        covariates = design.cellCovariates
    }

    var sideCount: Int { design.isGroup == nil ? 1 : 2 }

    func hasResult(_ s: Int, _ t: Int) -> Bool { weights[s * ordinals.count + t] > 0 }
    func outcome(_ s: Int, _ t: Int) -> Double { mean[s * ordinals.count + t] }
    func weight(_ s: Int, _ t: Int) -> Double { weights[s * ordinals.count + t] }
    func cells(_ s: Int, _ t: Int) -> [Int] { cellsOf[s * ordinals.count + t] }

    /// A cell of the series, to say in whose clusters it lies.
    func home(_ s: Int) -> Int { present.lazy.compactMap { cells(s, $0).first }.first ?? 0 }

    /// The mean of covariate j.
    func covariate(_ j: Int, _ s: Int, _ t: Int) -> Double {
        let values = covariates[j].values
        return cells(s, t).reduce(0) { $0 + design.moments.weight[$1] * values[$1] } / weight(s, t)
    }

    /// The last period with results before a point of time.
    func lastBefore(_ ordinal: Int) -> Int? { present.last { ordinals[$0] < ordinal } }

    /// Starts that occur among the series, ascending.
    var starts: [Int] { Array(Set(series.compactMap(\.start))).sorted() }
}

extension Design {
    /// One value a cell: covariates, then a dummy for each level of a factor that occurs but the first.
    var cellCovariates: [RowRegressor] {
        let q = moments.variableCount
        let numbers = covariates.enumerated().map { j, name in
            RowRegressor(name, (0..<cellCount).map { moments.mean[$0 * q + j + 1] }, role: .covariate)
        }
        return numbers + factors.flatMap { RowRegressor.dummies($0) }
    }

    /// Refuses covariates that vary within cells, where rows are needed one by one.
    func checkCovariatesByRow(_ estimator: EstimatorName) throws(EstimationError) {
        let q = moments.variableCount
        let pairs = q * (q + 1) / 2
        for j in 1..<max(q, 1) {
            let place = j * q - j * (j - 1) / 2
            let varies = (0..<cellCount).contains { c in
                let mean = moments.mean[c * q + j]
                return moments.within[c * pairs + place] > 1e-20 * (1 + mean * mean) * moments.weight[c]
            }
            if varies {
                throw .rowsNeeded(variance: estimator.rawValue, reason: "\(covariates[j - 1]) varies within cells")
            }
        }
    }
}
