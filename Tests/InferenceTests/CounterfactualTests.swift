import Estimation
import Panels
import Testing

@testable import Inference

struct CounterfactualTests {
    /// The weighted mean of observed − counterfactual is the headline, in unit rows and in group rows.
    @Test(arguments: [EstimatorName.did2x2, .twfe, .eventStudy, .imputation])
    func ledgerAddsUpToHeadline(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 31)
        let starts: [Int?] = estimator == .did2x2 ? [4, 4, 4, nil, nil, nil] : [4, 4, 5, 5, nil, nil, nil]
        let rows = made.panel(starts: starts, pupils: 1...4, missing: 0.05, effect: { 1 + Double($0) }, covariate: true)
        let result = try ReferenceTests.analyse(rows.gathered(), estimator, .cr2)
        let headline = try #require(result.effects[0].estimate)
        for isUnit in [true, false] {
            let part = result.counterfactual.filter { ($0.unit != nil) == isUnit }
            let total = part.reduce(0) { $0 + $1.weight }
            let mean = try part.reduce(0) {
                $0 + $1.weight * (try #require($1.observed) - (try #require($1.counterfactual))) / total
            }
            #expect(isClose(mean, headline, 1e-10))
        }
        // One effect for all periods says nothing of a period's uncertainty.
        let hasIntervals = estimator == .eventStudy || estimator == .imputation
        #expect(result.counterfactual.allSatisfy { ($0.unit == nil && hasIntervals) == ($0.lower != nil) })
        #expect(result.path.filter { $0.arm == .partners }.allSatisfy { $0.counterfactual != nil })
    }

    private static let estimators: [EstimatorName] = [
        .did2x2, .twfe, .eventStudy, .imputation, .twoStage, .etwfe, .sunAbraham, .callawaySantAnna, .stacked,
        .localProjections, .leeWooldridge, .syntheticControl, .syntheticDiD,
    ]

