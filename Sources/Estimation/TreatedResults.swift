import Panels

/// Treated results with their shares in means of effects, and each one's own effect: from them come the weights of cells in
/// an estimand and the outcome expected without treatment.
struct TreatedResults {
    /// A unit's result in a period after its start.
    struct Result {
        var cells: [Int]
        /// Index into `Design.periods`.
        var period: Int
        var eventTime: Int
        var side: Int
        /// Sum of the weights of its cells.
        var weight: Double
        /// Its own effect, before it is centred.
        var effect: Double
    }
    let design: Design
    private(set) var results: [Result] = []

    init(_ design: Design) { self.design = design }

    mutating func add(_ result: Result) { results.append(result) }

    /// The part of a side; `everyone` without a group.
    func part(_ side: Int) -> Estimand.Part {
        design.isGroup == nil ? .everyone : side == 0 ? .group : .peers
    }

    /// Total weight of chosen results.
    func total(_ isChosen: (Result) -> Bool) -> Double { results.reduce(0) { isChosen($1) ? $0 + $1.weight : $0 } }

    /// Per cell: its share among the chosen results, by weight; nil where none is chosen.
    func shares(_ isChosen: (Result) -> Bool) -> [Double]? {
        let whole = total(isChosen)
        guard whole > 0 else { return nil }
        var shares = [Double](repeating: 0, count: design.cellCount)
        for result in results where isChosen(result) {
            for c in result.cells { shares[c] += design.moments.weight[c] / whole }
        }
        return shares
    }

    /// Per cell: the observed outcome less the effect of its result, where effects of one side and event time are moved by a
    /// constant so that their weighted mean is the estimate for it.
    ///
    /// - Parameter estimate: by side and event time; nil leaves effects as they are.
    func untreated(_ estimate: (_ side: Int, _ eventTime: Int) -> Double?) -> [Double] {
        let q = design.moments.variableCount
        var untreated = (0..<design.cellCount).map { design.moments.mean[$0 * q] }
        let keys = Array(Set(results.map { [$0.side, $0.eventTime] })).sorted { $0.lexicographicallyPrecedes($1) }
        for key in keys {
            let members = results.filter { $0.side == key[0] && $0.eventTime == key[1] }
            let weight = members.reduce(0) { $0 + $1.weight }
            let mean = members.reduce(0) { $0 + $1.weight * $1.effect } / weight
            let move = estimate(key[0], key[1]).map { $0 - mean } ?? 0
            for result in members {
                // Cells of one result share its effect about the result's mean outcome.
                for c in result.cells { untreated[c] -= result.effect + move }
            }
        }
        return untreated
    }

    /// The same where one constant moves all of them, so that their mean under the shares is the estimate.
    func untreated(shares: [Double], estimate: Double) -> [Double] {
        let q = design.moments.variableCount
        var untreated = untreated { _, _ in nil }
        let mean = shares.indices.reduce(0.0) { $0 + shares[$1] * (design.moments.mean[$1 * q] - untreated[$1]) }
        for c in shares.indices where shares[c] > 0 { untreated[c] -= estimate - mean }
        return untreated
    }

    /// Per cell: weights under which treated results count as in the headline; treated cells outside it count 0.
    ///
    /// - Parameter headline: share of each cell, one list a side, each summing to one.
    func ledgerWeight(_ headline: [[Double]]) -> [Double] {
        var weights = design.moments.weight
        for c in weights.indices where design.isTreated[c] { weights[c] = 0 }
        for shares in headline {
            let total = shares.indices.reduce(0.0) { shares[$1] > 0 ? $0 + design.moments.weight[$1] : $0 }
            for c in shares.indices where shares[c] > 0 { weights[c] = shares[c] * total }
        }
        return weights
    }
}
