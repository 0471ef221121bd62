import Foundation
import Panels
import Reporting
import Tables
import Yams

/// Reads a plan file into an `EvaluationPlan`, key by key.
public struct PlanReader {
    let path: String

    /// - Returns: the plan and the bytes it was read from, whose digest names it in every output.
    /// - Throws: `PlanError`, with the line.
    public static func read(_ path: String) throws -> (plan: EvaluationPlan, bytes: [UInt8]) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PlanError.unreadable(path: path, why: "there is no such file, or it may not be read")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw PlanError.unreadable(path: path, why: "it is not UTF-8 text")
        }
        return (try PlanReader(path: path).plan(text), Array(data))
    }

    func plan(_ yaml: String) throws -> EvaluationPlan {
        let root: Node
        do {
            guard let node = try Yams.compose(yaml: yaml) else {
                throw PlanError.notYAML(path: path, line: 1, problem: "the file is empty")
            }
            root = node
        } catch let error as YamlError {
            throw notYAML(error)
        }
        let parts = try PlanNode(node: root, path: path, name: "the plan").section([
            "title", "partnership", "objectives", "data", "comparison", "analysis", "monitoring", "disclosure",
            "report", "checklist",
        ])
        guard let dataNode = parts["data"] else {
            throw PlanError.missingKey(path: path, line: 1, key: "data", section: "the plan")
        }
        var plan = EvaluationPlan(title: try parts["title"]?.text() ?? "Evaluation of a partnership")
        if let node = parts["partnership"] { plan.partnership = try partnership(node) }
        (plan.data, plan.permissions) = try data(dataNode)
        if let node = parts["objectives"] {
            plan.objectives = try node.items().map { try objective($0, outcomes: plan.data.outcomes) }
        }
        if let node = parts["comparison"] {
            (plan.comparisonExcludes, plan.matching) = try comparison(node)
        }
        if let node = parts["analysis"] { plan.analysis = try analysis(node) }
        if let node = parts["monitoring"] {
            plan.monitoringBaseline = try node.section(["baseline"])["baseline"]?.text()
        }
        if let node = parts["disclosure"] { plan.disclosure = try disclosure(node) }
        if let node = parts["report"] { try report(node, into: &plan) }
        if let node = parts["checklist"] {
            let answers = try node.section(Checklist.questions.map(\.key))
            for (key, value) in answers { plan.checklist[key] = try value.texts().joined(separator: "; ") }
        }
        return plan
    }

    private func notYAML(_ error: YamlError) -> PlanError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            .notYAML(path: path, line: mark.line, problem: problem)
        case .duplicatedKeysInMapping(let keys, let context):
            .notYAML(
                path: path, line: context.mark.line,
                problem: "given more than once: \(keys.sorted().joined(separator: ", "))")
        case .reader(let problem, _, _, let yaml):
            .notYAML(path: path, line: Self.lineOfControl(in: yaml), problem: problem)
        default: .notYAML(path: path, line: nil, problem: "\(error)")
        }
    }

    /// The line of the first letter that YAML does not allow, such as a control letter.
    private static func lineOfControl(in yaml: String) -> Int {
        var line = 1
        for letter in yaml.unicodeScalars {
            switch letter.value {
            case 0x0A: line += 1
            case 0x09, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xFFFD, 0x10000...: continue
            default: return line
            }
        }
        return line
    }

    private func partnership(_ node: PlanNode) throws -> EvaluationPlan.Partnership {
        let parts = try node.section([
            "partners", "unitColumn", "startColumn", "startAt", "lag", "yearGroups", "outcomeYearGroup", "lead", "area",
            "agreement",
        ])
        var partnership = EvaluationPlan.Partnership()
        if let partners = parts["partners"] {
            if partners.isList {
                partnership.partners = try partners.texts()
            } else {
                partnership.partnersFile = try partners.text()
            }
        }
        partnership.unitColumn = try parts["unitColumn"]?.text()
        partnership.startColumn = try parts["startColumn"]?.text()
        partnership.startAt = try parts["startAt"]?.text()
        partnership.lag = try parts["lag"]?.integer() ?? 0
        partnership.yearGroups = try parts["yearGroups"].map { node in
            try node.isList ? node.texts().joined(separator: "-") : node.text()
        }
        partnership.outcomeYearGroup = try parts["outcomeYearGroup"]?.integer()
        partnership.lead = try parts["lead"]?.text()
        partnership.area = try parts["area"]?.choice(["teaching", "curriculum", "leadership", "targeted"])
        partnership.agreement = try parts["agreement"]?.text()
        return partnership
    }

    private func schema(_ parts: [String: PlanNode]) throws -> SchemaChoice? {
        let (year, readAs) = (try parts["schemaYear"]?.text(), try parts["schemaAs"]?.text())
        guard let name = try parts["schema"]?.choice(Schema.names) else {
            for (key, isGiven) in [("data.schemaYear", year != nil), ("data.schemaAs", readAs != nil)] where isGiven {
                throw RequestError.doesNotApply(option: key, to: "a plan without data.schema")
            }
            return nil
        }
        for key in ["percent", "fillShortRows"] where parts[key] != nil {
            throw RequestError.doesNotApply(
                option: "data.\(key)", to: "a plan with data.schema, which reads files so of itself")
        }
        return SchemaChoice(name, year: year, readAs: readAs)
    }

    private func objective(_ node: PlanNode, outcomes: [String]) throws -> EvaluationPlan.Objective {
        let parts = try node.section(["text", "outcome", "gap", "target", "by"])
        guard let text = try parts["text"]?.text() else {
            throw PlanError.missingKey(path: path, line: node.line, key: "text", section: "an objective")
        }
        return EvaluationPlan.Objective(
            text: text, outcome: try parts["outcome"]?.choice(outcomes), gap: try parts["gap"].map { try group($0) },
            target: try parts["target"]?.number(), by: try parts["by"]?.text())
    }

    private func data(_ node: PlanNode) throws -> (PlanData, [EvaluationPlan.Permission]) {
        let parts = try node.section([
            "files", "columns", "groups", "unknown", "covariates", "factors", "absorb", "where", "missing",
            "knownCodes",
            "delimiter", "decimal", "thousands", "encoding", "skipFirst", "skipLast", "percent", "fillShortRows",
            "unwrapFormulas",
            "rows", "links", "linkDecisions",
            "schema", "schemaYear", "schemaAs",
            "exclude", "comparisonUnits", "points", "keep", "lowerIsBetter", "pupilSD", "permissions", "key", "optOut",
            "protection",
        ])
        var data = PlanData()
        guard let files = parts["files"] else {
            throw PlanError.missingKey(path: path, line: node.line, key: "files", section: "data")
        }
        data.files = try files.isList ? files.items().map(file) : [file(files)]
        guard let columns = parts["columns"] else {
            throw PlanError.missingKey(path: path, line: node.line, key: "columns", section: "data")
        }
        try self.columns(columns, into: &data)
        data.groups = try parts["groups"]?.texts() ?? []
        data.unknown = try parts["unknown"]?.texts() ?? []
        data.covariates = try parts["covariates"]?.texts() ?? []
        data.factors = try parts["factors"]?.texts() ?? []
        data.absorb = try parts["absorb"]?.texts() ?? []
        data.filters = try parts["where"]?.texts() ?? []
        data.missing = try parts["missing"]?.texts() ?? []
        data.knownCodes = try parts["knownCodes"]?.boolean() ?? true
        data.form.delimiter = try parts["delimiter"].map { try byte($0) }
        data.form.decimal = try parts["decimal"].map { try byte($0) } ?? UInt8(ascii: ".")
        data.form.thousands = try parts["thousands"].map { try byte($0) }
        data.form.encoding = try parts["encoding"]?.text()
        data.form.skipFirst = try parts["skipFirst"]?.integer() ?? 0
        data.form.skipLast = try parts["skipLast"]?.integer() ?? 0
        data.form.percent = try parts["percent"]?.boolean() ?? false
        data.form.fillShortRows = try parts["fillShortRows"]?.boolean() ?? false
        data.form.unwrapsFormulas = try parts["unwrapFormulas"]?.boolean() ?? false
        data.schema = try schema(parts)
        data.rows = try parts["rows"]?.choice(["pupils", "units"])
        data.links = try parts["links"]?.text()
        data.linkDecisions = try parts["linkDecisions"]?.text()
        data.exclude = try parts["exclude"]?.text()
        data.comparisonUnits = try parts["comparisonUnits"]?.text()
        data.points = try parts["points"]?.text()
        data.lowerIsBetter = try parts["lowerIsBetter"]?.boolean() ?? false
        data.pupilSD = try parts["pupilSD"]?.number()
        if let keep = try parts["keep"]?.section(["balanced", "untreatedAt"]) {
            data.keepBalanced = try keep["balanced"]?.boolean() ?? false
            data.keepUntreatedAt = try keep["untreatedAt"]?.text()
        }
        data.pupilKey = try parts["key"]?.text()
        data.optOut = try parts["optOut"]?.text()
        data.protection = try parts["protection"].map(protection)
        return (data, try parts["permissions"].map { try permissions($0, &data) } ?? [])
    }

    private func permissions(_ node: PlanNode, _ data: inout PlanData) throws -> [EvaluationPlan.Permission] {
        let parts = try node.section(["basis", "noticeVersion", "retainUntil", "optOuts"])
        if let optOuts = parts["optOuts"] {
            guard data.optOut == nil else {
                throw RequestError.conflicting("data.optOut and permissions.optOuts each name a list; give one")
            }
            data.optOut = try optOuts.text()
        }
        if let until = parts["retainUntil"] { _ = try day(until) }
        return try ["basis", "noticeVersion", "retainUntil"].compactMap { key in
            try parts[key].map { EvaluationPlan.Permission(key: key, value: try $0.text()) }
        }
    }

    private func protection(_ node: PlanNode) throws -> DataProtection {
        let parts = try node.section([
            "controller", "lawfulBasis", "condition", "purpose", "recipients", "retainUntil", "columns",
        ])
        return DataProtection(
            controller: try parts["controller"]?.text(), lawfulBasis: try parts["lawfulBasis"]?.text(),
            condition: try parts["condition"]?.text(), purpose: try parts["purpose"]?.text(),
            recipients: try parts["recipients"]?.texts() ?? [], retainUntil: try parts["retainUntil"].map(day),
            columns: try parts["columns"]?.texts(), line: node.line)
    }

    /// A day, such as `2027-08-31`.
    private func day(_ node: PlanNode) throws -> String {
        let text = try node.text()
        guard let period = try? Period(parsing: text), period.kind == .date, text.utf8.count == 10 else {
            throw PlanError.wrongKind(
                path: path, line: node.line, key: node.name, expected: "a day, such as 2027-08-31")
        }
        return text
    }

    private func file(_ node: PlanNode) throws -> PlanData.PlanFile {
        guard node.isSection else {
            return PlanData.PlanFile(pattern: try node.text(), constants: [:], line: node.line)
        }
        let parts = try node.section(["path", "set", "protection"])
        guard let pattern = try parts["path"]?.text() else {
            throw PlanError.missingKey(path: path, line: node.line, key: "path", section: "a file")
        }
        var constants: [String: String] = [:]
        for (key, value) in try parts["set"]?.pairs() ?? [] { constants[key] = try value.text() }
        return PlanData.PlanFile(
            pattern: pattern, constants: constants, line: node.line, protection: try parts["protection"].map(protection)
        )
    }

    private func columns(_ node: PlanNode, into data: inout PlanData) throws {
        let parts = try node.section([
            "unit", "pupil", "time", "outcome", "subject", "result", "prior", "start", "treated", "cluster", "weights",
            "count",
            "partnership",
        ])
        for key in ["unit", "time", "outcome"] where parts[key] == nil {
            if let line = node.lineOfOpenKey(key) {
                throw PlanError.undecided(path: path, line: line, key: "data.columns.\(key)")
            }
            throw PlanError.missingKey(path: path, line: node.line, key: key, section: "data.columns")
        }
        data.unit = try parts["unit"]?.texts() ?? []
        if let time = parts["time"], time.isSection {
            data.timeFromName = try time.section(["fromName"])["fromName"]?.text()
        } else {
            data.time = try parts["time"]?.texts() ?? []
        }
        data.pupil = try parts["pupil"]?.text()
        data.outcomes = try parts["outcome"]?.texts() ?? []
        data.subject = try parts["subject"]?.text()
        data.result = try parts["result"]?.text()
        for (key, other) in [("subject", "result"), ("result", "subject")] {
            guard parts[key] != nil, parts[other] == nil else { continue }
            throw PlanError.missingKey(
                path: path, line: parts[key]?.line, key: other, section: "data.columns beside \(key)")
        }
        data.prior = try parts["prior"]?.text()
        data.start = try parts["start"]?.text()
        if let treated = parts["treated"], treated.isSection {
            let parts = try treated.section(["column", "in"])
            data.treated = try parts["column"]?.text()
            data.treatedValues = try parts["in"]?.texts() ?? []
            if data.treated == nil {
                throw PlanError.missingKey(
                    path: path, line: treated.line, key: "column", section: "data.columns.treated")
            }
        } else {
            data.treated = try parts["treated"]?.text()
        }
        data.clusters = try parts["cluster"]?.texts() ?? []
        data.weights = try parts["weights"]?.text()
        data.count = try parts["count"]?.text()
        data.partnership = try parts["partnership"]?.text()
    }

    private func comparison(_ node: PlanNode) throws -> (excludes: [String], matching: MatchingChoice?) {
        let parts = try node.section([
            "method", "match", "distance", "ratio", "caliper", "exact", "replace", "order", "donors", "distanceTable",
            "exclude",
        ])
        let excludes = try parts["exclude"]?.texts() ?? []
        let method = try parts["method"]?.text()
        guard method != "all" || parts.keys.contains(where: { $0 != "method" && $0 != "exclude" }) else {
            return (excludes, nil)
        }
        guard method != nil || parts.keys.contains(where: { $0 != "exclude" }) else { return (excludes, nil) }
        return (
            excludes,
            MatchingChoice(
                match: try parts["match"]?.texts() ?? [], method: method ?? "nearest",
                distance: try parts["distance"]?.text(), ratio: try parts["ratio"]?.integer(),
                caliper: try parts["caliper"]?.number(), exact: try parts["exact"]?.texts() ?? [],
                replaces: try parts["replace"]?.boolean() ?? false, order: try parts["order"]?.text(),
                donors: try parts["donors"]?.texts() ?? [], distanceTable: try parts["distanceTable"]?.text(),
                methodOption: "comparison.method")
        )
    }

    private func refuseUnless(_ built: String, _ node: PlanNode) throws -> String {
        let value = try node.text()
        guard value == built else {
            throw PlanError.notInThisVersion(path: path, line: node.line, what: "\"\(node.name): \(value)\"")
        }
        return value
    }

    private func analysis(_ node: PlanNode) throws -> PlanAnalysis {
        let parts = try node.section([
            "estimator", "estimand", "gap", "window", "comparison", "method", "anticipation", "base", "balance",
            "family",
            "collapse", "vcov", "smallSample", "singletons", "level", "seed",
            "permutations", "robustness", "placeboOutcomes", "equivalenceMargin", "keepCovidYears", "gapsWithinSchools",
        ])
        var analysis = PlanAnalysis()
        analysis.estimator = try parts["estimator"]?.text()
        analysis.estimand = try parts["estimand"]?.choice(["att", "pupils", "schools"])
        if analysis.estimand == "att" { analysis.estimand = nil }
        analysis.gap = try parts["gap"].map { try group($0) }
        if let window = parts["window"] {
            let ends = try window.isList ? window.texts() : window.text().split(separator: ":").map(String.init)
            guard ends.count == 2 else {
                throw PlanError.wrongKind(
                    path: path, line: window.line, key: "analysis.window", expected: "two numbers, such as [-3, 3]")
            }
            analysis.window = ends.joined(separator: ":")
        }
        analysis.comparison = try parts["comparison"]?.text()
        analysis.method = try parts["method"]?.text()
        analysis.anticipation = try parts["anticipation"]?.integer()
        analysis.base = try parts["base"]?.text()
        analysis.balance = try parts["balance"]?.integer()
        analysis.family = try parts["family"]?.text()
        analysis.collapse = try parts["collapse"]?.boolean() ?? false
        analysis.vcov = try parts["vcov"]?.text()
        analysis.smallSample = try parts["smallSample"]?.choice(["fixest", "stata", "clusters", "none"])
        analysis.singletons = try parts["singletons"]?.choice(["keep", "drop"])
        analysis.level = try parts["level"]?.number() ?? 0.95
        guard analysis.level > 0, analysis.level < 1 else {
            throw PlanError.wrongKind(
                path: path, line: parts["level"]?.line, key: "analysis.level",
                expected: "a share between 0 and 1, such as 0.95")
        }
        if let seed = parts["seed"] { analysis.seed = UInt64(max(0, try seed.integer())) }
        analysis.permutations = try parts["permutations"]?.integer()
        if let robustness = parts["robustness"] {
            analysis.robustness = try robustness.choice(["default", "none"]) == "default"
        }
        analysis.placeboOutcomes = try parts["placeboOutcomes"]?.texts() ?? []
        analysis.equivalenceMargin = try parts["equivalenceMargin"]?.number()
        analysis.keepCovidYears = try parts["keepCovidYears"]?.boolean() ?? false
        analysis.gapsWithinSchools = try parts["gapsWithinSchools"]?.boolean() ?? false
        return analysis
    }

    /// A profile's name alone, or a section with `profile` and `threshold`.
    private func disclosure(_ node: PlanNode) throws -> DisclosureProfile {
        let parts = node.isSection ? try node.section(["profile", "threshold"]) : ["profile": node]
        var chosen = DisclosureProfile.ofPlans
        if let profile = parts["profile"] {
            chosen = DisclosureProfile.named(try profile.choice(DisclosureProfile.names)) ?? chosen
        }
        if let threshold = parts["threshold"] {
            let count = try threshold.integer()
            guard count >= 0 else {
                throw PlanError.wrongKind(
                    path: path, line: threshold.line, key: "disclosure.threshold", expected: "0 or more")
            }
            chosen.threshold = count
        }
        return chosen
    }

    private func report(_ node: PlanNode, into plan: inout EvaluationPlan) throws {
        let parts = try node.section(["audience", "formats"])
        plan.audiences = try parts["audience"]?.texts() ?? []
        guard let formats = parts["formats"] else { return }
        plan.formats = try formats.texts()
        for format in plan.formats {
            if format == "xlsx" {
                throw PlanError.notInThisVersion(path: path, line: formats.line, what: "the workbook (xlsx)")
            }
            guard ["html", "json", "csv", "svg"].contains(format) else {
                throw PlanError.unknownValue(
                    path: path, line: formats.line, key: "report.formats", value: format,
                    allowed: ["html", "json", "csv", "svg"])
            }
        }
    }

    /// A group with its value, such as `fsm=Y`.
    private func group(_ node: PlanNode) throws -> String {
        let text = try node.text()
        guard GroupText(text).value != nil, GroupText(text).parts.isEmpty else {
            throw PlanError.wrongKind(
                path: path, line: node.line, key: node.name, expected: "column=value, such as fsm=Y")
        }
        return text
    }

    private func byte(_ node: PlanNode) throws -> UInt8 {
        let text = try node.text()
        if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
        guard let byte = text.utf8.first, text.utf8.count == 1 else {
            throw PlanError.wrongKind(path: path, line: node.line, key: node.name, expected: "one character (or tab)")
        }
        return byte
    }
}
