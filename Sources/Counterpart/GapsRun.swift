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
    /// The period that changes are measured from, or `first`; nil for the one before.
    public var baseline: String?
    public var trend = false
    public var within = false
    public var index = false
    public var nationalRanks: NationalRanks?
    public var national: NationalPeers?
    public var prior: String?
    public var standardises = false
    public var standardiser = Standardiser.total
    public var months: MonthsOfProgress?
    public var adjustment = MultipleComparisons.none
    /// The column with all pupils of a row, of whom outcomes count those with a yes.
    public var shareOf: String?
    /// Values that stand for the sum of the others in their column.
    public var totals: [String] = []
    public var pupilSD: Double?
    public var rows: RowKind?
    public var level = 0.95
    /// What is shown of small numbers.
    public var disclosure = DisclosureProfile.ofCommands
    /// The result is to be published, by a profile that was named: then counts of rows are guarded and rounded too.
    public var isForPublication = false
    /// Counts of pupils below this are not shown: the threshold of `disclosure`.
    public var suppressBelow: Int {
        get { disclosure.threshold }
        set { disclosure.threshold = newValue }
    }
    /// Decimals in text and Markdown.
    public var decimals: Int?
    public var lowerIsBetter = false

    public init(data: DataRequest) { self.data = data }

    /// What the cells call the key that tells results apart.
    static let rankKey = "result\u{1F}"

    func keyColumns() -> [ColumnRequest] {
        var keys: [ColumnRequest] = []
        if !data.unit.isEmpty { keys.append(data.unitColumn()) }
        if let time = data.timeColumn() { keys.append(time) }
        for name in groups.flatMap(\.columns) + by where !keys.contains(where: { $0.name == name }) {
            keys.append(ColumnRequest(name, role: .key))
        }
        if let prior, !keys.contains(where: { $0.name == prior }) {
            keys.append(ColumnRequest(prior, role: .numericKey))
        }
        // Each result by itself: the index ranks them.
        if index, let outcome = data.outcomes.first, outcome.equals == nil, shareOf == nil {
            keys.append(
                ColumnRequest(
                    Self.rankKey, source: data.source(of: outcome, in: data.result ?? outcome.column),
                    role: data.points == nil ? .numericKey : .key))
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
        if let all = request.shareOf { try request.data.refuseOutcomes(among: [all], role: "--share-of") }
        try request.checkMonths()
        let totals = try request.totalRows()
        var request = request
        request.data.filters += totals?.filters ?? []
        var cells = try StudyCells.read(
            request.data, keys: request.keyColumns(), covariates: [request.shareOf].compactMap { $0 },
            required: [request.data.unit.isEmpty ? nil : request.data.unitName, request.data.timeName].compactMap { $0 }
        )
        try labels.forEach { try $0.refusePupils(cells.table, request.data, areUnits: request.rows == .units) }
        if let totals { cells.tell(totals) }
        var document = try self.document(request, cells)
        if let sentence = totals?.sentence { document.remarks.insert(sentence, at: 0) }
        let seconds = (clock.now - start).seconds
        document.frame.timings = [("seconds", seconds)]
        return Answer(document: document, seconds: seconds)
    }

    static func document(_ request: GapsRequest, _ cells: StudyCells) throws -> GapsDocument {
        var rows: [GapRow] = []
        var cells = cells
        cells.warnAboutTotals(
            (request.data.unit.isEmpty ? [] : [request.data.unitName]) + request.labels.map(\.name))
        let shareBlock = try addShares(to: &cells, request)
        var warnings = cells.warnings
        var dropped = cells.dropped.first ?? []
        var joinedNone: [DroppedRows] = []
        let kind = try rowKind(request, cells)
        for block in request.data.outcomes.indices {
            let found = try GapAnalysis.run(
                cells.table,
                try analysis(
                    request, block: block, shareBlock: shareBlock, kind: kind,
                    countBlock: cells.countBlocks.isEmpty ? nil : cells.countBlocks[block]))
            rows += found.rows
            for warning in found.warnings where !warnings.contains(warning) { warnings.append(warning) }
            if block == 0 { joinedNone = found.dropped }
        }
        var used = cells.table.blocks.first.map { Int($0.counts.reduce(0, +)) } ?? 0
        var remarks = remarks(request, kind)
        if request.adjustment == .none { remarks += chanceFindings(rows, level: request.level) }
        if request.groups.count == 1, request.groups[0].value != nil {
            // One gap: the rows on neither side are not used.
            used -= joinedNone.reduce(0) { $0 + $1.rows }
            dropped += joinedNone
        } else {
            remarks += joinedNone.map { rows in
                let least = request.disclosure.threshold
                let isFew = kind == .pupils && rows.rows < least
                let count = request.isForPublication ? request.disclosure.rounding.count(rows.rows) : rows.rows
                return "\(isFew ? "Fewer than \(least)" : "\(count)") rows: \(rows.reason)."
            }
        }
        let sample = SampleCounts(
            rowsRead: cells.report.rowsRead, rowsUsed: used, dropped: dropped, missing: cells.report.missing)
        let frame = DocumentFrame(
            settings: settings(request, kind, cells), inputs: cells.report.files, sample: sample, warnings: warnings)
        var document = GapsDocument(
            frame: frame, gaps: rows, remarks: remarks, level: request.level, decimals: request.decimals,
            lowerIsBetter: request.lowerIsBetter)
        if request.isForPublication {
            document.publish(
                request.disclosure,
                shares: Set(
                    request.data.outcomes.filter { $0.equals != nil || request.shareOf != nil }.map(\.name)),
                rowsArePupils: kind == .pupils)
        }
        return document
    }

    private static func rowKind(_ request: GapsRequest, _ cells: StudyCells) throws -> RowKind {
        if request.shareOf != nil { return .pupils }
        if let rows = request.rows { return rows }
        if request.data.count != nil { return .units }
        guard request.data.pupil == nil, !request.data.unit.isEmpty else { return .pupils }
        let names =
            [request.data.unitName] + [request.data.timeName].compactMap { $0 } + request.groups.flatMap(\.columns)
        var unique: [String] = []
        for name in names + request.by where !unique.contains(name) { unique.append(name) }
        return try cells.table.firstRepeated(unique) == nil ? .units : .pupils
    }

    /// The pupils of rows that count them, and what is left out as not in yet.
    ///
    /// - Returns: the first block of pupils; nil where rows are not counts.
    private static func addShares(to cells: inout StudyCells, _ request: GapsRequest) throws -> Int? {
        guard let all = request.shareOf else { return nil }
        let first = try CountedShares.addBlocks(to: &cells, of: request.data, column: all)
        let columns = [request.data.timeName].compactMap { $0 } + request.by
        for block in request.data.outcomes.indices {
            let found = ZeroFilledPeriods.empty(block: first + block, rowBlock: block, of: &cells, columns: columns)
            guard let found else { continue }
            cells.warnings.append(found.warning)
            cells.dropped[block].append(found.dropped)
        }
        let named = request.data.unit.isEmpty ? [] : [request.data.unitName]
        var tested: [String] = []
        for name in request.labels.map(\.name) + named + [request.data.timeName].compactMap({ $0 })
        where !tested.contains(name) {
            tested.append(name)
        }
        try TotalRows.refuseSums(cells.table, block: first, columns: tested)
        return first
    }

    private static func analysis(
        _ request: GapsRequest, block: Int, shareBlock: Int?, kind: RowKind, countBlock: Int?
    ) throws -> GapRequest {
        var gaps = GapRequest(
            groups: try request.groups.map { try $0.request(peers: request.peers, unknown: request.unknown) })
        gaps.baseline = request.baseline
        gaps.trend = request.trend
        gaps.within = request.within
        gaps.index = request.index
        gaps.nationalRanks = request.nationalRanks
        gaps.national = request.national
        gaps.standardiser = request.standardiser
        gaps.months = request.months
        gaps.adjustment = request.adjustment
        gaps.by = request.by
        gaps.unit = request.data.unit.isEmpty ? nil : request.data.unitName
        gaps.time = request.data.timeName
        gaps.change = request.change
        gaps.prior = request.prior
        gaps.standardise = request.standardises
        gaps.pupilSpread = request.pupilSD
        gaps.threshold = request.disclosure.threshold
        gaps.zeroIsSmall = request.disclosure.zeroIsSmall
        gaps.level = request.level
        gaps.lowerIsBetter = request.lowerIsBetter
        gaps.block = shareBlock.map { $0 + block } ?? block
        if shareBlock != nil { gaps.rowBlock = block }
        gaps.isShare = request.data.outcomes[block].equals != nil || shareBlock != nil
        if !gaps.isShare, request.index {
            gaps.rankKey = GapsRequest.rankKey
            gaps.rankKeyHoldsNumbers = request.data.points == nil
        }
        gaps.countBlock = countBlock
        gaps.rowKind = kind
        gaps.threads = request.data.threads
        gaps.weightKind = request.data.weightsAreFrequencies ? .frequency : .analytic
        return gaps
    }

    private static func remarks(_ request: GapsRequest, _ kind: RowKind) -> [String] {
        [
            request.shareOf.map { "Each row counts pupils: \($0) in all, of whom the outcome counts those with a yes." }
                ?? RowWords.sentence(kind, request.data)
        ] + counting(request) + independence(request, kind) + request.figureWords
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
        settings.put("group", request.groups.map(\.text))
        settings.put("peers", request.peers)
        settings.put("unknown", request.unknown)
        settings.put("by", request.by)
        settings.put("change", isOn: request.change)
        settings.put("baseline", request.baseline)
        settings.put("trend", isOn: request.trend)
        settings.put("within", isOn: request.within)
        settings.put("index", isOn: request.index)
        settings.put("nationalRanks", isOn: request.nationalRanks != nil)
        settings.put("national", isOn: request.national != nil)
        settings.put("shareOf", request.shareOf)
        settings.put("totals", request.totals)
        settings.put("prior", request.prior)
        settings.put("standardise", isOn: request.standardises)
        if request.standardises, request.pupilSD == nil { settings.put("standardiser", request.standardiser.rawValue) }
        settings.put("months", request.months?.key)
        if request.adjustment != .none { settings.put("adjust", request.adjustment.rawValue) }
        settings.put("rows", kind.rawValue)
        settings.put("lowerIsBetter", isOn: request.lowerIsBetter)
        settings.put("level", request.level)
        settings.put(request.disclosure, isNamed: request.isForPublication)
        settings.put("arithmetic", cells.arithmetic == .exact ? "exact" : "double")
        return settings.members
    }
}
