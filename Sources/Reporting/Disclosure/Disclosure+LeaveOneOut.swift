import Inference

extension Disclosure {
    /// An estimate without a unit gives back, beside the headline, what that unit's own results were.
    ///
    /// So the treated arm is withheld where any of its units has a small cell or a withheld row in the ledger, since the
    /// others' estimates would tell it; the comparison arm where a unit that its range or name speaks of has one.
    /// - Parameter ledger: of the same analysis, its small rows withheld.
    func applied(to found: LeaveOneOut, beside ledger: [CounterfactualRow]) -> LeaveOneOut {
        guard threshold > 0 else { return found }
        func isSmall(_ row: LeaveOneOut.Row) -> Bool { row.smallestCell.map { self.isSmall($0) } ?? false }
        var safe = found
        let isOpen = ledger.contains(where: \.isSuppressed) || found.rows.contains { $0.isTreated && isSmall($0) }
        if isOpen { safe.withhold(isTreated: true) }
        if let arm = found.arm(isTreated: false),
            [arm.lowest, arm.highest, arm.mostInfluential].contains(where: isSmall)
        {
            safe.withhold(isTreated: false)
        }
        return safe
    }
}

extension LeaveOneOut {
    fileprivate mutating func withhold(isTreated: Bool) {
        for i in rows.indices where rows[i].isTreated == isTreated {
            rows[i].estimate = nil
            rows[i].isSuppressed = true
        }
    }

    /// True where an arm's figures are withheld.
    func withholds(isTreated: Bool) -> Bool { rows.contains { $0.isTreated == isTreated && $0.isSuppressed } }
}
