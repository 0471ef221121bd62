import Attainment
import Cells
import Comparison
import Inference
import Panels
import Testing

@testable import Reporting

/// From a real analysis to documents and pages: what the rooms before this one found is what is printed.
@Suite struct FromAnalysisTests {
    /// Schools by year, a third of them partners from 2018 on (some from 2019), 20 pupils a cell, effect 3 for the group
    /// and 1 for its peers. Years 2020 and 2021 have no results.
    private func design(partners: Int, schools: Int = 18, isTriple: Bool) -> Design {
        let years = [2015, 2016, 2017, 2018, 2019, 2022]
        var dice = Dice(UInt64(partners))
        var (unit, period, isGroup, mean): ([Int], [Int], [Bool], [Double]) = ([], [], [], [])
        for school in 0..<schools {
            for (index, year) in years.enumerated() {
                for side in isTriple ? [true, false] : [false] {
                    let start = self.start(school, partners)
                    let effect = start.map { year >= $0 ? (side ? 3.0 : 1.0) : 0 } ?? 0
                    unit.append(school)
                    period.append(index)
                    isGroup.append(side)
                    mean.append(
                        45 + Double(school % 5) + 0.3 * Double(index) - (side ? 9 : 0) + effect
                            + Double(dice.below(100)) / 200)
                }
            }
        }
        let names = (0..<schools).map { "school-\($0 < 10 ? "0" : "")\($0)" }
        let count = mean.count
        return Design(
            outcome: "attainment8", units: names, unit: unit,
            periods: years.map { Period(kind: .year, ordinal: $0, label: "\($0)") }, period: period,
            start: (0..<schools).map { start($0, partners) },
            isTreated: unit.indices.map { cell in
                start(unit[cell], partners).map { years[period[cell]] >= $0 } ?? false
            },
            eventTime: unit.indices.map { cell in start(unit[cell], partners).map { years[period[cell]] - $0 } },
            isGroup: isTriple ? isGroup : nil, clusters: [CellFactor(name: "unit", levels: names, codes: unit)],
            moments: CellMoments(
                variableCount: 1, n: Array(repeating: 20, count: count), weight: Array(repeating: 20, count: count),
                squaredWeight: Array(repeating: 20, count: count), mean: mean,
                within: Array(repeating: 900, count: count)),
            pupils: Array(repeating: 20, count: count), rowsArePupils: true, observationCount: Double(20 * count))
    }

    private func start(_ school: Int, _ partners: Int) -> Int? {
        school < partners ? (school % 3 == 2 ? 2019 : 2018) : nil
    }

    private let outcome = OutcomeName(column: "attainment8", title: "Attainment 8")
    private let frame = DocumentFrame(sample: SampleCounts(rowsRead: 9999, rowsUsed: 0))

    @Test func theDocumentPrintsWhatTheAnalysisFound() throws {
        let result = try DidAnalysis.run(design(partners: 6, isTriple: false), AnalysisOptions())
        let document = DidDocument(result, frame: frame, outcome: outcome, estimand: .pupils)
        let json = try JSONReader.read(document.render(.json))
        guard case .array(let effects)? = json["effects"] else { throw JSONReader.Fault(byte: 0, reason: "no effects") }
        #expect(effects.count == result.effects.count)
        #expect(effects[0]["estimate"] == result.effects[0].estimate.map(JSONValue.number))
        #expect(json["sample"]?["treatedUnits"] == 6 && json["sample"]?["units"] == 18)
        #expect(json["diagnostics"]?["preTrend"] != nil)
        #expect(document.render(.text).hasPrefix("Pupils in the partner schools scored an estimated 0.9"))
    }

    /// The ledger's weighted mean of observed − expected is the headline.
    @Test func theMeansDifferByTheHeadline() throws {
        let result = try DidAnalysis.run(design(partners: 6, isTriple: false), AnalysisOptions())
        let found = try #require(OutcomeResult(result, outcome: outcome, estimand: .pupils))
        let means = try #require(found.means)
        let estimate = try #require(found.effect.estimate)
        // Both are means of the same cells; only the order of summation differs.
        #expect(abs(means.observed - means.expected - estimate) < 1e-9)
    }

    @Test func fewPartnersAreSaidInEveryFormat() throws {
        let result = try DidAnalysis.run(design(partners: 2, isTriple: false), AnalysisOptions())
        let document = DidDocument(result, frame: frame, outcome: outcome, estimand: .pupils)
        for form in OutputForm.allCases {
            let words = document.render(form).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("From 2 schools, effects between"), "\(form)")
        }
    }

    @Test func onePartnerHasNoInterval() throws {
        let result = try DidAnalysis.run(design(partners: 1, isTriple: false), AnalysisOptions())
        let document = DidDocument(result, frame: frame, outcome: outcome, estimand: .pupils)
        #expect(
            document.sentences[0].hasSuffix("No interval can be given: one partner school cannot show its own spread."))
    }

    @Test func aTripleDifferenceBecomesTheGapsPage() throws {
        let all = try DidAnalysis.run(design(partners: 6, isTriple: false), AnalysisOptions())
        let triple = try DidAnalysis.run(design(partners: 6, isTriple: true), AnalysisOptions())
        var found = try #require(OutcomeResult(all, outcome: outcome, estimand: .pupils))
        let gap = OutcomeResult.GapEffect(triple, group: "girls")
        #expect(gap.effects.map(\.kind) == [.gap, .overall, .overall])
        let sides = try #require(gap.means).observed
        #expect(try #require(gap.peersMeans).observed > sides)
        found.gapEffects = [gap]
        found.periods = [2015, 2016, 2017, 2018, 2019, 2022].map { PeriodMark(label: "\($0)", ordinal: $0) }
        found.start = 2018
        let document = DidDocument(triple, frame: frame, outcome: outcome, estimand: .pupils, group: "girls")
        #expect(
            document.sentences[0].contains(
                "The partnership narrows the gap in Attainment 8 between girls and their peers"))
        var report = SampleReport.report()
        report.outcomes = [found]
        let scratch = try Scratch()
        try ReportFolder(path: scratch.path + "/r", digest: fingerprint)
            .write(report, rule: Disclosure(threshold: 10), effectsCountPupils: true)
        #expect(FolderWriter.entries(scratch.path + "/r/figures").count == 5)
        #expect(found.referenceEventTime == -1)
    }

    @Test func balanceAndIntakeKeepTheirFigures() throws {
        let design = design(partners: 6, isTriple: false)
        let balance = try CovariateBalance.atBaseline(of: design)
        let row = BalanceRow(balance.rows[0], of: balance, title: "Attainment 8 before the start")
        #expect(row.treatedMean == balance.rows[0].treatedMean)
        #expect(row.standardisedDifference == balance.rows[0].standardisedDifference)
        #expect(row.nTreated == balance.treatedPupils)
        let change = try IntakeChange.of(design)
        #expect(change.rows.map { IntakeRow($0, of: balance).change } == change.rows.map(\.change))
    }
}
