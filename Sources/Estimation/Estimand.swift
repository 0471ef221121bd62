import Panels

/// What is estimated: a weighted mean of effects over treated cells, or a lead before the start.
public struct Estimand: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case overall
        /// Calendar steps since the start, after binning.
        case event(Int)
        /// Units that start in this period (an ordinal).
        case cohort(Int)
        /// An index into `Design.periods`.
        case calendar(Int)
        /// One start in one period: the start's ordinal and an index into `Design.periods`.
        case groupTime(cohort: Int, period: Int)
        /// A mean of means.
        case mean(Family)
        /// Cohorts with so many years of exposure.
        case exposure(years: Int)
        /// Of a covariate or a factor's level, by name.
        case coefficient(String)
    }
    /// What a mean is taken over.
    public enum Family: Sendable, Equatable {
        /// Event times from 0, starts by their shares, periods.
        case events, cohorts, periods
        /// The mean result over several event times, in units that have all of them, from the start on or before it.
        case pooledAfter, pooledBefore
        /// Units whose treatment began, and those whose treatment ended.
        case joiners, leavers
        /// The total effect by periods of treatment more or less.
        case perTreatment
        /// The total effect by all years of exposure.
        case perYear
    }
    /// Whose effect it is in a triple difference.
    public enum Part: Sendable, Equatable { case everyone, group, peers, gap }

    public var kind: Kind
    public var part: Part
    /// False for those that only the counterfactual's intervals need.
    public var isReported: Bool

    public init(_ kind: Kind, _ part: Part = .everyone, isReported: Bool = true) {
        self.kind = kind
        self.part = part
        self.isReported = isReported
    }
}

/// The cells that an estimand averages over, with weights that sum to one (in a gap: peers' to one, the group's to −1).
public struct EstimandCells {
    let design: Design
    /// Per cell, after binning; nil for comparison units.
    let eventTime: [Int?]

    public init(design: Design, eventTime: [Int?]) {
        self.design = design
        self.eventTime = eventTime
    }

    /// Weight Wc / ΣW on each chosen cell; nil where no cell is chosen.
    public func weights(_ estimand: Estimand) -> [Double]? {
        guard estimand.part == .gap else { return weights(estimand.kind, isIncluded(estimand.part)) }
        guard let group = weights(Estimand(estimand.kind, .group)),
            let peers = weights(Estimand(estimand.kind, .peers))
        else { return nil }
        return zip(peers, group).map { $0 - $1 }
    }

    private func isIncluded(_ part: Estimand.Part) -> (Int) -> Bool {
        switch part {
        case .everyone, .gap: { _ in true }
        case .group: { design.isGroup?[$0] == true }
        case .peers: { design.isGroup?[$0] == false }
        }
    }

    private func weights(_ kind: Estimand.Kind, _ isIncluded: (Int) -> Bool) -> [Double]? {
        if case .mean(.perYear) = kind { return perYear(isIncluded) }
        if case .mean(let family) = kind { return weights(terms(family, isIncluded), isIncluded) }
        var weights = design.moments.weight
        for c in weights.indices where !(isIncluded(c) && isChosen(c, kind)) { weights[c] = 0 }
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        for c in weights.indices { weights[c] /= total }
        return weights
    }

    /// The headline's weights over their mean years of exposure: the sum of effects by the sum of years.
    private func perYear(_ isIncluded: (Int) -> Bool) -> [Double]? {
        guard let exposure = design.exposure, let own = weights(.overall, isIncluded) else { return nil }
        let years = own.indices.reduce(0.0) { sum, c in
            sum + own[c] * Double(design.eventTime[c].map(exposure.years) ?? 0)
        }
        return years > 0 ? own.map { $0 / years } : nil
    }

    private func weights(_ terms: [Term], _ isIncluded: (Int) -> Bool) -> [Double]? {
        guard !terms.isEmpty else { return nil }
        var weights = [Double](repeating: 0, count: design.cellCount)
        for term in terms {
            guard let own = self.weights(term.kind, isIncluded) else { return nil }
            for c in weights.indices { weights[c] += term.share * own[c] }
        }
        return weights
    }

    /// A mean with its share in a mean of means.
    public struct Term: Sendable {
        public var kind: Estimand.Kind
        public var share: Double
    }

    /// What a mean of means over some cells is made of: event times from 0 and periods alike; starts by their pupils where
    /// rows are pupils, else by their units, each once however many of its periods are there.
    public func terms(_ family: Estimand.Family, _ part: Estimand.Part) -> [Term] {
        terms(family, isIncluded(part))
    }

    private func terms(_ family: Estimand.Family, _ isIncluded: (Int) -> Bool) -> [Term] {
        let treated = (0..<design.cellCount).filter { design.isTreated[$0] && isIncluded($0) }
        let found: [(kind: Estimand.Kind, share: Double)]
        switch family {
        case .events: found = Set(treated.compactMap { eventTime[$0] }).sorted().map { (.event($0), 1) }
        case .periods: found = Set(treated.map { design.period[$0] }).sorted().map { (.calendar($0), 1) }
        case .cohorts:
            let starts = Set(treated.compactMap { design.start[design.unit[$0]] }).sorted()
            let shares = unitShares(starts, isIncluded)
            found = zip(starts, shares).map { (.cohort($0), $1) }
        case .pooledAfter, .pooledBefore, .joiners, .leavers, .perTreatment, .perYear: return []
        }
        let total = found.reduce(0) { $0 + $1.share }
        return found.map { Term(kind: $0.kind, share: $0.share / total) }
    }

    private func unitShares(_ starts: [Int], _ isIncluded: (Int) -> Bool) -> [Double] {
        let cells = (0..<design.cellCount).filter(isIncluded)
        var periods = [Double](repeating: 0, count: design.units.count)
        for c in cells { periods[design.unit[c]] += 1 }
        var share = [Double](repeating: 0, count: starts.count)
        for c in cells {
            guard let start = design.start[design.unit[c]], let g = starts.firstIndex(of: start) else { continue }
            share[g] += design.moments.weight[c] / (design.rowsArePupils ? 1 : periods[design.unit[c]])
        }
        return share
    }

    private func isChosen(_ c: Int, _ kind: Estimand.Kind) -> Bool {
        switch kind {
        case .overall: design.isTreated[c]
        case .event(let e): eventTime[c] == e && design.isTreated[c] == (e >= 0)
        case .cohort(let start): design.isTreated[c] && design.start[design.unit[c]] == start
        case .calendar(let t): design.isTreated[c] && design.period[c] == t
        case .groupTime(let start, let t): design.start[design.unit[c]] == start && design.period[c] == t
        case .exposure(let years):
            design.isTreated[c] && design.eventTime[c].flatMap { design.exposure?.years(steps: $0) } == years
        case .mean, .coefficient: false
        }
    }

    /// By years of exposure, and by the year of it; none where no year groups are known or one year is all there is.
    public static func exposures(_ design: Design) -> [Estimand] {
        guard let exposure = design.exposure else { return [] }
        let treated = design.isTreated.indices.filter { design.isTreated[$0] }
        let years = Set(treated.compactMap { design.eventTime[$0].map(exposure.years) }).sorted()
        guard years.count > 1 else { return [] }
        return parts(design).flatMap { part in
            years.map { Estimand(.exposure(years: $0), part) } + [Estimand(.mean(.perYear), part)]
        }
    }

    /// The parts an estimate is given for: everyone, or in a triple difference the gap first, then the two groups.
    public static func parts(_ design: Design) -> [Estimand.Part] {
        design.isGroup == nil ? [.everyone] : [.gap, .group, .peers]
    }
}
