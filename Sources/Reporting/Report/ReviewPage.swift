/// A review as one self-contained page: no script, nothing loaded from elsewhere.
struct ReviewPage {
    var review: ReviewDocument

    var html: String {
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en-GB">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/>
            <meta name="referrer" content="no-referrer"/>
            <title>\(review.title): review \(number), \(ReviewDocument.kind)</title>
            <style>
            \(Markup(stringLiteral: StyleSheet.text))
            </style>
            </head>
            <body>
            <header>
            <p class="quiet small">Review \(number), \(review.generated.words)</p>
            <h1>\(review.title)</h1>
            <p class="headline"><strong>Monitoring, not impact.</strong></p>
            </header>
            <main>
            \(answer)\(outcomes)\(history)\(limits)
            </main>
            <footer class="small quiet">
            <p>Counterpart \(review.version). Made \(review.generated.iso).<br/>Plan: \(review.plan.path), SHA-256 \
            <span class="hash">\(review.plan.sha256)</span><br/><code>history.jsonl</code> holds a line for each review, chained by \
            their digests; <code>manifest.json</code> holds the digest of every file.</p>
            </footer>
            </body>
            </html>

            """
        return page.text
    }

    private var number: Int { review.history.last?.number ?? 0 }

    private var answer: Markup {
        let lines = review.outcomes.flatMap(\.sentences).map { line -> Markup in "<p class=\"headline\">\(line)</p>\n" }
        let changes = review.changes.map { line -> Markup in "<p>\(line)</p>\n" }
        return """
            <section id="answer"><h2>How far have marks moved?</h2>
            \(lines)\(changes)</section>

            """
    }

    private var outcomes: Markup {
        let tables = review.outcomes.map { outcome -> Markup in
            HTMLTable(
                table: outcome.table, caption: "\(outcome.outcome.title) by period, progress since \(outcome.baseline)"
            ).markup
        }
        return "<section id=\"periods\"><h2>Marks by period</h2>\n\(tables)</section>\n\n"
    }

    private var history: Markup {
        """
        <section id="history"><h2>Reviews so far</h2>
        \(HTMLTable(table: review.historyTable, caption: "What each review found in its latest period").markup)</section>

        """
    }

    private var limits: Markup {
        let warnings = review.frame.warnings.map { warning -> Markup in
            "<li>\(Wording.capitalisedFirst(warning.message)) <span class=\"quiet\">(\(warning.code))</span></li>\n"
        }
        let warned: Markup = warnings.isEmpty ? "" : "<h3>Warnings</h3>\n<ul class=\"warnings\">\(warnings)</ul>\n"
        return """
            <section id="limits"><h2>What this cannot tell</h2>
            <ul>
            <li>Whether the partnership made the difference: schools may have been moving apart before it, and chance alone moves \
            marks. No interval and no test stands here, because none would be fair to figures looked at every term.</li>
            <li>How pupils would do in an examination: marks of a term are mostly teachers' judgements, and teachers in a \
            partnership may come to judge otherwise.</li>
            <li>Pupils are not followed: the schools are the same in every period, their pupils need not be.</li>
            </ul>
            <p>For impact, run the evaluation on examination results: <code>counterpart run</code>.</p>
            \(warned)</section>

            """
    }
}
