import Attainment
import Inference
import Tables

extension ReportPage {
    // MARK: 2 Evidence

    var evidence: Markup {
        let blocks = report.outcomes.enumerated().map { index, outcome -> Markup in
            let title: Markup = report.outcomes.count > 1 ? "<h3>\(outcome.outcome.title)</h3>\n" : ""
            let figures = ReportFigures.figures(outcome, number: index + 1, wording: wording).map {
                figure($0, below: title)
            }
            return """
                \(title)<div class="figures">
                \(figures)</div>
                \(reach(outcome))\(estimates(outcome))\(furtherGaps(outcome))
                """
        }
        return "<section id=\"evidence\"><h2>The evidence</h2>\n\(blocks)</section>\n\n"
    }

    /// A figure under its heading, which comes one level below the outcome's where there is one.
    private func figure(_ figure: ReportFigures.Figure, below title: Markup) -> Markup {
        let level: Markup = title == "" ? "h3" : "h4"
        return """
            <figure>
            <\(level)>\(figure.title)</\(level)>
            \(Markup(stringLiteral: figure.svg))
            <figcaption>\(figure.caption)</figcaption>
            <details><summary>The figures behind this chart</summary>
            \(HTMLTable(table: figure.table, caption: figure.title).markup)</details>
            </figure>

            """
    }

    /// Groups that are followed without a chart, folded away.
    private func furtherGaps(_ outcome: OutcomeResult) -> Markup {
        let series = outcome.gaps.filter { !$0.isDrawn }
        guard !series.isEmpty else { return "" }
        let found = series.map { gap in
            HTMLTable(
                table: ReadableTables(wording, minus: .sign, of: outcome.outcome).gaps(
                    gap.rows, decimals: nil, namesGroup: false),
                caption: "The gap in \(outcome.outcome.title) by period: \(gap.group)"
            ).markup
        }
        return "<details><summary>The gaps of other groups</summary>\n\(found)</details>\n"
    }

    /// Which cohorts the partnership could have reached, and what each had of it.
    private func reach(_ outcome: OutcomeResult) -> Markup {
        guard let found = outcome.exposure else { return "" }
        let words = ExposureWords(reach: found)
        let sentences = words.sentences.map { sentence -> Markup in "<p>\(sentence)</p>\n" }
        let effects =
            outcome.exposureEffects.isEmpty
            ? ""
            : HTMLTable(
                table: tables.effects(outcome.exposureEffects, namesOutcome: false),
                caption: "By years of exposure (\(outcome.exposureEstimator ?? outcome.estimator))"
            ).markup
        let level: Markup = report.outcomes.count > 1 ? "h4" : "h3"
        return "<\(level)>Who could have been reached</\(level)>\n\(sentences)"
            + HTMLTable(table: words.table, caption: "Years of exposure by start and cohort").markup + effects
    }

    private func estimates(_ outcome: OutcomeResult) -> Markup {
        var effects = [outcome.effect]
        effects[0].term = outcome.estimand == .pupils ? "all pupils alike" : "all \(wording.nouns.units) alike"
        if var other = outcome.other {
            other.term = outcome.estimand == .pupils ? "all \(wording.nouns.units) alike" : "all pupils alike"
            effects.append(other)
        }
        var out = HTMLTable(
            table: tables.effects(effects, namesOutcome: false),
            caption: "Estimates for \(outcome.outcome.title) (\(outcome.estimator))"
        ).markup
        if !outcome.breakdown.isEmpty {
            out +=
                HTMLTable(
                    table: tables.effects(outcome.breakdown, namesOutcome: false),
                    caption: "By starting cohort and by period"
                ).markup
        }
        for gap in outcome.gapEffects {
            out +=
                HTMLTable(
                    table: tables.effects(gap.effects, namesOutcome: false),
                    caption: "Effect on the gap: \(gap.group) (negative narrows)"
                ).markup
        }
        return out
    }

    // MARK: 3 Robustness

    var robustness: Markup {
        let blocks = report.outcomes.map { outcome -> Markup in
            let title: Markup = report.outcomes.count > 1 ? "<h3>\(outcome.outcome.title)</h3>\n" : ""
            // The primary outcome's stand beside the answer.
            let isPrimary = outcome.outcome == report.outcomes.first?.outcome
            let lines = isPrimary ? [] : outcome.sureness(wording)
            let items = lines.map { line -> Markup in "<li>\(line)</li>\n" }
            let intake =
                outcome.intake.isEmpty
                ? "" : HTMLTable(table: tables.intake(outcome.intake), caption: "Change in intake").markup
            let intakeWords: Markup =
                outcome.intake.isEmpty
                ? ""
                : "<p>If the intake changed differently in the two groups, part of the estimate may be that change.</p>\n"
            let runs =
                outcome.robustness.isEmpty
                ? ""
                : HTMLTable(table: outcome.robustnessTable, caption: "The answer under other choices").markup
            let methods =
                outcome.methods.map {
                    HTMLTable(
                        table: tables.methods($0, of: outcome.effect), caption: "The same estimate by other methods"
                    ).markup
                } ?? ""
            let departures =
                outcome.sensitivity?.targets.first.map {
                    HTMLTable(table: tables.sensitivity($0), caption: "The effect if trends were not parallel").markup
                } ?? ""
            let words: Markup =
                isPrimary
                ? "<p>How sure this is, and why, stands beside the <a href=\"#answer\">answer</a>.</p>\n"
                : "<ul>\(items)</ul>\n"
            return "\(title)\(words)\(methods)\(departures)\(runs)\(checks(outcome))\(intakeWords)\(intake)"
        }
        let warnings = report.frame.warnings.filter { !isSaidAbove($0) }.map { warning -> Markup in
            "<li>\(Wording.capitalisedFirst(warning.message)) <span class=\"quiet\">(\(warning.code))</span></li>\n"
        }
        let warned: Markup = warnings.isEmpty ? "" : "<h3>Warnings</h3>\n<ul class=\"warnings\">\(warnings)</ul>\n"
        return "<section id=\"robustness\"><h2>How firm the answer is</h2>\n\(blocks)\(warned)</section>\n\n"
    }

