import Panels

/// The change of a gap: since the latest earlier period whose gap is shown, or since one named period.
enum GapChange {
    static func add(to drafts: inout [GapDraft], _ cells: GapCells, _ request: GapRequest) throws {
        let named = try request.baseline.map { try baseline($0, cells) }
        for series in GapSeries.all(of: drafts, cells, request) {
            let first = named.flatMap { named in
                named.rank.map { rank in series.members.first { $0.rank == rank } } ?? series.members.first
            }
            for (position, member) in series.members.enumerated() {
                let before = named == nil ? (position > 0 ? series.members[position - 1] : nil) : first
                guard let before, before.draft != member.draft else { continue }
                drafts[member.draft].addChange(since: drafts[before.draft], series.column, request)
            }
        }
    }

    /// The period that changes are measured from; no rank for the first of each series.
    private static func baseline(_ text: String, _ cells: GapCells) throws -> (rank: Int?, text: String) {
        guard text != GapRequest.firstPeriod else { return (nil, text) }
        let periods = cells.timeline?.periods ?? []
        let wanted = try? Period(parsing: text)
        guard let rank = periods.firstIndex(where: { $0.ordinal == wanted?.ordinal && $0.kind == wanted?.kind }) else {
            throw AttainmentError.noSuchBaseline(text, known: periods.map(\.label))
        }
        return (rank, text)
    }
}

/// The shown rows of one contrast and one combination of the other `by` values, in the order of their periods.
struct GapSeries {
    /// The position of the period among the `by` columns.
    var column: Int
    var members: [(rank: Int, draft: Int)] = []

    /// In the order of their first rows.
    static func all(of drafts: [GapDraft], _ cells: GapCells, _ request: GapRequest) -> [GapSeries] {
        guard let time = request.time, let column = request.rowColumns.firstIndex(of: time) else { return [] }
        var series: [GapSeries] = []
        var places: [[Int]: Int] = [:]
        for (index, draft) in drafts.enumerated() where !draft.row.isSuppressed && draft.row.gap != nil {
            var ranks = cells.combinations[draft.combination].map(\.rank)
            let rank = ranks.remove(at: column)
            let key = [draft.contrast] + ranks
            let place = places[key] ?? series.count
            if place == series.count {
                places[key] = place
                series.append(GapSeries(column: column))
            }
            series[place].members.append((rank, index))
        }
        for place in series.indices { series[place].members.sort { ($0.rank, $0.draft) < ($1.rank, $1.draft) } }
        return series
    }
}

extension GapDraft {
    /// Units seen in both periods make the two gaps depend on each other, and the contrast of four means knows it.
    fileprivate mutating func addChange(since before: GapDraft, _ column: Int, _ request: GapRequest) {
        guard let now = row.gap, let then = before.row.gap else { return }
        row.changeFrom = before.row.by[column].value
        row.change = now - then
        let sign = request.sign
        let contrast = MeanContrast(terms: terms(factor: sign) + before.terms(factor: -sign))
        guard let found = contrast.uncertainty(isClustered: request.unit != nil) else { return }
        let interval = TInterval(now - then, found, level: request.level)
        row.changeStandardError = found.standardError
        (row.changeLower, row.changeUpper) = (interval.lower, interval.upper)
    }
}
