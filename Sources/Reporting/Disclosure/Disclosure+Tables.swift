import Attainment

extension Disclosure {
    /// `GapAnalysis` withholds small gaps and protects them from its totals; here what is still small is withheld.
    public func apply(to rows: inout [GapRow], table: String = "gaps") -> Entry {
        let primary = rows.map {
            isSmall($0.n, mean: $0.mean, isShare: isShare) || isSmall($0.nPeers, mean: $0.meanPeers, isShare: isShare)
        }
        let hidden = zip(rows, primary).map { $0.isSuppressed || $1 }
        for index in rows.indices where hidden[index] { rows[index] = rows[index].withoutFigures }
        return entry(table, primary: primary, hidden: hidden)
    }
}

extension Disclosure {
    /// A share tells a count: the level of a category is withheld where the pupils who have it or those who lack it are
    /// few in either arm, and with it as many other levels of the same category as it takes.
    public func apply(to rows: inout [BalanceRow], table: String = "balance") -> Entry {
        let primary = rows.map { row in
            [row.nTreated, row.nComparison].contains { $0.map(isSmall) ?? false }
                || row.smallestCount.map(isFew) ?? false
        }
        var hidden = zip(rows, primary).map { $0.isSuppressed || $1 }
        completeLevels(rows.map(\.variable), &hidden) { rows[$0].smallestCount ?? 0 }
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: primary, hidden: hidden)
    }

    public func apply(to rows: inout [IntakeRow], table: String = "intake") -> Entry {
        let primary = rows.map { $0.n.map(isSmall) ?? false }
        var hidden = zip(rows, primary).map { $0.isSuppressed || $1 }
        completeLevels(rows.map(\.variable), &hidden) { rows[$0].n ?? 0 }
        for index in rows.indices where hidden[index] { rows[index].withhold() }
        return entry(table, primary: primary, hidden: hidden)
    }

    /// The shares of all levels of a category add up to 100%.
    func completeLevels(_ names: [String], _ hidden: inout [Bool], size: (Int) -> Double) {
        let levels = names.indices.filter { names[$0].contains("=") }
        for category in grouped(levels, by: { names[$0].prefix { $0 != "=" } }) where category.count > 1 {
            complete(category, &hidden, size: size)
        }
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
