import Estimation
import Panels
import Probability
import Testing

@testable import Inference

/// What the test of the leads could have seen, and whether the trend before the start was small.
struct PreTrendPowerTests {
    private static let starts: [Int?] = [Int?](repeating: 5, count: 8) + [Int?](repeating: nil, count: 14)

    private func rows(
        _ starts: [Int?] = starts, seed: UInt64, slope: Double = 0, groups: Bool = false, missing: Double = 0.05
    )
        -> RowDesign
    {
        var made = SeededRows(seed: seed)
        var rows = made.panel(
            starts: starts, periods: 1...7, pupils: groups ? 4...6 : 1...1, missing: missing, groups: groups)
        for r in rows.y.indices where !groups || rows.isGroup?[r] == false {
            rows.y[r] += slope * Double(rows.time[r] - (rows.start[r] ?? rows.time[r]))
        }
        return rows
    }

    private func run(
        _ rows: RowDesign, _ estimator: EstimatorName, permutations: Int = 0,
        change: (inout AnalysisOptions) -> Void = { _ in }
    ) throws -> AnalysisResult {
        var options = AnalysisOptions()
        options.estimator = estimator
        options.permutations = permutations
        options.wild = 0
        change(&options)
        return try DidAnalysis.run(rows.gathered(), options)
    }

    /// The bias is what the headline gains where the treated units get that very trend; the same of the leads.
    @Test(
        arguments: [
            EstimatorName.did2x2, .twfe, .eventStudy, .imputation, .callawaySantAnna, .sunAbraham, .twoStage, .etwfe,
            .stacked, .localProjections, .leeWooldridge, .dcdh,
        ], [false, true])
    func biasIsExact(estimator: EstimatorName, groups: Bool) throws {
        // Three do not know the gap.
        if groups, [.callawaySantAnna, .leeWooldridge, .dcdh].contains(estimator) { return }
        let starts: [Int?] = estimator == .did2x2 ? Self.starts : [4, 4, 4, 6, 6, 6, nil, nil, nil, nil, nil]
        let before = try run(rows(starts, seed: 41, groups: groups), estimator)
        let power = try #require(before.preTrend?.power)
        let point = try #require(power.points.last)
        let after = try run(rows(starts, seed: 41, slope: point.slope, groups: groups), estimator)
        let change = try #require(after.effects[0].estimate) - (before.effects[0].estimate ?? 0)
        #expect(isClose(change, try #require(point.bias), 1e-8), "\(change) \(point)")
        #expect(power.points.map(\.probability) == [0.5, 0.8])
        #expect(power.points[0].slope < power.points[1].slope && power.size < 0.06)
    }

