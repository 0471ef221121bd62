import Cells
import Inference
import Panels
import Probability
import Tables

/// Gaps in attainment between groups of pupils and their peers, from cells alone.
///
/// The gap is the peers' mean minus the group's, so that it is positive where the group is behind; where low values are
/// good (absence) it is the group's mean minus the peers', which again is positive where the group is behind. Its change and
/// the gap at equal prior attainment follow the same sign.
public enum GapAnalysis {
    /// - Parameters:
    ///   - table: cells whose keys hold every column that the request names; further keys change nothing.
    /// - Throws: an `AttainmentError`, or a `DesignError` about the periods.
    /// - Complexity: O(C log C) in C cells for each group asked for.
    public static func run(_ table: CellTable, _ request: GapRequest) throws -> GapResult {
        try check(request)
        let table = try request.withCrossings(table)
        // The roll-up makes the gap the same to the bit whatever other keys the cells have, prior attainment among them.
        let cells = try GapCells(try table.rolledUp(keeping: request.keyColumns), request)
        let contrasts = try labelledContrasts(cells, request)
        var drafts: [GapDraft] = []
        var result = GapResult(rows: [], warnings: [], dropped: cells.dropped)
        for (index, contrast) in contrasts.enumerated() {
            let found = try GapDraft.all(of: contrast, index: index, in: cells, request)
            if drafts.isEmpty { drafts = found.drafts } else { drafts += found.drafts }
            if found.neither > 0 {
                let reason = "\(contrast.label): neither the group nor its peers"
                result.dropped.append(DroppedRows(reason, Int(found.neither)))
            }
        }
        addFigures(to: &drafts, request)
        if let prior = request.prior {
            let gaps = try ProgressGaps(fine(table, prior, request), column: prior, request)
            for index in drafts.indices {
                try gaps.add(to: &drafts[index], contrasts[drafts[index].contrast].contrast, request)
            }
        }
        if cells.pupils != nil {
            GapSuppression(
                threshold: Double(request.threshold), isShare: request.isShare, zeroIsSmall: request.zeroIsSmall
            ).mark(&drafts, contrasts)
        }
        try addFurtherFigures(to: &drafts, contrasts, table, cells, request)
        result.rows = drafts.map { $0.row.isSuppressed ? $0.row.withoutFigures : $0.row }
        result.warnings = warnings(drafts, cells, request)
        return result
    }

    /// The cells with one more key.
    private static func fine(_ table: CellTable, _ key: String, _ request: GapRequest) throws -> CellTable {
        try table.rolledUp(keeping: request.keyColumns.filter { $0 != key } + [key])
    }

    private static func check(_ request: GapRequest) throws {
        if request.change || request.trend, request.time == nil { throw AttainmentError.changeWithoutTime }
        if request.within, request.unit == nil {
            throw AttainmentError.figureNeeds(
                figure: "the gap within schools", what: "the column with the school", option: "--unit")
        }
        if request.index, request.rowKind == .units { throw AttainmentError.indexOfUnits }
        guard request.standardise else { return }
        if request.rowKind == .units, request.pupilSpread == nil, request.standardiser != .schoolMeans {
            throw AttainmentError.unitRowsNeedPupilSpread
        }
        let needed: (what: String, option: String)? =
            switch request.standardiser {
            case .withinSchools where request.unit == nil, .schoolMeans where request.unit == nil:
                ("the column with the school", "--unit")
            case .residual where request.prior == nil: ("the column with prior attainment", "--prior")
            case .peersBefore where request.time.map({ !request.rowColumns.contains($0) }) ?? true:
                ("gaps by period", "--time and --by, --change or --trend")
            default: nil
            }
        if let needed {
            throw AttainmentError.figureNeeds(
                figure: "the standardiser \(request.standardiser.rawValue)", what: needed.what, option: needed.option)
        }
    }

