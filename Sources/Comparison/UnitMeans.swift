import Cells

/// Each unit's mean result before a period, and how many periods and pupils stand behind it.
public struct UnitMeans: Sendable, Equatable {
    /// One unit in one period: what its rows sum to.
    public struct Entry: Sendable, Equatable {
        public var unit: Int
        /// The period's ordinal.
        public var period: Int
        public var weight: Double
        public var mean: Double
        /// nil where pupils are not known.
        public var pupils: Double?

        public init(unit: Int, period: Int, weight: Double, mean: Double, pupils: Double?) {
            self.unit = unit
            self.period = period
            self.weight = weight
            self.mean = mean
            self.pupils = pupils
        }
    }

    /// Per unit: nil without a result before.
    public let means: [Double?]
    public let periods: [Int]
    /// Per unit: what a period of it counts, on average; 0 without a result before.
    public let weights: [Double]
    /// nil where pupils are not known.
    public let pupils: [Double]?

    /// - Parameters:
    ///   - entries: each unit and period once.
    ///   - only: the ordinal of the one period that is looked at; nil for all.
    public init(_ entries: [Entry], unitCount: Int, only: Int? = nil) {
        var sums = [Double](repeating: 0, count: unitCount)
        var weights = sums
        var pupils = sums
        var periods = [Int](repeating: 0, count: unitCount)
        var knowsPupils = true
        for entry in entries where entry.weight > 0 && only.map({ $0 == entry.period }) ?? true {
            sums[entry.unit] += entry.weight * entry.mean
            weights[entry.unit] += entry.weight
            periods[entry.unit] += 1
            knowsPupils = knowsPupils && entry.pupils != nil
            pupils[entry.unit] += entry.pupils ?? 0
        }
        means = sums.indices.map { weights[$0] > 0 ? sums[$0] / weights[$0] : nil }
        self.periods = periods
        self.weights = weights.indices.map { periods[$0] > 0 ? weights[$0] / Double(periods[$0]) : 0 }
        self.pupils = knowsPupils ? pupils : nil
    }

    /// What units count beside others; one without a result counts as the others do on average.
    public func importance(of units: [Int]) -> [Double] {
        let known = units.filter { weights[$0] > 0 }
        let average = known.isEmpty ? 1 : known.reduce(0) { $0 + weights[$1] } / Double(known.count)
        return units.map { weights[$0] > 0 ? weights[$0] : average }
    }
}