    /// Detection at the slopes found, by drawing leads from the normal that the formula presumes.
    @Test func slopesAreFoundAsOften() throws {
        let design = rows(seed: 42).gathered()
        let untreated = design.keeping(design.isTreated.map { !$0 })
        let fit = try Leads().fit(untreated, nested: untreated.clusters[0])
        let covariance = try CovarianceOfEstimates.compute(fit, kind: .cr2, smallSample: .fixest)
        let main = try TwoWayFixedEffects().fit(design, nested: nil)
        let all = Array(fit.estimands.indices)
        let power = try #require(
            PreTrendPower(
                fit, covariance, tested: all, main: main, fitted: design, isReassigned: false,
                options: AnalysisOptions()))
        let k = all.count
        // A root of the covariance by Cholesky, row by row.
        var root = [[Double]](repeating: [Double](repeating: 0, count: k), count: k)
        for i in 0..<k {
            for j in 0...i {
                let rest = covariance.matrix[i, j] - (0..<j).reduce(0) { $0 + root[i][$1] * root[j][$1] }
                root[i][j] = i == j ? rest.squareRoot() : rest / root[j][j]
            }
        }
        let share = 0.05 / Double(2 * k)
        let bounds = all.map {
            StudentT(degreesOfFreedom: covariance.degreesOfFreedom[$0]).tailQuantile(share)
                * covariance.matrix[$0, $0].squareRoot()
        }
        let steps = fit.estimands.map { estimand -> Double in
            if case .event(let e) = estimand.kind { Double(e + 1) } else { 0 }
        }
        for point in power.points {
            var random = CounterRandom(seed: 9, stream: 0)
            let draws = 20_000
            var found = 0
            for _ in 0..<draws {
                let z = all.map { _ in Normal.tailQuantile(random.uniform()) }
                let b = all.map { i in point.slope * steps[i] + (0...i).reduce(0) { $0 + root[i][$1] * z[$1] } }
                if zip(b, bounds).contains(where: { abs($0) > $1 }) { found += 1 }
            }
            #expect(abs(Double(found) / Double(draws) - point.probability) < 0.015, "\(point)")
        }
    }

    @Test func reassignedTestIsNamed() throws {
        let result = try run(rows(seed: 43), .twfe, permutations: 99)
        #expect(result.preTrend?.method == "randomisation")
        #expect(result.preTrend?.power?.words.hasPrefix("A test of each step before the start") == true)
    }

    /// One treated unit has no spread: neither power nor equivalence, and words that say so.
    @Test func oneTreatedUnit() throws {
        let result = try run(rows([5, nil, nil, nil, nil, nil, nil], seed: 44), .twfe)
        #expect(result.preTrend?.power == nil)
        #expect(result.preTrend?.equivalence?.pValue == nil)
        #expect(result.preTrend?.equivalence?.words.contains("no spread of its own") == true)
    }

    /// On a balanced panel of one start the slope is that of the difference of the arms' means, and p follows from t.
    @Test func slopeAndTest() throws {
        var made = SeededRows(seed: 45)
        let rows = made.panel(starts: Self.starts, periods: 1...7)
        let result = try run(rows, .imputation) { $0.equivalenceMargin = 0.4 }
        let found = try #require(result.preTrend?.equivalence)
        // The untreated comparison periods after the start carry no slope of the treated.
        let gaps = (1...4).map { t in
            let arms = [true, false].map { isTreated in
                let y = rows.y.indices.filter { rows.time[$0] == t && (rows.start[$0] != nil) == isTreated }.map {
                    rows.y[$0]
                }
                return y.reduce(0, +) / Double(y.count)
            }
            return arms[0] - arms[1]
        }
        let slope = zip(gaps, [-1.5, -0.5, 0.5, 1.5]).reduce(0) { $0 + $1.0 * $1.1 } / 5
        #expect(isClose(found.slope, slope, 1e-9))
        let (b, se) = (try #require(found.slope), try #require(found.standardError))
        let t = StudentT(degreesOfFreedom: try #require(found.degreesOfFreedom))
        #expect(found.pValue == max(t.tail((b + 0.4) / se), t.tail((0.4 - b) / se)))
        #expect(found.marginFrom == .given && found.margin == 0.4)
        // The interval at 1 − 2α lies within the margin where, and only where, the test says so.
        let isWithin = (found.lower ?? 0) > -0.4 && (found.upper ?? 0) < 0.4
        #expect(found.isShown == isWithin)
        #expect(found.words.contains("90% interval"))
    }

    @Test func wideMarginIsShownAndNarrowNot() throws {
        let wide = try run(rows(seed: 46), .twfe) { $0.equivalenceMargin = 50 }.preTrend?.equivalence
        #expect(wide?.isShown == true && wide?.words.hasPrefix("The trend before the start was smaller") == true)
        let narrow = try run(rows(seed: 46), .twfe) { $0.equivalenceMargin = 1e-6 }.preTrend?.equivalence
        #expect(narrow?.isShown == false)
        #expect(narrow?.words.contains("is not evidence that there was none") == true)
    }

    @Test func marginsFollowWhatIsKnown() throws {
        let pupils = try run(rows(seed: 47), .twfe) { $0.pupilSD = 12 }.preTrend?.equivalence
        #expect(isClose(pupils?.margin, 0.6, 1e-15) && pupils?.marginFrom == .pupils)
        let rows = rows(seed: 47)
        let units = try run(rows, .twfe).preTrend?.equivalence
        #expect(units?.marginFrom == .units)
        var (squares, freedom) = (0.0, 0.0)
        for t in 1...4 {
            let y = rows.y.indices.filter { rows.time[$0] == t && rows.start[$0] == nil }.map { rows.y[$0] }
            let mean = y.reduce(0, +) / Double(y.count)
            squares += y.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            freedom += Double(y.count - 1)
        }
        #expect(isClose(units?.margin, 0.05 * (squares / freedom).squareRoot(), 1e-10))
    }

    /// A gap's slope is signed as the gap is, and adding a trend to the peers adds it.
    @Test func gapSlope() throws {
        let before = try run(rows(seed: 48, groups: true), .imputation).preTrend?.equivalence
        let after = try run(rows(seed: 48, slope: 2, groups: true), .imputation).preTrend?.equivalence
        #expect(isClose(try #require(after?.slope) - (before?.slope ?? 0), 2, 1e-9))
    }
}
