import Inference
import Testing

@testable import Reporting

/// Each partner against its own counterfactual: who is drawn, where, with what words.
@Suite struct PartnerFiguresTests {
    /// - Parameter count: partner schools, named so that their order by name is not that of the rows.
    static func outcome(schools count: Int = 3, expectsPast: Bool = true) -> OutcomeResult {
        var outcome = SampleReport.outcome()
        for place in 0..<count {
            let name = "s\(99 - place)"
            for year in SampleReport.present {
                var row = CounterfactualRow(
                    outcome: "attainment8", unit: name, time: SampleReport.label(year),
                    observed: 44 + SampleReport.wobble(year + place), counterfactual: 43 + SampleReport.wobble(year),
                    weight: year < SampleReport.start ? 0 : 60, n: 60)
                row.eventTime = year - SampleReport.start
                if year < SampleReport.start {
                    if !expectsPast { row.counterfactual = nil }
                    outcome.before.append(row)
                } else {
                    outcome.counterfactual.append(row)
                }
            }
        }
        return outcome
    }

    private func figures(_ outcome: OutcomeResult) -> [ReportFigures.Figure] {
        ReportFigures.figures(outcome, number: 1, wording: Wording()).filter { $0.slug.contains("partners") }
    }

    private func count(_ needle: String, in text: String) -> Int { text.components(separatedBy: needle).count - 1 }

    @Test func everySchoolHasAPanelByName() throws {
        let figure = try #require(figures(Self.outcome()).first)
        #expect(figure.slug == "outcome-1-partners")
        let names = ["s97", "s98", "s99"].map { figure.svg.range(of: ">\($0)<")?.lowerBound }
        #expect(names.allSatisfy { $0 != nil } && names.compactMap { $0 } == names.compactMap { $0 }.sorted())
        // A mark a period and school, and one in the legend.
        #expect(count("<circle ", in: figure.svg) == 3 * SampleReport.present.count + 1)
        #expect(count("<polygon ", in: figure.svg) == 3 * SampleReport.present.count + 1)
        #expect(figure.table.rows.count == 3 * SampleReport.present.count)
        #expect(figure.table.columns.map(\.name).prefix(3) == ["school", "period", "start"])
        #expect(figure.caption.contains("no school by itself shows"))
        #expect(figure.caption.contains("No interval is given for one school"))
        #expect(!figure.svg.contains(">c<"))
    }

    @Test func pagesShareTheirScale() {
        var outcome = Self.outcome(schools: 8)
        outcome.counterfactual[outcome.counterfactual.count - 1].observed = 71
        let pages = figures(outcome)
        #expect(pages.map(\.slug) == ["outcome-1-partners-1", "outcome-1-partners-2"])
        #expect(pages[0].title.hasSuffix("(1 to 6 of 8)") && pages[1].title.hasSuffix("(7 to 8 of 8)"))
        #expect(pages.allSatisfy { $0.svg.contains(">75<") || $0.svg.contains(">80<") })
    }

    @Test func thirtyAreDrawnAndAllAreListed() throws {
        let pages = figures(Self.outcome(schools: 33))
        #expect(pages.count == 5)
        #expect(pages[0].caption.contains("3 further schools are not drawn"))
        #expect(pages.reduce(0) { $0 + $1.table.rows.count } == 33 * SampleReport.present.count)
        let last = try #require(pages.last)
        #expect(!last.svg.contains(">s99<") && last.table.rows.contains { $0[0] == .text("s99") })
    }

    @Test func whatIsWithheldIsMarkedOrNamed() throws {
        var outcome = Self.outcome()
        for index in outcome.before.indices where outcome.before[index].unit == "s98" {
            outcome.before[index].withhold()
        }
        for index in outcome.counterfactual.indices where outcome.counterfactual[index].unit == "s99" {
            outcome.counterfactual[index].withhold()
        }
        for index in outcome.before.indices where outcome.before[index].unit == "s99" {
            outcome.before[index].withhold()
        }
        let figure = try #require(figures(outcome).first)
        #expect(count(">c<", in: figure.svg) == 3)
        #expect(!figure.svg.contains(">s99<"))
        #expect(figure.caption.contains("all of that school's are"))
        #expect(figure.caption.contains("Not drawn, as too few pupils") && figure.caption.contains("figures: s99."))
        #expect(figure.table.rows.count == 3 * SampleReport.present.count)
        #expect(figure.table.rows.filter { $0[0] == .text("s99") }.allSatisfy { $0[3] == .suppressed })
    }

    @Test func anEstimatorThatExpectsNothingOfThePastSaysSo() throws {
        let figure = try #require(figures(Self.outcome(expectsPast: false)).first)
        #expect(figure.caption.contains("Before the start there is only what was observed"))
        #expect(!figure.caption.contains("lie close together"))
        let after = SampleReport.present.filter { $0 >= SampleReport.start }.count
        #expect(count("<polygon ", in: figure.svg) == 3 * after + 1)
    }

    @Test func intervalsAreDrawnWhereTheyAre() throws {
        var outcome = Self.outcome(schools: 1)
        let last = outcome.counterfactual.count - 1
        (outcome.counterfactual[last].lower, outcome.counterfactual[last].upper) = (40, 47)
        let figure = try #require(figures(outcome).first)
        #expect(figure.caption.contains("prediction intervals"))
        #expect(figure.table.columns.contains { $0.name == "interval of it" })
        #expect(count("stroke-width=\"1.5\"", in: figure.svg) == 3)
    }

    /// Means that are rounded to one decimal are not told with two.
    @Test func roundedMeansHaveNoNeedlessNought() throws {
        var rule = Disclosure(threshold: 10)
        rule.rounding = FigureRounding(base: 10, decimals: 1, percentDecimals: 0)
        var report = SampleReport.report()
        report.outcomes = [Self.outcome()]
        let safe = report.withheld(rule, effectsCountPupils: true)
        let tables = ReportFigures.figures(safe.outcomes[0], number: 1, wording: safe.wording).map(\.table)
        for table in tables {
            for column in ["observed", "expected", "without the partnership"] {
                guard let place = table.columns.firstIndex(where: { $0.name == column }) else { continue }
                #expect(table.columns[place].decimals == 1)
            }
        }
        #expect(ReadableTables(Wording(), minus: .sign).path(SampleReport.path()).columns[2].decimals == 2)
    }

    @Test func documentsListThePartners() {
        let outcome = Self.outcome()
        var document = DidDocument(
            frame: SampleReport.report().frame, effects: [outcome.effect], outcome: outcome.outcome, estimand: .pupils,
            counterfactual: outcome.counterfactual)
        document.before = outcome.before
        let text = document.render(.text)
        #expect(text.contains("Each partner school and what was expected of it"))
        #expect(text.contains("s97") && text.contains("before"))
        #expect(document.render(.markdown).contains("| s99 |"))
        #expect(document.json["counterfactualBefore"] != nil)
    }
}
