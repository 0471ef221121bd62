import Estimation
import Panels
import Probability

/// What comparison units show when they take a partner's start although they never joined: how large a difference comes about
/// without a partnership.
///
/// Treated units are left out. Each comparison unit in turn (a random sample where there are more than 999) takes the start of
/// one partner, the partners' starts going round in the order of the units, and the headline's estimator compares it with the
/// others. One unit's effect varies more than the mean of several partners; so where there is more than one partner, groups of
/// as many comparison units, drawn at random, take all the partners' starts together.
public struct PlaceboUnits: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        public var estimate: Double
        /// The fewest pupils of the unit in a period (of one side of the gap in a triple difference); nil where they are not
        /// known.
        public var fewestPupils: Double?
    }

    /// Groups of comparison units in the place of all partners.
    public struct Groups: Sendable, Equatable {
        /// Units in each.
        public var size: Int
        public var draws: Int
        /// The share of groups at least as far from zero as the headline, which counts as one more.
        public var pValue: Double
    }

    public var headline: Double
    /// Single comparison units that have an estimate, in their order; without names.
    public var rows: [Row]
    public var groups: Groups?
    public var words: String

    /// (1 + the units at least as far from zero as the headline)/(1 + all units); nil where no unit has an estimate.
    public var pValue: Double? { rows.isEmpty ? nil : Self.rank(headline, among: rows.map(\.estimate)) }
    public var reaching: Int { rows.count { Self.reaches($0.estimate, headline) } }

    /// Units at most; groups too, unless the draws of the randomisation test were chosen.
    static let limit = 999

    private static func reaches(_ value: Double, _ headline: Double) -> Bool {
        abs(value) >= abs(headline) * (1 - 1e-10)
    }

    private static func rank(_ headline: Double, among values: [Double]) -> Double {
        Double(1 + values.count { reaches($0, headline) }) / Double(1 + values.count)
    }

    /// The median and quartiles over units with enough pupils, and the two ends; nil where there are none.
    /// - Parameter isShown: whether a unit's own figure may be told.
    public func spread(where isShown: (Row) -> Bool) -> (units: Int, quantiles: [Double])? {
        let values = rows.filter(isShown).map(\.estimate).sorted()
        guard !values.isEmpty else { return nil }
        let quantiles = [0, 0.25, 0.5, 0.75, 1].map { share in
            values[min(values.count - 1, max(0, Int((share * Double(values.count)).rounded(.up)) - 1))]
        }
        return (values.count, quantiles)
    }

    /// - Parameters:
    ///   - estimated: the headline.
    ///   - sign: −1 where the headline is shown with its sign changed.
    static func run(_ estimated: DidAnalysis.Estimated, sign: Double, options: AnalysisOptions) -> PlaceboUnits {
        let (fit, whole) = (estimated.fit, estimated.design)
        var found = PlaceboUnits(headline: sign * fit.estimates[0], rows: [], groups: nil, words: "")
        let treated = whole.isTreatedUnit
        let starts = whole.units.indices.compactMap { treated[$0] ? whole.start[$0] : nil }
        let comparison = whole.units.indices.filter { whole.isPresentUnit[$0] && whole.start[$0] == nil }
        guard whole.onlyStarts, comparison.count > 2 else {
            found.words =
                whole.onlyStarts
                ? "Fewer than three units never start, too few to stand in for the partners." : Design.treatmentEnds
            return found
        }
        var isComparison = [Bool](repeating: false, count: whole.units.count)
        for u in comparison { isComparison[u] = true }
        let design = whole.keeping(whole.unit.map { isComparison[$0] })
        guard
            let statistic = try? HeadlineStatistic(
                estimated.estimator, design, firstStart: starts.min() ?? 0, window: options.window)
        else {
            found.words = "The comparison units' results do not vary, so there is nothing to compare the estimate with."
            return found
        }
        let draws = Draws(comparison: comparison, starts: starts, units: whole.units.count, seed: options.seed)
        let singles = concurrently(draws.singles.count, threads: options.threads) {
            statistic(draws.single($0))?.estimate
        }
        let fewest = design.fewestPupilsByUnit
        found.rows = zip(draws.singles, singles).compactMap { u, estimate in
            estimate.map { Row(estimate: sign * $0, fewestPupils: fewest[u]) }
        }
        let count = options.permutations ?? limit
        if count > 0, starts.count > 1, comparison.count > starts.count + 1 {
            let drawn = concurrently(count, threads: options.threads) { statistic(draws.group($0))?.estimate }
                .compactMap {
                    $0
                }
            if !drawn.isEmpty {
                found.groups = Groups(
                    size: starts.count, draws: drawn.count, pValue: rank(fit.estimates[0], among: drawn))
            }
        }
        found.words = found.sentence(partners: starts.count, noun: options.unitNoun)
        return found
    }

    /// Who takes which start in each draw.
    private struct Draws: Sendable {
        let comparison: [Int]
        let starts: [Int]
        let units: Int
        let seed: UInt64
        /// Units that take a start alone, ascending.
        let singles: [Int]

        init(comparison: [Int], starts: [Int], units: Int, seed: UInt64) {
            self.comparison = comparison
            self.starts = starts
            self.units = units
            self.seed = seed
            singles =
                comparison.count <= PlaceboUnits.limit
                ? comparison : Self.shuffled(comparison, PlaceboUnits.limit, seed: seed, stream: 0).sorted()
        }

        func single(_ k: Int) -> [Int?] {
            var start = [Int?](repeating: nil, count: units)
            start[singles[k]] = starts[k % starts.count]
            return start
        }

        func group(_ k: Int) -> [Int?] {
            var start = [Int?](repeating: nil, count: units)
            let members = Self.shuffled(comparison, starts.count, seed: seed, stream: UInt64(k + 1))
            for (unit, first) in zip(members, starts) { start[unit] = first }
            return start
        }

        /// So many of the members, in random order.
        private static func shuffled(_ members: [Int], _ count: Int, seed: UInt64, stream: UInt64) -> [Int] {
            var random = CounterRandom(seed: seed, stream: stream)
            var members = members
            for i in 0..<count { members.swapAt(i, i + random.below(members.count - i)) }
            return Array(members.prefix(count))
        }
    }

    private func sentence(partners: Int, noun: String) -> String {
        guard let pValue else { return "No comparison unit can take a partner's start." }
        var text =
            "Of \(rows.count) comparison \(noun) that took a partner's start in turn, \(reaching) "
            + "\(reaching == 1 ? "shows" : "show") a difference at least as large as the estimate "
            + "(\(PlainNumber.pValue(pValue)) by rank)"
        if let groups {
            text +=
                "; one of them varies more than the mean of \(partners), and among \(groups.draws) groups of "
                + "\(groups.size) that took all the partners' starts together it ranks at \(PlainNumber.pValue(groups.pValue))"
        }
        return text + "."
    }
}

extension Design {
    /// Per unit: the fewest pupils in a period (× group); nil where they are not known.
    var fewestPupilsByUnit: [Double?] {
        var fewest = [Double?](repeating: nil, count: units.count)
        guard let pupils else { return fewest }
        let sides = 2 * periods.count
        var sums = [Double](repeating: 0, count: units.count * sides)
        var isThere = [Bool](repeating: false, count: sums.count)
        for c in unit.indices {
            let place = unit[c] * sides + 2 * period[c] + side(c)
            sums[place] += pupils[c]
            isThere[place] = true
        }
        for place in sums.indices where isThere[place] {
            fewest[place / sides] = min(fewest[place / sides] ?? .infinity, sums[place])
        }
        return fewest
    }
}