    /// The diagnostics of the design, each in a sentence or two with its table.
    private func checks(_ outcome: OutcomeResult) -> Markup {
        var sections: [DesignChecks.Section] = []
        let further = [outcome.preTrend?.power?.words, outcome.preTrend?.equivalence?.words].compactMap { $0 }
        if !further.isEmpty { sections.append(.init(title: "The trend before the start", words: further)) }
        if let found = outcome.leaveOneOut {
            sections.append(
                .init(
                    title: "Without one \(wording.nouns.unit) at a time",
                    words: wording.leaveOneOut(found, headline: outcome.effect)))
        }
        sections += outcome.checks.sections(tables)
        let level: Markup = report.outcomes.count > 1 ? "h4" : "h3"
        return sections.map { section -> Markup in
            let words = section.words.map { line -> Markup in "<p>\(line)</p>\n" }
            let table = section.table.map { HTMLTable(table: $0, caption: section.title).markup } ?? ""
            return "<\(level)>\(section.title)</\(level)>\n\(words)\(table)"
        }.reduce("", +)
    }

    /// The sentences beside the answer say it already.
    private func isSaidAbove(_ warning: Warning) -> Bool {
        guard let primary = report.outcomes.first, report.outcomes.count == 1 else { return false }
        return switch warning.code {
        case "pre-trend": primary.preTrend.map { $0.words == warning.message } ?? false
        case "balance": primary.builtBalance == nil && primary.balanceWords != nil
        case "few-treated": !primary.cautions.isEmpty && (primary.treatedUnits ?? 10) <= 5
        default: false
        }
    }

    // MARK: 4 Data

    var sample: Markup {
        let words = report.frame.sampleWords(wording.nouns).map { line -> Markup in "<p>\(line)</p>\n" }
        let flow = ReportTables.sample(report.frame.sample)
        var out: Markup = """
            <section id="sample"><h2>Where the figures come from</h2>
            \(words)\(HTMLTable(table: flow, caption: "From rows read to rows used").markup)
            """
        if !report.frame.sample.missing.isEmpty {
            out +=
                HTMLTable(
                    table: ReportTables.missing(report.frame.sample), caption: "Missing values by column and code"
                ).markup
        }
        if !report.links.isEmpty {
            out += HTMLTable(table: ReportTables.links(report.links), caption: "Identifiers joined").markup
        }
        let files = report.frame.inputs.map { file -> Markup in
            """
            <li>\(file.path): \(Numeral.count(Double(file.rows))) rows\
            \(file.sha256.isEmpty ? "" : ", SHA-256 <span class=\"hash\">\(file.sha256)</span>" as Markup)</li>

            """
        }
        if !files.isEmpty { out += "<h3>Files read</h3>\n<ul class=\"small\">\(files)</ul>\n" }
        out += disclosureLog
        return out + "</section>\n\n"
    }

    private var disclosureLog: Markup {
        let log = report.disclosure
        let words = log.sentences.map { line -> Markup in "<p>\(line)</p>\n" }
        let mark: Markup =
            log.withheld > 0
            ? "<p>A withheld figure is shown as <abbr title=\"withheld: too few pupils\">c</abbr>.</p>\n" : ""
        let table =
            log.entries.isEmpty ? "" : HTMLTable(table: log.table, caption: "Withheld figures by table").markup
        return "<h3>Disclosure log</h3>\n\(words)\(mark)\(table)"
    }

    // MARK: 6 Checklist

    var checklist: Markup {
        guard !report.checklist.isEmpty else { return "" }
        let open = report.checklist.count { $0.answer == nil }
        let items = report.checklist.map { item -> Markup in
            let answer: Markup = item.answer.map { "<dd>\($0)</dd>" } ?? "<dd class=\"unanswered\">not answered</dd>"
            return "<dt>\(item.question)</dt>\(answer)\n"
        }
        let summary =
            open == 0
            ? "The plan answers every question."
            : "The plan leaves \(open) of \(report.checklist.count) questions open; they are marked \u{201C}not answered\u{201D}."
        return """
            <section id="checklist"><h2>Evaluation checklist</h2>
            <p>The questions follow the Department for Education\u{2019}s guide to setting up partnerships, in our words. \(summary)</p>
            <dl>\(items)</dl></section>

            """
    }

    // MARK: 7 Limits, 8 Glossary

    var limits: Markup {
        let items = Limits.all(report).map { line -> Markup in "<li>\(line)</li>\n" }
        return "<section id=\"limits\"><h2>Limits</h2>\n<ul>\(items)</ul></section>\n\n"
    }

    var glossary: Markup {
        let items = Glossary.terms(report).map { term, meaning -> Markup in "<dt>\(term)</dt><dd>\(meaning)</dd>\n" }
        return "<section id=\"glossary\"><h2>Words used</h2>\n<dl>\(items)</dl></section>\n"
    }
}
