import Attainment
import Inference
import Panels
import Reporting
import Tables

/// A question about gaps: which groups, for which combinations of columns, with what uncertainty.
public struct GapsRequest: Sendable {
    public var data: DataRequest
    public var groups: [GroupText] = []
    /// The peers' value; nil for every other known value.
    public var peers: String?
    public var unknown: [String] = []
    public var by: [String] = []
    public var change = false
    public var prior: String?
    public var standardises = false
    public var pupilSD: Double?
    public var rows: RowKind?
    public var level = 0.95
    public var suppressBelow = 10
    /// Decimals in text and Markdown.
    public var decimals: Int?
    public var lowerIsBetter = false

    public init(data: DataRequest) { self.data = data }

    func keyColumns() -> [ColumnRequest] {
        var keys: [ColumnRequest] = []
        if !data.unit.isEmpty { keys.append(data.unitColumn()) }
        if let time = data.timeColumn() { keys.append(time) }
        for name in groups.map(\.column) + by where !keys.contains(where: { $0.name == name }) {
            keys.append(ColumnRequest(name, role: .key))
        }
        if let prior, !keys.contains(where: { $0.name == prior }) {
            keys.append(ColumnRequest(prior, role: .numericKey))
        }
        return keys
    }
}

/// One `gaps`: from the request to the document that is printed.
public struct GapsRun {
    public struct Answer: Sendable {
        public var document: GapsDocument
        public var seconds: Double
    }

    public static func answer(_ request: GapsRequest) throws -> Answer {
        let clock = ContinuousClock()
        let start = clock.now
        let labels = request.labels
        try labels.forEach { try $0.refusePupils(request.data) }
        if let prior = request.prior { try request.data.refuseOutcomes(among: [prior], role: "--prior") }
        let cells = try StudyCells.read(
            request.data, keys: request.keyColumns(), covariates: [],
            required: [request.data.unit.isEmpty ? nil : request.data.unitName, request.data.timeName].compactMap { $0 }
        )
        try labels.forEach { try $0.refusePupils(cells.table, request.data, areUnits: request.rows == .units) }
        var document = try self.document(request, cells)
        let seconds = (clock.now - start).seconds
        document.frame.timings = [("seconds", seconds)]
        return Answer(document: document, seconds: seconds)
    }

    static func document(_ request: GapsRequest, _ cells: StudyCells) throws -> GapsDocument {
        var rows: [GapRow] = []
        var cells = cells
        cells.warnAboutTotals(
            (request.data.unit.isEmpty ? [] : [request.data.unitName]) + request.labels.map(\.name))
        var warnings = cells.warnings
        var dropped = cells.dropped.first ?? []
        var joinedNone: [DroppedRows] = []
        let kind = try rowKind(request, cells)
        for block in request.data.outcomes.indices {
            let found = try GapAnalysis.run(
                cells.table,
                analysis(
                    request, block: block, kind: kind,
                    countBlock: cells.countBlocks.isEmpty ? nil : cells.countBlocks[block]))
            rows += found.rows
            for warning in found.warnings where !warnings.contains(warning) { warnings.append(warning) }
            if block == 0 { joinedNone = found.dropped }
        }
        var used = cells.table.blocks.first.map { Int($0.counts.reduce(0, +)) } ?? 0
        var remarks = remarks(request, kind)
        if request.groups.count == 1, request.groups[0].value != nil {
            // One gap: the rows on neither side are not used.
            used -= joinedNone.reduce(0) { $0 + $1.rows }
            dropped += joinedNone
        } else {
            remarks += joinedNone.map { rows in
                let isFew = kind == .pupils && rows.rows < request.suppressBelow
                return "\(isFew ? "Fewer than \(request.suppressBelow)" : "\(rows.rows)") rows: \(rows.reason)."
            }
        }
        let sample = SampleCounts(
            rowsRead: cells.report.rowsRead, rowsUsed: used, dropped: dropped, missing: cells.report.missing)
        let frame = DocumentFrame(
            settings: settings(request, kind, cells), inputs: cells.report.files, sample: sample, warnings: warnings)
        return GapsDocument(
            frame: frame, gaps: rows, remarks: remarks, level: request.level, decimals: request.decimals,
            lowerIsBetter: request.lowerIsBetter)
    }

