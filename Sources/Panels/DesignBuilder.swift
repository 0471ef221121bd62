import Cells
import Tables

/// From cells to the design that estimators take: who was treated when, what a row is, which rows are used.
public enum DesignBuilder {
    /// - Parameters:
    ///   - table: cells whose keys hold every column that the request names; further keys only split cells. One without outcomes
    ///     gives a design without one: who was there, and who was treated when.
    ///   - request: what the columns mean.
    /// - Returns: the design, and what was found on the way.
    /// - Throws: a `DesignError`: data that contradict themselves, or data from which no effect can be told.
    /// - Complexity: O(C log C) time in C cells.
    public static func build(
        _ table: CellTable, _ request: DesignRequest
    ) throws(DesignError) -> (design: Design, report: DesignReport) {
        let columns = try DesignColumns(table, request)
        var draft = try DesignDraft(columns.rollUp(table), request)
        try draft.checkRowKind()
        try draft.findTreatment()
        draft.finish()
        return (draft.design(), draft.report)
    }
}

/// The work of the builder, step by step: which cells count, what a row is, who was treated, then the design itself.
struct DesignDraft {
    let table: CellTable
    let request: DesignRequest
    let columns: DesignColumns
    let moments: CellMoments
    let texts: PeriodTexts
    let sides: [Bool?]
    let unit: [Int]
    /// Per cell, with or without results: it has a unit and a period, and the unit is not excluded.
    let isKnown: [Bool]
    /// Per cell: the index of the period among all periods; 0 where it has none.
    let period: [Int]
    var selection: CellSelection
    var report: DesignReport
    /// Per unit of the key column.
    var status: [TreatmentStatus] = []
    var reversals: TreatmentStarts.Reversals?
    /// The periods with results.
    var sample: Timeline

    init(_ table: CellTable, _ request: DesignRequest) throws(DesignError) {
        let columns = try DesignColumns(table, request)
        let unit = columns.unit.codes.map(Int.init)
        let time = columns.time.codes.map(Int.init)
        let isExcluded = columns.unit.values.map { request.excluded.contains($0) }
        let cells = 0..<table.cellCount
        let hasUnit = cells.map { !columns.unit.values[unit[$0]].isEmpty }
        let hasTime = cells.map { !columns.time.values[time[$0]].isEmpty }
        let isKnown = cells.map { hasUnit[$0] && hasTime[$0] && !isExcluded[unit[$0]] && table.rowCounts[$0] > 0 }
        var occurs = [Bool](repeating: false, count: columns.time.values.count)
        for cell in cells where isKnown[cell] { occurs[time[cell]] = true }
        let texts = try PeriodTexts(columns.time.values, occurs: occurs)

        self.table = table
        self.request = request
        self.columns = columns
        self.unit = unit
        self.isKnown = isKnown
        self.texts = texts
        moments = table.blocks.isEmpty ? .rows(table.rowCounts) : table.blocks[request.block].moments
        period = time.map { texts.indices[$0] ?? 0 }
        sample = texts.timeline
        let sideOfValue = request.gap.map { $0.sides(of: columns.gap?.values ?? []) }
        sides = cells.map { cell in columns.gap.flatMap { sideOfValue?[Int($0.codes[cell])] } }
        report = DesignReport(rowKind: .pupils, estimand: .pupils)
        selection = CellSelection(rows: moments.n)

        selection.drop("no \(request.unit)") { !hasUnit[$0] }
        selection.drop("no \(request.time)") { !hasTime[$0] }
        selection.drop("excluded by request") { isExcluded[unit[$0]] }
        noteExclusions(isExcluded)
        dropUnknownKeys()
        for spellings in texts.respelled {
            report.warnings.append(
                Warning(
                    "respelled-periods",
                    "\(listed(spellings)) are one period, which is called '\(spellings[0])' in the results"))
        }
    }

    private mutating func noteExclusions(_ isExcluded: [Bool]) {
        let values = columns.unit.values
        report.excludedUnits = values.indices.filter { isExcluded[$0] }.map { values[$0] }
        let found = Set(report.excludedUnits)
        report.unmatchedExclusions = sortedByBytes(request.excluded.filter { !found.contains($0) })
        if let named = request.comparisonUnits {
            let present = Set(values)
            report.unmatchedComparisonUnits = sortedByBytes(named.filter { !present.contains($0) })
        }
        let unmatched = report.unmatchedExclusions + report.unmatchedComparisonUnits
        if !unmatched.isEmpty {
            report.warnings.append(
                Warning(
                    "unmatched-units",
                    "\(counted(unmatched.count, "unit")) named to be left out or to compare "
                        + "\(unmatched.count == 1 ? "does" : "do") not occur in these files: \(listed(unmatched))"))
        }
    }

    /// Cells that belong to no side of the gap, or lack a factor, an effect or a cluster.
    private mutating func dropUnknownKeys() {
        if let gap = request.gap {
            let sides = self.sides
            selection.drop("\(gap.column) belongs neither to the group nor to its peers") { sides[$0] == nil }
        }
        for key in columns.clusters + columns.absorbed + columns.factors {
            let isEmpty = key.values.map(\.isEmpty)
            selection.drop("no \(key.name)") { isEmpty[Int(key.codes[$0])] }
        }
        let weight = moments.weight
        selection.drop("weight 0") { weight[$0] <= 0 }
    }

    mutating func checkRowKind() throws(DesignError) {
        let side = sides.map { $0 == true ? 1 : 0 }
        let hasGap = request.gap != nil
        let counts = table.rows(of: request.block)
        let rows = isKnown.indices.map { cell in
            isKnown[cell] && (!hasGap || sides[cell] != nil) ? counts[cell] : 0
        }
        let pattern = RowPattern(unit: unit, period: period, side: side, rows: rows)
        report.rowKind = request.rows ?? pattern.kind(hasPupilColumn: request.hasPupilColumn)
        if report.rowKind == .units, let repeated = pattern.repeated {
            throw .repeatedUnitRow(
                unit: columns.unit.values[repeated.unit], period: texts.timeline.periods[repeated.period].label)
        }
        if report.rowKind == .units, request.estimand == .pupils { throw .estimandNeedsPupilRows }
        report.estimand = request.estimand ?? (report.rowKind == .pupils ? .pupils : .schools)
    }

    mutating func finish() {
        warnAboutData()
        report.dropped = selection.dropped
        report.rowsUsed = Int(selection.cells.reduce(0) { $0 + moments.n[$1] })
    }
}
