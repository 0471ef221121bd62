import Foundation
import Inference
import Panels
import Tables
import Testing

@testable import Counterpart

/// Level 3 by age 19, eligibility for free school meals × authority × after, six opportunity areas from 2019: every estimator answers
/// for the gap, its ledger adds up, and what the figures cannot bear is said.
///
/// Data: Department for Education, Crown copyright, Open Government Licence v3.0.
@Suite(.enabled(if: PublishedData.isPresent, "skipped: no reference data")) struct OpportunityAreasTests {
    private static func request(_ estimator: EstimatorName) throws -> DidRequest {
        let real = try #require(PublishedData.folder)
        var data = DataRequest()
        data.files = [InputFile(real.appending(path: "level3-by-19-la-2005-2022.csv").path())]
        data.filters = try [
            "gender=ALL", "sen=ALL", "la_code_3!=ALL", "cohort_19_in>=2012", "cohort_19_in<=2022",
        ].map { try RowFilter(parsing: $0) }
        data.outcomes = [OutcomeRequest("l3_by19_rate")]
        (data.unit, data.time) = (["la_code_3"], ["cohort_19_in"])
        data.count = "number_in_ss_cohort"
        data.weights = "number_in_ss_cohort"
        let partners = try PartnerList.read(
            real.appending(path: "opportunity-areas.csv").path(), unit: ["la_code_3"], unitColumn: "la",
            startColumn: nil,
            startAt: nil)
        var request = DidRequest(data: data, treatment: partners)
        // The list says 2018; those first affected turned 19 a year later.
        request.design.lag = 1
        request.design.gap = GroupContrast(
            column: "fsm", value: "Eligible for FSM", peers: "Not eligible for FSM")
        request.analysis.estimator = estimator
        request.analysis.permutations = 0
        request.analysis.wild = 0
        return request
    }

    /// They refuse it in words.
    private static let withoutGap: [EstimatorName] = [.dcdh, .leeWooldridge, .syntheticControl, .syntheticDiD]

    @Test(arguments: EstimatorCatalog.entries.map(\.name))
    func everyEstimatorAnswersAndItsLedgerAddsUp(estimator: EstimatorName) throws {
        let request = try Self.request(estimator)
        guard !Self.withoutGap.contains(estimator) else {
            #expect { _ = try DidRun.answer(request) } throws: { error in
                let refusal = error as? any Refusal
                return refusal?.status.rawValue == 4 && refusal?.message.contains("does not take --gap") == true
            }
            return
        }
        let document = try DidRun.answer(request).document
        let effects = document.effects
        #expect(effects[0].kind == .gap && effects[1].group == "group" && effects[2].group == "peers")
        let headlines = try effects.prefix(3).map { try #require($0.estimate) }
        #expect(abs(headlines[0] - (headlines[2] - headlines[1])) < 1e-9)
        // Every estimator of this design narrows the gap, by one to two and a half points.
        #expect((-2.5 ... -1).contains(headlines[0]))
        for (name, headline) in [("group", headlines[1]), ("peers", headlines[2])] {
            let ledger = document.counterfactual.filter { $0.group == name }
            let total = ledger.reduce(0) { $0 + $1.weight }
            let sum = try ledger.reduce(0.0) { sum, row in
                sum + row.weight * (try #require(row.observed) - (try #require(row.counterfactual)))
            }
            #expect(Set(ledger.map(\.time)) == ["2019", "2020", "2021", "2022"])
            #expect(abs(sum / total - headline) < 1e-9)
        }
        let codes = document.frame.warnings.map(\.code)
        #expect(codes.contains("covid-years") && codes.contains("few-treated"))
        // Two stages are no regression, and say so.
        #expect(codes.contains("no-cr2") == (estimator == .twoStage))
        // Both sides of the gap are named, so that ALL of fsm counts nowhere.
        #expect(!codes.contains("totals"))
        #expect(effects[0].degreesOfFreedom.map { $0 < 8 } == (estimator != .twoStage))
        let sample = document.frame.sample
        #expect(sample.rowsUsed == 3_296 && sample.units == 153 && sample.treatedUnits == 6 && sample.periods == 11)
        #expect(document.remarks.contains("Each row is one la_code_3 in one cohort_19_in, for one value of fsm."))
    }

    /// pyfixest 0.60.0: `l3_by19_rate ~ on + on × peers | la × fsm + year × fsm`, weighted, CRV1 by authority.
    ///
    /// It takes the year effects of the two sides for one more than they are (two sides, no link between them): N − 24 for N − 23.
    @Test func twoWayEffectsEqualPyfixest() throws {
        var request = try Self.request(.twfe)
        request.analysis.vcov = .cr1
        let effects = try DidRun.answer(request).document.effects
        #expect(abs(try #require(effects[0].estimate) + 1.529676) < 1e-6)
        let factor = (Double(3_296 - 24) / Double(3_296 - 23)).squareRoot()
        #expect(abs(try #require(effects[0].standardError) - 0.535802284013616 * factor) < 1e-8)
        #expect(abs(try #require(effects[1].estimate) + 0.693201) < 1e-6)
    }

    /// The weighted means of each year against 2018, worked out with numpy.
    @Test func groupTimeEffectsAreDifferencesOfMeans() throws {
        let effects = try DidRun.answer(Self.request(.callawaySantAnna)).document.effects
        #expect(abs(try #require(effects[0].estimate) + 1.7236444142987422) < 1e-9)
        #expect(abs(try #require(effects[1].estimate) - 1.3991641266383246) < 1e-9)
        let group = effects.filter { $0.kind == .event && $0.group == "group" && ($0.eventTime ?? -1) >= 0 }
        let expected = [0.293573812536021, 1.662821032587523, 1.899396695867491, 1.7408649655622632]
        #expect(group.count == 4)
        for (effect, value) in zip(group, expected) { #expect(abs(try #require(effect.estimate) - value) < 1e-9) }
    }
}
