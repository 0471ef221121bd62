import Estimation
import Inference
import Panels
import Reporting
import Tables

/// A question of power: the columns of a `did`, and the designs that are asked about.
public struct PowerRequest: Sendable {
    public var did: DidRequest
    public var options = PowerOptions()

    public init(did: DidRequest) { self.did = did }
}

/// One `power`: from the request to the document that is printed.
public struct PowerRun {
    public struct Answer: Sendable {
        public var document: PowerDocument
        public var seconds: Double
    }

    /// - Throws: the refusal of the room that stopped; `RequestError` for `--pupils` where rows are schools.
    public static func answer(_ request: PowerRequest) throws -> Answer {
        let clock = ContinuousClock()
        let start = clock.now
        var document = try document(request)
        let seconds = (clock.now - start).seconds
        document.frame.timings = [("seconds", seconds)]
        return Answer(document: document, seconds: seconds)
    }

    private static func document(_ request: PowerRequest) throws -> PowerDocument {
        let did = request.did
        let cells = try DidStudy.read(did)
        if let gap = did.design.gap { try NeverOccurring.check(gap, cells.table) }
        var parts: [PowerPart] = []
        var warnings = cells.warnings
        var first: (design: Design, report: DesignReport)?
        for (block, outcome) in did.data.outcomes.enumerated() {
            let built = try DidStudy.build(cells, cells.table, did, block: block, rows: did.design.rows)
            if request.options.pupils != nil, !built.design.rowsArePupils {
                throw RequestError.doesNotApply(
                    option: "--pupils", to: "rows that are units, whose pupils' spread is not known")
            }
            let found: PowerAnalysis
            do {
                found = try PowerAnalysis(built.design, request.options)
            } catch {
                throw cells.explained(error)
            }
            for warning in built.report.warnings + found.warnings + cautions(found)
            where !warnings.contains(warning) {
                warnings.append(warning)
            }
            parts.append(part(request, built.design, did.outcomeName(outcome), found))
            if first == nil { first = built }
        }
        guard let first else { throw RequestError.noComparison }
        var sample = SampleCounts(
            rowsRead: cells.report.rowsRead, rowsUsed: Int(first.design.moments.n.reduce(0, +)),
            dropped: (cells.dropped.first ?? []) + first.report.dropped, missing: cells.report.missing)
        let counts = ArmCounts(first.design)
        (sample.units, sample.treatedUnits) = (counts.units, counts.treatedUnits)
        (sample.periods, sample.clusters) = (counts.periods, counts.clusters)
        var document = PowerDocument(
            frame: DocumentFrame(
                settings: settings(request, first.report, cells), inputs: cells.report.files, sample: sample,
                warnings: warnings),
            parts: parts, power: request.options.power,
            remarks: [RowWords.sentence(first.report.rowKind, did.data)], wording: did.wording(first.design))
        if did.isForPublication { document.publish(did.disclosure) }
        return document
    }

    private static func part(
        _ request: PowerRequest, _ design: Design, _ outcome: OutcomeName, _ found: PowerAnalysis
    ) -> PowerPart {
        let behind = (design.pupils ?? []).reduce(0, +)
        return PowerPart(
            outcome: outcome, effects: found.effects, components: found.components, unadjusted: found.unadjusted,
            pupilStandardDeviation: request.did.pupilSpread(design),
            isSuppressed: design.pupils != nil && behind < Double(request.did.disclosure.threshold))
    }

    private static func cautions(_ found: PowerAnalysis) -> [Warning] {
        var warnings: [Warning] = []
        if found.components.units < 10 {
            warnings.append(
                Warning(
                    "few-clusters",
                    "how far results move from period to period is judged by \(found.components.units) schools: "
                        + "the figures are rough"))
        }
        if let this = found.effects.first, this.treatedSchools < 10 {
            warnings.append(
                Warning(
                    "few-treated",
                    "\(this.treatedSchools) of \(this.schools) schools treated: detectable effects presume that treated "
                        + "schools' results move no more than the others'"))
        }
        return warnings
    }

    private static func settings(
        _ request: PowerRequest, _ report: DesignReport, _ cells: StudyCells
    ) -> [JSONValue.Member] {
        let did = request.did
        var settings = SettingsList()
        settings.put("version", EvaluationVersion.text)
        settings.put(did.data)
        settings.putTreatment(did.design)
        settings.put("rows", report.rowKind.rawValue)
        settings.put("estimand", report.estimand.rawValue)
        settings.put("covariates", did.covariates)
        settings.put("factors", did.design.factors)
        settings.put("gap", did.design.gap?.label)
        settings.put("peers", did.design.gap?.peers)
        settings.put("unknown", did.unknown)
        settings.put("lowerIsBetter", isOn: did.lowerIsBetter)
        settings.put("estimator", request.options.analysis.estimator?.rawValue)
        settings.put("schools", request.options.schools)
        settings.put("pupils", request.options.pupils.map { $0.asTyped })
        settings.put("periods", request.options.periods.map { "\($0.before):\($0.after)" })
        settings.put("power", request.options.power)
        settings.put("level", request.options.analysis.level)
        settings.put(did.disclosure, isNamed: did.isForPublication)
        settings.put("arithmetic", cells.arithmetic == .exact ? "exact" : "double")
        return settings.members
    }
}