    /// Those of the rows that are shown: nothing of a suppressed row enters them.
    private static func addFurtherFigures(
        to drafts: inout [GapDraft], _ contrasts: [LabelledContrast], _ table: CellTable, _ cells: GapCells,
        _ request: GapRequest
    ) throws {
        let shown = drafts.indices.filter { !drafts[$0].row.isSuppressed }
        if request.within {
            for index in shown { drafts[index].addDecomposition(request, isCounted: cells.pupils != nil) }
        }
        if request.index {
            let ranks = try IndexGaps(request.rankKey.map { try fine(table, $0, request) } ?? cells.table, request)
            for index in shown {
                try ranks.add(to: &drafts[index], contrasts[drafts[index].contrast].contrast, request)
            }
        }
        if let national = request.national {
            let members = cells.members
            for index in shown {
                let contrast = contrasts[drafts[index].contrast].contrast
                let key = try cells.table.key(contrast.column)
                try drafts[index].addNational(
                    national, cells: cells, sides: contrast.sides(of: key.values), codes: key.codes,
                    members: members[drafts[index].combination], request)
            }
        }
        if request.standardise {
            var base: [Int: ClusteredMean] = [:]
            for series in GapSeries.all(of: drafts, cells, request) {
                guard let first = series.members.first else { continue }
                for member in series.members { base[member.draft] = drafts[first.draft].peers }
            }
            for index in shown { drafts[index].addStandardised(request, base: base[index]) }
        }
        if request.change { try GapChange.add(to: &drafts, cells, request) }
        if request.trend { GapTrend.add(to: &drafts, cells, request) }
        try addAdjustments(to: &drafts, contrasts, cells, request)
    }

    private static func addAdjustments(
        to drafts: inout [GapDraft], _ contrasts: [LabelledContrast], _ cells: GapCells, _ request: GapRequest
    ) throws {
        guard request.adjustment != .none else { return }
        let tested = drafts.indices.filter { !drafts[$0].row.isSuppressed && drafts[$0].row.pValue != nil }
        let p = tested.map { drafts[$0].row.pValue ?? 1 }
        guard request.adjustment == .simultaneous else {
            for (index, value) in zip(tested, request.adjustment.adjusted(p)) { drafts[index].row.pAdjusted = value }
            return
        }
        guard tested.count <= SimultaneousGaps.limit else {
            throw AttainmentError.tooManyAtOnce(tested.count, limit: SimultaneousGaps.limit)
        }
        let joint = SimultaneousGaps(
            correlation: try GapCovariance.correlation(of: tested, in: drafts, contrasts, cells, request))
        let chance = Normal.tail(joint.critical(level: request.level))
        for (index, value) in zip(tested, p) {
            drafts[index].row.pAdjusted = joint.adjusted(value)
            drafts[index].row.setBand(chance: chance)
        }
    }

    private static func addFigures(to drafts: inout [GapDraft], _ request: GapRequest) {
        let step = 1024
        drafts.withUnsafeMutableBufferPointer { drafts in
            // Each part writes its own drafts.
            nonisolated(unsafe) let drafts = drafts
            Parallel.run((drafts.count + step - 1) / step, threads: request.threads) { part in
                for index in part * step..<min((part + 1) * step, drafts.count) { drafts[index].addFigures(request) }
            }
        }
    }

    /// Each group asked for as a contrast; a column asked for as a whole gives one for each known value with results.
    private static func labelledContrasts(_ cells: GapCells, _ request: GapRequest) throws -> [LabelledContrast] {
        let wholeColumns = request.groups.filter { if case .eachValue = $0 { true } else { false } }.count
        return try request.groups.flatMap { group -> [LabelledContrast] in
            switch group {
            case .contrast(let contrast):
                let present = try presentValues(contrast.column, cells)
                for value in [contrast.value, contrast.peers].compactMap({ $0 }) where !present.contains(value) {
                    throw AttainmentError.valueNotFound(column: contrast.column, value: value)
                }
                return [LabelledContrast(contrast: contrast, label: contrast.label)]
            case .intersection(let parts):
                guard let crossing = group.crossing else { return [] }
                let contrast = crossing.contrast(parts.map(\.value))
                guard try presentValues(contrast.column, cells).contains(contrast.value) else {
                    throw AttainmentError.valueNotFound(
                        column: contrast.column, value: parts.map(\.value).joined(separator: ","))
                }
                return [crossing.labelled(contrast)]
            case .crossed:
                guard let crossing = group.crossing else { return [] }
                return try presentValues(crossing.key, cells).filter { !$0.isEmpty }.map {
                    crossing.labelled(GroupContrast(column: crossing.key, value: $0))
                }
            case .eachValue(let column, let unknown):
                return try presentValues(column, cells).filter { !$0.isEmpty && !unknown.contains($0) }.map { value in
                    let contrast = GroupContrast(column: column, value: value, unknown: unknown)
                    return LabelledContrast(contrast: contrast, label: wholeColumns > 1 ? contrast.label : value)
                }
            }
        }
    }