    /// Partners before their start and those after it are the path, observed and expected; none before it counts in the headline.
    @Test(arguments: estimators)
    func partnersBeforeAndAfterAreThePath(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 35)
        let starts: [Int?] =
            estimator == .did2x2 ? [4, 4, 4, nil, nil, nil, nil] : [4, 4, 5, 5, nil, nil, nil, nil, nil]
        let rows = made.panel(starts: starts, effect: { 1 + Double($0) })
        let result = try DidAnalysis.run(
            rows.oneCellARow(),
            {
                var options = AnalysisOptions()
                options.estimator = estimator
                options.permutations = 0
                options.diagnosesPreTrend = false
                return options
            }())
        #expect(!result.before.isEmpty)
        #expect(result.before.allSatisfy { $0.weight == 0 && $0.unit != nil && ($0.eventTime ?? 0) < 0 })
        #expect(result.counterfactual.allSatisfy { $0.unit == nil || ($0.eventTime ?? -1) >= 0 })
        let measures: [EstimatorName] = [.callawaySantAnna, .stacked, .localProjections, .leeWooldridge]
        let expectsPast = !measures.contains(estimator)
        #expect(result.before.allSatisfy { ($0.counterfactual != nil) == expectsPast })
        // Units count alike here, so that plain means are the path's.
        for point in result.path where point.arm == .partners {
            let units = (result.before + result.counterfactual).filter { $0.unit != nil && $0.time == point.time }
            #expect(units.reduce(0) { $0 + $1.n } == point.n)
            guard units.allSatisfy({ $0.weight == 0 }) else { continue }
            let mean = units.reduce(0) { $0 + ($1.observed ?? 0) } / Double(units.count)
            #expect(isClose(point.observed, mean, 1e-10))
            guard expectsPast else { continue }
            let expected = units.reduce(0) { $0 + ($1.counterfactual ?? 0) } / Double(units.count)
            #expect(isClose(point.counterfactual, expected, 1e-10))
        }
    }

    /// A unit's level is its own: what was observed before its start and what was expected come to the same.
    @Test func imputedPastsComeToWhatWas() throws {
        var made = SeededRows(seed: 36)
        let rows = made.panel(starts: [4, 4, 5, 5, nil, nil, nil], pupils: 2...9, effect: { _ in 2 })
        let result = try ReferenceTests.analyse(rows.gathered(), .imputation, .cr1)
        for unit in Set(result.before.compactMap(\.unit)) {
            let past = result.before.filter { $0.unit == unit }
            let gap = past.reduce(0) { $0 + $1.n * (($1.observed ?? 0) - ($1.counterfactual ?? 0)) }
            #expect(past.count >= 3 && abs(gap) < 1e-9)
            #expect(past.contains { abs(($0.observed ?? 0) - ($0.counterfactual ?? 0)) > 1e-3 })
        }
    }

    @Test func aTripleDifferenceHasNoUnits() throws {
        var made = SeededRows(seed: 32)
        let rows = made.panel(starts: [4, 4, 4, nil, nil, nil, nil], pupils: 4...8, effect: { _ in 6 }, groups: true)
        #expect(try ReferenceTests.analyse(rows.gathered(), .twfe, .cr1).before.isEmpty)
    }

    /// Four means know no years; what is expected follows the comparison schools' years, or a bad year would be an effect.
    @Test func fourMeansFollowTheComparisonPath() throws {
        var made = SeededRows(seed: 33)
        var rows = made.panel(starts: [4, 4, 4, nil, nil, nil, nil], effect: { _ in 2 })
        for r in rows.y.indices where rows.time[r] == 5 { rows.y[r] -= 40 }
        let result = try ReferenceTests.analyse(rows.gathered(), .did2x2, .cr1)
        let partners = result.counterfactual.filter { $0.group == "partners" }
        #expect(partners.map(\.time) == ["4", "5", "6"])
        for row in partners { #expect(abs(try #require(row.observed) - (try #require(row.counterfactual)) - 2) < 3) }
        let before = result.path.filter { $0.arm == .partners && $0.ordinal < 4 }
        #expect(before.allSatisfy { abs(($0.observed ?? 0) - ($0.counterfactual ?? 0)) < 3 })
    }

    @Test(arguments: [EstimatorName.did2x2, .twfe, .eventStudy, .imputation])
    func tripleDifferenceIsPeersLessGroup(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 32)
        let rows = made.panel(starts: [4, 4, 4, nil, nil, nil, nil], pupils: 4...8, effect: { _ in 6 }, groups: true)
        let result = try ReferenceTests.analyse(rows.gathered(), estimator, .cr2)
        func mean(_ group: String) throws -> Double {
            let part = result.counterfactual.filter { $0.group == group }
            let total = part.reduce(0) { $0 + $1.weight }
            return try part.reduce(0) {
                $0 + $1.weight * (try #require($1.observed) - (try #require($1.counterfactual))) / total
            }
        }
        #expect(result.effects[0].kind == .gap)
        #expect(isClose(result.effects[0].estimate, try mean("peers") - mean("group"), 1e-10))
        // The group gains half as much again as its peers, so the gap narrows.
        #expect(try #require(result.effects[0].estimate) < 0)
        #expect(result.effects[1].group == "group" && result.effects[2].group == "peers")
        #expect(isClose(result.effects[1].estimate, try mean("group"), 1e-10))
    }

    /// On pupils without covariates the gap effect is the difference of the two groups' own estimates.
    @Test func tripleDifferenceEqualsTwoEstimates() throws {
        var made = SeededRows(seed: 33)
        let rows = made.panel(starts: [4, 4, 4, nil, nil, nil, nil], pupils: 4...8, groups: true)
        let whole = try ReferenceTests.analyse(rows.gathered(), .imputation, .cr1).effects
        let parts = try [true, false].map { side in
            let kept = rows.y.indices.filter { rows.isGroup?[$0] == side }
            let part = RowDesign(
                unit: kept.map { rows.unit[$0] }, time: kept.map { rows.time[$0] }, y: kept.map { rows.y[$0] },
                start: kept.map { rows.start[$0] }, rowsArePupils: true)
            return try #require(ReferenceTests.analyse(part.gathered(), .imputation, .cr1).effects[0].estimate)
        }
        #expect(isClose(whole[1].estimate, parts[0], 1e-10))
        #expect(isClose(whole[2].estimate, parts[1], 1e-10))
        #expect(isClose(whole[0].estimate, parts[1] - parts[0], 1e-10))
    }
}
