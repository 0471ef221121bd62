import Panels

/// Each unit's mean result before a period, and how many periods and pupils stand behind it.
public struct UnitMeans: Sendable, Equatable {
    /// Of the design, in its order.
    public let units: [String]
    /// nil for a unit without a result before.
    public let means: [Double?]
    public let periods: [Int]
    /// nil where pupils are not known.
    public let pupils: [Double]?

    /// - Parameters:
    ///   - before: the ordinal of the first period that is not looked at.
    ///   - only: the ordinal of the one period that is; nil for all.
    public init(_ design: Design, before: Int, only: Int? = nil) {
        var means = [WeightedMean](repeating: WeightedMean(), count: design.units.count)
        var seen = [Set<Int>](repeating: [], count: design.units.count)
        var pupils = [Double](repeating: 0, count: design.units.count)
        let outcome = Characteristic(name: design.outcome, source: .variable(0))
        for cell in 0..<design.cellCount {
            let ordinal = design.periods[design.period[cell]].ordinal
            guard ordinal < before, only.map({ $0 == ordinal }) ?? true, design.moments.weight[cell] > 0 else {
                continue
            }
            let unit = design.unit[cell]
            outcome.add(cell, of: design.moments, to: &means[unit])
            seen[unit].insert(ordinal)
            pupils[unit] += design.pupils?[cell] ?? 0
        }
        units = design.units
        self.means = means.map { $0.weight > 0 ? $0.mean : nil }
        periods = seen.map(\.count)
        self.pupils = design.pupils == nil ? nil : pupils
    }
}
