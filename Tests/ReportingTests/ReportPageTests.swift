import Tables
import Testing

@testable import Reporting

@Suite struct ReportPageTests {
    private func parsed(_ report: EvaluationReport) throws -> (html: String, page: Parsed) {
        let html = ReportPage(report: report).html
        // The page is written so that an XML parser takes it too, but for the HTML document type.
        let body = html.split(separator: "\n", maxSplits: 1)[1]
        return (html, try #require(Parsed.read(String(body))))
    }

    /// The same page with every label hostile: no element, attribute or handler comes in, and the text comes through.
    @Test func hostileLabelsAddNothing() throws {
        let plain = try parsed(SampleReport.report())
        for label in hostileLabels where !label.isEmpty {
            var report = SampleReport.report()
            report.title = label
            report.partnership.partners[0] = label
            report.outcomes[0].outcome.title = label
            report.outcomes[0].balance[1].variable = label
            report.outcomes[0].gapEffects[0].group = label
            report.outcomes[0].gaps[0].group = label
            report.frame.warnings[0] = Warning(label, label)
            report.frame.sample.dropped[0].reason = label
            report.links[0].reason = label
            report.objectives[0].text = label
            report.checklist[0].answer = label
            report.frame.inputs[0].path = label
            let hostile = try parsed(report)
            #expect(hostile.page.elements == plain.page.elements)
            #expect(
                hostile.page.attributes.map { $0.element + $0.name }
                    == plain.page.attributes.map { $0.element + $0.name })
            #expect(hostile.page.text.contains(EscapingTests.visible(label)))
        }
    }

    @Test func nothingIsLoadedAndNothingRuns() throws {
        let (html, page) = try parsed(SampleReport.report())
        #expect(html.contains("default-src 'none'"))
        #expect(!page.elements.contains { ["script", "link", "img", "iframe", "object", "form"].contains($0) })
        #expect(page.attributes.allSatisfy { !$0.name.hasPrefix("on") && $0.name != "src" && $0.name != "style" })
        #expect(page.attributes.filter { $0.name == "href" }.allSatisfy { $0.value.hasPrefix("#") })
        #expect(!html.contains("url(") && !html.contains("@import"))
    }

    @Test func headingsAndLandmarksAreInOrder() throws {
        var report = SampleReport.report()
        for outcomes in 1...2 {
            report.outcomes = Array(repeating: SampleReport.outcome(), count: outcomes)
            let page = try parsed(report).page
            let levels = page.elements.compactMap { $0.count == 2 && $0.first == "h" ? $0.last?.wholeNumberValue : nil }
            #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
            #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
            for landmark in ["header", "nav", "main", "footer"] { #expect(page.elements.count { $0 == landmark } == 1) }
            #expect(page.attributes.contains { $0.element == "html" && $0.name == "lang" && $0.value == "en-GB" })
            let ids = page.attributes.filter { $0.name == "id" }.map(\.value)
            #expect(Set(ids).count == ids.count)
            let targets = page.attributes.filter { $0.name == "href" }.map { String($0.value.dropFirst()) }
            #expect(targets.allSatisfy(ids.contains))
            // A table behind every figure, and a name for every drawing.
            let figures = page.elements.count { $0 == "figure" }
            #expect(figures == 6 * outcomes && page.elements.count { $0 == "details" } == figures)
            #expect(
                page.attributes.count { $0.element == "svg" && $0.name == "role" }
                    == page.elements.count { $0 == "svg" })
        }
    }

    @Test func theAnswerComesFirstThenEvidenceThenLimits() {
        let html = ReportPage(report: SampleReport.report()).html
        let order = [
            "scored an estimated 2.1 points higher", "narrows the gap", "What would have happened otherwise",
            "What this cannot tell", "The evidence", "How firm the answer is", "Where the figures come from",
            "Objectives against results", "Evaluation checklist", "<h2>Limits</h2>", "<h2>Words used</h2>",
        ]
        let places = order.compactMap { html.range(of: $0)?.lowerBound }
        #expect(places.count == order.count)
        #expect(places == places.sorted())
    }

    @Test func whatThePlanLeftOutIsPrintedAsNotAnswered() {
        var report = SampleReport.report()
        report.checklist = Checklist.answered(["rationale": "The gap.", "ethics": "  \n"])
        let html = ReportPage(report: report).html
        let open = html.components("<dd class=\"unanswered\">not answered</dd>")
        #expect(open == Checklist.questions.count - 1)
        for (_, question) in Checklist.questions { #expect(html.contains(Escaping.markup(question))) }
        #expect(Set(Checklist.questions.map(\.key)).count == 17)
    }

    @Test func anOutcomeWithNothingButAnEstimateStillMakesAPage() throws {
        var report = SampleReport.report()
        let full = SampleReport.outcome()
        report.outcomes = [
            OutcomeResult(outcome: full.outcome, estimator: "twfe", effect: full.effect, estimand: .pupils)
        ]
        report.checklist = []
        report.objectives = []
        let page = try parsed(report).page
        #expect(!page.elements.contains("figure"))
        #expect(page.text.contains("was not tested"))
        report.outcomes = []
        _ = try parsed(report)
    }

    @Test func datesAreRight() {
        #expect(ReportDate(secondsSince1970: 0).iso == "1970-01-01T00:00:00Z")
        #expect(ReportDate(secondsSince1970: 951_827_696).iso == "2000-02-29T12:34:56Z")
        #expect(ReportDate(secondsSince1970: 4_102_444_799).words == "31 December 2099")
        #expect(ReportDate(secondsSince1970: -1).iso == "1969-12-31T23:59:59Z")
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(_ needle: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.range(of: needle) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
