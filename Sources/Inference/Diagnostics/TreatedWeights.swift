import Estimation
import Panels

/// How much the effect in each treated cell counts in the two-way coefficient.
///
/// The coefficient is Σ a_c ȳ_c, with a_c the weight of a cell's mean outcome: treatment less what unit and period effects,
/// covariates and factors explain of it, over its own sum of squares. So an effect τ_c adds a_c τ_c, whatever the covariates
/// and however unbalanced the data; over treated cells the a_c sum to 1 (in a triple difference on each side of the gap). An
/// effect of a negative weight pulls the coefficient the wrong way.
/// - Source: de Chaisemartin & D'Haultfœuille (2020), *Two-way fixed effects estimators with heterogeneous treatment effects*,
///   American Economic Review 110(9).
public struct TreatedWeights: Sendable, Equatable {
    /// The units of one start in one period.
    public struct Row: Sendable, Equatable {
        public var cohort: String
        public var time: String
        /// `group` or `peers` in a triple difference.
        public var group: String?
        public var units: Int
        public var weight: Double
    }

    /// By group, start and period.
    public var rows: [Row]
    /// Treated unit × periods (× group), and those of negative weight.
    public var cells: Int
    public var negativeCells: Int
    /// Σ of the negative weights' sizes over Σ of all sizes.
    public var negativeShare: Double

    /// - Parameter fit: of two-way fixed effects.
    init(_ fit: Fit) {
        let design = fit.design
        let parts: [(name: String?, sign: Double)] =
            design.isGroup == nil ? [(nil, 1)] : [("group", -1), ("peers", 1)]
        let units = design.units.count
        let periods = design.periods.count
        // Pupils' factors split the cells of a unit and period; their weights belong together.
        var weight = [Double](repeating: 0, count: parts.count * units * periods)
        var isThere = [Bool](repeating: false, count: weight.count)
        for c in design.unit.indices where design.isTreated[c] {
            let part = design.isGroup.map { $0[c] ? 0 : 1 } ?? 0
            let place = (part * units + design.unit[c]) * periods + design.period[c]
            weight[place] += parts[part].sign * fit.weights[c, 0] * fit.rows.scale[c]
            isThere[place] = true
        }
        rows = []
        for (index, part) in parts.enumerated() {
            for start in design.treatedStarts {
                for t in 0..<periods {
                    let members = (0..<units).filter { u in
                        isThere[(index * units + u) * periods + t] && design.start[u] == start
                    }
                    guard !members.isEmpty else { continue }
                    rows.append(
                        Row(
                            cohort: design.label(ofOrdinal: start), time: design.periods[t].label, group: part.name,
                            units: members.count,
                            weight: members.reduce(0) { $0 + weight[(index * units + $1) * periods + t] }))
                }
            }
        }
        let treated = weight.indices.filter { isThere[$0] }.map { weight[$0] }
        let floor = 1e-12 * (treated.map(abs).max() ?? 0)
        cells = treated.count
        negativeCells = treated.count { $0 < -floor }
        let total = treated.reduce(0) { $0 + abs($1) }
        negativeShare = total > 0 ? treated.reduce(0) { $1 < -floor ? $0 - $1 : $0 } / total : 0
    }
}
