import Tables

/// One review of a term: marks of partner and comparison schools against a baseline. Schema `counterpart/review/1`.
///
/// Monitoring, not impact: figures as they are, without intervals or tests.
public struct ReviewDocument: Sendable {
    /// The words that stand on every form of a review.
    public static let kind = "monitoring, not impact"

    /// One arm in one period, over the schools with results in every period since the baseline.
    public struct Figure: Sendable, Equatable {
        public var mean: Double?
        /// Pupils behind the mean; rows where those are not known.
        public var n: Double
        public var isSuppressed = false

        public init(mean: Double?, n: Double) {
            self.mean = mean
            self.n = n
        }
    }

    public struct Row: Sendable, Equatable {
        public var time: String
        public var partners: Figure?
        public var comparison: Figure?
        /// Since the baseline; nil at the baseline and where a figure is withheld.
        public var partnersProgress: Double?
        public var comparisonProgress: Double?
        /// Partners' progress less that of comparison schools.
        public var difference: Double?

        public init(time: String, partners: Figure?, comparison: Figure?) {
            self.time = time
            self.partners = partners
            self.comparison = comparison
        }
    }

    public struct Outcome: Sendable {
        public var outcome: OutcomeName
        public var baseline: String
        public var rows: [Row]
        /// Schools with results in every period since the baseline, and those left out for lacking one.
        public var partnerSchools = 0
        public var comparisonSchools = 0
        public var leftOut = 0

        public init(outcome: OutcomeName, baseline: String, rows: [Row]) {
            self.outcome = outcome
            self.baseline = baseline
            self.rows = rows
        }
    }

    public var title: String
    public var frame: DocumentFrame
    public var outcomes: [Outcome]
    public var plan: EvaluationReport.Plan
    public var generated: ReportDate
    public var version: String
    /// Rows are pupils, so that counts protect them.
    public var rowsArePupils: Bool
    /// Of all reviews, this one last; filled in when it is joined to the history.
    public var history: [ReviewEntry] = []
    /// The number of the review that held the same files and plan; then nothing was added.
    public var repeats: Int?

    public init(
        title: String, frame: DocumentFrame, outcomes: [Outcome], plan: EvaluationReport.Plan, generated: ReportDate,
        version: String, rowsArePupils: Bool
    ) {
        self.title = title
        self.frame = frame
        self.outcomes = outcomes
        self.plan = plan
        self.generated = generated
        self.version = version
        self.rowsArePupils = rowsArePupils
    }

    /// Small figures withheld and the others rounded, then progress and differences worked out from what is shown.
    public mutating func publish(_ rule: Disclosure, countsPupils: Bool) {
        if rowsArePupils { frame.publish(rule) }
        for index in outcomes.indices {
            let isShare = outcomes[index].outcome.isShare
            for row in outcomes[index].rows.indices {
                for arm in [\Row.partners, \Row.comparison] {
                    guard var figure = outcomes[index].rows[row][keyPath: arm] else { continue }
                    if countsPupils, rule.isSmall(figure.n, mean: figure.mean, isShare: isShare) {
                        (figure.mean, figure.isSuppressed) = (nil, true)
                    }
                    figure.mean = rule.rounding.figure(figure.mean, isShare: isShare)
                    figure.n = rule.rounding.count(figure.n)
                    outcomes[index].rows[row][keyPath: arm] = figure
                }
            }
            outcomes[index].findProgress()
        }
    }

    // MARK: Words

    public var sentences: [String] {
        var sentences = ["This is \(Self.kind): figures as they stand, without a test of chance."]
        if let repeats {
            sentences.append(
                "These files and this plan are those of review \(repeats): nothing was added to the history.")
        }
        for outcome in outcomes { sentences += outcome.sentences }
        sentences += changes
        return sentences
    }

    /// What has changed since the review before, for each outcome.
    var changes: [String] {
        guard repeats == nil, let now = history.last, let before = history.dropLast().last else { return [] }
        return zip(now.outcomes, outcomes).compactMap { figures, outcome in
            guard let old = before.outcomes.first(where: { $0.outcome == figures.outcome }) else { return nil }
            guard let earlier = old.difference, let later = figures.difference else { return nil }
            let change = outcome.said(later - earlier)
            return
                "Since review \(before.number) (\(before.latest)) the difference in progress in \(outcome.outcome.title) went "
                + "from \(outcome.said(earlier)) to \(outcome.said(later)), a change of \(change) \(outcome.outcome.unit)."
        }
    }

    // MARK: Forms

    public func render(_ form: OutputForm) -> String {
        switch form {
        case .json: json.pretty()
        default: text
        }
    }

    public var json: JSONValue {
        var object = frame.opened(schema: "counterpart/review/1")
        object.put("kind", .text(Self.kind))
        object.put("title", .text(title))
        object.put("generated", .text(generated.iso))
        object.put("version", .text(version))
        object.put("plan", ["path": .text(plan.path), "sha256": .text(plan.sha256)])
        object.put("review", .integer(history.last?.number ?? 0))
        if let repeats { object.put("repeats", .integer(repeats)) }
        object.put("outcomes", .array(outcomes.map(\.json)))
        object.put("history", .array(history.map(\.object)))
        object.put("sentences", .array(sentences.map { .text($0) }))
        return object.value
    }

