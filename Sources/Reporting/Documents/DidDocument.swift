import Panels
import Inference
import Panels
import Tables

/// The result of `did`: one or more estimates with what stands behind them. Schema `counterpart/did/1`.
public struct DidDocument: Sendable {
    public var frame: DocumentFrame
    /// The first row is the headline.
    public var effects: [Effect]
    public var preTrend: PreTrend?
    public var balance: [BalanceRow]
    public var intake: [IntakeRow]
    public var randomisation: RandomisationTest?
    /// The headline by other methods, where schools are few.
    public var methods: MethodComparison?
    public var wild: WildFindings?
    public var bootstrap: BootstrapBands?
    public var leaveOneOut: LeaveOneOut?
    public var checks = DesignChecks()
    /// Where the comparison was built with the estimate.
    public var comparison: ComparisonFindings?
    /// How far trends may depart from parallel.
    public var sensitivity: Sensitivity?
    /// Which cohorts could have been reached, where year groups were named.
    public var exposure: ExposureReach?
    /// How many fixed effects were taken out together; nil where nothing is to be told.
    public var elimination: EffectElimination?
    public var counterfactual: [CounterfactualRow]
    /// Partner units before their start.
    public var before: [CounterfactualRow] = []
    public var path: [PathPoint]
    /// What must stand beside the headline in every format: few treated units, what the data cannot separate.
    public var cautions: [String]
    /// Further sentences below the headline, such as what the other estimand gives or who the comparison units are.
    public var remarks: [String]

    /// How the sentences speak.
    public var outcome: OutcomeName
    public var estimand: EstimandKind
    /// The group of a triple difference in words, such as `pupils eligible for free school meals`.
    public var group: String?
    public var estimator: String?
    public var wording: Wording
    /// What was done so that the result can be published; nil where no profile was named.
    public var log: DisclosureLog?

    public init(
        frame: DocumentFrame, effects: [Effect], outcome: OutcomeName, estimand: EstimandKind, group: String? = nil,
        preTrend: PreTrend? = nil, balance: [BalanceRow] = [], intake: [IntakeRow] = [],
        randomisation: RandomisationTest? = nil, wild: WildFindings? = nil, methods: MethodComparison? = nil,
        bootstrap: BootstrapBands? = nil,
        leaveOneOut: LeaveOneOut? = nil, counterfactual: [CounterfactualRow] = [], path: [PathPoint] = [],
        cautions: [String] = [], remarks: [String] = [], wording: Wording = Wording()
    ) {
        self.frame = frame
        self.effects = effects
        self.outcome = outcome
        self.estimand = estimand
        self.group = group
        self.preTrend = preTrend
        self.balance = balance
        self.intake = intake
        self.randomisation = randomisation
        self.methods = methods
        self.wild = wild
        self.bootstrap = bootstrap
        self.leaveOneOut = leaveOneOut
        self.counterfactual = counterfactual
        self.path = path
        self.cautions = cautions
        self.remarks = remarks
        self.wording = wording
    }

    /// The answer in words: the headline, the cautions, the remarks.
    public var sentences: [String] {
        guard let headline = effects.first else { return remarks }
        let remarks = remarks + [noExposures].compactMap { $0 }
        let answer =
            headline.kind == .gap
            ? wording.gapEffect(headline, outcome: outcome, group: group ?? headline.group ?? "the group")
            : wording.headline(
                headline, outcome: outcome, estimand: estimand, treatedUnits: frame.sample.treatedUnits)
        let moved = comparison?.moved(headline, outcome, wording)
        return [answer] + [moved].compactMap { $0 } + cautions + remarks
    }

    private var noExposures: String? {
        exposure.flatMap { ExposureWords(reach: $0).absence(of: effects, estimator: estimator ?? "this estimator") }
    }

    /// The effects that people read; those of one start in one period each are too many for a page.
    private var listed: [Effect] { effects.filter { $0.kind != .groupTime } }

    private var leftToOtherFormats: String? {
        let count = effects.count - listed.count
        guard count > 0 else { return nil }
        return "\(count) effects of one start in one period each stand in --format csv and json."
    }

    private var note: String? { cautions.isEmpty ? nil : cautions.joined(separator: " ") }

