import Estimation
import Panels
import Testing

@testable import Inference

struct ManyEffectsTests {
    /// Over 4,000 pupils at eight schools, some of whom move: no cr2 by the rule, but an answer with its caution.
    @Test func theRuleFallsBackWhereClustersAreCrossed() throws {
        let pupils = 4_020
        let years = [2016, 2017, 2018]
        let keys = (0..<pupils).flatMap { pupil in years.map { (pupil, $0) } }
        let school = { (pupil: Int, year: Int) in year > 2016 && pupil % 50 == 0 ? (pupil + 1) % 8 : pupil % 8 }
        let y = keys.enumerated().map { row, key in
            Double((row * 7_919) % 101) / 10 + Double(key.0 % 13) + (school(key.0, key.1) < 3 && key.1 == 2018 ? 1 : 0)
        }
        var rows = RowDesign(
            unit: keys.map { "\(school($0.0, $0.1))" }, time: keys.map(\.1), y: y,
            start: keys.map { school($0.0, $0.1) < 3 ? 2018 : nil })
        rows.absorbed = [("upn", keys.map { "p\($0.0)" })]
        rows.rowsArePupils = true
        var options = AnalysisOptions()
        (options.permutations, options.diagnosesPreTrend) = (19, false)
        let design = rows.oneCellARow()
        let result = try DidAnalysis.run(design, options)
        #expect(result.varianceUsed == .cr1)
        #expect(result.warnings.contains { $0.code == "no-cr2" && $0.message.contains("4020 levels of upn") })
        #expect(result.effects[0].permutationPValue != nil)
        options.vcov = .cr2
        #expect(throws: EstimationError.self) { try DidAnalysis.run(design, options) }
    }
}