    private var text: String {
        var out = "\(title): review \(history.last?.number ?? 0), \(Self.kind)\n\n"
        out += sentences.map { Paragraph.wrapped($0) }.joined()
        for outcome in outcomes {
            out += "\n\(outcome.outcome.title)\n" + TextTable().write(outcome.table)
        }
        out += "\nReviews so far\n" + TextTable().write(historyTable)
        for warning in frame.warnings {
            out += "\n" + Paragraph.wrapped("Warning (\(warning.code)): \(warning.message)")
        }
        return out
    }

    var historyTable: ResultTable {
        ResultTable(
            columns: [
                .init("review"), .init("made"), .init("latest period"), .init("outcome"),
                .init("partners' progress", decimals: 2),
                .init("comparison's progress", decimals: 2), .init("difference", decimals: 2),
            ],
            rows: history.flatMap { entry in
                entry.outcomes.map { outcome -> [ResultTable.Cell] in
                    [
                        .text("\(entry.number)"), .text(String(entry.made.prefix(10))), .text(entry.latest),
                        .text(outcome.outcome), .figure(outcome.partnersProgress), .figure(outcome.comparisonProgress),
                        .figure(outcome.difference),
                    ]
                }
            })
    }
}

extension ReviewDocument.Outcome {
    fileprivate mutating func findProgress() {
        guard let first = rows.first else { return }
        for index in rows.indices.dropFirst() {
            func progress(_ arm: (ReviewDocument.Row) -> ReviewDocument.Figure?) -> Double? {
                guard let now = arm(rows[index])?.mean, let then = arm(first)?.mean else { return nil }
                return now - then
            }
            rows[index].partnersProgress = progress(\.partners)
            rows[index].comparisonProgress = progress(\.comparison)
            if let ours = rows[index].partnersProgress, let theirs = rows[index].comparisonProgress {
                rows[index].difference = ours - theirs
            }
        }
    }

    /// Two decimals, with a sign.
    func said(_ value: Double) -> String { (value > 0 ? "+" : "") + Numeral.fixed(value, decimals: 2) }

    var sentences: [String] {
        guard let last = rows.last, rows.count > 1 else {
            return [
                "\(outcome.title): \(baseline) is the baseline and there is no later period yet, so no progress to show."
            ]
        }
        let schools = "\(partnerSchools) partner \(partnerSchools == 1 ? "school" : "schools")"
        let others = "\(comparisonSchools) comparison \(comparisonSchools == 1 ? "school" : "schools")"
        var words = "\(outcome.title), from \(baseline) to \(last.time): "
        switch (last.partnersProgress, last.comparisonProgress) {
        case (let ours?, let theirs?):
            words +=
                "\(schools) moved by \(said(ours)) \(outcome.unit) and \(others) by \(said(theirs)), a difference of "
                + "\(said(ours - theirs))."
        case (let ours?, nil) where comparisonSchools == 0:
            words +=
                "\(schools) moved by \(said(ours)) \(outcome.unit). There are no comparison schools, so nobody can tell "
                + "how results moved elsewhere."
        case (nil, _) where partnerSchools == 0: words += "no partner school has results in every period."
        default: words += "figures are withheld, since too few pupils stand behind one of them."
        }
        guard leftOut > 0 else { return [words] }
        return [
            words,
            "\(leftOut) \(leftOut == 1 ? "school lacks" : "schools lack") results in a period since the baseline and "
                + "\(leftOut == 1 ? "is" : "are") left out.",
        ]
    }

    var table: ResultTable {
        func mean(_ figure: ReviewDocument.Figure?) -> ResultTable.Cell {
            guard let figure else { return .missing }
            return figure.isSuppressed ? .suppressed : .figure(figure.mean)
        }
        func count(_ figure: ReviewDocument.Figure?) -> ResultTable.Cell {
            guard let figure else { return .missing }
            return figure.isSuppressed ? .suppressed : .number(figure.n)
        }
        return ResultTable(
            columns: [
                .init("period"), .init("partners", decimals: 2), .init("partners, n", decimals: 0),
                .init("comparison", decimals: 2),
                .init("comparison, n", decimals: 0), .init("partners' progress", decimals: 2),
                .init("comparison's progress", decimals: 2), .init("difference", decimals: 2),
            ],
            rows: rows.map { row in
                [
                    .text(row.time), mean(row.partners), count(row.partners), mean(row.comparison),
                    count(row.comparison), .figure(row.partnersProgress), .figure(row.comparisonProgress),
                    .figure(row.difference),
                ]
            })
    }

    fileprivate var json: JSONValue {
        func figure(_ figure: ReviewDocument.Figure?) -> JSONValue {
            guard let figure else { return .null }
            if figure.isSuppressed { return ["mean": .null, "n": .null, "suppressed": true] }
            return ["mean": JSONValue(figure.mean), "n": .number(figure.n)]
        }
        var object = JSONObject()
        object.put("outcome", .text(outcome.column))
        object.put("baseline", .text(baseline))
        object.put("partnerSchools", .integer(partnerSchools))
        object.put("comparisonSchools", .integer(comparisonSchools))
        object.put("schoolsLeftOut", .integer(leftOut))
        object.put(
            "periods",
            .array(
                rows.map { row in
                    [
                        "time": .text(row.time), "partners": figure(row.partners), "comparison": figure(row.comparison),
                        "partnersProgress": JSONValue(row.partnersProgress),
                        "comparisonProgress": JSONValue(row.comparisonProgress),
                        "difference": JSONValue(row.difference),
                    ]
                }))
        return object.value
    }
}

extension ResultTable.Cell {
    fileprivate static func figure(_ value: Double?) -> ResultTable.Cell { value.map { .number($0) } ?? .missing }
}
