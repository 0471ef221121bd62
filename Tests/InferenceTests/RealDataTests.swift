import Estimation
import Foundation
import Panels
import Testing

@testable import Inference

/// The attainment gap of authorities, six of them opportunity areas: figures checked with pyfixest, and an honest answer.
///
/// Data: Department for Education, Crown copyright, Open Government Licence v3.0.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct RealDataTests {
    static func areas(_ years: [Int], start: Int = 2018) throws -> RowDesign {
        let gap = try ReferenceData.columns("real/a8-disadvantage-gap-la-2016-2025.csv")
        let areas = try ReferenceData.columns("real/opportunity-areas.csv")
        let partner = Dictionary(
            uniqueKeysWithValues: zip(areas["la"] ?? [], (areas["start"] ?? []).map { _ in start }))
        let la = gap["la"] ?? []
        let year = gap["Years"] ?? []
        let value = gap["gap"] ?? []
        let rows = la.indices.filter { r in
            guard let code = Int(la[r]), let y = Int(year[r].prefix(4)) else { return false }
            return code >= 201 && code <= 943 && years.contains(y) && Double(value[r]) != nil
        }
        return RowDesign(
            unit: rows.map { la[$0] }, time: rows.map { Int(year[$0].prefix(4)) ?? 0 },
            y: rows.map { Double(value[$0]) ?? .nan }, start: rows.map { partner[la[$0]] })
    }

    @Test(arguments: [
        (Array(2016...2019), -1.0305, 0.4243, 599), (Array(2016...2019) + Array(2022...2025), -0.8339, 0.4633, 1208),
    ])
    func checkedFigures(years: [Int], estimate: Double, error: Double, rows: Int) throws {
        var options = AnalysisOptions()
        options.estimator = .twfe
        options.vcov = .cr1
        options.permutations = 0
        let result = try DidAnalysis.run(Self.areas(years).oneCellARow(), options)
        // Printed to four decimals.
        #expect(abs((result.effects[0].estimate ?? 0) - estimate) < 6e-5)
        #expect(abs((result.effects[0].standardError ?? 0) - error) < 6e-5)
        #expect(result.rowsUsed == rows)
        #expect(result.treatedUnits == 6)
        #expect(result.warnings.contains { $0.code == "few-treated" })
    }

    /// A start in 2017, before any programme.
    @Test func placebo() throws {
        var options = AnalysisOptions()
        options.permutations = 0
        let result = try DidAnalysis.run(Self.areas([2016, 2017], start: 2017).oneCellARow(), options)
        #expect(abs((result.effects[0].estimate ?? 0) + 0.909091) < 1e-6)
        #expect(result.preTrend?.pValue == nil)
        #expect(result.preTrend?.words.contains("only one period before the start") == true)
    }

    /// Between 2016 and 2017, before any programme, the arms moved apart nearly as far as the "effect" afterwards.
    @Test func cannotSeparate() throws {
        let result = try DidAnalysis.run(Self.areas(Array(2016...2019)).oneCellARow(), AnalysisOptions())
        #expect(result.varianceUsed == .cr2)
        let lead = try #require(result.preTrend?.leads.first)
        #expect(abs(lead.estimate) > 0.8 * abs(result.effects[0].estimate ?? .infinity))
        let words = try #require(result.sentences.last)
        #expect(words.contains("cannot separate an effect of the partnership from a difference that was already there"))
        #expect(result.warnings.contains { $0.code == "pre-trend" && $0.message == words })
        #expect(result.randomisation.map { $0.pValue > 0.05 } == true)
    }
}