    public func render(_ form: OutputForm, rawCSV: Bool = false) -> String {
        switch form {
        case .json: json.pretty()
        case .csv: CSVWriter(isRaw: rawCSV).write(ResultRows.table(effects, note: note))
        case .markdown: markdown
        case .text: text
        }
    }

    public var json: JSONValue {
        var object = frame.opened(schema: "counterpart/did/1")
        object.put(
            "effects",
            .array(effects.indices.map { ResultRows.json(effects[$0], note: $0 == 0 ? note : nil) }))
        if let exposure { object.put("exposure", ExposureWords(reach: exposure).json) }
        if let comparison { object.put("comparison", comparison.json) }
        object.put("diagnostics", diagnostics)
        if !counterfactual.isEmpty { object.put("counterfactual", .array(counterfactual.map { ResultRows.json($0) })) }
        if !before.isEmpty { object.put("counterfactualBefore", .array(before.map { ResultRows.json($0) })) }
        if !path.isEmpty { object.put("path", .array(path.map { ResultRows.json($0) })) }
        object.put("sentences", .array(sentences.map { .text($0) }))
        if let log { object.put("disclosure", log.json) }
        return object.value
    }

    private var diagnostics: JSONValue {
        var object = JSONObject()
        if let preTrend { object.put("preTrend", DiagnosticRows.json(preTrend)) }
        if !balance.isEmpty { object.put("balance", .array(balance.map { ResultRows.json($0) })) }
        if !intake.isEmpty { object.put("intake", .array(intake.map { ResultRows.json($0) })) }
        if let randomisation { object.put("randomisation", DiagnosticRows.json(randomisation)) }
        if let methods { object.put("methods", DiagnosticRows.json(methods)) }
        if let wild { object.put("wild", DiagnosticRows.json(wild)) }
        if let bootstrap { object.put("bootstrap", DiagnosticRows.json(bootstrap)) }
        if let leaveOneOut { object.put("leaveOneOut", DiagnosticRows.json(leaveOneOut)) }
        checks.put(into: &object)
        if let sensitivity { object.put("honest", DiagnosticRows.json(sensitivity)) }
        if let elimination { object.put("fixedEffects", DiagnosticRows.json(elimination)) }
        return object.value
    }

    /// Headline first, then the estimates, warnings, diagnostics and counts.
    private var text: String {
        let tables = ReadableTables(wording, minus: .hyphen, of: outcome)
        var out = (sentences + [leftToOtherFormats].compactMap { $0 }).map { Paragraph.wrapped($0) }.joined()
        out += "\n" + TextTable().write(tables.effects(listed))
        for warning in frame.warnings {
            out += "\n" + Paragraph.wrapped("Warning (\(warning.code)): \(warning.message)")
        }
        for section in sections(tables) {
            out += "\n\(section.title)\n"
            out += section.words.map { Paragraph.wrapped($0, indent: 2) }.joined()
            if let table = section.table {
                out += TextTable().write(table).split(separator: "\n").map { "  \($0)\n" }.joined()
            }
        }
        return out
    }

    private var markdown: String {
        let tables = ReadableTables(wording, minus: .hyphen, of: outcome)
        var out = (sentences + [leftToOtherFormats].compactMap { $0 }).map { Escaping.markdown($0) + "\n\n" }.joined()
        out += MarkdownTable().write(tables.effects(listed))
        if !frame.warnings.isEmpty {
            out += "\n### Warnings\n\n"
            out += frame.warnings.map { "- **\(Escaping.markdown($0.code))**: \(Escaping.markdown($0.message))\n" }
                .joined()
        }
        for section in sections(tables) {
            out += "\n### \(section.title)\n\n"
            out += section.words.map { Escaping.markdown($0) + "\n" }.joined(separator: "\n")
            if let table = section.table { out += (section.words.isEmpty ? "" : "\n") + MarkdownTable().write(table) }
        }
        return out
    }

    private struct Section {
        var title: String
        var words: [String] = []
        var table: ResultTable?
    }

