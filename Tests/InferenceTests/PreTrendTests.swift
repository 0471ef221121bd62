import Estimation
import LinearAlgebra
import Panels
import Probability
import Regression
import Testing

@testable import Inference

struct PreTrendTests {
    private func run(_ rows: RowDesign, permutations: Int? = nil) throws -> AnalysisResult {
        var options = AnalysisOptions()
        options.permutations = permutations
        options.threads = 2
        return try DidAnalysis.run(rows.gathered(), options)
    }

    /// Many clusters in both arms: the smallest CR2 p-value of the leads, times their number.
    @Test func manyClustersTestEachLead() throws {
        var made = SeededRows(seed: 81)
        let starts = [Int?](repeating: 4, count: 25) + [Int?](repeating: nil, count: 30)
        let rows = made.panel(starts: starts, covariate: true)
        let result = try run(rows)
        let test = try #require(result.preTrend)
        #expect(test.method == "Bonferroni" && test.q == 2 && test.assignments == nil)
        #expect(test.leads.map(\.eventTime) == [-3, -2])
        let design = rows.gathered()
        let untreated = design.keeping(design.isTreated.map { !$0 })
        let fit = try Leads().fit(untreated, nested: untreated.clusters[0])
        let cr2 = try CovarianceOfEstimates.compute(fit, kind: .cr2, smallSample: .fixest)
        let tails = try fit.estimates.indices.map { k in
            StudentT(degreesOfFreedom: cr2.degreesOfFreedom[k])
                .twoSidedTail(fit.estimates[k] / (try #require(cr2.standardError(k))))
        }
        #expect(isClose(test.pValue, min(1, 2 * (try #require(tails.min()))), 1e-10))
        #expect(test.words.contains("No difference before the start was detected"))
        #expect(result.randomisation == nil)
    }

    /// W over all reassignments, each from a regression of its own.
    @Test func fewClustersReassign() throws {
        var made = SeededRows(seed: 82)
        let starts: [Int?] = [4, 4, nil, nil, nil, nil, nil]
        let rows = made.panel(starts: starts)
        let test = try #require(try run(rows).preTrend)
        #expect(test.method == "randomisation" && test.assignments == 21)
        func wald(_ treated: [String]) throws -> Double {
            let kept = rows.y.indices.filter { rows.time[$0] < 4 }
            let part = RowDesign(
                unit: kept.map { rows.unit[$0] }, time: kept.map { rows.time[$0] }, y: kept.map { rows.y[$0] },
                start: kept.map { treated.contains(rows.unit[$0]) ? 4 : nil })
            let fit = try Leads().fit(part.gathered(), nested: nil)
            let v = try CovarianceOfEstimates.compute(fit, kind: .cr0, smallSample: .none).matrix
            return dot(fit.estimates, try OrderedCholesky(v).solve(fit.estimates))
        }
        let units = Array(Set(rows.unit)).sorted()
        var all: [Double] = []
        for i in units.indices { for j in units.indices where j > i { all.append(try wald([units[i], units[j]])) } }
        let observed = try wald(["u00", "u01"])
        #expect(isClose(test.statistic, observed, 1e-9))
        #expect(test.pValue == Double(all.filter { $0 >= observed * (1 - 1e-9) }.count) / 21)
    }

    /// In a triple difference the leads are the gap's, and so is W.
    @Test func gapLeads() throws {
        var made = SeededRows(seed: 88)
        let rows = made.panel(starts: [4, 4, nil, nil, nil, nil], pupils: 2...4, missing: 0.05, groups: true)
        let test = try #require(try run(rows).preTrend)
        func wald(_ treated: [String]) throws -> Double {
            let kept = rows.y.indices.filter { rows.time[$0] < 4 }
            var part = RowDesign(
                unit: kept.map { rows.unit[$0] }, time: kept.map { rows.time[$0] }, y: kept.map { rows.y[$0] },
                start: kept.map { treated.contains(rows.unit[$0]) ? 4 : nil })
            part.isGroup = kept.map { rows.isGroup?[$0] == true }
            let design = part.gathered()
            let used = design.keeping(Singletons(design, effects: design.effects).keep)
            let fit = try Leads().fit(used, nested: nil)
            let v = try CovarianceOfEstimates.compute(fit, kind: .cr0, smallSample: .none).matrix
            return dot(fit.estimates, try OrderedCholesky(v).solve(fit.estimates))
        }
        let units = Array(Set(rows.unit)).sorted()
        var all: [Double] = []
        for i in units.indices { for j in units.indices where j > i { all.append(try wald([units[i], units[j]])) } }
        let observed = try wald(["u00", "u01"])
        #expect(test.q == 2 && test.leads.count == 2)
        #expect(isClose(test.statistic, observed, 1e-8))
        #expect(test.pValue == Double(all.filter { $0 >= observed * (1 - 1e-8) }.count) / 15)
    }

    /// A climb before the later start alone, which the periods before the first start do not show, is found.
    @Test func climbBeforeLaterStartIsFound() throws {
        var made = SeededRows(seed: 89)
        let starts: [Int?] = [3, 3, 3, 3, 6, 6, 6, 6, 6] + [Int?](repeating: nil, count: 12)
        var rows = made.panel(starts: starts, periods: 1...7)
        for r in rows.y.indices where rows.start[r] == 6 { rows.y[r] += 4 * Double(max(0, min(rows.time[r], 5) - 2)) }
        let test = try #require(try run(rows).preTrend)
        #expect(test.method == "Bonferroni")
        #expect(try #require(test.pValue) < 0.001)
    }

    @Test func realDifferenceIsFound() throws {
        var made = SeededRows(seed: 83)
        let starts = [Int?](repeating: 4, count: 12) + [Int?](repeating: nil, count: 28)
        var rows = made.panel(starts: starts)
        for r in rows.y.indices where rows.start[r] != nil { rows.y[r] += 1.5 * Double(rows.time[r]) }
        let result = try run(rows)
        #expect(try #require(result.preTrend?.pValue) < 0.01)
        #expect(result.preTrend?.words.hasPrefix("A difference was already there before the start") == true)
        #expect(result.warnings.contains { $0.code == "pre-trend" })
        #expect(result.sentences.contains { $0.hasPrefix("A difference was already there") })
    }

    @Test func onePeriodBeforeCannotTell() throws {
        var made = SeededRows(seed: 84)
        let result = try run(made.panel(starts: [2, 2, 2, nil, nil, nil, nil], periods: 1...4))
        #expect(result.preTrend?.pValue == nil && result.preTrend?.method == "none")
        #expect(result.preTrend?.words.contains("only one period before the start") == true)
    }

    @Test func leadsStandBesideImputedEvents() throws {
        var made = SeededRows(seed: 85)
        let result = try run(made.panel(starts: [4, 4, 4, 5, 5, nil, nil, nil, nil]), permutations: 0)
        #expect(result.estimator == .imputation)
        #expect(result.effects.filter { $0.kind == .event }.compactMap(\.eventTime) == [-4, -3, -2, 0, 1, 2])
        #expect(result.effects.filter { $0.kind == .calendar }.compactMap(\.time) == ["4", "5", "6"])
        #expect(result.effects.filter { $0.kind == .cohort }.compactMap(\.cohort) == ["4", "5"])
    }

    /// A hole at −1: the last event time before it is the reference.
    @Test func holeBeforeTheStart() throws {
        var made = SeededRows(seed: 86)
        var rows = made.panel(starts: [5, 5, 5, nil, nil, nil, nil])
        let kept = rows.y.indices.filter { rows.time[$0] != 4 }
        rows = RowDesign(
            unit: kept.map { rows.unit[$0] }, time: kept.map { rows.time[$0] }, y: kept.map { rows.y[$0] },
            start: kept.map { rows.start[$0] })
        var options = AnalysisOptions()
        options.estimator = .eventStudy
        options.permutations = 0
        let result = try DidAnalysis.run(rows.gathered(), options)
        #expect(result.effects.compactMap(\.eventTime) == [-4, -3, 0, 1])
        #expect(result.preTrend?.leads.map(\.eventTime) == [-4, -3])
    }

    @Test func windowBinsItsEnds() throws {
        var made = SeededRows(seed: 87)
        let rows = made.panel(starts: [4, 4, 4, 6, 6, nil, nil, nil, nil], periods: 1...8)
        var options = AnalysisOptions()
        options.estimator = .eventStudy
        options.permutations = 0
        options.window = -2...2
        let result = try DidAnalysis.run(rows.gathered(), options)
        #expect(result.effects.compactMap(\.eventTime) == [-2, 0, 1, 2])
        #expect(result.warnings.contains { $0.code == "staggered-twfe" })
    }
}
