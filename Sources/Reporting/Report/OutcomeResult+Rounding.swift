import Attainment
import Inference

/// What is shown of an outcome is rounded as the profile says, and further where two tables are of almost the same pupils.
extension OutcomeResult {
    /// Why a table was rounded further, for the log.
    static let differenceWords =
        "Counts of some tables are rounded further, and their means to two decimals: two tables of almost the same pupils "
        + "would otherwise tell of the few by whom they differ."

    /// - Parameter entries: of the log; the tables that are rounded further get their multiple.
    /// - Returns: true where tables are rounded further.
    mutating func round(_ rule: Disclosure, _ entries: inout [Disclosure.Entry]) -> Bool {
        let rule = rule.of(outcome)
        guard rule.threshold > 0 || rule.rounding != .none else { return false }
        let further = NearlySamePupils.rounding(threshold: rule.threshold, beside: rule.rounding)
        let found = NearlySamePupils(tables: tablesByPupils, threshold: rule.threshold).toRound()
        func rounding(_ table: Int) -> FigureRounding { found.contains(table) ? further : rule.rounding }
        func log(_ names: [String], _ rounding: FigureRounding) {
            for index in entries.indices where names.contains(entries[index].table) {
                entries[index].roundedTo = rounding.base
            }
        }
        let whole = rounding(0)
        roundWhole(whole)
        log(["counterfactual", Disclosure.beforeTable, "path", "effects", "effects by part", "balance"], whole)
        for index in gapEffects.indices {
            let own = rounding(1 + index)
            gapEffects[index].round(own, isShare: outcome.isShare)
            log(["counterfactual, both sides", "path, both sides", "effect on the gap"], own)
        }
        for index in gaps.indices {
            let own = rounding(1 + gapEffects.count + index)
            for row in gaps[index].rows.indices where !gaps[index].rows[row].isSuppressed {
                own.round(&gaps[index].rows[row], isShare: outcome.isShare)
            }
            log(["gap of \(gaps[index].group)"], own)
        }
        return !found.isEmpty && further != rule.rounding
    }

    /// All pupils, then the two sides of each effect on a gap, then each table of gaps.
    private var tablesByPupils: [NearlySamePupils.Table] {
        func place(_ arm: PathPoint.Arm, _ time: String) -> [String] { [arm.rawValue, time] }
        let whole = path.map { (place($0.arm, $0.time), $0.n) }
        let sides = gapEffects.map { gap in
            gap.path.filter { $0.group == "group" }.map { point in
                let peers = gap.path.first { $0.group == "peers" && $0.arm == point.arm && $0.time == point.time }
                return (place(point.arm, point.time), point.n + (peers?.n ?? 0))
            }
        }
        let series = gaps.map { gap in
            gap.rows.map { row in
                let (arm, time) = gap.place(of: row)
                return (place(arm, time ?? ""), row.n + row.nPeers)
            }
        }
        return [NearlySamePupils.Table(rank: 0, pupils: whole)]
            + sides.map { NearlySamePupils.Table(rank: 2, pupils: $0) }
            + series.map { NearlySamePupils.Table(rank: 1, pupils: $0) }
    }

    private mutating func roundWhole(_ rounding: FigureRounding) {
        for index in counterfactual.indices { rounding.round(&counterfactual[index], isShare: outcome.isShare) }
        for index in before.indices { rounding.round(&before[index], isShare: outcome.isShare) }
        for index in path.indices { rounding.round(&path[index], isShare: outcome.isShare) }
        for index in balance.indices { rounding.round(&balance[index]) }
        eventStudy = eventStudy.map(rounding.rounded)
        breakdown = breakdown.map(rounding.rounded)
        for index in robustness.indices { robustness[index].effect = robustness[index].effect.map(rounding.rounded) }
        effect = rounding.rounded(effect)
        other = other.map(rounding.rounded)
        rounding.round(&means, isShare: outcome.isShare)
    }
}

extension OutcomeResult.GapEffect {
    fileprivate mutating func round(_ rounding: FigureRounding, isShare: Bool) {
        effects = effects.map(rounding.rounded)
        for index in counterfactual.indices { rounding.round(&counterfactual[index], isShare: isShare) }
        for index in path.indices { rounding.round(&path[index], isShare: isShare) }
        rounding.round(&means, isShare: isShare)
        rounding.round(&peersMeans, isShare: isShare)
    }
}