    private func sections(_ tables: ReadableTables) -> [Section] {
        var sections: [Section] = []
        if let exposure {
            let words = ExposureWords(reach: exposure)
            sections.append(
                Section(title: "Who could have been reached", words: words.sentences, table: words.table))
        }
        if let comparison {
            sections.append(
                Section(
                    title: "Who compares", words: comparison.sentences,
                    table: CompareRows.readable(comparison.group.before, comparison.group.after, minus: tables.minus)))
            sections += comparison.group.lists.map { Section(title: $0.title, table: $0.table) }
        }
        if let preTrend {
            let words = wording.beforeTheStart(preTrend, saidAbove: cautions)
            if !words.isEmpty { sections.append(Section(title: "Before the start", words: words)) }
        }
        if !balance.isEmpty {
            sections.append(Section(title: "Balance before the start", table: tables.balance(balance)))
        }
        if !intake.isEmpty { sections.append(Section(title: "Change in intake", table: tables.intake(intake))) }
        if let randomisation {
            sections.append(Section(title: "Randomisation", words: [wording.randomisation(randomisation)]))
        }
        if let methods, let headline = effects.first {
            sections.append(
                Section(title: "The same estimate by other methods", table: tables.methods(methods, of: headline)))
        }
        if let wild {
            sections.append(Section(title: "Wild bootstrap", words: wording.wild(wild, headline: effects.first)))
        }
        if let bootstrap {
            sections.append(Section(title: "Bootstrap", words: wording.bootstrap(bootstrap, headline: effects.first)))
        }
        if let leaveOneOut {
            sections.append(
                Section(
                    title: "Without one school at a time",
                    words: wording.leaveOneOut(leaveOneOut, headline: effects.first)))
        }
        sections += checks.sections(tables).map { Section(title: $0.title, words: $0.words, table: $0.table) }
        if let sensitivity { sections += self.sections(sensitivity, tables) }
        let groups = counterfactual.filter { $0.group != nil }
        if !groups.isEmpty {
            sections.append(
                Section(title: "Observed, and expected without the partnership", table: tables.counterfactual(groups)))
        }
        let partners = PartnerUnits(counterfactual, before: before)
        if !partners.units.isEmpty {
            sections.append(
                Section(
                    title: Wording.capitalisedFirst(wording.partnersTitle),
                    words: partners.wordsBesideTable(wording, estimator: estimator),
                    table: tables.partners(partners.rows(of: partners.listed), noun: wording.nouns.unit)))
        }
        sections.append(Section(title: "Sample", words: frame.sampleWords(wording.nouns)))
        if let log { sections.append(Section(title: "Small numbers", words: log.sentences)) }
        return sections
    }

    private func sections(_ found: Sensitivity, _ tables: ReadableTables) -> [Section] {
        let title = "If trends were not parallel"
        let judged = found.targets.map { target in
            Section(
                title: target.kind == .average ? title : "\(title): the first step after the start",
                words: target.curves.map(\.words), table: tables.sensitivity(target))
        }
        guard !judged.isEmpty else { return [Section(title: title, words: [found.words])] }
        return judged + [Section(title: "How departures from parallel trends were judged", words: [found.words])]
    }
}

/// The diagnostics as JSON.
enum DiagnosticRows {
    static func json(_ test: PreTrend) -> JSONValue {
        var object = JSONObject()
        object.put(
            "leads",
            .array(
                test.leads.map { lead in
                    var row = JSONObject()
                    row.put("eventTime", .integer(lead.eventTime))
                    row.put("estimate", .number(lead.estimate))
                    row.put("standardError", ifAny: lead.standardError)
                    return row.value
                }))
        object.put("statistic", ifAny: test.statistic)
        object.put("q", .integer(test.q))
        object.put("method", .text(test.method))
        object.put("pValue", ifAny: test.pValue)
        object.put("assignments", ifAny: test.assignments)
        object.put("words", .text(test.words))
        if let power = test.power { object.put("power", json(power)) }
        if let equivalence = test.equivalence { object.put("equivalence", json(equivalence)) }
        return object.value
    }

    static func json(_ elimination: EffectElimination) -> JSONValue {
        var object = JSONObject()
        switch elimination.method {
        case .groupMeans: object.put("method", .text("group means"))
        case .factored(let levels):
            object.put("method", .text("factored"))
            object.put("levels", .integer(levels))
        case .iterated(let levels, let iterations, let residual):
            object.put("method", .text("conjugate gradients"))
            object.put("levels", .integer(levels))
            object.put("iterations", .integer(iterations))
            object.put("residual", .number(residual))
        }
        object.put("rank", .integer(elimination.rank))
        if !elimination.isRankExact { object.put("rankIsAtMost", .bool(true)) }
        return object.value
    }

