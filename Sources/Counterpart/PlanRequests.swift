import Inference
import Panels
import Tables

/// A plan turned into the requests that carry it out; file names are relative to the plan's folder.
struct PlanRequests {
    var plan: EvaluationPlan
    let path: String
    let threads: Int

    var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }

    private func resolved(_ name: String) -> String {
        name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name
    }

    /// The main question: everything but the gap and the other estimand, which change only the design.
    func did() throws -> DidRequest {
        let data = plan.data
        var request = DidRequest(data: try dataRequest(), treatment: try treatment())
        request.treatedValues = data.treatedValues
        request.covariates = data.covariates
        request.design.lag = plan.partnership.lag
        request.design.exposure = try ExposureText.exposure(
            plan.partnership.yearGroups, plan.partnership.outcomeYearGroup,
            names: ("partnership.yearGroups", "partnership.outcomeYearGroup"), lag: plan.partnership.lag,
            lagName: "partnership.lag")
        request.design.factors = data.factors
        request.design.absorbed = data.absorb
        request.design.clusters = data.clusters
        request.design.rows = data.rows.flatMap { RowKind(rawValue: $0) }
        request.design.estimand = plan.analysis.estimand.flatMap { EstimandKind(rawValue: $0) }
        var excluded = plan.comparisonExcludes
        if let file = data.exclude { excluded += try UnitList.read(resolved(file), unit: data.unit) }
        request.design.excluded = Set(excluded)
        if let file = data.comparisonUnits {
            request.design.comparisonUnits = Set(try UnitList.read(resolved(file), unit: data.unit))
        }
        request.keepsBalanced = data.keepBalanced
        request.keepsUntreatedAt = data.keepUntreatedAt
        request.dropsCovidYears = !plan.analysis.keepCovidYears
        request.partnership = data.partnership
        request.unknown = data.unknown
        if request.design.rows == .pupils, data.count != nil {
            throw RequestError.doesNotApply(
                option: "data.columns.count", to: "rows: pupils, where each row is one pupil")
        }
        request.furtherKeys = groups.map(\.column) + gaps.map(\.column)
        request.pupilSD = data.pupilSD
        request.lowerIsBetter = data.lowerIsBetter
        request.disclosure = plan.disclosure
        request.analysis = try AnalysisChoice(
            estimator: plan.analysis.estimator, vcov: plan.analysis.vcov,
            smallSample: plan.analysis.smallSample ?? "fixest",
            singletons: plan.analysis.singletons ?? "drop", level: plan.analysis.level, seed: plan.analysis.seed,
            permutations: plan.analysis.permutations, window: plan.analysis.window,
            comparison: plan.analysis.comparison,
            method: plan.analysis.method, anticipation: plan.analysis.anticipation, base: plan.analysis.base,
            balance: plan.analysis.balance, family: plan.analysis.family, threads: threads
        ).options()
        request.collapses = plan.analysis.collapse
        request.design.allowsNotYetOnly = request.analysis.comparesWithNotYetTreated
        if plan.analysis.robustness {
            request.analysis.leavesEachOut = true
            request.analysis.decomposes = true
            request.analysis.triesPlacebos = true
            request.analysis.diagnosesComposition = true
        }
        try request.addPlacebos(plan.analysis.placeboOutcomes, option: "analysis.placeboOutcomes")
        if let margin = plan.analysis.equivalenceMargin {
            try request.setMargin(margin, option: "analysis.equivalenceMargin")
        }
        request.analysis.judgesSensitivity = true
        if var matching = plan.matching {
            matching.distanceTable = matching.distanceTable.map(resolved)
            request.matching = try matching.request()
            try request.checkMatching([])
            request.leaveOutWhatMatchingForbids()
        }
        return request
    }

    /// The groups whose gaps are followed through the years.
    var groups: [GroupText] { plan.data.groups.map { GroupText($0) } }

    /// The gaps whose effect is estimated: the plan's, then those of objectives and groups with a named value.
    var gaps: [GroupContrast] {
        let named = [plan.analysis.gap].compactMap { $0 } + plan.objectives.compactMap(\.gap) + plan.data.groups
        var contrasts: [GroupContrast] = []
        for text in named.map({ GroupText($0) }) {
            guard let value = text.value, text.parts.isEmpty,
                !contrasts.contains(where: { $0.column == text.column && $0.value == value })
            else { continue }
            contrasts.append(GroupContrast(column: text.column, value: value, unknown: plan.data.unknown))
        }
        return contrasts
    }

    /// The plan names the effect on this gap, itself or in an objective, not only its group.
    func asksFor(_ gap: GroupContrast) -> Bool {
        ([plan.analysis.gap] + plan.objectives.map(\.gap)).compactMap { $0.map { GroupText($0) } }.contains {
            $0.column == gap.column && $0.value == gap.value
        }
    }

    /// Gaps by period need no covariate, so they keep the rows that lack one.
    func gapsRequest() throws -> GapsRequest {
        var request = GapsRequest(data: try dataRequest())
        request.groups = groups
        request.unknown = plan.data.unknown
        request.prior = plan.data.prior
        request.within = plan.analysis.gapsWithinSchools
        request.level = plan.analysis.level
        request.disclosure = plan.disclosure
        request.lowerIsBetter = plan.data.lowerIsBetter
        request.rows = plan.data.rows.flatMap { RowKind(rawValue: $0) }
        return request
    }

    private func dataRequest() throws -> DataRequest {
        let data = plan.data
        var request = DataRequest()
        for file in data.files {
            let found = FilePattern.files(file.pattern, in: folder)
            guard !found.isEmpty else { throw PlanError.noFiles(path: path, line: file.line, pattern: file.pattern) }
            request.files += found.map { InputFile($0, constants: file.constants) }
        }
        request.form = data.form
        if let schema = data.schema {
            request.files = try schema.views(
                of: request.files, form: data.form, options: ("data.schemaYear", "data.schemaAs"))
            request.form = SchemaChoice.form(data.form)
        }
        request.missing = MissingCodes(codes: (data.knownCodes ? MissingCodes.known : []) + data.missing)
        request.filters = try data.filters.map { try RowFilter(parsing: $0) }
        request.threads = threads
        request.outcomes = data.outcomes.map { OutcomeRequest($0) }
        request.subject = data.subject
        request.result = data.result
        request.unknown = data.unknown
        request.points = try data.points.map { try PointsTable.named($0, file: resolved) }
        request.unit = data.unit
        request.time = data.time
        request.timeFromName = data.timeFromName
        request.pupil = data.pupil
        try request.guardPupils(
            key: data.pupilKey.map(resolved), optOut: data.optOut.map(resolved),
            names: ("data.columns.pupil", "data.key", "data.optOut"))
        request.count = data.count
        request.weights = data.weights
        return request
    }

    private func treatment() throws -> TreatmentSource {
        let partnership = plan.partnership
        if plan.data.start != nil || plan.data.treated != nil { try refuseOtherStarts() }
        if let start = plan.data.start { return .startColumn(start) }
        if let treated = plan.data.treated { return .treatedColumn(treated) }
        if let file = partnership.partnersFile {
            return try PartnerList.read(
                resolved(file), unit: plan.data.unit, unitColumn: partnership.unitColumn,
                startColumn: partnership.startColumn, startAt: partnership.startAt)
        }
        guard !partnership.partners.isEmpty else {
            throw PlanError.missingKey(
                path: path, line: nil, key: "partnership.partners",
                section: "a plan whose columns name no start or treated")
        }
        guard let startAt = partnership.startAt else {
            throw PlanError.missingKey(
                path: path, line: nil, key: "partnership.startAt",
                section: "a plan that lists partners without a file of starts")
        }
        return .partners(partnership.partners.map { PartnerEntry(unit: $0) }, startAt: startAt)
    }

    /// The columns say who was treated: what else would say so is refused, not ignored.
    private func refuseOtherStarts() throws {
        if plan.data.start != nil, plan.data.treated != nil {
            throw RequestError.conflicting("the plan's columns start and treated each say who was treated; give one")
        }
        let partnership = plan.partnership
        let given = [
            ("partnership.partners (a file)", partnership.partnersFile != nil),
            ("partnership.unitColumn", partnership.unitColumn != nil),
            ("partnership.startColumn", partnership.startColumn != nil),
            ("partnership.startAt", partnership.startAt != nil),
            ("partnership.lag", partnership.lag != 0 && plan.data.treated != nil),
            ("partnership.yearGroups", partnership.yearGroups != nil && plan.data.treated != nil),
        ]
        for (key, isGiven) in given where isGiven {
            throw RequestError.doesNotApply(option: key, to: "a plan whose columns name start or treated")
        }
    }

    func links() throws -> UnitLinks {
        guard let links = plan.data.links else {
            guard plan.data.linkDecisions == nil else {
                throw RequestError.doesNotApply(option: "data.linkDecisions", to: "a plan without data.links")
            }
            return UnitLinks()
        }
        return try UnitLinks.read(resolved(links), decisions: plan.data.linkDecisions.map(resolved))
    }
}
