import Cells
import Comparison
import Estimation
import Inference
import Panels
import Tables

/// The designs of a difference-in-differences question and their analyses: one for each outcome and `--by` value.
struct DidStudy {
    /// One outcome, one combination of `--by` values.
    struct Part {
        var outcome: OutcomeRequest
        var by: [ByValue]
        var design: Design
        var report: DesignReport
        var result: AnalysisResult
        /// The headline against every comparison unit, where the comparison was built; or why there is none.
        var withoutMatching: Effect?
        var reasonWithout: String?
    }

    /// Why the rows of the exam years without exams are left out.
    static let assessedByTeachers = "results of 2019/20 or 2020/21, assessed by teachers"

    let request: DidRequest
    var cells: StudyCells
    private(set) var parts: [Part] = []
    private(set) var warnings: [Warning] = []
    private(set) var dropped: [DroppedRows] = []

    init(_ request: DidRequest) throws {
        // The comparison is fixed before the cells of all periods are read.
        self.request = try request.fixingComparison()
        cells = try Self.read(request)
        try estimate()
    }

    /// The same cells with another design or analysis, for the other estimand, the gap and robustness runs.
    init(_ request: DidRequest, cells: StudyCells) throws {
        self.request = request
        self.cells = cells
        try estimate()
    }

    /// The cells of a question, with schools linked, treatment coded 0/1 and the rows it leaves out counted.
    static func read(_ request: DidRequest) throws -> StudyCells {
        let keys = request.keyColumns()
        let treatmentKey: String? =
            switch request.design.treatment {
            case .startColumn(let name), .treatedColumn(let name): name
            case .partners: nil
            }
        let labels = request.labels
        try labels.forEach { try $0.refusePupils(request.data) }
        try request.data.refuseOutcomes(among: request.covariates, role: "held constant")
        let always = [request.design.unit, request.design.time]
        var data = request.data
        data.outcomes += request.placebosRead
        var cells = try StudyCells.read(
            data, keys: keys, splits: request.splittingColumns(), covariates: request.covariates,
            required: always)
        try labels.forEach { try $0.refusePupils(cells.table, request.data, areUnits: request.design.rows == .units) }
        // After the reading and in one order, so that cell tables give the same counts as their rows.
        for name in request.design.clusters + request.design.absorbed + request.design.factors
        where !always.contains(name) && name != treatmentKey {
            try cells.keep(key: name, reason: "no \(name)") { !$0.isEmpty }
        }
        for name in request.by where !always.contains(name) {
            try cells.keep(key: name, reason: "no known value of \(name)") {
                !$0.isEmpty && !request.unknown.contains($0)
            }
        }
        // Where both sides of a gap are named, a total is on neither.
        let sided = request.design.gap.flatMap { $0.peers == nil ? nil : $0.column }
        cells.warnAboutTotals(
            [request.design.unit] + labels.filter { $0.option != "--gap" || $0.name != sided }.map(\.name))
        if !request.links.isEmpty { try cells.map(key: request.design.unit) { request.links[$0] ?? $0 } }
        if request.dropsCovidYears {
            try cells.keep(key: request.design.time, reason: assessedByTeachers) {
                !Period.isAssessedByTeachers($0)
            }
        }
        if request.keepsBalanced { try keepBalanced(&cells, request) }
        if let treatmentKey, !request.treatedValues.isEmpty {
            try cells.map(key: treatmentKey) { request.treatedValues.contains($0) ? "1" : "0" }
        }
        if let period = request.keepsUntreatedAt { try keepUntreated(&cells, request, at: period) }
        return cells
    }

    private static func keepBalanced(_ cells: inout StudyCells, _ request: DidRequest) throws {
        let panel = try cells.table.rolledUp(keeping: [request.design.unit, request.design.time])
        let units = panel.keys[0]
        let periodCount = panel.keys[1].values.count
        var seen = [Int](repeating: 0, count: units.values.count)
        for code in units.codes { seen[Int(code)] += 1 }
        let isWhole = Dictionary(uniqueKeysWithValues: zip(units.values, seen.map { $0 == periodCount }))
        try cells.keep(key: request.design.unit, reason: "rows of units without rows in every period") {
            isWhole[$0] ?? false
        }
    }

