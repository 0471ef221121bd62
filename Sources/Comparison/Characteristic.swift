import Cells
import Panels

/// Something known of every row of a design: the outcome, a covariate, or belonging to one level of a factor.
struct Characteristic {
    enum Source {
        /// Index among the variables of the moments.
        case variable(Int)
        /// Per cell: whether its rows have the level.
        case level([Bool])
    }
    var name: String
    var source: Source

    var isShare: Bool { if case .level = source { true } else { false } }

    /// The outcome first, then covariates, then the levels of each factor: for a factor of two levels the second alone.
    static func all(of design: Design, further: [CellFactor]) -> [Characteristic] {
        var all = ([design.outcome] + design.covariates).enumerated().map {
            Characteristic(name: $1, source: .variable($0))
        }
        for factor in design.factors + further {
            for (level, text) in factor.levels.enumerated() where factor.levels.count > 2 || level == 1 {
                all.append(
                    Characteristic(name: "\(factor.name)=\(text)", source: .level(factor.codes.map { $0 == level })))
            }
        }
        return all
    }

    /// Takes the rows of a cell into a mean.
    func add(_ cell: Int, of moments: CellMoments, to mean: inout WeightedMean) {
        switch source {
        case .variable(let index):
            let q = moments.variableCount
            // Entry (i, i) of the packed upper triangle of this cell.
            let diagonal = index * q - index * (index - 1) / 2
            mean.add(
                n: moments.n[cell], weight: moments.weight[cell], mean: moments.mean[cell * q + index],
                within: moments.within[cell * (q * (q + 1) / 2) + diagonal])
        case .level(let has):
            mean.add(n: moments.n[cell], weight: moments.weight[cell], mean: has[cell] ? 1 : 0, within: 0)
        }
    }

    /// Of a level, the fewest pupils who have it or lack it in any of the sets of cells; nil where pupils are unknown.
    func smallestCount(_ design: Design, in sets: [[Int]]) -> Double? {
        guard case .level(let has) = source, let pupils = design.pupils else { return nil }
        return sets.flatMap { cells in
            [true, false].map { side in cells.reduce(0) { has[$1] == side ? $0 + pupils[$1] : $0 } }
        }.min()
    }

    /// The mean of every unit over some of the cells, with its weight; units without any have n = 0.
    func unitMeans(_ design: Design, over cells: [Int]) -> [WeightedMean] {
        var means = [WeightedMean](repeating: WeightedMean(), count: design.units.count)
        for cell in cells { add(cell, of: design.moments, to: &means[design.unit[cell]]) }
        return means
    }
}
