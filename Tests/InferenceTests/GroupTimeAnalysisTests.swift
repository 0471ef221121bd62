import Foundation
import LinearAlgebra
import Panels
import Testing

@testable import Estimation
@testable import Inference

/// Callaway and Sant'Anna's effects as an analysis: influence, ledger, invariances, few schools.
struct GroupTimeAnalysisTests {
    private static let starts: [Int?] = [4, 4, 4, 4, 5, 5, 5, 5] + [Int?](repeating: nil, count: 10)

    /// Rows matched by unit, or pupils who change, with a covariate in which the arms overlap.
    private static func rows(matched: Bool, covariate: Bool, seed: UInt64 = 83) -> RowDesign {
        var made = SeededRows(seed: seed)
        return made.panel(
            starts: starts, periods: 1...7, pupils: matched ? 1...1 : 4...7, effect: { 1 + 0.4 * Double($0) },
            covariate: covariate)
    }

    private static func design(_ rows: RowDesign, matched: Bool) -> Design {
        matched ? rows.oneCellARow() : rows.covariates.isEmpty ? rows.gathered() : rows.byCovariate()
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var method: AdjustmentMethod
        var matched: Bool
        var covariate: Bool
        var notYet: Bool
        var testDescription: String {
            "\(method.rawValue) \(matched ? "matched" : "rows") \(covariate ? "x" : "") \(notYet ? "not-yet" : "never")"
        }

        var estimator: CallawaySantAnna {
            var estimator = CallawaySantAnna()
            estimator.method = method
            estimator.comparesWithNotYet = notYet
            return estimator
        }

        func design(seed: UInt64 = 83) -> Design {
            GroupTimeAnalysisTests.design(
                GroupTimeAnalysisTests.rows(matched: matched, covariate: covariate, seed: seed), matched: matched)
        }
    }

    private static var cases: [Case] {
        var cases: [Case] = []
        for matched in [true, false] {
            for notYet in [true, false] {
                cases.append(Case(method: .doublyRobust, matched: matched, covariate: false, notYet: notYet))
                for method in [AdjustmentMethod.doublyRobust, .weighting, .regression] {
                    cases.append(Case(method: method, matched: matched, covariate: true, notYet: notYet))
                }
            }
        }
        cases.append(Case(method: .improved, matched: true, covariate: true, notYet: true))
        return cases
    }

    /// What each school adds to an error is the derivative of the estimate in its weight, shares of cohorts included.
    @Test(arguments: cases) func influenceIsTheDerivative(_ test: Case) throws {
        let design = test.design()
        let fit = try test.estimator.fit(design, nested: nil)
        let contributions = LinearEstimates(fit).contributions(by: fit.design.clusters[0])
        let step = 1e-4
        for g in [0, 3, 5, 9, 17] {
            func moved(_ by: Double) throws -> [Double] {
                var other = design
                for c in other.unit.indices where other.unit[c] == g {
                    other.moments.weight[c] *= 1 + by
                }
                return try test.estimator.fit(other, nested: nil).estimates
            }
            let (up, down) = (try moved(step), try moved(-step))
            for k in fit.estimands.indices {
                let slope = (up[k] - down[k]) / (2 * step)
                #expect(abs(slope - contributions[g, k]) < 1e-6, "\(fit.estimands[k]) unit \(g)")
            }
        }
    }

    @Test(arguments: cases) func ledgerAddsUpToTheHeadline(_ test: Case) throws {
        var options = AnalysisOptions()
        options.estimator = .callawaySantAnna
        options.estimation.method = test.method
        options.estimation.comparison = test.notYet ? .notYet : .never
        options.permutations = 0
        let result = try DidAnalysis.run(test.design(), options)
        for rows in [result.counterfactual.filter { $0.unit != nil }, result.counterfactual.filter { $0.unit == nil }] {
            let total = rows.reduce(0) { $0 + $1.weight }
            let mean = try rows.reduce(0.0) { sum, row in
                let difference = try #require(row.observed) - (try #require(row.counterfactual))
                return sum + row.weight * difference / total
            }
            #expect(abs(mean - (try #require(result.effects[0].estimate))) < 1e-10)
        }
    }

