import Attainment
import Inference

/// The report as one self-contained page: no script, nothing loaded from elsewhere. Answer first, then evidence, then limits.
struct ReportPage {
    var report: EvaluationReport

    var wording: Wording { report.wording }
    var tables: ReadableTables { ReadableTables(wording, minus: .sign) }

    var html: String {
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en-GB">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/>
            <meta name="referrer" content="no-referrer"/>
            <title>\(report.title): evaluation report</title>
            <style>
            \(Markup(stringLiteral: StyleSheet.text))
            </style>
            </head>
            <body>
            <a class="skip" href="#answer">Skip to the answer</a>
            \(head)
            <main>
            \(sections)
            </main>
            \(foot)
            </body>
            </html>

            """
        return page.text
    }

    private var sections: Markup {
        answer + whoCompares + evidence + robustness + sample + objectives + checklist + limits + glossary
    }

    // MARK: Head and foot

    private var head: Markup {
        let partnership = report.partnership
        var facts: [String] = []
        if let area = partnership.area { facts.append("Area of work: \(area)") }
        if let lead = partnership.lead { facts.append("Lead: \(lead)") }
        if !partnership.partners.isEmpty { facts.append("Partners: " + Wording.list(partnership.partners)) }
        if let agreement = partnership.agreement { facts.append("Agreement: \(agreement)") }
        if !partnership.audiences.isEmpty { facts.append("Written for: " + Wording.list(partnership.audiences)) }
        let absent = [
            "objectives": report.objectives.isEmpty, "checklist": report.checklist.isEmpty,
            "who-compares": report.comparison == nil,
        ]
        let sections: [(id: String, name: String)] = [
            ("answer", "Answer"), ("who-compares", "Who compares"), ("evidence", "Evidence"),
            ("robustness", "How firm it is"), ("sample", "Data"), ("objectives", "Objectives"),
            ("checklist", "Checklist"), ("limits", "Limits"), ("glossary", "Words used"),
        ]
        let links = sections.filter { !(absent[$0.id] ?? false) }
            .map { id, name -> Markup in "<li><a href=\"#\(id)\">\(name)</a></li>" }
        return """
            <header>
            <p class="quiet small">Evaluation report, \(report.generated.words)</p>
            <h1>\(report.title)</h1>
            \(facts.isEmpty ? "" : "<p class=\"quiet small\">\(facts.joined(separator: ". ")).</p>" as Markup)
            <nav aria-label="Contents"><ul>\(links)</ul></nav>
            </header>
            """
    }

    private var foot: Markup {
        let plan = report.plan.map { plan -> Markup in
            "<br/>Plan: \(plan.path), SHA-256 <span class=\"hash\">\(plan.sha256)</span>"
        }
        let credits = report.attributions.map { line -> Markup in "<br/>\(line)" }
        return """
            <footer class="small quiet">
            <p>Counterpart \(report.version), seed \(String(report.seed)). Made \(report.generated.iso).\
            \(plan ?? "")\(credits)<br/>\(figuresElsewhere)\
            <code>manifest.json</code> holds the digest of every file.</p>
            </footer>
            """
    }

    /// Only files that were written are named.
    private var figuresElsewhere: Markup {
        switch (report.formats.contains("json"), report.formats.contains("csv")) {
        case (true, true): "The figures, unrounded, are in <code>results.json</code> and <code>tables/</code>; "
        case (true, false): "The figures, unrounded, are in <code>results.json</code>; "
        case (false, true): "The figures, unrounded, are in <code>tables/</code>; "
        case (false, false): ""
        }
    }

    // MARK: 1 The answer

    private var answer: Markup {
        guard let primary = report.outcomes.first else {
            return "<section id=\"answer\"><h2>Answer</h2><p>The plan names no outcome.</p></section>\n"
        }
        var lines: [Markup] = ["<p class=\"headline\">\(primary.headline(wording))</p>"]
        lines += primary.gapWords(wording).map { "<p class=\"headline\">\($0)</p>" }
        let strip = IntervalStrip.svg(
            rows: stripRows(primary), outcome: primary.outcome, level: wording.percent, id: "answer-strip")
        return """
            <section id="answer" aria-labelledby="answer-title">
            <div class="answer">
            <div>
            <h2 id="answer-title">What difference did the partnership make?</h2>
            \(lines)
            </div>
            \(strip.map(Markup.init(stringLiteral:)) ?? "")
            </div>
            <div class="points">
            \(points(primary))
            </div>
            \(furtherOutcomes)
            </section>

            """
    }

    private func stripRows(_ outcome: OutcomeResult) -> [IntervalStrip.Row] {
        let nouns = wording.nouns
        let whom =
            nouns.rows != "pupils"
            ? "Partner \(nouns.units)" : outcome.estimand == .pupils ? "All pupils" : "The average \(nouns.unit)"
        var rows = [IntervalStrip.Row(whom, outcome.effect)]
        for gap in outcome.gapEffects {
            for effect in gap.effects where effect.kind == .gap {
                rows.append(IntervalStrip.Row("The gap: \(gap.group)", effect))
            }
        }
        return rows
    }

    private func points(_ outcome: OutcomeResult) -> Markup {
        var blocks: [Markup] = []
        func block(_ title: String, _ sentences: [String]) {
            guard !sentences.isEmpty else { return }
            let lines = sentences.map { line -> Markup in "<p>\(line)</p>\n" }
            blocks.append("<div><h3>\(title)</h3>\n\(lines)</div>\n")
        }
        block(
            "What would have happened otherwise",
            [outcome.withoutWords(wording)].compactMap { $0 } + outcome.groupWithoutWords(wording))
        block(
            "Compared with whom",
            report.comparison.map { found in
                [found.moved(outcome.effect, outcome.outcome, wording), found.group.sentences.first].compactMap { $0 }
            } ?? [])
        block("For whom", outcome.whomWords(wording))
        block("How sure, and why", outcome.sureness(wording))
        block("How large", outcome.months.map { [$0.sentence] } ?? [])
        block("What this cannot tell", Limits.onFirstScreen(report))
        block("To note", outcome.remarks)
        return Markup(blocks)
    }

    private var furtherOutcomes: Markup {
        let rest = report.outcomes.dropFirst()
        guard !rest.isEmpty else { return "" }
        let items = rest.map { outcome -> Markup in
            let gaps = outcome.gapWords(wording).map { " " + $0 }.joined()
            return "<li>\(outcome.headline(wording))\(gaps)</li>\n"
        }
        return "<h3>Further outcomes</h3>\n<ul>\(items)</ul>\n"
    }

    // MARK: 5 Objectives

    private var objectives: Markup {
        guard !report.objectives.isEmpty else { return "" }
        let items = report.objectives.map { objective -> Markup in
            "<dt>\(objective.text)</dt><dd>\(objective.comparison(level: wording.percent)) \(objective.words)</dd>\n"
        }
        return """
            <section id="objectives"><h2>Objectives against results</h2>
            <p>Each objective of the plan beside the difference that the partnership is estimated to have made.</p>
            <dl>\(items)</dl></section>

            """
    }
}
