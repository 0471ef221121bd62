import Estimation
import LinearAlgebra
import Panels
import Probability
import ReferenceSets
import Testing

@testable import Inference

/// The sensitivity of whole analyses: which estimates it judges, with which covariance.
struct SensitivityTests {
    private func rows(_ seed: UInt64, starts: [Int?], hole: ClosedRange<Int>? = nil) -> RowDesign {
        var made = SeededRows(seed: seed)
        var rows = made.panel(starts: starts, periods: 1...8)
        if let hole {
            let kept = rows.y.indices.filter { !hole.contains(rows.time[$0]) }
            rows = RowDesign(
                unit: kept.map { rows.unit[$0] }, time: kept.map { rows.time[$0] }, y: kept.map { rows.y[$0] },
                start: kept.map { rows.start[$0] })
        }
        return rows
    }

    private func table(_ design: Design, _ name: EstimatorName, _ kind: VarianceKind) throws -> EffectTable {
        var options = AnalysisOptions()
        options.estimator = name
        options.vcov = kind
        options.smallSample = .none
        // Those that start later would follow a line of their own.
        if name == .stacked || name == .localProjections { options.estimation.comparison = .never }
        let estimated = try DidAnalysis.estimate(design, options)
        return EffectTable(fit: estimated.fit, covariance: estimated.covariance, options: options)
    }

    private static let oneStart = [Int?](repeating: 5, count: 9) + [Int?](repeating: nil, count: 14)
    private static let staggered: [Int?] = [4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6] + [Int?](repeating: nil, count: 12)

