import Attainment
import Cells
import Inference
import Panels
import Reporting
import Tables

/// A whole evaluation: plan → cells → designs → estimates, gaps and balance → report folder.
public struct Evaluation {
    public struct Outcome: Sendable {
        /// The answer in words and where the report is.
        public var headline: String
        public var json: String
        public var warnings: [Warning]
        public var seconds: Double
        public var report: EvaluationReport
    }

    /// - Parameters:
    ///   - path: of the plan file.
    ///   - output: path of the report folder, written whole or not at all.
    ///   - threads: at most so many; the answer does not depend on it.
    /// - Throws: the refusal of the room that stopped; nothing is written then.
    public static func run(plan path: String, output: String, threads: Int) throws -> Outcome {
        let clock = ContinuousClock()
        let start = clock.now
        let folder = ReportFolder(path: output) { SHA256Digest.hex(of: $0) }
        try folder.check()
        let (plan, bytes) = try PlanReader.read(path)
        var report = try Evaluation(plan: plan, path: path, planBytes: bytes, threads: threads).report()
        report.frame.timings = [("seconds", (clock.now - start).seconds)]
        report = try folder.write(
            report, rule: Disclosure(plan.disclosure),
            effectsCountPupils: report.wording.nouns.rows == "pupils",
            formats: Set(plan.formats))
        return Outcome(
            headline: report.answer
                + "\nThe report is in \(plan.formats.contains("html") ? "\(output)/report.html" : output)",
            json: report.json.pretty(),
            warnings: report.frame.warnings, seconds: (clock.now - start).seconds, report: report)
    }

    /// The evaluation without a report folder, for simulations: the main study alone.
    public static func headline(plan path: String, threads: Int) throws -> (effects: [Effect], gap: [Effect]) {
        let (plan, bytes) = try PlanReader.read(path)
        let evaluation = try Evaluation(plan: plan, path: path, planBytes: bytes, threads: threads)
        let main = try DidStudy(evaluation.request, cells: evaluation.cells)
        let gap = try evaluation.requests.gaps.first.map {
            try evaluation.gapStudy($0).parts.first?.result.effects ?? []
        }
        return (main.parts.first?.result.effects ?? [], gap ?? [])
    }

    var plan: EvaluationPlan { didSet { requests.plan = plan } }
    let path: String
    let planBytes: [UInt8]
    private(set) var requests: PlanRequests
    let request: DidRequest
    let links: UnitLinks
    let cells: StudyCells

    init(plan: EvaluationPlan, path: String, planBytes: [UInt8], threads: Int) throws {
        self.plan = plan
        self.path = path
        self.planBytes = planBytes
        try plan.checkProtection(path: path, today: String(ReportDate.current().iso.prefix(10)))
        requests = PlanRequests(plan: plan, path: path, threads: threads)
        links = try requests.links()
        var request = try requests.did()
        request.links = links.newest
        // The comparison is fixed before the cells of all periods are read.
        self.request = try request.fixingComparison()
        cells = try DidStudy.read(self.request)
    }

    func report() throws -> EvaluationReport { try report(try Studies(self)) }

    /// - Parameter studies: of this evaluation; they do not depend on what is published of them.
    func report(_ studies: Studies) throws -> EvaluationReport {
        let main = studies.main
        let document = try DidComposition(main).document(withholds: false)
        let gapTables = try gapTables(main)
        let outcomes = try request.data.outcomes.map {
            try OutcomeChapter(request: request, studies: studies, gaps: gapTables, outcome: $0).result()
        }
        var report = EvaluationReport(
            title: plan.title,
            partnership: EvaluationReport.Partnership(
                partners: plan.partnership.partners, lead: plan.partnership.lead, area: plan.partnership.area,
                agreement: plan.partnership.agreement, audiences: plan.audiences),
            plan: EvaluationReport.Plan(path: path, sha256: SHA256Digest.hex(of: planBytes)), outcomes: outcomes,
            objectives: plan.objectives.map { objective($0, outcomes) }, frame: document.frame,
            links: followedLinks(main),
            checklist: Checklist.answered(answers()), wording: document.wording,
            disclosureProfile: plan.disclosure, generated: .current(), version: EvaluationVersion.text,
            seed: plan.analysis.seed)
        if let first = main.parts.first {
            report.comparison = try ComparisonWords(main).findings(first)
        }
        report.protection = plan.protections.map { $1.entry(of: $0.pattern) }
        report.frame.warnings += objectiveWarnings(main) + studies.withoutEffect
        for warning in gapTables.warnings where !report.frame.warnings.contains(warning) {
            report.frame.warnings.append(warning)
        }
        if links.notFollowed > 0 {
            report.frame.warnings.append(
                Warning(
                    "links-not-followed",
                    "\(links.notFollowed) \(links.notFollowed == 1 ? "link" : "links") between schools that merged, split or share a "
                        + "part \(links.notFollowed == 1 ? "was" : "were") not followed: those schools count as they stand in the files"
                ))
        }
        return report
    }

