import Attainment
import Cells
import Inference
import Reporting
import Tables

/// A question about progress: how far results lie from what prior attainment lets expect.
public struct ProgressRequest: Sendable {
    public var data: DataRequest
    public var prior: String
    public var by: [String] = []
    public var method = ValueAddedRequest.Method.bands(.equalNumbers(10))
    /// Whose results are the yardstick; all rows where there are none.
    public var norm: [RowFilter] = []
    public var disclosure = DisclosureProfile.ofCommands
    /// A profile was named: the result is rounded as it asks, with a log.
    public var isForPublication = false
    public var level = 0.95
    public var shrinks = false
    /// Scores are divided by this, as those of Progress 8 are by 10.
    public var divisor = 1.0
    /// The column with the subject, for knots.
    public var subject: String?
    /// The least score of each band of an official table; empty where none apply.
    public var floors: [Double?] = []
    /// The national standard deviation of pupils' scores, where it is known.
    public var pupilSpread: Double?
    /// When prior attainment was taken, against the start of the partnership.
    public var timing: PriorTiming?
    /// The outcome is a score as published for schools, with its limits.
    public var isPublished = false

    public init(data: DataRequest, prior: String = "") {
        self.data = data
        self.prior = prior
    }

    func valueAdded(block: Int) -> ValueAddedRequest {
        var request = ValueAddedRequest(prior: prior)
        request.unit = data.unit.isEmpty ? nil : data.unitName
        request.time = data.timeName
        request.by = by
        request.method = method
        request.norm = norm
        request.threshold = disclosure.threshold
        request.level = level
        request.shrinks = shrinks
        request.block = block
        request.divisor = divisor
        request.subject = subject
        request.floors = floors
        request.outcomeKey = outcomeKey
        request.pupilSpread = pupilSpread
        return request
    }

    /// Each pupil's result as a key, where scores are limited one by one.
    private var outcomeKey: String? { floors.isEmpty ? nil : data.outcomes.first.map { "each \($0.name)" } }

    func keyColumns() -> [ColumnRequest] {
        var keys: [ColumnRequest] = []
        if !data.unit.isEmpty { keys.append(data.unitColumn()) }
        if let time = data.timeColumn() { keys.append(time) }
        for name in by + norm.map(\.column) + (subject.map { [$0] } ?? [])
        where name != prior && !keys.contains(where: { $0.name == name }) {
            keys.append(ColumnRequest(name, role: .key))
        }
        for column in timing?.keyColumns() ?? [] where !keys.contains(where: { $0.name == column.name }) {
            keys.append(column)
        }
        if let outcomeKey, let column = data.outcomes.first?.column {
            keys.append(ColumnRequest(outcomeKey, source: .column(column), role: .numericKey))
        }
        return keys + [ColumnRequest(prior, role: .numericKey)]
    }

    var labels: [LabelColumn] { by.map { LabelColumn(name: $0, option: "--by") } }
}

/// One `progress`: from the request to the document that is printed.
public struct ProgressRun {
    public struct Answer: Sendable {
        public var document: ProgressDocument
        public var seconds: Double
    }

    public static func answer(_ request: ProgressRequest) throws -> Answer {
        let clock = ContinuousClock()
        let start = clock.now
        if request.isPublished {
            var document = try published(request)
            let seconds = (clock.now - start).seconds
            document.frame.timings = [("seconds", seconds)]
            return Answer(document: document, seconds: seconds)
        }
        try request.labels.forEach { try $0.refusePupils(request.data) }
        try request.data.refuseOutcomes(among: [request.prior], role: "--prior")
        if request.by.contains(request.prior) {
            throw RequestError.conflicting("\(request.prior) is --prior and cannot be in --by too")
        }
        let cells = try StudyCells.read(
            request.data, keys: request.keyColumns(), covariates: [],
            required: [request.data.unit.isEmpty ? nil : request.data.unitName, request.data.timeName].compactMap { $0 }
        )
        try request.labels.forEach { try $0.refusePupils(cells.table, request.data, areUnits: false) }
        var document = try document(request, cells)
        let seconds = (clock.now - start).seconds
        document.frame.timings = [("seconds", seconds)]
        return Answer(document: document, seconds: seconds)
    }

    private static func document(_ request: ProgressRequest, _ read: StudyCells) throws -> ProgressDocument {
        var cells = read
        cells.warnAboutTotals((request.data.unit.isEmpty ? [] : [request.data.unitName]) + request.by)
        var results: [ValueAddedResult] = []
        for block in request.data.outcomes.indices {
            results.append(try ValueAdded.run(cells.table, request.valueAdded(block: block)))
        }
        var warnings = cells.warnings
        if let timing = request.timing, let time = request.data.timeName {
            warnings += try timing.warning(cells, time: time, prior: request.prior).map { [$0] } ?? []
        }
        for warning in results.flatMap(\.warnings) where !warnings.contains(warning) { warnings.append(warning) }
        let dropped = (cells.dropped.first ?? []) + (results.first?.dropped ?? [])
        let sample = SampleCounts(
            rowsRead: cells.report.rowsRead, rowsUsed: Int(results.first?.n ?? 0), dropped: dropped,
            units: units(request, results.first), missing: cells.report.missing)
        let frame = DocumentFrame(
            settings: settings(request, cells), inputs: cells.report.files, sample: sample, warnings: warnings)
        return finished(
            ProgressDocument(frame: frame, results: results, remarks: remarks(request), level: request.level), request)
    }

