import Inference

extension Disclosure {
    /// The diagnostics beside an estimate, with all withheld that tells of few pupils.
    ///
    /// - The parts of the two-way coefficient add up to it, so that one small part withholds all of them; the same where the
    ///   ledger withholds a row, since a part is a difference of the same means.
    /// - The gap of a synthetic comparison is one of the ledger: it is withheld where the ledger withholds a row. Names and weights
    ///   would turn the counterfactual into a unit's own results: they are withheld where one of those units is small.
    /// - Placebos that lie one step apart differ by that step's results alone: all are withheld where one step is small. So is
    ///   the estimate without the last period where that period is, or a unit that goes with it.
    /// - Comparison units in the partners' place have no names; one with a small cell does not show among the quartiles.
    /// - Parameter ledger: of the same analysis, its small rows withheld.
    func applied(to checks: DesignChecks, beside ledger: [CounterfactualRow]) -> DesignChecks {
        guard threshold > 0 else { return checks }
        func isFew(_ pupils: Double?) -> Bool { pupils.map { isSmall($0) } ?? false }
        let withheld = "Withheld: too few pupils stand behind a part of it."
        var safe = checks
        safe.threshold = Double(threshold)
        if let found = checks.twoWay, isFew(found.fewestPupils) || ledger.contains(where: \.isSuppressed) {
            safe.twoWay?.decomposition = nil
            safe.twoWay?.weights = nil
            safe.twoWay?.words = [withheld]
        }
        safe.hidesSyntheticFigures = checks.synthetic != nil && ledger.contains(where: \.isSuppressed)
        if isFew(checks.synthetic?.fewestPupils) {
            safe.synthetic?.unitWeights = []
            safe.synthetic?.words.append("Names and weights are withheld: too few pupils stand behind one of them.")
        }
        if let time = checks.placebo?.time, isFew(time.fewestPupils) {
            safe.placebo?.time?.rows = []
            safe.placebo?.time?.words = withheld
        }
        if let last = checks.placebo?.withoutLastPeriod, isFew(last.fewestPupils) {
            safe.placebo?.withoutLastPeriod = WithoutLastPeriod(words: withheld)
        }
        for (index, outcome) in (checks.placebo?.outcomes ?? []).enumerated() where isFew(outcome.fewestPupils) {
            safe.placebo?.outcomes[index].estimate = DiagnosticEstimate(effect: nil, reason: nil)
            safe.placebo?.outcomes[index].words = withheld
        }
        if let composition = checks.composition {
            safe.hiddenCharacteristics = hidden(composition)
            if !safe.hiddenCharacteristics.isEmpty {
                safe.composition?.words = "Some of the figures are withheld: too few pupils stand behind them."
            }
        }
        return safe
    }

    private func hidden(_ composition: Composition) -> Set<Int> {
        let rows = composition.rows
        var hidden = rows.map { row in row.fewestPupils.map { isSmall($0) } ?? false }
        completeLevels(rows.map { $0.isShare ? $0.variable : "" }, &hidden) { rows[$0].fewestPupils ?? 0 }
        return Set(hidden.indices.filter { hidden[$0] })
    }
}
