import Estimation
import Panels
import Testing

@testable import Inference

struct RandomisationTests {
    static func options(_ estimator: EstimatorName?, permutations: Int, threads: Int = 1) -> AnalysisOptions {
        var options = AnalysisOptions()
        options.estimator = estimator
        options.permutations = permutations
        options.threads = threads
        options.vcov = .cr1
        options.diagnosesPreTrend = false
        return options
    }

    /// Every reassignment analysed from scratch gives the same p-value as the test's shortcuts.
    @Test(arguments: [EstimatorName.did2x2, .twfe, .eventStudy, .imputation], [false, true])
    func equalsAnalysingEveryAssignment(estimator: EstimatorName, groups: Bool) throws {
        var made = SeededRows(seed: 41)
        let starts: [Int?] = estimator == .did2x2 ? [4, 4, nil, nil, nil, nil] : [4, 5, 5, nil, nil, nil]
        var rows = made.panel(starts: starts, pupils: 3...5, missing: 0.05, covariate: true, groups: groups)
        rows.absorbed = [("class", rows.y.indices.map { "c\($0 % 3)" })]
        let design = rows.gathered()
        let test = try #require(try DidAnalysis.run(design, Self.options(estimator, permutations: 1000)).randomisation)

        let shortcut = try HeadlineStatistic(
            Self.estimator(estimator).fit(design, nested: nil), Self.estimator(estimator), window: nil)
        var sizes: [Double] = []
        var raw: [Double] = []
        for assigned in Self.arrangements(starts) {
            var other = rows
            other.start = rows.unit.map { assigned[Int($0.dropFirst()) ?? 0] }
            let fit = try Self.estimator(estimator).fit(other.gathered(), nested: nil)
            let variance = try CovarianceOfEstimates.compute(fit, kind: .cr0, smallSample: .none)
            let statistic = fit.estimates[0] / (try #require(variance.standardError(0)))
            #expect(isClose(shortcut(assigned)?.statistic, statistic, 1e-9))
            #expect(isClose(shortcut(assigned)?.estimate, fit.estimates[0], 1e-9))
            sizes.append(abs(statistic))
            raw.append(abs(fit.estimates[0]))
        }
        let fit = try Self.estimator(estimator).fit(design, nested: nil)
        let variance = try CovarianceOfEstimates.compute(fit, kind: .cr0, smallSample: .none)
        let observed = abs(fit.estimates[0] / (try #require(variance.standardError(0))))
        let reached = sizes.filter { $0 >= observed * (1 - 1e-9) }.count
        #expect(test.isEnumerated)
        #expect(test.assignments == sizes.count)
        #expect(test.pValue == Double(reached) / Double(sizes.count))
        let reachedRaw = raw.filter { $0 >= abs(fit.estimates[0]) * (1 - 1e-9) }.count
        #expect(test.rawPValue == Double(reachedRaw) / Double(raw.count))
        let top = try #require(sizes.max())
        #expect(test.smallestPossible == Double(sizes.filter { $0 >= top * (1 - 1e-9) }.count) / Double(sizes.count))
    }

    private static func estimator(_ name: EstimatorName) -> any Estimator {
        switch name {
        case .did2x2: TwoByTwo()
        case .eventStudy: EventStudy()
        case .imputation: BorusyakImputation()
        default: TwoWayFixedEffects()
        }
    }

    /// Every distinct order of the starts.
    private static func arrangements(_ starts: [Int?]) -> [[Int?]] {
        guard !starts.isEmpty else { return [[]] }
        return Set(starts).sorted { ($0 ?? -1) < ($1 ?? -1) }.flatMap { first -> [[Int?]] in
            var rest = starts
            if let i = rest.firstIndex(of: first) { rest.remove(at: i) }
            return arrangements(rest).map { [first] + $0 }
        }
    }

    @Test(arguments: [EstimatorName.twfe, .imputation])
    func sameBitsForAnyThreads(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 42)
        let starts: [Int?] = [4, 4, 5] + [Int?](repeating: nil, count: 17)
        let design = made.panel(starts: starts, pupils: 1...3, covariate: true).gathered()
        let results = try [1, 2, 3, 8].map {
            var options = Self.options(estimator, permutations: 199, threads: $0)
            options.vcov = nil
            options.diagnosesPreTrend = true
            return try DidAnalysis.run(design, options)
        }
        for result in results.dropFirst() {
            #expect(result.randomisation == results[0].randomisation)
            #expect(result.effects == results[0].effects)
            #expect(result.preTrend == results[0].preTrend)
            #expect(result.counterfactual == results[0].counterfactual)
        }
        #expect(results[0].randomisation.map { !$0.isEnumerated && $0.assignments == 199 } == true)
        #expect(results[0].randomisation?.smallestPossible == 1.0 / 200)
    }

    /// Without never-treated units some assignments cannot be imputed: they are left out, as analysing them anew would.
    @Test func assignmentsThatCannotBeImputed() throws {
        var made = SeededRows(seed: 47)
        let starts: [Int?] = [3, 5, 5, 7]
        // Unit 3 is not seen before 4, so it cannot start in 3; unit 1 is not seen in 6, so it cannot be the last to start.
        let all = made.panel(starts: starts)
        let kept = all.y.indices.filter {
            !(all.unit[$0] == "u03" && all.time[$0] < 4) && !(all.unit[$0] == "u01" && all.time[$0] == 6)
        }
        let rows = RowDesign(
            unit: kept.map { all.unit[$0] }, time: kept.map { all.time[$0] }, y: kept.map { all.y[$0] },
            start: kept.map { all.start[$0] })
        let design = rows.oneCellARow()
        let shortcut = try HeadlineStatistic(
            BorusyakImputation().fit(design, nested: nil), BorusyakImputation(), window: nil)
        var missing = 0
        for assigned in Self.arrangements(starts) {
            var other = rows
            other.start = rows.unit.map { assigned[Int($0.dropFirst()) ?? 0] }
            if let fit = try? BorusyakImputation().fit(other.oneCellARow(), nested: nil) {
                let variance = try CovarianceOfEstimates.compute(fit, kind: .cr0, smallSample: .none)
                #expect(
                    isClose(
                        shortcut(assigned)?.statistic, fit.estimates[0] / (try #require(variance.standardError(0))),
                        1e-9))
            } else {
                missing += 1
                #expect(shortcut(assigned) == nil)
            }
        }
        // Of 12 assignments, 3 start unit 3 in 3 and 3 start unit 1 last, one does both.
        #expect(missing == 5)
    }

    @Test func seedChangesDraws() throws {
        var made = SeededRows(seed: 43)
        let design = made.panel(starts: [4, 4, 4] + [Int?](repeating: nil, count: 17), effect: { _ in 0.2 }).gathered()
        let values = try (1...4).map { seed -> Double? in
            var options = Self.options(.twfe, permutations: 99)
            options.seed = UInt64(seed)
            return try DidAnalysis.run(design, options).randomisation?.pValue
        }
        #expect(Set(values.compactMap { $0 }).count > 1)
    }

    /// Schools of one trust start together, so trusts are dealt, not schools.
    @Test func clustersAreDealtTogether() throws {
        var made = SeededRows(seed: 44)
        var rows = made.panel(starts: [4, 4, 4, 4, nil, nil, nil, nil, nil, nil])
        rows.clusters = [("trust", rows.unit.map { "t\((Int($0.dropFirst()) ?? 0) / 2)" })]
        let together = Reassignment(rows.gathered(), draws: 1000, seed: 1)
        #expect(together.count == 10)
        rows.clusters = [("trust", rows.unit.map { "t\((Int($0.dropFirst()) ?? 0) % 5)" })]
        // Units 0 to 3 spread over trusts that also hold comparison units: units are dealt.
        #expect(Reassignment(rows.gathered(), draws: 1000, seed: 1).count == 210)
    }

    @Test func oneTreatedUnit() throws {
        var made = SeededRows(seed: 45)
        let design = made.panel(starts: [4] + [Int?](repeating: nil, count: 7)).gathered()
        let result = try DidAnalysis.run(design, AnalysisOptions())
        let headline = result.effects[0]
        #expect(headline.estimate != nil)
        #expect(
            headline.standardError == nil && headline.lower == nil && headline.upper == nil && headline.pValue == nil)
        #expect(result.randomisation?.smallestPossible == 1.0 / 8)
        #expect(headline.permutationPValue == result.randomisation?.pValue)
        #expect(result.counterfactual.allSatisfy { $0.lower == nil && $0.upper == nil })
        #expect(result.sentences.first?.contains("no interval can come from its own spread") == true)
        #expect(result.warnings.contains { $0.code == "few-treated" && $0.message.contains("the smallest possible") })
    }

    @Test func threeTreatedUnits() throws {
        var made = SeededRows(seed: 46)
        let design = made.panel(starts: [4, 4, 4] + [Int?](repeating: nil, count: 9)).gathered()
        let result = try DidAnalysis.run(design, AnalysisOptions())
        #expect(result.varianceUsed == .cr2)
        #expect(result.effects[0].lower != nil)
        let sentence = try #require(result.sentences.first)
        #expect(sentence.hasPrefix("From 3 schools, effects between "))
        #expect(sentence.contains("cannot be ruled out") && sentence.contains("the smallest possible is"))
    }
}
