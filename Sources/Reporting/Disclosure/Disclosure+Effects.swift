import Inference

extension Disclosure {
    /// An estimate with fewer rows behind it than the threshold is withheld. The effect on a gap and the effects on its
    /// two sides give each other back, and so may the parts of a headline (by period, cohort and event time): where one
    /// of them is small, or the ledger's withheld rows could be worked out from them, all parts are withheld.
    ///
    /// - Parameters:
    ///   - ledger: of the same analysis, its small rows withheld; `path` gives the order of its periods.
    ///   - countsPupils: `n` of an effect counts pupils; where it counts unit rows it protects nobody.
    public func apply(
        to effects: inout [Effect], beside ledger: [CounterfactualRow] = [], path: [PathPoint] = [], countsPupils: Bool,
        table: String = "effects"
    ) -> Entry {
        let primary = effects.map { countsPupils && $0.n.map(isSmall) ?? false }
        var hidden = zip(effects, primary).map { $0.isSuppressed || $1 }
        let sides = effects.indices.filter { effects[$0].kind == .gap || effects[$0].group != nil }
        for together in grouped(sides, by: { EffectCell(effects[$0], isPart: false) })
        where together.contains(where: { hidden[$0] }) {
            for index in together { hidden[index] = true }
        }
        let ledgers = grouped(Array(ledger.indices)) { row in ledger[row].by.flatMap { [$0.column, $0.value] } }
        let isClosed = ledgers.contains { rows in
            PartsOfTheHeadline(rows.map { ledger[$0] }, path: path).giveBack { isShare || isSmall($0) }
        }
        let parts = effects.indices.filter { effects[$0].isPart }
        for together in grouped(parts, by: { EffectCell(effects[$0], isPart: true) })
        where isClosed || together.contains(where: { hidden[$0] }) {
            for index in together { hidden[index] = true }
        }
        for index in effects.indices where hidden[index] { effects[index].withhold() }
        return entry(table, primary: primary, hidden: hidden)
    }

    private struct EffectCell: Hashable {
        let outcome: String
        let values: [String]
        let cohort: String?
        let time: String?
        let eventTime: Int?
        let years: Int?

        init(_ effect: Effect, isPart: Bool) {
            outcome = effect.outcome
            values = effect.by.flatMap { [$0.column, $0.value] }
            cohort = isPart ? nil : effect.cohort
            time = isPart ? nil : effect.time
            eventTime = isPart ? nil : effect.eventTime
            years = isPart ? nil : effect.years
        }
    }
}

extension Effect {
    /// One of the parts whose weighted mean is the headline.
    fileprivate var isPart: Bool {
        switch kind {
        case .cohort, .calendar, .groupTime, .exposure: true
        case .event: (eventTime ?? -1) >= 0
        case .overall, .gap, .coefficient: false
        }
    }

    fileprivate mutating func withhold() {
        isSuppressed = true
        (estimate, standardError, degreesOfFreedom, statistic) = (nil, nil, nil, nil)
        (pValue, wildPValue, permutationPValue) = (nil, nil, nil)
        (lower, upper, bandLower, bandUpper) = (nil, nil, nil, nil)
    }
}
