import Panels

/// Units with a result in every period, each with one weight for all of them: what the two-way coefficient can be taken apart
/// in.
struct BalancedPanel {
    /// Labels of starts and periods come from the design.
    let design: Design
    /// Indices into the design's periods, ascending.
    let periods: [Int]
    /// Indices into the design's units.
    let units: [Int]
    /// Per unit of the panel.
    let weight: [Double]
    /// Per unit of the panel and period: the mean outcome.
    let outcome: [[Double]]
    /// Units of the design that are not in it.
    let unitsLeftOut: Int

    /// The panel that the regression itself works on.
    /// - Returns: nil where a unit lacks a period, or its weight differs between periods.
    static func asEstimated(_ design: Design) -> BalancedPanel? {
        let panel = BalancedPanel(design)
        guard panel.unitsLeftOut == 0, let weight = panel.evenWeights else { return nil }
        return panel.weighing(weight)
    }

    /// The units with a result in every period, every one of the same weight.
    /// - Returns: nil where there is none.
    static func wholeUnits(_ design: Design) -> BalancedPanel? {
        let panel = BalancedPanel(design)
        return panel.units.isEmpty ? nil : panel.weighing(panel.units.map { _ in 1 })
    }

    /// Per unit of the panel and period: Σ W.
    private let weights: [[Double]]

    private init(_ design: Design) {
        self.design = design
        let q = design.moments.variableCount
        let periods = Array(Set(design.period)).sorted()
        var place = [Int](repeating: -1, count: design.periods.count)
        for (i, t) in periods.enumerated() { place[t] = i }
        let none = [WeightedMean](repeating: WeightedMean(), count: periods.count)
        var means = [[WeightedMean]](repeating: none, count: design.units.count)
        for c in design.unit.indices {
            means[design.unit[c]][place[design.period[c]]].add(
                n: design.moments.n[c], weight: design.moments.weight[c], mean: design.moments.mean[c * q], within: 0)
        }
        let present = design.isPresentUnit
        let whole = design.units.indices.filter { present[$0] && means[$0].allSatisfy { $0.weight > 0 } }
        self.periods = periods
        units = whole
        outcome = whole.map { means[$0].map(\.mean) }
        weights = whole.map { means[$0].map(\.weight) }
        weight = []
        unitsLeftOut = present.count { $0 } - whole.count
    }

    private init(_ panel: BalancedPanel, weight: [Double]) {
        design = panel.design
        periods = panel.periods
        units = panel.units
        outcome = panel.outcome
        weights = panel.weights
        unitsLeftOut = panel.unitsLeftOut
        self.weight = weight
    }

    private func weighing(_ weight: [Double]) -> BalancedPanel { BalancedPanel(self, weight: weight) }

    /// Each unit's weight, where it is the same in all periods.
    private var evenWeights: [Double]? {
        weights.allSatisfy { w in w.allSatisfy { abs($0 - w[0]) <= 1e-9 * w[0] } } ? weights.map { $0[0] } : nil
    }
}