    /// The effect on a gap, on the same cells.
    func gapStudy(_ gap: GroupContrast) throws -> DidStudy {
        var request = request.withoutFurtherDiagnostics
        request.design.gap = gap
        return try DidStudy(request, cells: cells)
    }

    /// The gaps of the plan's groups by arm and period, over all rows with a result.
    private func gapTables(_ main: DidStudy) throws -> GapTables {
        guard !plan.data.groups.isEmpty, let design = main.parts.first?.design else { return GapTables() }
        var arms: [String: String] = [:]
        // Of a comparison that was built, its schools alone.
        for unit in Set(design.unit) {
            arms[design.units[unit]] = design.start[unit] == nil ? GapTables.comparison : GapTables.partners
        }
        return try GapTables(
            try requests.gapsRequest(), arms: arms, links: links.newest, dropsCovidYears: request.dropsCovidYears)
    }

    private func objective(_ objective: EvaluationPlan.Objective, _ outcomes: [OutcomeResult]) -> Objective {
        let outcome = outcomes.first { $0.outcome.column == objective.outcome } ?? outcomes.first
        var effect = outcome?.effect
        if let gap = objective.gap {
            let words = GroupText(gap).value.map { GroupWords.of(column: GroupText(gap).column, value: $0) }
            effect = outcome?.gapEffects.first { $0.group == words }?.effects.first
        }
        return Objective(
            text: objective.text, target: objective.target, by: objective.by, unit: outcome?.outcome.unit ?? "points",
            effect: effect)
    }

    /// Objectives whose date has no results: their estimate is of other periods, and the reader must know.
    private func objectiveWarnings(_ main: DidStudy) -> [Warning] {
        guard let periods = main.parts.first?.design.periods, let first = periods.first, let last = periods.last else {
            return []
        }
        return plan.objectives.compactMap { objective in
            guard let by = objective.by else { return nil }
            let due = try? Period(parsing: by)
            let isThere = periods.contains { period in
                period.label == by || (due?.kind == period.kind && due?.kind != .date && due?.ordinal == period.ordinal)
            }
            guard !isThere else { return nil }
            let why =
                if let due, due.kind == last.kind, due.kind != .date, due.ordinal > last.ordinal {
                    "after the last period with results, \(last.label): what is reported is the effect so far"
                } else {
                    "which is no period of these results (\(first.label) to \(last.label))"
                }
            return Warning("objective-period", "the objective \"\(objective.text)\" is due by \(by), \(why)")
        }
    }

    /// The links that joined results of this evaluation.
    private func followedLinks(_ main: DidStudy) -> [EvaluationReport.Link] {
        guard let design = main.parts.first?.design else { return [] }
        let units = Set(design.units)
        return links.newest.sorted { ($0.key, $0.value) < ($1.key, $1.value) }.filter { units.contains($0.value) }
            .map { EvaluationReport.Link(from: $0.key, to: $0.value, reason: "the same school under a new number") }
    }

    /// The plan's answers; what the data's permissions say answers the questions on consent and retention.
    private func answers() -> [String: String] {
        var answers = plan.checklist
        for permission in plan.permissions {
            let key = permission.key == "retainUntil" ? "retention" : "consent"
            let name =
                ["basis": "Lawful basis", "noticeVersion": "Privacy notice", "retainUntil": "Kept until"][
                    permission.key] ?? permission.key
            answers[key] = [answers[key], "\(name): \(permission.value)"].compactMap { $0 }.joined(separator: ". ")
        }
        for (key, known) in known() where (answers[key] ?? "").allSatisfy(\.isWhitespace) {
            answers[key] = "from the plan: \(known)"
        }
        return answers
    }

    /// What other sections of the plan say to a question of the checklist.
    private func known() -> [(key: String, answer: String)] {
        var known: [(key: String, answer: String)] = []
        if let agreement = plan.partnership.agreement { known.append(("agreement", agreement)) }
        if let lead = plan.partnership.lead { known.append(("roles", "led by \(lead)")) }
        known.append(("measures", Wording.list(plan.data.outcomes)))
        let excluded = plan.comparisonExcludes.isEmpty ? "" : ", without \(Wording.list(plan.comparisonExcludes))"
        known.append(
            (
                "comparison",
                (request.matching.map {
                    "schools like the partners in \(Wording.list($0.match.map(\.name))) before the start"
                }
                    ?? plan.data.comparisonUnits.map { "the schools listed in \($0)" }
                    ?? "the schools of the data that are no partners") + excluded
            ))
        known.append(
            (
                "evaluation",
                "difference-in-differences, "
                    + (plan.analysis.estimator.map { "estimator \($0)" } ?? "the estimator chosen by the starts")
            ))
        return known
    }
}
