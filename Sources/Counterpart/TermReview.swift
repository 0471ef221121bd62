import Cells
import Panels
import Reporting
import Tables

/// One review of a plan's monitoring: cells → arms → means by period → the folder of reviews with its history.
public struct TermReview {
    public struct Answer: Sendable {
        public var document: ReviewDocument
        public var seconds: Double
    }

    /// - Parameters:
    ///   - path: of the plan file.
    ///   - output: path of the folder of reviews, written whole or not at all.
    /// - Throws: the refusal of the room that stopped; nothing is written then.
    public static func run(plan path: String, output: String, threads: Int) throws -> Answer {
        let clock = ContinuousClock()
        let start = clock.now
        let folder = ReportFolder.ofReviews(path: output) { SHA256Digest.hex(of: $0) }
        try folder.check()
        let (plan, bytes) = try PlanReader.read(path)
        try plan.checkProtection(path: path, today: String(ReportDate.current().iso.prefix(10)))
        let review = TermReview(plan: plan, requests: PlanRequests(plan: plan, path: path, threads: threads))
        var document = try review.document(
            EvaluationReport.Plan(path: path, sha256: SHA256Digest.hex(of: bytes)))
        document.frame.timings = [("seconds", (clock.now - start).seconds)]
        document = try folder.add(document)
        return Answer(document: document, seconds: (clock.now - start).seconds)
    }

    let plan: EvaluationPlan
    let requests: PlanRequests

    /// The plan's question without what only an estimate needs: every row with a result counts.
    private func request() throws -> DidRequest {
        var request = try requests.did()
        request.covariates = []
        request.placeboOutcomes = []
        request.partnership = nil
        request.furtherKeys = []
        request.keepsBalanced = false
        request.keepsUntreatedAt = nil
        (request.design.factors, request.design.absorbed, request.design.clusters) = ([], [], [])
        // Marks of teachers are what is reviewed.
        request.dropsCovidYears = false
        // No estimator looks at the rows one by one.
        request.analysis.vcov = nil
        request.analysis.estimator = nil
        request.analysis.estimation.family = nil
        request.links = try requests.links().newest
        return request
    }

    private func document(_ planFile: EvaluationReport.Plan) throws -> ReviewDocument {
        let request = try request()
        let cells = try DidStudy.read(request)
        let (arms, periods) = try PartnerUnits.arms(cells.table, request.design)
        guard arms.values.contains(.partners) else {
            throw RequestError.badValue(
                option: "partnership", value: "none of its schools",
                allowed: "partners with rows in these files: there is nobody to review")
        }
        let rows = try ReviewedSchools.rowKind(cells, request)
        let baseline = try baseline(periods)
        var document = ReviewDocument(
            title: plan.title,
            frame: DocumentFrame(
                settings: settings(request, baseline), inputs: cells.report.files,
                sample: SampleCounts(
                    rowsRead: cells.report.rowsRead,
                    rowsUsed: cells.table.blocks.first.map { Int($0.counts.reduce(0, +)) } ?? 0,
                    dropped: cells.dropped.first ?? [], missing: cells.report.missing),
                warnings: cells.warnings),
            outcomes: [], plan: planFile, generated: .current(), version: EvaluationVersion.text,
            rowsArePupils: rows == .pupils)
        document.outcomes = try request.data.outcomes.indices.map { block in
            try ReviewedSchools(
                cells, request, block: block, arms: arms, periods: periods.filter { $0.ordinal >= baseline.ordinal },
                rows: rows
            ).outcome(request.outcomeName(request.data.outcomes[block]))
        }
        if !arms.values.contains(.comparison) {
            document.frame.warnings.append(
                Warning(
                    "no-comparison",
                    "these files hold partner schools alone: how results moved elsewhere is not known"))
        }
        if plan.matching != nil {
            document.frame.warnings.append(
                Warning(
                    "comparison-not-built",
                    "a review sets partners beside every comparison school; the comparison that the plan describes is built by run"
                ))
        }
        if rows == .units, request.data.count == nil {
            document.frame.warnings.append(
                Warning(
                    "counts-unknown",
                    "rows are schools and no column says how many pupils stand behind them, so small groups cannot be withheld"
                ))
        }
        document.publish(Disclosure(plan.disclosure), countsPupils: rows == .pupils || request.data.count != nil)
        return document
    }