    /// Keeps the units that have rows in a period and are not treated in it.
    private static func keepUntreated(_ cells: inout StudyCells, _ request: DidRequest, at period: String) throws {
        guard case .treatedColumn(let treated) = request.design.treatment else {
            throw RequestError.doesNotApply(option: "keep.untreatedAt", to: "a plan whose columns name no \"treated\"")
        }
        let table = try cells.table.rolledUp(keeping: [request.design.unit, request.design.time, treated])
        var untreated: Set<String> = []
        for cell in 0..<table.cellCount {
            let values = table.keys.map { $0.values[Int($0.codes[cell])] }
            if values[1] == period, values[2] != "1" { untreated.insert(values[0]) }
        }
        guard !untreated.isEmpty else {
            throw RequestError.badValue(
                option: "keep.untreatedAt", value: period, allowed: "a period of the data with untreated units")
        }
        try cells.keep(key: request.design.unit, reason: "rows of units treated or absent in \(period)") {
            untreated.contains($0)
        }
    }

    private mutating func estimate() throws {
        if let gap = request.design.gap { try NeverOccurring.check(gap, cells.table) }
        var refusals: [any Refusal] = []
        let rows = try rowKind()
        for block in request.data.outcomes.indices {
            for (values, table) in try cells.table.split(by: request.by) {
                let by = zip(request.by, values).map { ByValue($0, $1) }
                do {
                    try add(table, block: block, by: by, rows: rows)
                } catch let refusal as any Refusal where !by.isEmpty {
                    warnings.append(Warning("not-estimated", "no estimate for \(Self.name(by)): \(refusal.message)"))
                    refusals.append(refusal)
                }
            }
        }
        if parts.isEmpty, let first = refusals.first { throw first }
        gatherWarnings()
    }

    /// What a row is, decided once for every value of `--by` and every subject; nil leaves it to the design.
    private func rowKind() throws -> RowKind? {
        let isDecidedHere = !request.by.isEmpty || request.data.subject != nil
        guard isDecidedHere, request.design.rows == nil, request.data.pupil == nil else {
            return request.design.rows
        }
        var names = [request.design.unit, request.design.time]
        for name in [request.design.gap?.column].compactMap({ $0 }) + request.by where !names.contains(name) {
            names.append(name)
        }
        return try cells.table.firstRepeated(names) == nil ? .units : .pupils
    }

    /// The design of one outcome from cells, or a part of them.
    static func build(
        _ cells: StudyCells, _ table: CellTable, _ whole: DidRequest, block: Int, rows: RowKind?
    ) throws -> (design: Design, report: DesignReport) {
        var request = whole.design
        request.rows = rows
        request.keepsReversals = whole.analysis.estimator?.knowsReversals ?? false
        request.block = block
        request.countBlock = cells.countBlocks.isEmpty ? nil : cells.countBlocks[block]
        request.splits = whole.splittingColumns().map(\.name)
        request.hasPupilColumn = whole.data.pupil != nil
        request.weightKind = whole.data.weightsAreFrequencies ? .frequency : .analytic
        // The gap's own column is held constant by the effects of unit × group; as a factor it would say nothing new.
        if let gap = request.gap { request.factors.removeAll { $0 == gap.column } }
        do {
            return try DesignBuilder.build(table, request)
        } catch {
            throw cells.explained(error.withLines(cells.request, request, table))
        }
    }