    private static func presentValues(_ column: String, _ cells: GapCells) throws -> [String] {
        let key = try cells.table.key(column)
        var occurs = [Bool](repeating: false, count: key.values.count)
        for cell in cells.combination.indices where cells.combination[cell] != nil {
            occurs[Int(key.codes[cell])] = true
        }
        return key.values.indices.filter { occurs[$0] }.map { key.values[$0] }
    }

    private static func warnings(_ drafts: [GapDraft], _ cells: GapCells, _ request: GapRequest) -> [Warning] {
        var warnings = cells.respelled.map { spellings in
            Warning(
                "respelled-periods",
                "\(spellings.map { "'\($0)'" }.joined(separator: ", ")) are one period, called '\(spellings[0])' in the results"
            )
        }
        if request.unit == nil, request.rowKind == .pupils {
            warnings.append(
                Warning(
                    "independent-pupils",
                    "pupils count as independent, which makes intervals too narrow where pupils of a school are alike; "
                        + "name the school with --unit"))
        }
        if cells.pupils == nil, request.threshold > 0 {
            warnings.append(
                Warning(
                    "counts-unknown",
                    "rows are units and their numbers of pupils are not known, so that no small group is suppressed; "
                        + "name the column with --count"))
        }
        if request.standardise, request.pupilSpread == nil, request.standardiser.inflates {
            warnings.append(
                Warning(
                    "inflated-standardiser",
                    request.standardiser == .schoolMeans
                        ? "school means vary less than pupils, so that gaps over their standard deviation look several times "
                            + "larger than those of other studies; --standardiser total compares"
                        : "what prior attainment leaves unexplained varies less than results do, so that gaps over its standard "
                            + "deviation look larger than those of other studies; --standardiser total compares"))
        }
        let bare = drafts.filter { !$0.row.isSuppressed && $0.row.gap != nil && $0.row.standardError == nil }.count
        if bare > 0 {
            warnings.append(
                Warning(
                    "few-clusters",
                    "\(bare) of \(drafts.count) gaps have no interval: the pupils of one side are all in one unit, or do not vary"
                ))
        }
        return warnings
    }
}

extension GapDraft {
    mutating func addFigures(_ request: GapRequest) {
        let sign = request.sign
        let (own, other) = (group.total, peers.total)
        if own.n > 0 { row.mean = own.mean }
        if other.n > 0 { row.meanPeers = other.mean }
        guard own.n > 0, other.n > 0 else { return }
        let gap = sign * (other.mean - own.mean)
        row.gap = gap
        if let found = MeanContrast(terms: terms(factor: sign)).uncertainty(isClustered: request.unit != nil) {
            let interval = TInterval(gap, found, level: request.level)
            row.standardError = found.standardError
            row.degreesOfFreedom = found.degreesOfFreedom
            (row.lower, row.upper, row.pValue) = (interval.lower, interval.upper, interval.pValue)
        }
        guard request.standardise else { return }
        // Rows that are units tell nothing of the spread of pupils.
        guard request.rowKind == .pupils || request.pupilSpread != nil else { return }
        if let spread = request.pupilSpread {
            row.hedgesG = gap / spread
        } else if let a = own.variance, let b = other.variance {
            row.hedgesG = EffectSize.hedgesG(difference: gap, n: (own.n, other.n), variance: (a, b))
        }
    }
}

/// An estimate's interval and p-value by Student's t.
struct TInterval {
    var lower: Double
    var upper: Double
    var pValue: Double

    init(_ estimate: Double, _ uncertainty: MeanContrast.Uncertainty, level: Double) {
        let t = StudentT(degreesOfFreedom: uncertainty.degreesOfFreedom)
        let reach = t.tailQuantile((1 - level) / 2) * uncertainty.standardError
        lower = estimate - reach
        upper = estimate + reach
        pValue = t.twoSidedTail(estimate / uncertainty.standardError)
    }
}

extension GapRow {
    /// The row as it may be shown when it is suppressed.
    public var withoutFigures: GapRow {
        var row = GapRow(outcome: outcome, group: group, by: by, n: n, nPeers: nPeers)
        row.isSuppressed = true
        return row
    }

    /// The gap ± its own t at the chance of a normal beyond the critical value.
    fileprivate mutating func setBand(chance: Double) {
        guard let gap, let standardError, let degreesOfFreedom else { return }
        let reach = StudentT(degreesOfFreedom: degreesOfFreedom).tailQuantile(chance) * standardError
        (self.bandLower, self.bandUpper) = (gap - reach, gap + reach)
    }
}
