import Comparison
import Estimation
import Inference
import Panels
import Reporting
import Tables

/// One `did`: from the request to the document that is printed.
public struct DidRun {
    public struct Answer: Sendable {
        public var document: DidDocument
        public var seconds: Double
    }

    /// - Throws: the refusal of the room that stopped: reading, cells, design, estimation.
    public static func answer(_ request: DidRequest) throws -> Answer {
        let clock = ContinuousClock()
        let start = clock.now
        let study = try DidStudy(request)
        var document = try DidComposition(study).document()
        let seconds = (clock.now - start).seconds
        document.frame.timings = [("seconds", seconds)]
        return Answer(document: document, seconds: seconds)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// A study as a document: every part's rows with its outcome and `--by` values, small numbers withheld.
struct DidComposition {
    let study: DidStudy
    let request: DidRequest

    init(_ study: DidStudy) {
        self.study = study
        request = study.request
    }

    /// - Parameter withholds: false where a report withholds small numbers itself.
    func document(withholds: Bool = true) throws -> DidDocument {
        guard let first = study.parts.first else { throw RequestError.noComparison }
        var effects: [Effect] = []
        var counterfactual: [CounterfactualRow] = []
        var before: [CounterfactualRow] = []
        var path: [PathPoint] = []
        for part in study.parts {
            effects += part.result.effects.map { row in
                var row = row
                row.by = part.by
                return row
            }
            func named(_ rows: [CounterfactualRow]) -> [CounterfactualRow] {
                rows.map { row in
                    var row = row
                    row.by = part.by
                    return row
                }
            }
            counterfactual += named(part.result.counterfactual)
            before += named(part.result.before)
        }
        if study.parts.count == 1 { path = first.result.path }
        let comparison = try BaselineComparison(
            first.design, outcome: request.outcomeName(first.outcome), isWanted: request.diagnosesBalance)
        var document = DidDocument(
            frame: DocumentFrame(
                settings: settings(), inputs: study.cells.report.files, sample: sample(),
                warnings: study.warnings + comparison.warnings),
            effects: effects, outcome: request.outcomeName(first.outcome), estimand: first.report.estimand,
            group: request.design.gap.map { GroupWords.of($0) }, preTrend: first.result.preTrend,
            balance: comparison.balance, intake: comparison.intake, randomisation: first.result.randomisation,
            wild: first.result.wild, methods: first.result.methods, bootstrap: first.result.bootstrap,
            leaveOneOut: first.result.leaveOneOut,
            counterfactual: counterfactual, path: path,
            cautions: [request.unmatchedCaution].compactMap { $0 } + cautions(first),
            remarks: remarks(first) + [comparison.remark].compactMap { $0 },
            wording: request.wording(first.design))
        document.before = before
        document.exposure = first.report.exposure
        document.comparison = try ComparisonWords(study).findings(first)
        document.estimator = first.result.estimator.rawValue
        document.elimination = first.result.elimination
        document.checks = DesignChecks(first.result)
        document.sensitivity = first.result.sensitivity
        guard withholds else { return document }
        var rule = Disclosure(request.disclosure)
        if first.design.pupils == nil { rule.threshold = 0 }
        let log = document.withhold(rule, effectsCountPupils: first.design.rowsArePupils)
        if request.isForPublication {
            document.publish(DisclosureLog(profile: request.disclosure, entries: log), rule)
        }
        // Months of progress tell the headline once more.
        if document.effects.first?.isSuppressed ?? false { document.remarks = [neverTreated(first)].compactMap { $0 } }
        return document
    }

    /// With `--by`, the headline speaks of the first group alone, and says so.
    private func cautions(_ part: DidStudy.Part) -> [String] {
        guard !part.by.isEmpty else { return part.result.sentences }
        let others = study.parts.filter { $0.outcome == part.outcome }.count - 1
        let rest =
            others == 0 ? "" : "; the \(others == 1 ? "other group stands" : "other \(others) groups stand") below"
        return ["This is the estimate for \(DidStudy.name(part.by))\(rest)."] + part.result.sentences
    }

    private func remarks(_ part: DidStudy.Part) -> [String] {
        [
            request.months(part)?.sentence, neverTreated(part),
            RowWords.sentence(part.report.rowKind, request.data, side: request.design.gap?.column),
            keptApart(part), iterations(part),
        ].compactMap { $0 }
    }

    /// That rows, not cells, were what the fit took, and why.
    private func keptApart(_ part: DidStudy.Part) -> String? {
        let columns = request.splitColumns
        guard !columns.isEmpty, study.cells.request != nil else { return nil }
        let who =
            request.analysis.vcov?.isByRow == true ? part.result.varianceUsed.rawValue : part.result.estimator.rawValue
        return "Rows were kept apart by \(Wording.list(columns)), as \(who) needs: "
            + "\(part.design.cellCount) different rows."
    }

    /// That fixed effects were taken out by iterations, and how far these came.
    private func iterations(_ part: DidStudy.Part) -> String? {
        guard case .iterated(let levels, let iterations, let residual) = part.result.elimination?.method else {
            return nil
        }
        return
            "The fixed effects beside the largest have \(levels) levels and were taken out in \(iterations) iterations, "
            + "until \(residual) of a column's length was left in them."
    }

    /// Who compares because the start's column says so: what stands there, how many, and their names.
    private func neverTreated(_ part: DidStudy.Part) -> String? {
        guard case .startColumn(let column) = request.design.treatment, !part.report.neverSpellings.isEmpty else {
            return nil
        }
        let later = Set(part.report.notYetTreated)
        let names = part.design.units.indices.filter { part.design.start[$0] == nil }.map { part.design.units[$0] }
            .filter { !later.contains($0) }
        guard !names.isEmpty else { return nil }
        let spellings = part.report.neverSpellings.map { $0.text.isEmpty ? "empty" : $0.text }
        let listed =
            names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " and \(names.count - 20) more" : "")
        return "Never in the partnership (\(column) is \(spellings.joined(separator: " or "))): \(names.count) of "
            + "\(part.design.units.count), \(listed)."
    }

    private func sample() -> SampleCounts {
        let primary = study.parts.filter { $0.outcome == request.data.outcomes[0] }
        let report = study.cells.report
        var counts = SampleCounts(
            rowsRead: report.rowsRead, rowsUsed: primary.reduce(0) { $0 + $1.result.rowsUsed },
            dropped: (study.cells.dropped.first ?? []) + study.dropped,
            missing: report.missing.filter { !request.splittingColumns().map(\.name).contains($0.column) })
        if primary.count == 1, let only = primary.first {
            counts.take(only.result)
        } else {
            let designs = primary.map(\.design)
            counts.units = Set(designs.flatMap(\.units)).count
            counts.treatedUnits =
                Set(
                    designs.flatMap { design in
                        design.units.indices.filter { design.start[$0] != nil }.map { design.units[$0] }
                    }
                ).count
            counts.periods = Set(designs.flatMap { $0.periods.map(\.ordinal) }).count
            counts.clusters = Set(designs.flatMap { $0.clusters.first?.levels ?? [] }).count
        }
        return counts
    }

    /// What was asked and what was decided; neither threads nor file names.
    private func settings() -> [JSONValue.Member] {
        guard let part = study.parts.first else { return [] }
        let design = request.design
        var settings = SettingsList()
        settings.put("version", EvaluationVersion.text)
        settings.put(request.data)
        settings.putTreatment(design)
        settings.put("rows", part.report.rowKind.rawValue)
        settings.put("estimand", part.report.estimand.rawValue)
        settings.put("covariates", request.covariates)
        settings.put("factors", design.factors)
        settings.put("absorb", design.absorbed)
        settings.put("keptApart", study.cells.request == nil ? [] : request.splitColumns)
        settings.put("cluster", request.clusterNames)
        if let matching = request.matching { settings.put(matching, method: "matchMethod") }
        settings.put("by", request.by)
        settings.put("gap", design.gap?.label)
        settings.put("peers", design.gap?.peers)
        settings.put("unknown", request.unknown)
        settings.put("lowerIsBetter", isOn: request.lowerIsBetter)
        settings.put("collapse", isOn: request.collapses)
        settings.put("estimator", part.result.estimator.rawValue)
        settings.put("comparison", request.analysis.estimation.comparison?.rawValue)
        settings.put("method", request.analysis.estimation.methodWord)
        settings.put("anticipation", request.analysis.estimation.anticipation)
        settings.put("base", request.analysis.estimation.base?.rawValue)
        settings.put("balance", request.analysis.estimation.balance)
        settings.put("family", request.analysis.estimation.family?.rawValue)
        settings.put("window", request.analysis.window.map { "\($0.lowerBound):\($0.upperBound)" })
        settings.put("vcov", part.result.varianceUsed.rawValue)
        settings.put("smallSample", request.analysis.smallSample.rawValue)
        settings.put("singletons", request.analysis.singletons.rawValue)
        settings.put("permutations", request.analysis.permutations)
        settings.put("wild", request.analysis.wild)
        settings.put("wildWeights", request.analysis.wildWeights?.rawValue)
        settings.put("bootstrap", request.analysis.bootstrap > 0 ? request.analysis.bootstrap : nil)
        settings.put("level", request.analysis.level)
        settings.put("seed", Int(clamping: request.analysis.seed))
        settings.put("placeboOutcomes", request.placeboOutcomes.map(\.name))
        if let margin = request.analysis.equivalenceMargin { settings.put("equivalenceMargin", margin) }
        settings.put(request.disclosure, isNamed: request.isForPublication)
        settings.put("arithmetic", study.cells.arithmetic == .exact ? "exact" : "double")
        return settings.members
    }
}
