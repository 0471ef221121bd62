import Cells
import Panels

/// The disadvantage gap index: how far apart group and peers stand when all pupils are ranked on the outcome.
///
///     index = 20 (mean rank of the peers − mean rank of the group) / N = 20 (A − ½),
///     A = P(peer above group) + ½ P(equal)
///
/// From −10 to 10, 0 where the two are spread alike over the ranks; equal results share their mean rank. It hangs on the
/// order of results alone. Ranked among the pupils of the file it is a local index, which does not compare with the national
/// one. A is the mean over the peers of the share of the group below each, and over the group of the share of the peers
/// above each: its error is that of these two means (DeLong), clustered like any other.
/// - Source: DeLong, DeLong & Clarke-Pearson (1988), *Biometrics* 44(3); Obuchowski (1997) for clusters.
struct DisadvantageIndex {
    /// Pupils of one side with one result, in one unit.
    struct Cell {
        var isGroup: Bool
        var value: Double
        var unit: Int
        var n: Double
        var weight: Double
    }

    /// P(peer above group) + ½ P(equal).
    let probability: Double
    private let ofPeers: ClusteredMean
    private let ofGroup: ClusteredMean

    /// - Returns: nil where a side has no pupils.
    init?(_ cells: [Cell], isClustered: Bool) {
        let order = cells.indices.sorted { cells[$0].value < cells[$1].value }
        var total = (group: 0.0, peers: 0.0)
        for cell in cells { if cell.isGroup { total.group += cell.weight } else { total.peers += cell.weight } }
        guard total.group > 0, total.peers > 0 else { return nil }
        // Of each cell: the share of the other side that it beats (a peer) or that beats it (of the group), equals as half.
        var placement = [Double](repeating: 0, count: cells.count)
        var below = (group: 0.0, peers: 0.0)
        var start = 0
        while start < order.count {
            var end = start
            var equal = (group: 0.0, peers: 0.0)
            while end < order.count, cells[order[end]].value == cells[order[start]].value {
                let cell = cells[order[end]]
                if cell.isGroup { equal.group += cell.weight } else { equal.peers += cell.weight }
                end += 1
            }
            for index in order[start..<end] {
                placement[index] =
                    cells[index].isGroup
                    ? (total.peers - below.peers - equal.peers / 2) / total.peers
                    : (below.group + equal.group / 2) / total.group
            }
            below.group += equal.group
            below.peers += equal.peers
            start = end
        }
        var ofPeers = ClusteredMean()
        var ofGroup = ClusteredMean()
        for (cell, share) in zip(cells, placement) {
            let unit = isClustered ? cell.unit : nil
            if cell.isGroup {
                ofGroup.add(unit: unit, n: cell.n, weight: cell.weight, mean: share, within: 0)
            } else {
                ofPeers.add(unit: unit, n: cell.n, weight: cell.weight, mean: share, within: 0)
            }
        }
        self.ofPeers = ofPeers
        self.ofGroup = ofGroup
        probability = ofPeers.total.mean
    }

    var index: Double { 20 * (probability - 0.5) }

    func uncertainty(isClustered: Bool) -> MeanContrast.Uncertainty? {
        MeanContrast(terms: [(20, ofPeers), (20, ofGroup)]).uncertainty(isClustered: isClustered)
    }
}

/// The disadvantage gap index row by row.
///
/// Ranks need each result, so that the cells have the outcome among their keys, unless it is a share, whose pupils have a
/// yes or a no.
struct IndexGaps {
    private let cells: GapCells
    private let isShare: Bool
    /// Per cell: the result of its pupils, or their mean where it is a share.
    private let value: [Double]
    private var members: [[String]: [Int]] = [:]

    /// - Parameter table: cells each of whose pupils have the same result, or those of a share.
    init(_ table: CellTable, _ request: GapRequest) throws {
        cells = try GapCells(table, request)
        isShare = request.isShare
        let moments = cells.moments
        // The text of a number is the result to the bit; the mean of equal doubles may have been rounded.
        let key = request.rankKeyHoldsNumbers ? try request.rankKey.map { try table.key($0) } : nil
        let numbers = key?.values.map { Double($0) } ?? []
        value = moments.n.indices.map { cell in
            key.flatMap { numbers[Int($0.codes[cell])] } ?? moments.mean[cell * moments.variableCount]
        }
        for cell in cells.combination.indices {
            guard let combination = cells.combination[cell] else { continue }
            members[cells.combinations[combination].map(\.value), default: []].append(cell)
        }
    }

    func add(to draft: inout GapDraft, _ contrast: GroupContrast, _ request: GapRequest) throws {
        guard draft.row.gap != nil else { return }
        let key = try cells.table.key(contrast.column)
        let sides = contrast.sides(of: key.values)
        var pupils: [DisadvantageIndex.Cell] = []
        for cell in members[draft.row.by.map(\.value)] ?? [] {
            guard let isGroup = sides[Int(key.codes[cell])] else { continue }
            append(cell, isGroup: isGroup, to: &pupils)
        }
        let isClustered = request.unit != nil
        guard let found = DisadvantageIndex(pupils, isClustered: isClustered) else { return }
        draft.row.index = GapFigure(
            request.sign * found.index, found.uncertainty(isClustered: isClustered), level: request.level)
        if let ranks = request.nationalRanks { try addNational(ranks, to: &draft, sides, key.codes, request) }
    }

    /// 20 times the difference of the mean shares of all pupils in the country who stand below: of these pupils, as the means
    /// of others are not asked.
    private func addNational(
        _ ranks: NationalRanks, to draft: inout GapDraft, _ sides: [Bool?], _ codes: [Int32], _ request: GapRequest
    ) throws {
        var group = ClusteredMean()
        var peers = ClusteredMean()
        let moments = cells.moments
        for cell in members[draft.row.by.map(\.value)] ?? [] {
            guard let isGroup = sides[Int(codes[cell])] else { continue }
            let period = request.time == nil ? nil : cells.timeline?.periods[cells.period[cell]]
            guard let share = ranks.share(of: value[cell], period: period?.ordinal) else {
                throw AttainmentError.noNationalRanks(period: period?.label)
            }
            let unit = request.unit == nil ? nil : cells.unit[cell]
            let (n, weight) = (moments.n[cell], moments.weight[cell])
            if isGroup {
                group.add(unit: unit, n: n, weight: weight, mean: share, within: 0)
            } else {
                peers.add(unit: unit, n: n, weight: weight, mean: share, within: 0)
            }
        }
        let contrast = MeanContrast(terms: [(20, peers), (-20, group)])
        draft.row.nationalIndex = GapFigure(
            request.sign * 20 * (peers.total.mean - group.total.mean),
            contrast.uncertainty(isClustered: request.unit != nil), level: request.level)
    }

    private func append(_ cell: Int, isGroup: Bool, to pupils: inout [DisadvantageIndex.Cell]) {
        let moments = cells.moments
        func add(_ value: Double, share: Double) {
            guard share > 0 else { return }
            pupils.append(
                .init(
                    isGroup: isGroup, value: value, unit: cells.unit[cell], n: share * moments.n[cell],
                    weight: share * moments.weight[cell]))
        }
        guard isShare else { return add(value[cell], share: 1) }
        add(0, share: 1 - value[cell] / 100)
        add(100, share: value[cell] / 100)
    }
}
