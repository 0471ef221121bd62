/// The change of a gap since the latest earlier period whose gap is shown.
enum GapChange {
    static func add(to drafts: inout [GapDraft], _ cells: GapCells, _ request: GapRequest) {
        guard let time = request.time, let column = request.rowColumns.firstIndex(of: time) else { return }
        let sign = request.lowerIsBetter ? -1.0 : 1.0
        // Rows of one contrast and one combination of the other values, in the order of the periods.
        var latest: [[Int]: Int] = [:]
        let order = drafts.indices.sorted { a, b in
            (period(a, drafts, cells, column), a) < (period(b, drafts, cells, column), b)
        }
        for index in order where !drafts[index].row.isSuppressed && drafts[index].row.gap != nil {
            let series = series(of: drafts[index], cells, without: column)
            if let before = latest[series] { drafts[index].addChange(since: drafts[before], column, sign, request) }
            latest[series] = index
        }
    }

    private static func period(_ index: Int, _ drafts: [GapDraft], _ cells: GapCells, _ column: Int) -> Int {
        cells.combinations[drafts[index].combination][column].rank
    }

    private static func series(of draft: GapDraft, _ cells: GapCells, without column: Int) -> [Int] {
        var ranks = cells.combinations[draft.combination].map(\.rank)
        ranks.remove(at: column)
        return [draft.contrast] + ranks
    }
}

extension GapDraft {
    /// Units seen in both periods make the two gaps depend on each other, and the contrast of four means knows it.
    fileprivate mutating func addChange(since before: GapDraft, _ column: Int, _ sign: Double, _ request: GapRequest) {
        guard let now = row.gap, let then = before.row.gap else { return }
        row.changeFrom = before.row.by[column].value
        row.change = now - then
        let contrast = MeanContrast(terms: terms(sign: sign) + before.terms(sign: -sign))
        guard let found = contrast.uncertainty(isClustered: request.unit != nil) else { return }
        let interval = TInterval(now - then, found, level: request.level)
        row.changeStandardError = found.standardError
        (row.changeLower, row.changeUpper) = (interval.lower, interval.upper)
    }
}