    private func baseline(_ periods: [Period]) throws -> Period {
        guard let wanted = plan.monitoringBaseline else { return periods[0] }
        let parsed = try? Period(parsing: wanted)
        let found = periods.first { period in
            period.label == wanted || (parsed?.kind == period.kind && parsed?.ordinal == period.ordinal)
        }
        guard let found else {
            throw RequestError.badValue(
                option: "monitoring.baseline", value: wanted,
                allowed: "a period of these files, \(periods[0].label) to \(periods[periods.count - 1].label)")
        }
        return found
    }

    private func settings(_ request: DidRequest, _ baseline: Period) -> [JSONValue.Member] {
        var settings = SettingsList()
        settings.put("version", EvaluationVersion.text)
        settings.put(request.data)
        settings.putTreatment(request.design)
        settings.put("baseline", baseline.label)
        settings.put("disclosure", plan.disclosure.name)
        settings.put("suppress", plan.disclosure.threshold)
        return settings.members
    }
}

/// The means of one outcome by arm and period, over the schools with results in every period since the baseline: one set of
/// schools for all periods, so that no school's coming or going looks like progress.
struct ReviewedSchools {
    private let arms: [String: PartnerUnits.Arm]
    private let periods: [Period]
    /// By school and period: weight, weighted sum and pupils of its results.
    private var sums: [String: [Sum]] = [:]

    private struct Sum {
        var weight = 0.0
        var total = 0.0
        var pupils = 0.0
    }

    static func rowKind(_ cells: StudyCells, _ request: DidRequest) throws -> RowKind {
        if let rows = request.design.rows { return rows }
        if request.data.count != nil { return .units }
        if request.data.pupil != nil { return .pupils }
        return try cells.table.firstRepeated([request.design.unit, request.design.time]) == nil ? .units : .pupils
    }

    init(
        _ cells: StudyCells, _ request: DidRequest, block: Int, arms: [String: PartnerUnits.Arm], periods: [Period],
        rows: RowKind
    ) throws {
        self.arms = arms
        self.periods = periods
        let table = try cells.table.rolledUp(keeping: [request.design.unit, request.design.time])
        let moments = table.blocks[block].moments
        let counts = cells.countBlocks.isEmpty ? nil : table.blocks[cells.countBlocks[block]].moments
        let q = moments.variableCount
        var index: [String: Int] = [:]
        for text in table.keys[1].values {
            let ordinal = (try? Period(parsing: text))?.ordinal
            index[text] = periods.firstIndex { $0.ordinal == ordinal }
        }
        for cell in 0..<table.cellCount where moments.n[cell] > 0 {
            let unit = table.keys[0].values[Int(table.keys[0].codes[cell])]
            guard arms[unit] != nil, let period = index[table.keys[1].values[Int(table.keys[1].codes[cell])]] else {
                continue
            }
            var sum = sums[unit, default: periods.map { _ in Sum() }][period]
            sum.weight += moments.weight[cell]
            sum.total += moments.weight[cell] * moments.mean[cell * q]
            sum.pupils += counts.map { $0.n[cell] * $0.mean[cell * $0.variableCount] } ?? moments.n[cell]
            sums[unit, default: periods.map { _ in Sum() }][period] = sum
        }
    }

    func outcome(_ name: OutcomeName) -> ReviewDocument.Outcome {
        let whole = sums.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.filter { unit in
            sums[unit]?.allSatisfy { $0.weight > 0 } ?? false
        }
        func figure(_ arm: PartnerUnits.Arm, _ period: Int) -> ReviewDocument.Figure? {
            var sum = Sum()
            for unit in whole where arms[unit] == arm {
                guard let own = sums[unit]?[period] else { continue }
                sum.weight += own.weight
                sum.total += own.total
                sum.pupils += own.pupils
            }
            return sum.weight > 0 ? ReviewDocument.Figure(mean: sum.total / sum.weight, n: sum.pupils) : nil
        }
        var outcome = ReviewDocument.Outcome(
            outcome: name, baseline: periods[0].label,
            rows: periods.indices.map { period in
                .init(
                    time: periods[period].label, partners: figure(.partners, period),
                    comparison: figure(.comparison, period))
            })
        outcome.partnerSchools = whole.count { arms[$0] == .partners }
        outcome.comparisonSchools = whole.count - outcome.partnerSchools
        outcome.leftOut = arms.count - whole.count
        return outcome
    }
}
