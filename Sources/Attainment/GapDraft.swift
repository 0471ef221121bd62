import Cells
import Panels

/// A contrast as it is worked out: of which column, and how results call it.
struct LabelledContrast {
    var contrast: GroupContrast
    var label: String
    /// The columns and values that make the group: one, or several of an intersection.
    var parts: [(column: String, value: String)]

    init(contrast: GroupContrast, label: String, parts: [(column: String, value: String)]? = nil) {
        self.contrast = contrast
        self.label = label
        self.parts = parts ?? [(contrast.column, contrast.value)]
    }
}

/// A row in the making: the two means with all that their errors need.
struct GapDraft {
    var row: GapRow
    var contrast: Int
    var combination: Int
    var group = ClusteredMean()
    var peers = ClusteredMean()
    /// Around what prior attainment says of results, where it is the standardiser.
    var residual: SpreadOfPupils?

    /// Group and peers of every combination that has rows on either side, in order.
    ///
    /// - Returns: the drafts, and the used rows that belong to neither side.
    static func all(
        of contrast: LabelledContrast, index: Int, in cells: GapCells, _ request: GapRequest
    ) throws -> (drafts: [GapDraft], neither: Double) {
        let key = try cells.table.key(contrast.contrast.column)
        let sides = contrast.contrast.sides(of: key.values)
        let outcome = cells.table.blocks[request.block].variables[0]
        let columns = request.rowColumns
        var drafts = cells.combinations.enumerated().map { position, values in
            GapDraft(
                row: GapRow(
                    outcome: outcome, group: contrast.label,
                    by: zip(columns, values).map { .init($0, $1.value) }, n: 0, nPeers: 0),
                contrast: index, combination: position)
        }
        var neither = 0.0
        for cell in cells.unit.indices {
            guard let combination = cells.combination[cell] else { continue }
            guard let isGroup = sides[Int(key.codes[cell])] else {
                neither += cells.rows[cell]
                continue
            }
            drafts[combination].add(cell, isGroup: isGroup, of: cells, byUnit: request.unit != nil)
        }
        drafts.removeAll { $0.group.total.n <= 0 && $0.peers.total.n <= 0 }
        return (drafts, neither)
    }

    private mutating func add(_ cell: Int, isGroup: Bool, of cells: GapCells, byUnit: Bool) {
        let moments = cells.moments
        let q = moments.variableCount
        let (mean, within) = (moments.mean[cell * q], moments.within[cell * (q * (q + 1) / 2)])
        let pupils = cells.pupils?[cell] ?? moments.n[cell]
        if isGroup {
            row.n += pupils
            group.add(
                unit: byUnit ? cells.unit[cell] : nil, n: moments.n[cell], weight: moments.weight[cell], mean: mean,
                within: within, pupils: pupils)
        } else {
            row.nPeers += pupils
            peers.add(
                unit: byUnit ? cells.unit[cell] : nil, n: moments.n[cell], weight: moments.weight[cell], mean: mean,
                within: within, pupils: pupils)
        }
    }

    /// The terms of the gap, peers first, for a contrast that may hold the gap of another period too.
    func terms(factor: Double) -> [(factor: Double, mean: ClusteredMean)] {
        [(factor, peers), (-factor, group)]
    }
}
