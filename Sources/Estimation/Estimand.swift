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
        /// Of a covariate or a factor's level, by name.
        case coefficient(String)
    }
    /// What a mean of means is taken over: event times from 0, starts by their shares, periods.
    public enum Family: Sendable, Equatable { case events, cohorts, periods }
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
        switch estimand.part {
        case .everyone: return weights(estimand.kind) { _ in true }
        case .group: return weights(estimand.kind) { design.isGroup?[$0] == true }
        case .peers: return weights(estimand.kind) { design.isGroup?[$0] == false }
        case .gap:
            guard let group = weights(Estimand(estimand.kind, .group)),
                let peers = weights(Estimand(estimand.kind, .peers))
            else { return nil }
            return zip(peers, group).map { $0 - $1 }
        }
    }

    private func weights(_ kind: Estimand.Kind, _ isIncluded: (Int) -> Bool) -> [Double]? {
        var weights = design.moments.weight
        for c in weights.indices where !(isIncluded(c) && isChosen(c, kind)) { weights[c] = 0 }
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        for c in weights.indices { weights[c] /= total }
        return weights
    }

    private func isChosen(_ c: Int, _ kind: Estimand.Kind) -> Bool {
        switch kind {
        case .overall: design.isTreated[c]
        case .event(let e): eventTime[c] == e && design.isTreated[c] == (e >= 0)
        case .cohort(let start): design.isTreated[c] && design.start[design.unit[c]] == start
        case .calendar(let t): design.isTreated[c] && design.period[c] == t
        case .groupTime(let start, let t): design.start[design.unit[c]] == start && design.period[c] == t
        case .mean, .coefficient: false
        }
    }

    /// The parts an estimate is given for: everyone, or in a triple difference the gap first, then the two groups.
    public static func parts(_ design: Design) -> [Estimand.Part] {
        design.isGroup == nil ? [.everyone] : [.gap, .group, .peers]
    }
}
