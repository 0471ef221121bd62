import Inference
import Tables

extension ReportPage {
    // MARK: Who compares

    /// The comparison that was built: how, how alike it is, who is in it.
    var whoCompares: Markup {
        guard let comparison = report.comparison else { return "" }
        let group = comparison.group
        let words = comparison.sentences.map { line -> Markup in "<p>\(line)</p>\n" }
        let fixed: Markup =
            comparison.passedOver
            ? "It was fixed before any result from the start on was read: \(Wording.list(comparison.periods)) alone were read for it."
            : "Results from the start on were set aside before anything looked at them."
        let balance = CompareRows.readable(group.before, group.after, minus: .sign)
        let chart = group.chart.map { svg -> Markup in
            """
            <figure>
            <h3>How alike the two groups are, before and after the comparison was built</h3>
            \(Markup(stringLiteral: svg))
            <figcaption>Hollow squares: partners beside every school that may compare. Filled marks: beside those that do. \
            Marks between the dashed lines at ±0.25 are usually taken as alike.</figcaption>
            <details><summary>The figures behind this chart</summary>
            \(HTMLTable(table: balance, caption: "Balance before and after").markup)</details>
            </figure>

            """
        }
        let lists = group.lists.map { list -> Markup in
            "<details><summary>\(list.title)</summary>\n\(HTMLTable(table: list.table, caption: list.title).markup)</details>\n"
        }
        return """
            <section id="who-compares"><h2>Who compares</h2>
            \(words)<p>\(fixed) It is known by its SHA-256, <span class="hash">\(comparison.digest)</span>.</p>
            <div class="figures">
            \(chart ?? "")</div>
            \(lists)</section>

            """
    }
}
