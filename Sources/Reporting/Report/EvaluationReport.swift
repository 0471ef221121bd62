import Attainment
import Inference
import Tables

/// Everything that a report says, before it is a page: what every file of the report folder is made from.
public struct EvaluationReport: Sendable {
    public struct Partnership: Sendable, Equatable {
        /// Names only where the plan gives them.
        public var partners: [String]
        public var lead: String?
        public var area: String?
        /// The date of the agreement, as the plan gives it.
        public var agreement: String?
        /// For whom the report is written, as the plan says.
        public var audiences: [String]

        public init(
            partners: [String] = [], lead: String? = nil, area: String? = nil, agreement: String? = nil,
            audiences: [String] = []
        ) {
            self.partners = partners
            self.lead = lead
            self.area = area
            self.agreement = agreement
            self.audiences = audiences
        }
    }

    /// The plan as a file, fixed by its digest.
    public struct Plan: Sendable, Equatable {
        public var path: String
        public var sha256: String

        public init(path: String, sha256: String) {
            self.path = path
            self.sha256 = sha256
        }
    }

    /// One old identifier joined to a new one.
    public struct Link: Sendable, Equatable {
        public var from: String
        public var to: String
        public var reason: String

        public init(from: String, to: String, reason: String) {
            self.from = from
            self.to = to
            self.reason = reason
        }
    }

    public var title: String
    public var partnership: Partnership
    public var plan: Plan?
    /// The first is the primary one.
    public var outcomes: [OutcomeResult]
    /// Where the comparison was built with the estimate.
    public var comparison: ComparisonFindings?
    public var objectives: [Objective]
    public var frame: DocumentFrame
    public var links: [Link]
    public var checklist: [ChecklistAnswer]
    /// Sources to be credited, such as a licence line of published data.
    public var attributions: [String]
    public var wording: Wording
    /// The rule for small numbers; what was withheld is filled in when it is.
    public var disclosure: DisclosureLog
    /// On what terms the files may be used, for the manifest.
    public var protection: [ProtectionEntry] = []
    /// The kinds of files that are written, which the page may name.
    public var formats: Set<String> = ["html", "json", "csv", "svg"]
    public var generated: ReportDate
    public var version: String
    public var seed: UInt64

    public init(
        title: String, partnership: Partnership = Partnership(), plan: Plan? = nil, outcomes: [OutcomeResult],
        objectives: [Objective] = [], frame: DocumentFrame, links: [Link] = [], checklist: [ChecklistAnswer] = [],
        attributions: [String] = [], wording: Wording = Wording(), disclosureProfile: DisclosureProfile = .ofPlans,
        generated: ReportDate, version: String, seed: UInt64
    ) {
        self.title = title
        self.partnership = partnership
        self.plan = plan
        self.outcomes = outcomes
        self.objectives = objectives
        self.frame = frame
        self.links = links
        self.checklist = checklist
        self.attributions = attributions
        self.wording = wording
        disclosure = DisclosureLog(profile: disclosureProfile)
        self.generated = generated
        self.version = version
        self.seed = seed
    }

    /// The answer for the terminal: the sentences of each outcome.
    public var answer: String {
        outcomes.map { outcome in outcome.answer(wording).map { Paragraph.wrapped($0) }.joined() }.joined(
            separator: "\n")
    }

    /// The report with small numbers withheld in every list, and the log of it.
    ///
    /// - Parameter effectsCountPupils: `n` of an effect counts pupils; where it counts unit rows it protects nobody.
    func withheld(_ rule: Disclosure, effectsCountPupils: Bool) -> EvaluationReport {
        var safe = self
        safe.wording.threshold = rule.threshold
        if effectsCountPupils { safe.wording.rounding = rule.rounding }
        safe.disclosure.entries = []
        safe.disclosure.profile.threshold = rule.threshold
        for index in safe.outcomes.indices {
            let title = safe.outcomes[index].outcome.title
            var entries = safe.outcomes[index].withhold(rule, effectsCountPupils: effectsCountPupils)
            let isFurther = effectsCountPupils && safe.outcomes[index].round(rule, &entries)
            if isFurther { safe.disclosure.remarks = [OutcomeResult.differenceWords] }
            safe.disclosure.entries += entries.filter { $0.entries > 0 }.map { entry in
                var named = entry
                named.table = "\(title): \(entry.table)"
                return named
            }
        }
        if let entries = safe.comparison?.withhold(
            rule, headline: safe.outcomes.first?.effect, countsPupils: effectsCountPupils)
        {
            safe.disclosure.entries += entries.filter { $0.entries > 0 }
        }
        safe.withholdObjectives(of: self)
        if effectsCountPupils { safe.frame.publish(rule) }
        for outcome in safe.outcomes {
            safe.frame.withholdWarnings(
                headline: outcome.effect.isSuppressed || outcome.preTrend?.isWithheld ?? outcome.effect.isSuppressed,
                past: outcome.effect.isSuppressed || outcome.checks.hidesSyntheticFigures, balance: outcome.balance,
                intake: outcome.intake)
        }
        return safe
    }

    /// An objective's figures go where those of its effect do.
    private mutating func withholdObjectives(of open: EvaluationReport) {
        var withheld: [Double] = []
        for (before, after) in zip(open.outcomes, outcomes) {
            for (known, shown) in zip(before.allEffects, after.allEffects) where shown.isSuppressed {
                if let estimate = known.estimate { withheld.append(estimate) }
            }
        }
        for index in objectives.indices {
            if let estimate = objectives[index].estimate, withheld.contains(estimate) { objectives[index].withhold() }
        }
    }
}

/// The terms on which files may be used, as the plan gives them.
public struct ProtectionEntry: Sendable {
    public var files: String
    /// In the order in which they are written.
    public var terms: [(key: String, text: String)]

    public init(files: String, terms: [(key: String, text: String)]) {
        self.files = files
        self.terms = terms
    }

    var json: JSONValue {
        .object([.init("files", .text(files))] + terms.map { .init($0.key, .text($0.text)) })
    }
}
