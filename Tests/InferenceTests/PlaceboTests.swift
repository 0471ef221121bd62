import Estimation
import Panels
import Testing

@testable import Inference

struct PlaceboTests {
    static let estimators: [EstimatorName] = [.did2x2, .twfe, .eventStudy, .imputation]

    static func starts(_ estimator: EstimatorName) -> [Int?] {
        estimator == .did2x2
            ? [5, 5, 5, nil, nil, nil, nil, nil] : [4, 4, 5, 6, 6, nil, nil, nil, nil, nil]
    }

    static func rows(_ estimator: EstimatorName, seed: UInt64 = 71, groups: Bool = false) -> RowDesign {
        var made = SeededRows(seed: seed)
        return made.panel(
            starts: starts(estimator), periods: 1...8, pupils: 3...5, missing: 0.04, covariate: true, groups: groups)
    }

    static func analyse(
        _ design: Design, _ estimator: EstimatorName, threads: Int = 1,
        change: (inout AnalysisOptions) -> Void = { _ in }
    ) throws -> AnalysisResult {
        var options = AnalysisOptions()
        options.estimator = estimator
        options.permutations = 0
        options.wild = 0
        options.triesPlacebos = true
        options.diagnosesPreTrend = false
        options.threads = threads
        change(&options)
        return try DidAnalysis.run(design, options)
    }

    /// A start moved back against the analysis of rows prepared by hand.
    @Test(arguments: estimators, [false, true])
    func movedStart(estimator: EstimatorName, groups: Bool) throws {
        let rows = Self.rows(estimator, groups: groups)
        let placebo = try #require(try Self.analyse(rows.gathered(), estimator).placebo?.time)
        let last = Self.starts(estimator).compactMap { $0 }.max() ?? 0
        #expect(placebo.rows.map(\.steps).first == 1)
        for row in placebo.rows {
            let kept = rows.y.indices.filter { r in
                guard rows.time[r] < last else { return false }
                guard let start = rows.start[r] else { return true }
                let hasBefore = rows.y.indices.contains {
                    rows.unit[$0] == rows.unit[r] && rows.time[$0] < start - row.steps
                }
                return rows.time[r] < start && hasBefore
            }
            let moved = Self.keeping(rows, kept) { $0.map { $0 - row.steps } }
            let expected = try Self.analyse(moved.gathered(), estimator)
            #expect(isClose(row.estimate.effect?.estimate, try #require(expected.effects[0].estimate), 1e-9), "\(row)")
            #expect(row.units + row.unitsLeftOut == Self.starts(estimator).compactMap { $0 }.count)
        }
    }

    private static func keeping(_ rows: RowDesign, _ kept: [Int], start: (Int?) -> Int?) -> RowDesign {
        var part = rows
        part.unit = kept.map { rows.unit[$0] }
        part.time = kept.map { rows.time[$0] }
        part.y = kept.map { rows.y[$0] }
        part.start = kept.map { start(rows.start[$0]) }
        part.covariates = rows.covariates.map { column in (column.name, kept.map { column.values[$0] }) }
        part.isGroup = rows.isGroup.map { isGroup in kept.map { isGroup[$0] } }
        return part
    }

    /// A trend of the treated alone shows where the start is moved back.
    @Test func trendShows() throws {
        var made = SeededRows(seed: 72)
        var rows = made.panel(
            starts: [Int?](repeating: 6, count: 10) + [Int?](repeating: nil, count: 15), periods: 1...8)
        for r in rows.y.indices where rows.start[r] != nil { rows.y[r] += 1.2 * Double(rows.time[r]) }
        let time = try #require(try Self.analyse(rows.gathered(), .imputation).placebo?.time)
        #expect(time.rows.count == 4 && time.rows.allSatisfy(\.estimate.isClear))
        #expect(time.words.contains("the two arms did not move alike"))
    }

    @Test func onePeriodBeforeHasNoPlacebo() throws {
        var made = SeededRows(seed: 73)
        let result = try Self.analyse(made.panel(starts: [2, 2, 2, nil, nil, nil, nil]).gathered(), .imputation)
        #expect(result.placebo?.time?.rows.isEmpty == true)
        #expect(result.placebo?.time?.words.contains("too few periods") == true)
        #expect(result.placebo?.withoutLastPeriod?.estimate.reason == "no treated unit has an earlier period")
    }

