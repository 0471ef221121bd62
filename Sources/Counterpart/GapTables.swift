import Attainment
import Cells
import Inference
import Panels
import Reporting
import Tables

/// The gaps of a plan's groups by arm and period, for each outcome.
struct GapTables {
    static let arm = "arm"
    static let partners = "partners"
    static let comparison = "comparison"

    private(set) var byOutcome: [String: [OutcomeResult.GapSeries]] = [:]
    private(set) var warnings: [Warning] = []

    init() {}

    /// - Parameter arms: the arm of each unit of the design; rows of other units are left out.
    init(_ request: GapsRequest, arms: [String: String], links: [String: String], dropsCovidYears: Bool) throws {
        var request = request
        var cells = try StudyCells.read(
            request.data, keys: request.keyColumns(), covariates: [],
            required: [request.data.unitName, request.data.timeName].compactMap { $0 })
        let unit = request.data.unitName
        let time = request.data.timeName ?? ""
        if !links.isEmpty { try cells.map(key: unit) { links[$0] ?? $0 } }
        cells.table = try cells.table.filtered(by: unit) { arms[$0] != nil }
        if dropsCovidYears { cells.table = try cells.table.filtered(by: time) { !Period.isAssessedByTeachers($0) } }
        guard let unitIndex = cells.table.keys.firstIndex(where: { $0.name == unit }) else { return }
        cells.table = try cells.table.adding(key: Self.arm) { arms[$0[unitIndex]] ?? "" }
        request.by = [Self.arm, time]
        let document = try GapsRun.document(request, cells)
        warnings = document.frame.warnings
        for outcome in request.data.outcomes {
            let rows = document.gaps.filter { $0.outcome == outcome.name }
            byOutcome[outcome.name] = Self.series(rows, request, time: time)
        }
    }

    /// One series a group; of a column with two known values, the first value stands for both.
    private static func series(_ rows: [GapRow], _ request: GapsRequest, time: String) -> [OutcomeResult.GapSeries] {
        var labels: [String] = []
        for row in rows where !labels.contains(row.group) { labels.append(row.group) }
        var series: [OutcomeResult.GapSeries] = []
        for group in request.groups {
            var own = labels.filter {
                GroupText($0).columns == group.columns && (group.value == nil || GroupText($0) == group)
            }
            if group.value == nil, group.parts.isEmpty, own.count == 2 { own.removeLast() }
            for label in own {
                let text = GroupText(label)
                series.append(
                    OutcomeResult.GapSeries(
                        group: GroupWords.of(text),
                        rows: rows.filter { $0.group == label },
                        armColumn: arm, partners: partners, comparison: comparison, timeColumn: time,
                        isDrawn: group.value != nil))
            }
        }
        return series
    }
}