    @Test(arguments: [true, false]) func movesAndScalesWithTheOutcome(_ matched: Bool) throws {
        let rows = Self.rows(matched: matched, covariate: true)
        var options = AnalysisOptions()
        options.estimator = .callawaySantAnna
        options.permutations = 0
        options.bootstrap = 199
        func effects(_ change: (inout RowDesign) -> Void) throws -> [Effect] {
            var other = rows
            change(&other)
            return try DidAnalysis.run(Self.design(other, matched: matched), options).effects
        }
        let whole = try effects { _ in }
        for threads in [2, 3] {
            options.threads = threads
            #expect(try effects { _ in } == whole)
        }
        options.threads = 1
        for (x, y) in zip(whole, try effects { $0.y = $0.y.map { $0 + 1e6 } }) {
            #expect(isClose(y.estimate, try #require(x.estimate), 1e-7))
            #expect(isClose(y.standardError, try #require(x.standardError), 1e-7))
        }
        let scaled = try effects {
            $0.y = $0.y.map { -1000 * $0 }
            $0.covariates = $0.covariates.map { ($0.name, $0.values.map { 3e4 * $0 - 7 }) }
        }
        for (x, y) in zip(whole, scaled) {
            #expect(isClose(y.estimate.map { $0 / -1000 }, try #require(x.estimate), 1e-8))
            #expect(isClose(y.standardError.map { $0 / 1000 }, try #require(x.standardError), 1e-8))
            #expect(isClose(y.bandLower.map { $0 / -1000 }, x.bandUpper ?? .nan, 1e-8) || x.bandUpper == nil)
        }
        let renamed = try effects { $0.unit = $0.unit.map { "school \(99 - (Int($0.dropFirst()) ?? 0))" } }
        for (x, y) in zip(whole, renamed) {
            #expect(isClose(y.estimate, try #require(x.estimate), 1e-10))
            #expect(isClose(y.standardError, try #require(x.standardError), 1e-10))
        }
    }