    /// Each comparison unit in a partner's place against the analysis of comparison units alone.
    @Test(arguments: estimators, [false, true])
    func unitsInTurn(estimator: EstimatorName, groups: Bool) throws {
        let rows = Self.rows(estimator, groups: groups)
        let result = try Self.analyse(rows.gathered(), estimator)
        let units = try #require(result.placebo?.units)
        let starts = Self.starts(estimator)
        let partners = starts.compactMap { $0 }
        let comparison = starts.indices.filter { starts[$0] == nil }
        #expect(units.rows.count == comparison.count)
        for (k, (u, row)) in zip(comparison, units.rows).enumerated() {
            let kept = rows.y.indices.filter { rows.start[$0] == nil }
            var alone = Self.keeping(rows, kept) { _ in nil }
            for r in alone.y.indices where alone.unit[r] == "u0\(u)" { alone.start[r] = partners[k % partners.count] }
            let expected = try Self.analyse(alone.gathered(), estimator) { $0.triesPlacebos = false }
            #expect(isClose(row.estimate, try #require(expected.effects[0].estimate), 1e-8))
        }
        let headline = try #require(result.effects[0].estimate)
        let reaching = units.rows.count { abs($0.estimate) >= abs(headline) }
        #expect(units.reaching == reaching)
        #expect(units.pValue == Double(1 + reaching) / Double(1 + comparison.count))
        #expect(units.headline == headline)
    }

    /// Groups as large as the partners: no effect is found as often as it should, a large one never.
    @Test func groupsOfUnits() throws {
        var made = SeededRows(seed: 74)
        let starts: [Int?] = [4, 4, 5] + [Int?](repeating: nil, count: 20)
        let clear = try Self.analyse(made.panel(starts: starts, effect: { _ in 8 }).gathered(), .imputation) {
            $0.permutations = 99
        }
        let groups = try #require(clear.placebo?.units?.groups)
        #expect(groups.size == 3 && groups.draws == 99 && groups.pValue == 0.01)
        var size = 0
        for seed in 0..<40 {
            var made = SeededRows(seed: 400 + UInt64(seed))
            let found = try Self.analyse(made.panel(starts: starts, effect: { _ in 0 }).gathered(), .imputation) {
                $0.permutations = 39
            }
            if found.placebo?.units?.groups?.pValue ?? 1 <= 0.1 { size += 1 }
        }
        // Binomial(40, 0.1): above 9 comes with probability 0.005.
        #expect(size <= 9)
    }

    @Test func tooFewComparisonUnits() throws {
        var made = SeededRows(seed: 75)
        let result = try Self.analyse(made.panel(starts: [4, 4, 4, nil, nil]).gathered(), .imputation)
        #expect(result.placebo?.units?.rows.isEmpty == true && result.placebo?.units?.pValue == nil)
        #expect(result.placebo?.units?.words.contains("Fewer than three") == true)
    }

    /// Without the last period against the analysis of the other rows.
    @Test(arguments: estimators, [false, true])
    func withoutTheLastPeriod(estimator: EstimatorName, groups: Bool) throws {
        let rows = Self.rows(estimator, seed: 76, groups: groups)
        let result = try Self.analyse(rows.gathered(), estimator)
        let found = try #require(result.placebo?.withoutLastPeriod)
        let kept = rows.y.indices.filter { r in
            guard let start = rows.start[r], rows.time[r] < start else { return true }
            return rows.y.indices.contains {
                rows.unit[$0] == rows.unit[r] && rows.time[$0] > rows.time[r] && rows.time[$0] < start
            }
        }
        let expected = try Self.analyse(Self.keeping(rows, kept) { $0 }.gathered(), estimator)
        let other = try #require(expected.effects[0].estimate)
        #expect(isClose(found.estimate.effect?.estimate, other, 1e-9))
        #expect(isClose(found.difference, try #require(result.effects[0].estimate) - other, 1e-7))
        #expect(try #require(found.standardError) > 0)
    }

