import Cells
import Panels
import Testing

@testable import Regression

struct SingletonsTests {
    /// A design of the given rows a cell, unit and period codes; outcomes are made up.
    static func design(unit: [Int], period: [Int], n: [Double]? = nil) -> Design {
        let count = unit.count
        let n = n ?? [Double](repeating: 1, count: count)
        let units = (0...(unit.max() ?? 0)).map { "u\($0)" }
        let periods = (0...(period.max() ?? 0)).map { Period(kind: .year, ordinal: $0, label: "\($0)") }
        return Design(
            outcome: "y", units: units, unit: unit, periods: periods, period: period,
            start: units.indices.map { $0 == 0 ? 1 : nil },
            isTreated: unit.indices.map { unit[$0] == 0 && period[$0] >= 1 },
            eventTime: unit.indices.map { unit[$0] == 0 ? period[$0] - 1 : nil },
            clusters: [CellFactor(name: "unit", levels: units, codes: unit)],
            moments: CellMoments(
                variableCount: 1, n: n, weight: n, squaredWeight: n, mean: unit.indices.map { Double(($0 * 37) % 11) },
                within: [Double](repeating: 0, count: count)),
            rowsArePupils: false, observationCount: n.reduce(0, +))
    }

    /// Setting aside a unit seen once can leave a period with one row, and so on.
    @Test func repeatsUntilNoneIsLeft() {
        let design = Self.design(unit: [0, 0, 1, 1, 2, 3, 3], period: [0, 1, 0, 1, 2, 2, 0])
        let singletons = Singletons(design, effects: design.effects)
        // Unit 2 is seen once; then period 2 has only unit 3's row; then unit 3 has one row left.
        #expect(singletons.keep == [true, true, true, true, false, false, false])
        #expect(singletons.rows == 3)
        let kept = design.keeping(singletons.keep)
        #expect(kept.cellCount == 4 && kept.observationCount == 4)
    }

    @Test func cellOfSeveralRowsIsNone() {
        let design = Self.design(unit: [0, 0, 1, 1, 2], period: [0, 1, 0, 1, 1], n: [1, 1, 1, 1, 2])
        #expect(Singletons(design, effects: design.effects).rows == 0)
    }

    @Test func nestingAndCrossing() {
        let a = CellFactor(name: "a", levels: ["0", "1", "2"], codes: [0, 0, 1, 2])
        let b = CellFactor(name: "b", levels: ["x", "y"], codes: [0, 0, 1, 1])
        #expect(a.isNested(in: b) && !b.isNested(in: a))
        let crossed = a.crossed(with: b)
        #expect(crossed.levels == ["0, x", "1, y", "2, y"] && crossed.codes == [0, 0, 1, 2])
        #expect(a.usedLevelCount == 3)
    }
}