    /// With one start on a balanced panel, imputation with its leads taken out is the event-study regression: estimates and
    /// the whole covariance, before and after jointly.
    @Test func imputationIsTheEventStudyOnABalancedPanel() throws {
        let design = rows(11, starts: Self.oneStart).gathered()
        let regression = try JointEventStudy.make(table(design, .eventStudy, .cr0), kind: .cr0)
        let imputed = try JointEventStudy.make(table(design, .imputation, .cr0), kind: .cr0)
        #expect(regression.times == [-4, -3, -2, 0, 1, 2, 3] && imputed.times == regression.times)
        #expect(regression.reference == -1 && imputed.reference == -1)
        for k in regression.times.indices {
            #expect(isClose(imputed.estimates[k], regression.estimates[k], 1e-9))
            for j in regression.times.indices {
                #expect(
                    abs(imputed.covariance[k, j] - regression.covariance[k, j]) < 1e-9 * regression.covariance[k, k])
            }
        }
        #expect(imputed.shares == regression.shares)
        #expect(isClose(imputed.shares.reduce(0, +), 1, 1e-12))
    }

    /// So are those of estimators that look at the same changes another way.
    @Test(arguments: [
        EstimatorName.callawaySantAnna, .sunAbraham, .twoStage, .stacked, .localProjections, .twfe, .did2x2,
    ]) func everyEstimatorsStepsAreThoseOfTheEventStudy(name: EstimatorName) throws {
        let design = rows(11, starts: Self.oneStart).gathered()
        let regression = try JointEventStudy.make(table(design, .eventStudy, .cr0), kind: .cr0)
        let own = try JointEventStudy.make(table(design, name, .cr0), kind: .cr0)
        #expect(own.reference == -1 && own.times.contains(-3) && own.times.contains(3))
        for (k, e) in own.times.enumerated() {
            let place = try #require(regression.times.firstIndex(of: e))
            #expect(isClose(own.estimates[k], regression.estimates[place], 1e-9))
            for (j, f) in own.times.enumerated() {
                let other = try #require(regression.times.firstIndex(of: f))
                #expect(
                    abs(own.covariance[k, j] - regression.covariance[place, other])
                        < 1e-8 * regression.covariance[place, place])
            }
        }
    }

    /// A line that only treated units follow leaves nothing after the start but itself: every estimate is its distance from
    /// the reference, where effects as imputed compare with the mean of the years before the start.
    @Test func aLineBeforeTheStartGoesOnThroughIt() throws {
        for name in [
            EstimatorName.imputation, .eventStudy, .callawaySantAnna, .sunAbraham, .twoStage, .stacked,
            .localProjections,
        ] {
            let starts = name == .eventStudy ? Self.oneStart : Self.staggered
            let flat = rows(12, starts: starts)
            var sloped = flat
            for r in sloped.y.indices {
                if let start = sloped.start[r] { sloped.y[r] += 0.25 * Double(sloped.time[r] - start) }
            }
            let before = try JointEventStudy.make(table(flat.gathered(), name, .cr1), kind: .cr1)
            let after = try JointEventStudy.make(table(sloped.gathered(), name, .cr1), kind: .cr1)
            #expect(before.times.contains(-2) && before.times.contains(2))
            for (k, e) in before.times.enumerated() {
                #expect(isClose(after.estimates[k] - before.estimates[k], 0.25 * Double(e - before.reference), 1e-8))
                #expect(abs(after.covariance[k, k] - before.covariance[k, k]) < 1e-8 * before.covariance[k, k])
            }
            // Smoothness without bends takes the line out again.
            let l = before.shares.indices.filter { before.times[$0] > before.reference }.map { before.shares[$0] }
            let intervals = try [before, after].map { joint in
                let study = try EventStudyEstimates(
                    steps: joint.times.map { $0 - joint.reference }, estimates: joint.estimates,
                    covariance: joint.covariance)
                return try SmoothTrends(study, target: l, level: 0.95).interval(0)
            }
            #expect(isClose(intervals[0].lower, intervals[1].lower, 1e-7))
            #expect(isClose(intervals[0].upper, intervals[1].upper, 1e-7))
        }
    }

    /// The covariance of imputed effects with their leads taken out, against the estimates' finite differences in the weight of
    /// each unit (one cluster each): influences of all steps together.
    @Test func covarianceIsThatOfTheInfluences() throws {
        let rows = rows(13, starts: Self.staggered)
        let design = rows.gathered()
        let joint = try JointEventStudy.make(table(design, .imputation, .cr0), kind: .cr0)
        let h = 1e-4
        var covariance = Matrix(joint.times.count, joint.times.count)
        for u in design.units.indices {
            func estimates(_ weight: Double) throws -> [Double] {
                var weighted = design
                for c in design.unit.indices where design.unit[c] == u { weighted.moments.weight[c] *= weight }
                return try JointEventStudy.make(table(weighted, .imputation, .cr0), kind: .cr0).estimates
            }
            let influence = zip(try estimates(1 + h), try estimates(1 - h)).map { ($0 - $1) / (2 * h) }
            for j in influence.indices {
                for k in influence.indices { covariance[j, k] += influence[j] * influence[k] }
            }
        }
        for (k, e) in joint.times.enumerated() where e < joint.reference {
            #expect(abs(joint.covariance[k, k] - covariance[k, k]) < 1e-5 * covariance[k, k], "\(e)")
        }
        // Residuals of treated results are taken about wider means than their own cohort's: at least as large.
        for (k, e) in joint.times.enumerated() where e >= 0 {
            #expect(
                joint.covariance[k, k] > 0.5 * covariance[k, k] && joint.covariance[k, k] < 2 * covariance[k, k], "\(e)"
            )
        }
    }

    /// Nothing changes with the outcome's level, and a scale goes through; every format's figures come from here.
    @Test func followsTheOutcomesScale() throws {
        for name in [EstimatorName.imputation, .twfe, .callawaySantAnna] {
            let plain = rows(14, starts: name == .twfe ? Self.oneStart : Self.staggered)
            var other = plain
            for r in other.y.indices { other.y[r] = 100 - 4 * other.y[r] }
            var options = AnalysisOptions()
            options.estimator = name
            options.vcov = .cr1
            options.permutations = 0
            options.judgesSensitivity = true
            let found = try #require(try DidAnalysis.run(plain.gathered(), options).sensitivity)
            let turned = try #require(try DidAnalysis.run(other.gathered(), options).sensitivity)
            #expect(found.targets.map(\.kind) == [.average, .first] && turned.targets.count == 2)
            for (a, b) in zip(found.targets, turned.targets) {
                #expect(isClose(b.estimate, -4 * a.estimate, 1e-9))
                for (c, d) in zip(a.curves, b.curves) {
                    for (i, j) in zip(c.intervals, d.intervals) {
                        let width = i.upper - i.lower
                        #expect(abs(j.lower + 4 * i.upper) < 1e-6 * width && abs(j.upper + 4 * i.lower) < 1e-6 * width)
                    }
                }
            }
            #expect(found.words.contains("last year before the start"))
        }
    }

    /// Where the table shows CR2, departures of nothing leave at least its interval.
    @Test func isNoFirmerThanTheTable() throws {
        var options = AnalysisOptions()
        options.permutations = 0
        options.wild = 0
        options.judgesSensitivity = true
        options.estimator = .eventStudy
        let starts: [Int?] = [5, 5, 5, 5] + [Int?](repeating: nil, count: 11)
        let result = try DidAnalysis.run(rows(15, starts: starts).gathered(), options)
        #expect(result.varianceUsed == .cr2)
        let target = try #require(result.sensitivity?.targets.first)
        let (headline, none) = (result.effects[0], target.curves[0].intervals[0])
        let lower = try #require(headline.lower)
        let upper = try #require(headline.upper)
        #expect(isClose(none.lower, lower, 2e-3) && isClose(none.upper, upper, 2e-3))
        #expect(isClose(headline.estimate, target.estimate, 1e-9))
    }

    /// Holes are counted by the calendar, and what cannot be judged says why.
    @Test func holesAndRefusals() throws {
        var options = AnalysisOptions()
        options.permutations = 0
        options.judgesSensitivity = true
        func found(_ rows: RowDesign) throws -> Sensitivity {
            try #require(try DidAnalysis.run(rows.gathered(), options).sensitivity)
        }
        let holed = try found(rows(16, starts: Self.oneStart, hole: 3...4))
        #expect(holed.before == [-4] && holed.reference == -3)
        #expect(holed.targets.count == 2 && holed.targets[0].curves[1].largestBefore == nil)
        let single = try found(rows(17, starts: [5] + [Int?](repeating: nil, count: 12)))
        #expect(single.targets.isEmpty && single.words.contains("whose own spread cannot be known"))
        let late = try found(rows(18, starts: [Int?](repeating: 2, count: 6) + [Int?](repeating: nil, count: 8)))
        #expect(late.targets.isEmpty && late.words.contains("only one period before the start"))
        // Two treated and two comparison clusters cannot carry seven estimates.
        let few = try found(rows(19, starts: [5, 5, nil, nil]))
        #expect(few.targets.isEmpty && few.words.contains("no joint covariance of full rank"))
        options.window = -2...3
        let short = try found(rows(16, starts: Self.staggered))
        #expect(short.before == [-2])
    }

    /// The event-study coefficients of base_did with the whole covariance, as fixest has them, so that HonestDiD's intervals
    /// follow from the data.
    @Test(.enabled(if: ReferenceSet.isPresent)) func readsTheEventStudyOfPublishedData() throws {
        let set = try ReferenceSet("base_did", numbers: ["y", "x1", "period", "treat"], texts: ["id"])
        let treated = set.numbers("treat").map { $0 == 1 }
        let rows = RowDesign(
            unit: set.texts("id"), time: set.numbers("period").map { Int($0) }, y: set.numbers("y"),
            start: treated.map { $0 ? 6 : nil }, covariates: [("x1", set.numbers("x1"))])
        var options = AnalysisOptions()
        options.estimator = .eventStudy
        options.vcov = .cr1
        let estimated = try DidAnalysis.estimate(rows.gathered(), options)
        let joint = try JointEventStudy.make(
            EffectTable(fit: estimated.fit, covariance: estimated.covariance, options: options), kind: .cr1)
        let expected = try ReferenceData.expected("base_did.honest.input", in: "base_did")
        let covariance = try ReferenceData.covariance("base_did.honest.input", in: "base_did")
        #expect(joint.times == [-5, -4, -3, -2, 0, 1, 2, 3, 4])
        for (k, value) in expected.enumerated() {
            #expect(isClose(value.estimate, joint.estimates[k], 1e-9))
            for j in expected.indices { #expect(isClose(joint.covariance[k, j], covariance[k * 9 + j], 1e-8)) }
        }
    }
}