    /// The interval of the difference against the spread of the difference over samples.
    @Test func differenceHasTheRightSpread() throws {
        let starts = [Int?](repeating: 4, count: 25) + [Int?](repeating: nil, count: 35)
        var differences: [Double] = []
        var errors: [Double] = []
        for seed in 0..<150 {
            var made = SeededRows(seed: 900 + UInt64(seed))
            var options = AnalysisOptions()
            options.vcov = .cr1
            options.estimator = .imputation
            let estimated = try DidAnalysis.estimate(made.panel(starts: starts).gathered(), options)
            let table = EffectTable(fit: estimated.fit, covariance: estimated.covariance, options: options)
            let found = WithoutLastPeriod.run(
                estimated, headline: table.effect(0), SameEstimate(estimated, options))
            differences.append(try #require(found.difference))
            errors.append(try #require(found.standardError))
        }
        let mean = differences.reduce(0, +) / 150
        let sd = (differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 149).squareRoot()
        let typical = errors.reduce(0, +) / 150
        // The standard deviation of 150 draws is known to about 6%.
        #expect(abs(typical / sd - 1) < 0.18, "\(typical) \(sd)")
    }

    /// Schools that join after a bad year recover: the estimate without that year is near the truth of no effect.
    @Test func badYearIsRecovery() throws {
        var made = SeededRows(seed: 77)
        var rows = made.panel(
            starts: [Int?](repeating: 5, count: 12) + [Int?](repeating: nil, count: 20), periods: 1...8,
            effect: { _ in 0 })
        for r in rows.y.indices where rows.start[r] != nil && rows.time[r] == 4 { rows.y[r] -= 6 }
        let result = try Self.analyse(rows.gathered(), .imputation)
        let found = try #require(result.placebo?.withoutLastPeriod)
        #expect(try #require(result.effects[0].estimate) > 1)
        #expect(abs(try #require(found.estimate.effect?.estimate)) < 0.7)
        #expect(try #require(found.lower) > 0)
        #expect(found.words.contains("recovery from an unusual last year"))
    }

    @Test(arguments: estimators)
    func threadsChangeNothing(estimator: EstimatorName) throws {
        let design = Self.rows(estimator).gathered()
        let all = { (options: inout AnalysisOptions) in
            options.permutations = 19
            options.diagnosesPreTrend = true
            options.decomposes = true
            options.diagnosesComposition = true
        }
        let one = try Self.analyse(design, estimator, change: all)
        let three = try Self.analyse(design, estimator, threads: 3, change: all)
        #expect(one.placebo == three.placebo && one.twoWay == three.twoWay && one.composition == three.composition)
        #expect(one.preTrend == three.preTrend)
    }

    /// A diagnostic never stops the estimate: another variance, two levels of clusters, an always changing treatment.
    @Test func neverStopsTheEstimate() throws {
        var rows = Self.rows(.twfe)
        rows.clusters = [("unit", rows.unit), ("time", rows.time.map(String.init))]
        for kind in [VarianceKind.cr1, .iid, .hc1, .cr0] {
            let result = try Self.analyse(rows.oneCellARow(), .twfe) {
                $0.vcov = kind
                $0.decomposes = true
                $0.diagnosesComposition = true
            }
            #expect(result.placebo?.time?.rows.isEmpty == false && result.composition?.rows.isEmpty == false)
        }
    }

    /// Every estimator of the catalog: figures or reasons, and the headline stays.
    @Test(arguments: EstimatorCatalog.entries.map(\.name))
    func everyEstimator(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 78)
        let design = made.panel(starts: Self.starts(estimator), periods: 1...8).oneCellARow()
        let plain = try Self.analyse(design, estimator) { $0.triesPlacebos = false }
        let result = try Self.analyse(design, estimator) {
            $0.decomposes = true
            $0.diagnosesComposition = true
        }
        #expect(plain.effects == result.effects)
        let placebo = try #require(result.placebo)
        #expect(placebo.time?.rows.contains { $0.estimate.effect?.estimate != nil } == true)
        #expect(placebo.time?.rows.allSatisfy { ($0.estimate.effect == nil) != ($0.estimate.reason == nil) } == true)
        // Synthetic estimates are judged by placebos among units as it is.
        #expect(estimator.isSynthetic ? placebo.units == nil : placebo.units?.rows.isEmpty == false)
        let without = try #require(placebo.withoutLastPeriod)
        #expect(without.difference != nil || without.estimate.reason != nil)
        #expect(result.twoWay?.coefficient != nil && result.composition != nil)
    }

    /// Where treatment stops, starts cannot be moved, dealt or taken for treatment: words say so.
    @Test func treatmentThatEnds() throws {
        var made = SeededRows(seed: 79)
        var design = made.panel(starts: Self.starts(.twfe), periods: 1...8).oneCellARow()
        design.isOn = design.isTreated
        design.startsOn = design.units.map { _ in false }
        let result = try Self.analyse(design, .dcdh) { $0.decomposes = true }
        #expect(result.placebo?.time?.words == Design.treatmentEnds && result.placebo?.time?.rows.isEmpty == true)
        #expect(result.placebo?.units?.words == Design.treatmentEnds)
        #expect(result.placebo?.withoutLastPeriod?.words == Design.treatmentEnds)
        #expect(result.twoWay?.coefficient == nil && result.twoWay?.words.first == Design.treatmentEnds)
    }
}