    private static func rowKind(_ request: GapsRequest, _ cells: StudyCells) throws -> RowKind {
        if let rows = request.rows { return rows }
        if request.data.count != nil { return .units }
        guard request.data.pupil == nil, !request.data.unit.isEmpty else { return .pupils }
        let names = [request.data.unitName] + [request.data.timeName].compactMap { $0 } + request.groups.map(\.column)
        var unique: [String] = []
        for name in names + request.by where !unique.contains(name) { unique.append(name) }
        return try cells.table.firstRepeated(unique) == nil ? .units : .pupils
    }

    private static func analysis(_ request: GapsRequest, block: Int, kind: RowKind, countBlock: Int?) -> GapRequest {
        var gaps = GapRequest(
            groups: request.groups.map { group in
                guard let value = group.value else { return .eachValue(column: group.column, unknown: request.unknown) }
                return .contrast(
                    GroupContrast(column: group.column, value: value, peers: request.peers, unknown: request.unknown))
            })
        gaps.by = request.by
        gaps.unit = request.data.unit.isEmpty ? nil : request.data.unitName
        gaps.time = request.data.timeName
        gaps.change = request.change
        gaps.prior = request.prior
        gaps.standardise = request.standardises
        gaps.pupilSpread = request.pupilSD
        gaps.threshold = request.suppressBelow
        gaps.level = request.level
        gaps.lowerIsBetter = request.lowerIsBetter
        gaps.block = block
        gaps.isShare = request.data.outcomes[block].equals != nil
        gaps.countBlock = countBlock
        gaps.rowKind = kind
        gaps.threads = request.data.threads
        gaps.weightKind = request.data.weightsAreFrequencies ? .frequency : .analytic
        return gaps
    }

    private static func remarks(_ request: GapsRequest, _ kind: RowKind) -> [String] {
        [RowWords.sentence(kind, request.data)] + counting(request) + independence(request, kind)
    }

    /// What `n` and the means are over, where rows say how many pupils stand behind them.
    private static func counting(_ request: GapsRequest) -> [String] {
        guard request.data.count != nil else { return [] }
        let means =
            request.data.weights.map { "means are of rows, weighted by \($0)" }
            ?? "means are of rows, each counting the same"
        return ["n counts pupils; \(means)."]
    }

    private static func independence(_ request: GapsRequest, _ kind: RowKind) -> [String] {
        guard request.data.unit.isEmpty else {
            return request.by.contains(request.data.unitName)
                ? ["Within one unit its \(kind == .pupils ? "pupils" : "rows") count as independent."] : []
        }
        return [
            "No --unit was named, so \(kind == .pupils ? "pupils" : "rows") count as independent; pupils of one school are alike, "
                + "and intervals by school would be wider."
        ]
    }

    private static func settings(_ request: GapsRequest, _ kind: RowKind, _ cells: StudyCells) -> [JSONValue.Member] {
        var settings = SettingsList()
        settings.put("version", EvaluationVersion.text)
        settings.put(request.data)
        settings.put("group", request.groups.map { $0.value == nil ? $0.column : "\($0.column)=\($0.value ?? "")" })
        settings.put("peers", request.peers)
        settings.put("unknown", request.unknown)
        settings.put("by", request.by)
        settings.put("change", isOn: request.change)
        settings.put("prior", request.prior)
        settings.put("standardise", isOn: request.standardises)
        settings.put("rows", kind.rawValue)
        settings.put("lowerIsBetter", isOn: request.lowerIsBetter)
        settings.put("level", request.level)
        settings.put("suppress", request.suppressBelow)
        settings.put("arithmetic", cells.arithmetic == .exact ? "exact" : "double")
        return settings.members
    }
}
