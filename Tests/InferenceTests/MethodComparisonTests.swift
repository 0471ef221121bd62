import Panels
import Testing

@testable import Inference

struct MethodComparisonTests {
    private static func row(
        _ method: MethodComparison.Method, p: Double, smallest: Double? = nil
    ) -> MethodComparison.Row {
        var row = MethodComparison.Row(method)
        row.pValue = p
        row.smallestPossible = smallest
        return row
    }

    @Test func standsBesideTheHeadlineWhereSchoolsAreFew() throws {
        var made = SeededRows(seed: 46)
        let design = made.panel(starts: [4, 4, 4] + [Int?](repeating: nil, count: 9)).gathered()
        let result = try DidAnalysis.run(design, AnalysisOptions())
        let methods = try #require(result.methods)
        #expect(methods.chosen == .cr2)
        #expect(methods.rows.map(\.method) == [.cr1, .cr2, .cr3, .wild, .randomisation])
        let own = try #require(methods.rows.first { $0.method == .cr2 })
        let headline = result.effects[0]
        #expect(own.lower == headline.lower && own.upper == headline.upper && own.pValue == headline.pValue)
        let plain = try #require(methods.rows.first { $0.method == .cr1 })
        var options = AnalysisOptions()
        options.vcov = .cr1
        #expect(
            isClose(
                try DidAnalysis.run(design, options).effects[0].standardError, try #require(plain.standardError), 1e-12)
        )
        let dealt = try #require(methods.rows.first { $0.method == .randomisation })
        #expect(dealt.pValue == result.randomisation?.pValue)
        #expect(dealt.smallestPossible == result.randomisation?.smallestPossible)
    }

    @Test func isAbsentWhereOneSchoolWasTreatedOrManyAre() throws {
        var made = SeededRows(seed: 45)
        let one = made.panel(starts: [4] + [Int?](repeating: nil, count: 7)).gathered()
        #expect(try DidAnalysis.run(one, AnalysisOptions()).methods == nil)
        let many = made.panel(
            starts: [Int?](repeating: 4, count: 25) + [Int?](repeating: nil, count: 30), pupils: 1...2
        ).gathered()
        #expect(try DidAnalysis.run(many, AnalysisOptions()).methods == nil)
    }

    @Test func saysWhereMethodsDisagree() {
        let found = MethodComparison(
            rows: [
                Self.row(.cr1, p: 0.001), Self.row(.cr2, p: 0.03), Self.row(.randomisation, p: 0.12, smallest: 0.01),
            ],
            chosen: .cr2, level: 0.95)
        #expect(
            found.disagreement
                == "The methods disagree: the interval by CR2 leaves out no effect, the randomisation test (p = 0.12) "
                + "does not. With so few schools an effect is not established.")
        let other = MethodComparison(
            rows: [
                Self.row(.cr2, p: 0.08), Self.row(.wild, p: 0.02), Self.row(.randomisation, p: 0.03, smallest: 0.01),
            ],
            chosen: .cr2, level: 0.95)
        #expect(
            other.disagreement?.contains("the wild bootstrap (p = 0.020) and the randomisation test (p = 0.030) speak")
                == true)
    }

    @Test func listensNeitherToCR1NorToCR3NorToATestThatCannotReject() {
        let narrow = MethodComparison(
            rows: [Self.row(.cr1, p: 0.01), Self.row(.cr2, p: 0.2)], chosen: .cr2, level: 0.95)
        #expect(narrow.disagreement == nil)
        let wide = MethodComparison(
            rows: [Self.row(.cr2, p: 0.04), Self.row(.cr3, p: 0.07)], chosen: .cr2, level: 0.95)
        #expect(wide.disagreement == nil)
        let blunt = MethodComparison(
            rows: [Self.row(.cr2, p: 0.01), Self.row(.randomisation, p: 0.1, smallest: 0.1)], chosen: .cr2, level: 0.95)
        #expect(blunt.disagreement == nil)
    }
}
