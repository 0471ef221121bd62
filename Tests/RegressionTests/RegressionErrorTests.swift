import Testing

@testable import Regression

struct RegressionErrorTests {
    /// Each code once, each with words.
    @Test func refusalsHaveTheirOwnCodes() {
        let all: [RegressionError] = [
            .noVariation(outcome: "y", cells: 4), .nearlyCollinear(reciprocalCondition: 2.5e-13),
            .tooManyLevels(effect: "a", levels: 5, limit: 4), .tooManyValues(rows: 1, columns: 1), .numerical("x"),
            .separated(rows: 1, of: 2), .logitNotConverged(iterations: 100),
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(all.allSatisfy { !$0.message.isEmpty && !$0.message.hasSuffix(".") && $0.hint != nil })
        #expect(RegressionError.nearlyCollinear(reciprocalCondition: 2.5e-13).message.hasSuffix("2.5e-13"))
        #expect(all.allSatisfy { $0.status.rawValue == 4 })
    }
}
