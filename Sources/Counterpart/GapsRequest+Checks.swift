import Attainment
import Tables

extension GapsRequest {
    /// What an outcome's name says of it where it is no attainment.
    private static let otherMeasures = ["absen", "attend", "exclu", "suspen"]

    /// - Throws: `AttainmentError.monthsOfNoAttainment`; `RequestError` where the standardiser is not that of pupils.
    func checkMonths() throws {
        guard months != nil else { return }
        for outcome in data.outcomes {
            let name = outcome.column.lowercased()
            let why: String? =
                if lowerIsBetter {
                    "lower is better"
                } else if outcome.equals != nil || shareOf != nil {
                    "it is a share of pupils"
                } else if Self.otherMeasures.contains(where: { name.contains($0) }) {
                    "its name says that it measures attendance or conduct"
                } else {
                    nil
                }
            if let why { throw AttainmentError.monthsOfNoAttainment(outcome: outcome.name, why: why) }
        }
        if pupilSD == nil, standardiser.inflates || standardiser == .withinSchools {
            throw RequestError.conflicting(
                "months of progress go by the standard deviation of all pupils; --standardiser \(standardiser.rawValue) would "
                    + "make them too many")
        }
    }

    /// The conditions that count each pupil once; nil where no totals were named and rows are no counts.
    ///
    /// - Throws: `TotalsError` where totals that were not named stand beside their parts.
    func totalRows() throws -> TotalRows? {
        guard !totals.isEmpty || shareOf != nil else { return nil }
        if data.files.contains(where: { $0.path == "-" }) {
            guard totals.isEmpty else {
                throw RequestError.doesNotApply(option: "--totals", to: "standard input, which cannot be read twice")
            }
            return nil
        }
        if CellFile.isCellTable(data.files.first?.path ?? "") {
            guard totals.isEmpty else {
                throw RequestError.doesNotApply(option: "--totals", to: "cell tables, whose rows are summed already")
            }
            return nil
        }
        let named = groups.flatMap(\.columns) + by + data.unit + data.time
        var looked = data
        if let shareOf { looked.count = shareOf }
        let found = try TotalRows(looked, totals: totals.isEmpty ? TotalRows.words : totals, named: named)
        if totals.isEmpty {
            guard let first = found.without.first ?? found.only.first, let value = first.totals.first else {
                return nil
            }
            throw TotalsError.besideParts(column: first.column, value: value)
        }
        guard !found.filters.isEmpty else { throw TotalsError.nowhere(totals) }
        return found
    }
}

extension StudyCells {
    /// Counts the rows left out as totals apart from those that did not meet `--where`.
    mutating func tell(_ totals: TotalRows) {
        for block in dropped.indices {
            guard let place = dropped[block].firstIndex(where: { $0.reason == "did not meet --where" }) else {
                continue
            }
            dropped[block][place].rows -= totals.rowsLeftOut
            dropped[block].insert(
                DroppedRows("totals of other rows, or their parts", totals.rowsLeftOut), at: place + 1)
            if dropped[block][place].rows == 0 { dropped[block].remove(at: place) }
        }
    }
}

extension GapsRun {
    /// Beyond so many tests a reader must be told that some findings are due to chance.
    private static let manyGaps = 10

    static func chanceFindings(_ rows: [GapRow], level: Double) -> [String] {
        let tested = rows.filter { !$0.isSuppressed && $0.pValue != nil }.count
        guard tested > Self.manyGaps else { return [] }
        let expected = max(1, Int((Double(tested) * (1 - level)).rounded()))
        return [
            "\(tested) gaps are tested: if there were none, about \(expected) would still have an interval without 0. "
                + "--adjust holm, or --adjust bh, takes this into account."
        ]
    }
}