    private static func published(_ request: ProgressRequest) throws -> ProgressDocument {
        let (results, report) = try PublishedProgress(request: request).read()
        var warnings = report.warnings
        for warning in results.flatMap(\.warnings) where !warnings.contains(warning) { warnings.append(warning) }
        let dropped = [
            DroppedRows("could not be read", report.rowsRejected),
            DroppedRows("records of another kind (--schema)", report.rowsOfOtherRecords),
            DroppedRows("did not meet --where", report.rowsFiltered),
        ].filter { $0.rows > 0 }
        let sample = SampleCounts(
            rowsRead: report.rowsRead, rowsUsed: Int(results.first?.n ?? 0),
            dropped: dropped + (results.first?.dropped ?? []), units: units(request, results.first),
            missing: report.missing)
        var settings = SettingsList()
        settings.put("version", EvaluationVersion.text)
        settings.put(request.data)
        settings.put("published", isOn: true)
        settings.put("level", request.level)
        settings.put(request.disclosure, isNamed: request.isForPublication)
        let frame = DocumentFrame(
            settings: settings.members, inputs: report.files, sample: sample, warnings: warnings)
        return finished(
            ProgressDocument(
                frame: frame, results: results,
                remarks: [
                    "Each row is a school; scores are as published.",
                    "The spread is the national standard deviation of pupils' scores that the published 95% limits rest on; it fits pupils' results better as --pupil-sd than the spread of schools' means.",
                ], level: request.level), request)
    }

    /// Rounded and logged where the result is to be published.
    private static func finished(_ document: ProgressDocument, _ request: ProgressRequest) -> ProgressDocument {
        guard request.isForPublication else { return document }
        var document = document
        document.publish(
            request.disclosure, shares: Set(request.data.outcomes.filter { $0.equals != nil }.map(\.name)),
            rowsArePupils: !request.isPublished)
        return document
    }

    private static func units(_ request: ProgressRequest, _ result: ValueAddedResult?) -> Int? {
        guard !request.data.unit.isEmpty, let result else { return nil }
        return Set(result.units.compactMap(\.unit)).count
    }

    private static func remarks(_ request: ProgressRequest) -> [String] {
        var remarks = ["Each row is a pupil."]
        switch request.method {
        case .knots(let table):
            remarks.append("What is expected lies on the lines between the knots of each subject's table.")
            if table.subjects.contains(where: { $0.size != nil }) {
                remarks.append(
                    "Scores are in grades; a row weighs its subjects by the size of their qualifications.")
            }
        case .regression: remarks.append("What is expected lies on the straight line of results on prior attainment.")
        case .bands(.table(let table)) where table.contains { $0.mean != nil }:
            remarks.append("What is expected stands in the table that was given.")
        case .bands:
            remarks.append("What is expected is the mean result of pupils in the same band of prior attainment.")
        }
        let isOfficial: Bool =
            switch request.method {
            case .bands(.table(let table)): table.contains { $0.mean != nil }
            case .knots: true
            default: false
            }
        if request.data.timeName != nil, !isOfficial { remarks.append("It was found within each period.") }
        if isOfficial, !request.norm.isEmpty {
            remarks.append(
                "--norm-where only says whose numbers stand beside the bands, as the table gives their means.")
        } else if !isOfficial {
            remarks.append(
                request.norm.isEmpty
                    ? "All pupils are the yardstick, partner schools' among them, which draws their scores towards 0; --norm-where names others."
                    : "The yardstick is the pupils with \(request.norm.map(\.text).joined(separator: " and ")).")
        }
        if !request.floors.isEmpty {
            remarks.append("Scores below the least score of their band count with it; unadjusted scores stand beside.")
        }
        remarks.append(
            (request.pupilSpread == nil
                ? "Standard errors are S/√n, as in the official measures"
                : "Standard errors are the national standard deviation that was given over √n, as in the official measures")
                + ": they say how far chance among pupils moves a score, not what else differs between schools."
        )
        return remarks
    }

    private static func settings(_ request: ProgressRequest, _ cells: StudyCells) -> [JSONValue.Member] {
        var settings = SettingsList()
        settings.put("version", EvaluationVersion.text)
        settings.put(request.data)
        settings.put("prior", request.prior)
        switch request.method {
        case .regression: settings.put("method", "regression")
        case .knots(let table):
            settings.put("method", "knots")
            settings.put("knotTable", table.subjects.count)
            settings.put("subject", request.subject)
        case .bands(let rule):
            settings.put("method", "bands")
            switch rule {
            case .equalNumbers(let count): settings.put("bands", count)
            case .width(let width): settings.put("bandWidth", width.text)
            case .table(let bands): settings.put("bandTable", bands.count)
            }
        }
        settings.put("normWhere", request.norm.map(\.text))
        settings.put("by", request.by)
        if !request.floors.isEmpty { settings.put("floorTable", request.floors.count { $0 != nil }) }
        if let spread = request.pupilSpread { settings.put("pupilSD", spread) }
        if let timing = request.timing {
            settings.put("start", timing.start)
            switch timing.taken {
            case .column(let name): settings.put("priorTime", name)
            case .before(let steps): settings.put("priorLag", steps)
            }
        }
        if request.divisor != 1 { settings.put("divisor", request.divisor) }
        settings.put("shrink", isOn: request.shrinks)
        settings.put("level", request.level)
        settings.put(request.disclosure, isNamed: request.isForPublication)
        settings.put("arithmetic", cells.arithmetic == .exact ? "exact" : "double")
        return settings.members
    }
}

extension Decimal6 {
    /// As it is typed: `0.5`.
    var text: String {
        let digits = String(mantissa.magnitude)
        let places = Int(decimals)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = mantissa < 0 ? "-" : ""
        return places == 0 ? sign + padded : sign + padded.dropLast(places) + "." + padded.suffix(places)
    }
}