    /// Where a start has no results in a period, that effect alone is missing, and the run says so.
    @Test func startWithoutResultsInAPeriod() throws {
        let rows = Self.rows(matched: false, covariate: false)
        let start = try #require(rows.start.compactMap { $0 }.min())
        let kept = rows.unit.indices.filter { rows.start[$0] != start || rows.time[$0] != start + 1 }
        var part = rows
        part.unit = kept.map { rows.unit[$0] }
        part.time = kept.map { rows.time[$0] }
        part.y = kept.map { rows.y[$0] }
        part.start = kept.map { rows.start[$0] }
        part.clusters = rows.clusters.map { level in (level.0, kept.map { level.1[$0] }) }
        var options = AnalysisOptions()
        options.estimator = .callawaySantAnna
        options.permutations = 0
        let whole = try DidAnalysis.run(Self.design(rows, matched: false), options)
        let result = try DidAnalysis.run(Self.design(part, matched: false), options)
        func cells(_ result: AnalysisResult) -> [String: Double] {
            var found: [String: Double] = [:]
            for effect in result.effects where effect.kind == .groupTime {
                found["\(effect.cohort ?? "") \(effect.time ?? "")"] = effect.estimate
            }
            return found
        }
        var expected = cells(whole)
        #expect(expected.removeValue(forKey: "\(start) \(start + 1)") != nil)
        let found = cells(result)
        #expect(Set(found.keys) == Set(expected.keys))
        for (key, value) in expected { #expect(isClose(found[key], value, 1e-10), "\(key)") }
        let warning = try #require(result.warnings.first { $0.code == "start-without-results" })
        #expect(warning.message.contains("start \(start) in \(start + 1)"))
        #expect(!whole.warnings.contains { $0.code == "start-without-results" })
    }

    /// Two periods and one start: the change is regressed on the arm, which is what two-way effects amount to.
    @Test func twoPeriodsAreTwoByTwo() throws {
        var made = SeededRows(seed: 5)
        let design = made.panel(starts: [2, 2, 2, nil, nil, nil, nil, nil], periods: 1...2).oneCellARow()
        var options = AnalysisOptions()
        options.permutations = 0
        for kind in [VarianceKind.cr2, .cr3] {
            options.vcov = kind
            options.estimator = .callawaySantAnna
            let ours = try #require(try DidAnalysis.run(design, options).effects.first)
            options.estimator = .twfe
            let theirs = try #require(try DidAnalysis.run(design, options).effects.first)
            #expect(isClose(ours.estimate, try #require(theirs.estimate), 1e-10))
            #expect(isClose(ours.standardError, try #require(theirs.standardError), 1e-10))
            #expect(isClose(ours.degreesOfFreedom, try #require(theirs.degreesOfFreedom), 1e-8))
        }
    }

    @Test func fewSchoolsGetCR2AndTheWildBootstrapWhereThereIsARegression() throws {
        let design = Self.design(Self.rows(matched: true, covariate: true), matched: true)
        var options = AnalysisOptions()
        options.estimator = .callawaySantAnna
        options.permutations = 99
        options.estimation.method = .regression
        let regression = try DidAnalysis.run(design, options)
        #expect(regression.varianceUsed == .cr2)
        #expect(regression.effects[0].wildPValue != nil)
        #expect(regression.effects.allSatisfy { $0.standardError == nil || ($0.degreesOfFreedom ?? 99) < 17 })

        options.estimation.method = .doublyRobust
        let robust = try DidAnalysis.run(design, options)
        #expect(robust.varianceUsed == .cr1)
        #expect(robust.warnings.contains { $0.code == "no-cr2" })
        #expect(robust.effects[0].permutationPValue != nil)
        options.vcov = .cr2
        #expect(throws: EstimationError.self) { try DidAnalysis.run(design, options) }
        options.vcov = nil
        options.wild = 99
        #expect(throws: EstimationError.self) { try DidAnalysis.run(design, options) }
    }

    /// Leaving out each school and fitting anew is CR3 where there is a regression, but that cohort shares move too.
    @Test func jackknifeByRefitIsCR3() throws {
        let design = Self.design(Self.rows(matched: true, covariate: false), matched: true)
        let estimator = CallawaySantAnna()
        let fit = try estimator.fit(design, nested: design.clusters[0])
        let refits = try JackknifeByRefit(fit: fit, estimator: estimator, threads: 2).covariance()
        let regression = try CovarianceOfEstimates.compute(fit, kind: .cr3, smallSample: .fixest)
        for k in fit.estimands.indices {
            guard case .groupTime = fit.estimands[k].kind else { continue }
            #expect(isClose(refits.standardError(k), try #require(regression.standardError(k)), 1e-9))
        }
        var options = AnalysisOptions()
        (options.estimator, options.vcov, options.permutations) = (.callawaySantAnna, .cr3, 0)
        var made = SeededRows(seed: 12)
        let schools = made.panel(
            starts: [Int?](repeating: 4, count: 10) + [Int?](repeating: nil, count: 14), covariate: true)
        let robust = try DidAnalysis.run(schools.oneCellARow(), options)
        #expect(robust.effects.allSatisfy { $0.standardError != nil && $0.degreesOfFreedom == 23 })
    }

    /// Reassigned starts are analysed as if they were the data's.
    @Test func randomisationFitsAnew() throws {
        let rows = Self.rows(matched: true, covariate: false)
        let design = rows.oneCellARow()
        let estimator = CallawaySantAnna()
        let statistic = try HeadlineStatistic(try estimator.fit(design, nested: nil), estimator, window: nil)
        var other = rows
        let dealt: [Int?] = [nil, nil, 5, 4, 4] + [Int?](repeating: nil, count: 10) + [4, 5, 5]
        other.start = rows.unit.map { dealt[Int($0.dropFirst()) ?? 0] }
        let drawn = try #require(statistic(dealt))
        var options = AnalysisOptions()
        options.estimator = .callawaySantAnna
        options.vcov = .cr0
        options.permutations = 0
        let expected = try #require(try DidAnalysis.run(other.oneCellARow(), options).effects.first)
        #expect(isClose(drawn.estimate, try #require(expected.estimate), 1e-12))
        #expect(isClose(drawn.statistic, try #require(expected.statistic), 1e-10))
    }

    @Test func refusesUnitsInSeveralClustersAndCovariatesOfSeveralRows() throws {
        var rows = Self.rows(matched: true, covariate: false)
        rows.clusters = [("trust", rows.unit.indices.map { "t\($0 % 3)" })]
        #expect(throws: EstimationError.unitsInSeveralClusters(cluster: "trust")) {
            try CallawaySantAnna().fit(rows.oneCellARow(), nested: nil)
        }
        let pupils = Self.rows(matched: false, covariate: true).gathered()
        #expect(throws: EstimationError.rowsNeeded(variance: "callaway-santanna", reason: "x varies within cells")) {
            try CallawaySantAnna().fit(pupils, nested: nil)
        }
    }
}

extension RowDesign {
    /// Cells of the rows that share every key and the covariate's value.
    fileprivate func byCovariate() -> Design {
        var split = self
        split.absorbed = [("x by value", covariates[0].values.map { "\($0)" })]
        var design = split.gathered()
        design.absorbed = []
        return design
    }
}