    static func json(_ comparison: MethodComparison) -> JSONValue {
        var object = JSONObject()
        object.put("chosen", ifAny: comparison.chosen?.rawValue)
        object.put(
            "rows",
            .array(
                comparison.rows.map { row in
                    var entry = JSONObject()
                    entry.put("method", .text(row.method.rawValue))
                    entry.put("standardError", ifAny: row.standardError)
                    entry.put("degreesOfFreedom", ifAny: row.degreesOfFreedom)
                    entry.put("lower", ifAny: row.lower)
                    entry.put("upper", ifAny: row.upper)
                    entry.put("pValue", ifAny: row.pValue)
                    entry.put("smallestPossible", ifAny: row.smallestPossible)
                    return entry.value
                }))
        object.put("disagreement", ifAny: comparison.disagreement)
        return object.value
    }

    static func json(_ test: RandomisationTest) -> JSONValue {
        var object = JSONObject()
        object.put("pValue", .number(test.pValue))
        object.put("rawPValue", ifAny: test.rawPValue)
        object.put("smallestPossible", .number(test.smallestPossible))
        object.put("assignments", .integer(test.assignments))
        object.put("enumerated", .bool(test.isEnumerated))
        if test.passedOver > 0 { object.put("passedOver", .integer(test.passedOver)) }
        return object.value
    }
}

extension DidDocument {
    /// Withholds small numbers in every list of the document.
    /// - Parameter effectsCountPupils: `n` of an effect counts pupils; where it counts unit rows it protects nobody.
    /// - Returns: what was withheld, table by table.
    public mutating func withhold(_ disclosure: Disclosure, effectsCountPupils: Bool) -> [Disclosure.Entry] {
        wording.threshold = disclosure.threshold
        let disclosure = disclosure.of(outcome)
        var rows = [
            disclosure.apply(to: &balance), disclosure.apply(to: &intake), disclosure.apply(to: &counterfactual),
            disclosure.apply(to: &path, beside: counterfactual),
        ]
        if !before.isEmpty { rows.append(disclosure.apply(toBefore: &before, beside: counterfactual)) }
        leaveOneOut = leaveOneOut.map { disclosure.applied(to: $0, beside: counterfactual + before) }
        checks = disclosure.applied(to: checks, beside: counterfactual + before)
        let first = disclosure.apply(to: &effects, beside: counterfactual, path: path, countsPupils: effectsCountPupils)
        withholdWords()
        comparison?.withhold(headline: effects.first)
        return [first] + rows
    }

    /// Rounds what is shown, guards the counts of rows, and keeps the log.
    public mutating func publish(_ log: DisclosureLog, _ rule: Disclosure) {
        self.log = log
        let rounding = rule.rounding
        wording.rounding = rounding
        effects = effects.map(rounding.rounded)
        for index in counterfactual.indices {
            rounding.round(&counterfactual[index], isShare: outcome.isShare)
        }
        for index in before.indices { rounding.round(&before[index], isShare: outcome.isShare) }
        for index in path.indices { rounding.round(&path[index], isShare: outcome.isShare) }
        for index in balance.indices { rounding.round(&balance[index]) }
        comparison?.publish(rule)
        if wording.nouns.rows == "pupils" { frame.publish(rule) }
    }

    /// Sentences and diagnostics follow the figures that they tell.
    private mutating func withholdWords() {
        let isHidden = effects.first?.isSuppressed ?? false
        if isHidden {
            (cautions, randomisation, methods, wild, bootstrap, leaveOneOut) = ([], nil, nil, nil, nil, nil)
            checks = DesignChecks()
            if preTrend != nil { preTrend = .withheld }
            if sensitivity != nil { sensitivity = .withheld }
        } else if let test = preTrend {
            preTrend = test.withheld(with: effects, past: checks.hidesSyntheticFigures)
            if preTrend?.isWithheld ?? false { cautions.removeAll { $0 == test.words } }
        }
        sensitivity = sensitivity?.withheld(with: effects)
        frame.withholdWarnings(
            headline: isHidden || (preTrend?.isWithheld ?? false), past: isHidden || checks.hidesSyntheticFigures,
            balance: balance, intake: intake)
    }
}