    private mutating func add(_ table: CellTable, block: Int, by: [ByValue], rows: RowKind?) throws {
        let built = try Self.build(cells, table, request, block: block, rows: rows)
        if request.collapses, built.report.rowKind == .units {
            throw RequestError.doesNotApply(option: "--collapse", to: "rows that are units already")
        }
        let result: AnalysisResult
        var (without, reason): (Effect?, String?) = (nil, nil)
        do {
            var analysis = request.analysis
            analysis.lowerIsBetter = request.lowerIsBetter
            // Yes/no outcomes are percentages.
            if request.data.outcomes[block].equals != nil { analysis.estimation.outcomeCeiling = 100 }
            analysis.pupilSD = request.pupilSpread(built.design)
            let whole = request.collapses ? built.design.collapsed() : built.design
            let design = request.compared(whole)
            analysis.comparison = request.comparison?.rebuilding(whole, clustersBySet: request.clustersBySet)
            var found = try DidAnalysis.run(design, analysis)
            if block == 0, !request.placeboOutcomes.isEmpty {
                let placebos = PlaceboOutcomes(request: request, cells: cells, table: table, rows: rows)
                found.placebo = found.placebo ?? PlaceboFindings()
                found.placebo?.outcomes = placebos.estimates(
                    beside: design, estimator: found.estimator, kind: found.varianceUsed, analysis)
            }
            result = found
            if let comparison = request.comparison {
                (without, reason) = Self.headline(comparison.withoutUnmatched(whole), analysis)
            }
        } catch {
            throw cells.explained(error)
        }
        let design = request.compared(built.design)
        parts.append(
            Part(
                outcome: request.data.outcomes[block], by: by, design: design, report: built.report,
                result: result, withoutMatching: without, reasonWithout: reason))
        if block == 0 {
            let apart = Int((built.design.rowsBehind.reduce(0, +) - design.rowsBehind.reduce(0, +)).rounded())
            if apart > 0 { count(DroppedRows("of schools outside the comparison (--match)", apart)) }
            for rows in built.report.dropped { count(rows) }
            if result.singletonRows > 0 {
                count(DroppedRows("alone in a level of an effect (singletons)", result.singletonRows))
            }
        }
    }

    /// The headline and its interval alone, without a comparison that was built.
    private static func headline(_ design: Design, _ analysis: AnalysisOptions) -> (Effect?, String?) {
        do {
            return (try DidAnalysis.run(design, analysis.alone).effects.first, nil)
        } catch {
            return (nil, error.message)
        }
    }

    private mutating func count(_ rows: DroppedRows) {
        if let known = dropped.firstIndex(where: { $0.reason == rows.reason }) {
            dropped[known].rows += rows.rows
        } else {
            dropped.append(rows)
        }
    }

    private mutating func gatherWarnings() {
        var all = cells.warnings + (request.comparison?.study.groupWarnings ?? [])
        for outcome in request.data.outcomes { all += Self.warnings(of: parts.filter { $0.outcome == outcome }) }
        if let shared = sharedPartnership() { all.append(shared) }
        warnings = (all + warnings).withoutRepeats
    }

    /// `fsm=N, sex=F`.
    static func name(_ by: [ByValue]) -> String { by.map { "\($0.column)=\($0.value)" }.joined(separator: ", ") }

    /// The warnings of the parts of one outcome; those that not every part has say whose they are.
    private static func warnings(of parts: [Part]) -> [Warning] {
        let lists = parts.map { $0.report.warnings + $0.result.warnings }
        return zip(parts, lists).flatMap { part, list in
            list.map { warning in
                let isShared = lists.allSatisfy { $0.contains(warning) }
                return isShared || part.by.isEmpty
                    ? warning : Warning(warning.code, "\(name(part.by)): \(warning.message)")
            }
        }
    }

    /// Partners that share a trust or partnership were not treated one by one.
    private func sharedPartnership() -> Warning? {
        guard let column = request.partnership, request.design.clusters.isEmpty, let design = parts.first?.design,
            let table = try? cells.table.rolledUp(keeping: [request.design.unit, column])
        else { return nil }
        let treated = Set(design.units.indices.filter { design.start[$0] != nil }.map { design.units[$0] })
        var members: [String: Set<String>] = [:]
        for cell in 0..<table.cellCount {
            let values = table.keys.map { $0.values[Int($0.codes[cell])] }
            if treated.contains(values[0]), !values[1].isEmpty { members[values[1], default: []].insert(values[0]) }
        }
        let shared = members.values.filter { $0.count > 1 }.count
        guard shared > 0 else { return nil }
        return Warning(
            "shared-partnership",
            "partner units share a value of \(column) (\(shared) \(shared == 1 ? "value" : "values")): their results may move together, "
                + "and standard errors by unit may be too small; consider --cluster \(column)")
    }
}
