import Cells
import Panels

/// The gap at equal prior attainment, row by row, from cells that have prior attainment among their keys.
///
/// Pupils without prior attainment are left out of it, and a side that falls below the threshold by that shows none.
struct ProgressGaps {
    private let cells: GapCells
    /// Per cell: prior attainment.
    private let prior: [Double?]
    /// For the `by` values of a row: the cells with prior attainment.
    private var members: [[String]: [Int]] = [:]

    /// - Throws: `.priorNotANumber`, `.noKnownPrior`.
    init(_ table: CellTable, column: String, _ request: GapRequest) throws {
        cells = try GapCells(table, request)
        let key = try table.key(column)
        var values: [Double?] = []
        for text in key.values {
            let value = Double(text)
            guard text.isEmpty || value?.isFinite == true else { throw AttainmentError.priorNotANumber(column: column) }
            values.append(value)
        }
        prior = key.codes.map { values[Int($0)] }
        for cell in prior.indices where prior[cell] != nil {
            guard let combination = cells.combination[cell] else { continue }
            members[cells.combinations[combination].map(\.value), default: []].append(cell)
        }
        guard !members.isEmpty else { throw AttainmentError.noKnownPrior(column: column) }
    }

    func add(to draft: inout GapDraft, _ contrast: GroupContrast, _ request: GapRequest) throws {
        let key = try cells.table.key(contrast.column)
        let sides = contrast.sides(of: key.values)
        var pupils = (group: 0.0, peers: 0.0)
        let moments = cells.moments
        let q = moments.variableCount
        let used = (members[draft.row.by.map(\.value)] ?? []).compactMap { cell -> PriorAdjustment.Cell? in
            guard let isGroup = sides[Int(key.codes[cell])], let prior = prior[cell] else { return nil }
            let count = cells.pupils?[cell] ?? moments.n[cell]
            if isGroup { pupils.group += count } else { pupils.peers += count }
            return PriorAdjustment.Cell(
                isGroup: isGroup, prior: prior, unit: cells.unit[cell], period: cells.period[cell], n: moments.n[cell],
                weight: moments.weight[cell], squaredWeight: moments.squaredWeight[cell], mean: moments.mean[cell * q],
                within: moments.within[cell * (q * (q + 1) / 2)])
        }
        let isShown = cells.pupils == nil || min(pupils.group, pupils.peers) >= Double(request.threshold)
        guard isShown, pupils.group > 0, pupils.peers > 0, let adjustment = PriorAdjustment(used) else { return }
        let gap = (request.lowerIsBetter ? 1 : -1) * adjustment.coefficient
        draft.row.progressGap = gap
        if request.standardise, request.standardiser == .residual { draft.residual = adjustment.residualSpread() }
        guard let found = try adjustment.uncertainty(isClustered: request.unit != nil) else { return }
        let interval = TInterval(gap, found, level: request.level)
        draft.row.progressGapStandardError = found.standardError
        (draft.row.progressGapLower, draft.row.progressGapUpper) = (interval.lower, interval.upper)
    }
}
