import Attainment
import Inference
import Testing

@testable import Reporting

@Suite struct ChartTests {
    private let outcome = OutcomeName(column: "a8", title: "<script>\"Attainment\" & 'co'</script>")

    private func charts() -> [String] {
        let result = SampleReport.outcome()
        let gap = result.gaps[0]
        var balance = result.balance
        balance[0].variable = "\u{1B}<b>&\u{0}\"'"
        return [
            TrendChart.svg(result.path, periods: result.periods, start: result.start, outcome: outcome, id: "a"),
            GapChart.svg(
                gap.rows, periods: result.periods, start: result.start, outcome: outcome, group: "</desc>&",
                armColumn: "arm", arms: ("partners", "comparison"), timeColumn: "academic_year", id: "b"),
            EventStudyChart.svg(result.eventStudy, reference: -1, outcome: outcome, id: "c"),
            BalanceChart.svg(balance, id: "d"), partners(),
        ].compactMap { $0 }
    }

    /// Six panels with a hostile and a long name.
    private func partners() -> String? {
        var result = PartnerFiguresTests.outcome(schools: 6)
        result.outcome = outcome
        for index in result.counterfactual.indices where result.counterfactual[index].unit == "s99" {
            result.counterfactual[index].unit = "<b>&\"' a very long name that no panel has room for"
        }
        return ReportFigures.partnerFigures(result, 1, Wording(), ReadableTables(Wording(), minus: .sign)).first?.svg
    }

    @Test func everyChartIsWellFormedNamedAndLegible() throws {
        let charts = charts()
        #expect(charts.count == 5)
        for chart in charts {
            let parsed = try #require(Parsed.read(chart))
            #expect(
                Set(parsed.elements).isSubset(of: [
                    "svg", "title", "desc", "line", "path", "rect", "circle", "polygon", "text",
                ]))
            #expect(parsed.elements.prefix(3) == ["svg", "title", "desc"])
            let names = Dictionary(grouping: parsed.attributes, by: \.name)
            #expect(names["role"]?.map(\.value) == ["img"])
            let ids = try #require(names["aria-labelledby"]?.first?.value.split(separator: " ").map(String.init))
            #expect(names["id"]?.map(\.value) == ids)
            #expect(names["viewBox"]?.first?.value.hasPrefix("0 0 360 ") == true)
            #expect(names["font-size"]?.map(\.value) == ["12.5"])
            #expect(names.keys.allSatisfy { !$0.hasPrefix("on") && $0 != "href" })
        }
    }

    /// Labels and marks stay on the canvas.
    @Test func nothingFallsOffTheCanvas() throws {
        for chart in charts() {
            let parsed = try #require(Parsed.read(chart))
            let height = try #require(
                parsed.attributes.first { $0.name == "viewBox" }?.value.split(separator: " ").last.flatMap {
                    Double($0)
                })
            for attribute in parsed.attributes where ["x", "x1", "x2", "cx"].contains(attribute.name) {
                #expect(try (0...360).contains(#require(Double(attribute.value))))
            }
            for attribute in parsed.attributes where ["y", "y1", "y2", "cy"].contains(attribute.name) {
                #expect(try (0...height).contains(#require(Double(attribute.value))))
            }
        }
    }

    /// The years without results are a band of their own, and no line runs across it.
    @Test func linesBreakAtTheHole() throws {
        let result = SampleReport.outcome()
        let chart = try #require(
            TrendChart.svg(result.path, periods: result.periods, start: result.start, outcome: result.outcome, id: "a"))
        #expect(chart.contains("results"))
        let lines = chart.split(separator: "\n").filter { $0.hasPrefix("<path") }
        // Partners, what was expected of them, and comparison, each before and after the hole.
        #expect(lines.count == 6)
        let axis = PeriodAxis(result.periods, range: (0, 100))
        #expect(axis.position(2021) - axis.position(2018) == 3 * (axis.position(2018) - axis.position(2017)))
    }

    /// A hole keeps its width even where the caller names only the periods with results.
    @Test func unnamedHolesKeepTheirWidth() {
        let axis = PeriodAxis([2018, 2021].map { PeriodMark(label: "\($0)", ordinal: $0) }, range: (0, 80))
        #expect(axis.marks.map(\.hasResults) == [true, false, false, true])
    }

    @Test func withheldPointsAreMarkedAndNotDrawn() throws {
        var result = SampleReport.outcome()
        let before = try #require(
            TrendChart.svg(result.path, periods: result.periods, start: nil, outcome: result.outcome, id: "a"))
        result.path[2].isSuppressed = true
        result.path[2].observed = nil
        let after = try #require(
            TrendChart.svg(result.path, periods: result.periods, start: nil, outcome: result.outcome, id: "a"))
        #expect(after.contains(">c</text>"))
        func circles(_ text: String) -> Int { text.split(separator: "\n").count { $0.hasPrefix("<circle") } }
        #expect(circles(after) == circles(before) - 1)
    }

    @Test func nothingToDrawIsNoChart() {
        #expect(TrendChart.svg([], periods: [], start: nil, outcome: outcome, id: "a") == nil)
        #expect(EventStudyChart.svg([], reference: -1, outcome: outcome, id: "a") == nil)
        #expect(BalanceChart.svg([], id: "a") == nil)
    }

    @Test(arguments: [
        ([0.0, 1], 5), ([47.2, 48.9], 5), ([-1e-9, 2e-9], 4), ([3.0], 5), ([1e9, 1e9 + 1], 5), ([], 5),
    ])
    func ticksAreRoundAndCoverTheValues(_ values: [Double], _ count: Int) {
        let axis = Axis(covering: values, count: count, range: (0, 100))
        #expect((2...9).contains(axis.ticks.count))
        #expect(values.allSatisfy { axis.domain.contains($0) })
        #expect(zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0 < $1 })
    }
}
