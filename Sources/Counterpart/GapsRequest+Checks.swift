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
        if data.isFromEngine {
            guard totals.isEmpty else {
                throw RequestError.doesNotApply(option: "--totals", to: "a database, whose rows are not looked at here")
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

extension GapsRequest {
    /// What a reader must know of the figures that were asked for by name.
    var figureWords: [String] {
        var words: [String] = []
        if trend { words.append("The trend is the slope of the straight line through the gaps shown, a year.") }
        if within { words.append("The parts within and between schools add up to the gap.") }
        if nationalRanks != nil {
            words.append("The national index ranks these pupils among all pupils in the country, as the file has them.")
        }
        if index {
            words.append(
                "The index is local: ranks are among these pupils, so that it does not compare with the published national one."
            )
        }
        if national != nil { words.append("The means of national peers are taken as known.") }
        if standardises {
            words.append(
                "The gap in SDs is the gap over \(pupilSD == nil ? standardiser.words : "the standard deviation given")."
            )
        }
        if let months {
            words.append(
                "Months of progress by the table \u{201C}\(months.name)\u{201D} (\(months.source); read in \(months.yearRead))."
            )
        }
        switch adjustment {
        case .none: break
        case .simultaneous: words.append("Adjusted p-values and bands hold for all gaps of an outcome at once.")
        case .holm, .hochberg, .bh:
            words.append(
                "P-values are adjusted for the number of gaps of an outcome by the method \(adjustment.rawValue).")
        }
        return words
    }
}

extension Standardiser {
    /// The standard deviation in words, after "over".
    fileprivate var words: String {
        switch self {
        case .total: "the standard deviation of all pupils, group and peers together"
        case .pooled: "the standard deviation of pupils around the mean of their side (Hedges g)"
        case .withinSchools: "the standard deviation of pupils around the mean of their side in their school"
        case .peersBefore: "the standard deviation of the peers in the first period shown"
        case .schoolMeans: "the standard deviation of school means, not of pupils"
        case .residual: "the standard deviation of what prior attainment leaves unexplained"
        }
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
