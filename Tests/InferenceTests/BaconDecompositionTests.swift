import Estimation
import Foundation
import Panels
import ReferenceSets
import Testing

@testable import Inference

struct BaconDecompositionTests {
    /// A reference data set with starts from the first period in which a unit is treated.
    private func design(
        _ file: String, unit: String, time: String, outcome: String, treated: (Int, [String: [String]]) -> Bool
    ) throws -> Design {
        var rows = try RowDesign(file, unit: unit, time: time, outcome: outcome)
        let columns = try ReferenceData.columns("reference/data/\(file)")
        var start: [String: Int] = [:]
        for r in rows.unit.indices where treated(r, columns) {
            start[rows.unit[r]] = min(start[rows.unit[r]] ?? .max, rows.time[r])
        }
        rows.start = rows.unit.map { start[$0] }
        return rows.oneCellARow()
    }

    /// R's bacondecomp, comparison by comparison and kind by kind, and the coefficient of the regression.
    @Test(.enabled(if: ReferenceData.isPresent), arguments: ["divorce", "math_reform", "base_stagg"])
    func equalsBacondecomp(set: String) throws {
        let design =
            switch set {
            case "divorce":
                try design("divorce.csv", unit: "st", time: "year", outcome: "suiciderate_elast_jag") {
                    $1["unilateral"]?[$0] == "1"
                }
            case "math_reform":
                try design("math_reform.csv", unit: "state", time: "class", outcome: "incearn_ln") {
                    $1["reform_math"]?[$0] == "1"
                }
            default:
                try design("base_stagg.csv", unit: "id", time: "year", outcome: "y") {
                    (Int($1["time_to_treatment"]?[$0] ?? "") ?? -1) >= 0
                }
            }
        let panel = try #require(BalancedPanel.asEstimated(design))
        let found = try #require(BaconDecomposition(panel))
        let expected = try ReferenceSet.weighted("\(set).bacon.2x2")
        #expect(found.comparisons.count == expected.count)
        for value in expected {
            let part = try #require(found.comparisons.first { term($0, design) == value.term }, "\(value.term)")
            #expect(isClose(part.weight, value.weight, 1e-9), "\(part) \(value)")
            #expect(isClose(part.estimate, value.estimate, 1e-9) || abs(part.estimate - value.estimate) < 1e-12)
        }
        let summary = set == "base_stagg" ? [] : try ReferenceSet.weighted("\(set).bacon.summary")
        for value in summary where value.term != "TWFE" {
            let sum = try #require(found.sums.first { name($0.kind) == value.term })
            #expect(isClose(sum.weight, value.weight, 1e-9) && isClose(sum.estimate, value.estimate, 1e-9))
        }
        let fit = try TwoWayFixedEffects().fit(design, nested: nil)
        #expect(isClose(found.estimate, fit.estimates[0], 1e-9))
        #expect(isClose(found.comparisons.reduce(0) { $0 + $1.weight }, 1, 1e-12))
    }

    private func name(_ kind: BaconDecomposition.Kind) -> String {
        switch kind {
        case .treatedVsNever: "Treated vs Untreated"
        case .earlierVsLater: "Earlier vs Later Treated"
        case .laterVsEarlier: "Later vs Earlier Treated"
        case .laterVsAlways: "Later vs Always Treated"
        }
    }

    private func term(_ part: BaconDecomposition.Comparison, _ design: Design) -> String {
        "treated=\(part.treated),control=\(part.comparison ?? "Inf"),type=\(name(part.kind))"
    }

    /// Weights that differ between units and not between periods stay exact.
    @Test func weightedUnits() throws {
        var made = SeededRows(seed: 61)
        var rows = made.panel(starts: [3, 3, 4, 5, nil, nil, nil], periods: 1...7, effect: { Double($0) })
        rows.weights = rows.unit.map { 1 + Double($0.last?.wholeNumberValue ?? 0) }
        let design = rows.oneCellARow()
        let found = TwoWayFindings.run(design, AnalysisOptions())
        #expect(found.basis == .estimate)
        #expect(isClose(found.decomposition?.estimate, try #require(found.coefficient), 1e-12))
        #expect(isClose(found.decomposition?.comparisons.reduce(0) { $0 + $1.weight }, 1, 1e-12))
    }

