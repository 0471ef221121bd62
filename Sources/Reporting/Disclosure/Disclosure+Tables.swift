import Attainment

extension Disclosure {
    /// `GapAnalysis` withholds small gaps and protects them from its totals; here what is still small is withheld.
    public func apply(to rows: inout [GapRow], table: String = "gaps") -> Entry {
        let primary = rows.map { isSmall($0.n) || isSmall($0.nPeers) }
        let hidden = zip(rows, primary).map { $0.isSuppressed || $1 }
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: primary, hidden: hidden)
    }
}

extension GapRow {
    fileprivate mutating func withhold() {
        isSuppressed = true
        (mean, meanPeers, gap, standardError, degreesOfFreedom) = (nil, nil, nil, nil, nil)
        (lower, upper, pValue, hedgesG) = (nil, nil, nil, nil)
        (progressGap, progressGapStandardError, progressGapLower, progressGapUpper) = (nil, nil, nil, nil)
        (change, changeStandardError, changeLower, changeUpper) = (nil, nil, nil, nil)
    }
}

extension Disclosure {
    public func apply(to rows: inout [BalanceRow], table: String = "balance") -> Entry {
        let hidden = rows.map { row in [row.nTreated, row.nComparison].contains { $0.map(isSmall) ?? false } }
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: hidden, hidden: hidden)
    }

    public func apply(to rows: inout [IntakeRow], table: String = "intake") -> Entry {
        let hidden = rows.map { $0.n.map(isSmall) ?? false }
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: hidden, hidden: hidden)
    }
}

extension BalanceRow {
    fileprivate mutating func withhold() {
        isSuppressed = true
        (treatedMean, comparisonMean, standardisedDifference, varianceRatio) = (nil, nil, nil, nil)
    }
}

extension IntakeRow {
    fileprivate mutating func withhold() {
        isSuppressed = true
        (change, standardError, standardisedChange) = (nil, nil, nil)
    }
}