    /// Pupils whose number changes: the parts are of unit means, and their sum is that panel's coefficient.
    @Test func unbalancedDataAreBalancedFirst() throws {
        var made = SeededRows(seed: 62)
        let rows = made.panel(starts: [3, 3, 4, 5, nil, nil, nil, nil], periods: 1...6, pupils: 2...5)
        let design = rows.gathered()
        let found = TwoWayFindings.run(design, AnalysisOptions())
        #expect(found.basis == .wholeUnits)
        var even = design
        even.moments.weight = design.moments.weight.map { _ in 1 }
        let coefficient = try TwoWayFixedEffects().fit(even, nested: nil).estimates[0]
        #expect(isClose(found.decomposition?.estimate, coefficient, 1e-10))
        #expect(found.words.contains { $0.contains("not the coefficient of the unbalanced data") })
    }

    @Test func covariatesAreRefusedInWords() throws {
        var made = SeededRows(seed: 63)
        let design = made.panel(starts: [3, 3, 4, nil, nil], periods: 1...6, covariate: true).oneCellARow()
        let found = TwoWayFindings.run(design, AnalysisOptions())
        #expect(found.decomposition == nil && found.coefficient != nil)
        #expect(found.words.contains { $0.contains("here it is x too") })
    }

    /// The weights are what an effect in the cells adds to the coefficient, with covariates, factors, holes and groups.
    @Test(arguments: [false, true])
    func weightsAreWhatEffectsAdd(groups: Bool) throws {
        var made = SeededRows(seed: 64)
        var rows = made.panel(
            starts: [3, 3, 4, 6, nil, nil, nil], periods: 1...8, pupils: 3...6, missing: 0.1, covariate: true,
            groups: groups)
        rows.factors = [("sex", rows.y.indices.map { $0 % 3 == 0 ? "F" : "M" })]
        let design = rows.gathered()
        let base = try TwoWayFixedEffects().fit(design, nested: nil)
        let weights = TreatedWeights(base)
        for row in weights.rows {
            var moved = rows
            for r in rows.y.indices
            where rows.start[r].map(String.init) == row.cohort && String(rows.time[r]) == row.time
                && (row.group == nil || (row.group == "group") == (rows.isGroup?[r] == true))
            {
                moved.y[r] += 1
            }
            let change = try TwoWayFixedEffects().fit(moved.gathered(), nested: nil).estimates[0] - base.estimates[0]
            #expect(isClose(row.group == "group" ? -change : change, row.weight, 1e-9) || abs(change) < 1e-12, "\(row)")
        }
        for group in groups ? ["group", "peers"] : [nil] {
            let own = weights.rows.filter { $0.group == group }
            #expect(isClose(own.reduce(0) { $0 + $1.weight }, 1, 1e-9))
        }
        #expect(weights.negativeShare >= 0 && weights.negativeShare < 1)
    }

    /// Without never-treated units and with growing exposure, the last periods of the earliest start count negatively.
    @Test func negativeWeightsAreCounted() throws {
        var made = SeededRows(seed: 65)
        let design = made.panel(starts: [2, 2, 7, 7, nil], periods: 1...8).oneCellARow()
        let weights = try TreatedWeights(TwoWayFixedEffects().fit(design, nested: nil))
        let negative = weights.rows.filter { $0.weight < 0 }
        #expect(!negative.isEmpty && negative.allSatisfy { $0.cohort == "2" })
        #expect(weights.negativeCells == negative.reduce(0) { $0 + $1.units })
        let all = weights.rows.reduce(0) { $0 + abs($1.weight) }
        #expect(isClose(weights.negativeShare, negative.reduce(0) { $0 - $1.weight } / all, 1e-12))
    }
}
