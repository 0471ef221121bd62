import Estimation
import LinearAlgebra
import Panels
import Probability
import Testing

@testable import Inference

struct WildBootstrapTests {
    /// Ten schools, four of them treated, pupils with a covariate: the data of `Golden/wild_bootstrap.py`.
    private static func tenSchools() throws -> Fit {
        var (rows, _) = SeededPanelTests.panel(
            starts: [4, 4, 4, 4] + [nil, nil, nil, nil, nil, nil], periods: 6, pupils: 5, seed: 11)
        (rows.isGroup, rows.factors) = (nil, [])
        #expect(rows.y.count == 162)
        let design = rows.gathered()
        return try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
    }

    private static func variant(_ name: String) throws -> WildVariant {
        let digits = name.suffix(2).map(String.init)
        return WildVariant(
            try #require(WildVariant.Residuals(rawValue: digits[0])),
            try #require(WildVariant.Variance(rawValue: digits[1])), imposesNull: name.hasPrefix("WCR"))
    }

    /// wildboottest 0.3.2 over all 1,024 patterns (`Golden/wild_bootstrap.py`): t, and the share of draws at least as extreme.
    static let golden: [(term: String, variant: String, t: Double, p: Double)] = [
        ("d", "WCR11", 2.646841907949781, 0.03125), ("d", "WCR31", 2.646841907949781, 0.033203125),
        ("d", "WCR13", 2.1795279125650024, 0.03515625), ("d", "WCR33", 2.1795279125650024, 0.03515625),
        ("d", "WCU11", 2.646841907949781, 0.04296875), ("d", "WCU31", 2.646841907949781, 0.046875),
        ("d", "WCU13", 2.1795279125650024, 0.0546875), ("d", "WCU33", 2.1795279125650024, 0.056640625),
        ("x", "WCR11", 10.081564998940602, 0.00390625), ("x", "WCR31", 10.081564998940602, 0),
        ("x", "WCR13", 9.428493362972565, 0.00390625), ("x", "WCR33", 9.428493362972565, 0),
        ("x", "WCU11", 10.081564998940602, 0), ("x", "WCU13", 9.428493362972565, 0),
    ]

    @Test(arguments: golden) func agreesWithWildboottest(term: String, variant: String, t: Double, p: Double) throws {
        let fit = try Self.tenSchools()
        let k = try #require(
            fit.estimands.firstIndex { $0.kind == (term == "d" ? .overall : .coefficient(term)) })
        var options = WildOptions()
        options.variant = try Self.variant(variant)
        let test = try #require(try WildBootstrap(fit, factor: 10.0 / 9).test(estimand: k, options))
        #expect(test.isEnumerated && test.draws == 1024)
        // Both solve the same 10 × 10 sums in doubles.
        #expect(isClose(test.statistic, t, 1e-11))
        #expect(test.pValue == p)
    }

    /// Draw by draw on rows: y* = restricted fit + v·residuals, everything fitted anew.
    @Test(arguments: [EstimatorName.twfe, .eventStudy, .did2x2, .imputation], [false, true])
    func equalsFittingEveryDrawAnew(estimator: EstimatorName, groups: Bool) throws {
        for imposesNull in [true, false] { try compareDraws(estimator, imposesNull: imposesNull, groups: groups) }
    }

    private func compareDraws(_ estimator: EstimatorName, imposesNull: Bool, groups: Bool) throws {
        var made = SeededRows(seed: 77)
        let starts: [Int?] =
            estimator == .imputation ? [3, 3, 4, 4, nil, nil, nil, nil] : [4, 4, 4, nil, nil, nil, nil, nil]
        var rows = made.panel(
            starts: starts, periods: 1...5, pupils: groups ? 2...2 : 1...1, missing: 0.06, covariate: true,
            groups: groups)
        rows.rowsArePupils = false
        let design = rows.oneCellARow()
        let cluster = design.clusters[0]
        let any = Self.estimator(estimator)
        let fit = try any.fit(design, nested: cluster)
        let null = 0.3
        var options = WildOptions()
        options.variant = WildVariant(imposesNull: imposesNull)
        options.null = null
        let bootstrap = try WildBootstrap(fit)
        let model = try bootstrap.model(0, options)
        let draws = WildDraws(model, draws: 256, weights: .rademacher, seed: 1, threads: 1)
        #expect(draws.isEnumerated)

        let residuals = try Self.residuals(fit, imposesNull ? null : nil)
        // What holds in the draws: the null, or the effect of the model that they come from.
        let free = estimator == .imputation ? try SteadyEffects(fit, estimand: 0).estimate : fit.estimates[0]
        let centre = imposesNull ? null : free
        let observed = abs(fit.estimates[0] - null) / Self.standardError(fit)
        var reached = 0
        for pattern in 0..<256 {
            var drawn = rows
            for r in rows.y.indices where pattern >> cluster.codes[r] & 1 == 1 { drawn.y[r] -= 2 * residuals[r] }
            let again = try any.fit(drawn.oneCellARow(), nested: cluster)
            let t = (again.estimates[0] - centre) / Self.standardError(again)
            let v = (0..<8).map { pattern >> $0 & 1 == 1 ? -1.0 : 1 }
            #expect(isClose(Self.statistic(model, v), t, 1e-8), "pattern \(pattern)")
            if abs(t) >= observed * (1 - 1e-10) { reached += 1 }
        }
        #expect(draws.exceeding(null) == reached)
        // Webb's and Mammen's weights go through the same sums.
        let v = [0.7, -1.2, 1, -1, 1.2, -0.6, 1.6, 0.9]
        var drawn = rows
        for r in rows.y.indices { drawn.y[r] += (v[cluster.codes[r]] - 1) * residuals[r] }
        let again = try any.fit(drawn.oneCellARow(), nested: cluster)
        #expect(isClose(Self.statistic(model, v), (again.estimates[0] - centre) / Self.standardError(again), 1e-8))
    }

    static func estimator(_ name: EstimatorName) -> any Estimator {
        switch name {
        case .did2x2: TwoByTwo()
        case .eventStudy: EventStudy()
        case .imputation: BorusyakImputation()
        default: TwoWayFixedEffects()
        }
    }

    private static func standardError(_ fit: Fit) -> Double {
        let sums = LinearEstimates(fit).contributions(by: fit.design.clusters[0]).column(0)
        return dot(sums, sums).squareRoot()
    }

    /// t* of one draw straight from its definition.
    private static func statistic(_ model: WildModel, _ v: [Double]) -> Double {
        let w = model.right.times(v)
        let spread = model.left.transposedTimes(w)
        let contributions = v.indices.map { model.diagonal[$0] * v[$0] - spread[$0] }
        return dot(model.numerator, v) / dot(contributions, contributions).squareRoot()
    }

    /// Residuals by row under the null (nil: none imposed). The restricted fit moves fitted values along v alone.
    private static func residuals(_ fit: Fit, _ null: Double?) throws -> [Double] {
        if fit.estimator == .imputation {
            let steady = try SteadyEffects(fit, estimand: 0)
            return steady.residuals.indices.map {
                steady.residuals[$0] + (null.map { $0 - steady.estimate } ?? 0) * steady.direction[$0]
            }
        }
        let v = fit.weights.column(0)
        let distance = null.map { (fit.estimates[0] - $0) / dot(v, v) } ?? 0
        return zip(fit.residual(0), v).map { $0 + distance * $1 }
    }

    /// Many clusters go by factors instead of the whole matrix; the answers are the same.
    @Test(arguments: [EstimatorName.twfe, .imputation]) func factorsEqualTheWholeMatrix(estimator: EstimatorName) throws
    {
        var made = SeededRows(seed: 5)
        let starts = [Int?](repeating: 4, count: 30) + [Int?](repeating: nil, count: 190)
        let design = made.panel(starts: starts, covariate: true).oneCellARow()
        let fit = try Self.estimator(estimator).fit(design, nested: design.clusters[0])
        let model = try WildBootstrap(fit).model(0, WildOptions())
        let draws = WildDraws(model, draws: 40, weights: .webb, seed: 3, threads: 1)
        var v = [Double](repeating: 0, count: 40 * 220)
        v.withUnsafeMutableBufferPointer {
            BootstrapWeights.webb.fill($0, clusters: 220, draws: 0..<40, seed: 3, purpose: .wild)
        }
        let t = (0..<40).map { Self.statistic(model, Array(v[$0 * 220..<($0 + 1) * 220])) }
        let observed = abs(model.estimate) / model.squares.squareRoot()
        #expect(draws.exceeding(0) == t.filter { abs($0) >= observed }.count)
        #expect(draws.tails().above == t.filter { $0 >= model.estimate / model.squares.squareRoot() }.count)
        // Another null: the same draws from a model made for it.
        var other = WildOptions()
        other.null = 0.9
        let there = WildDraws(
            try WildBootstrap(fit).model(0, other), draws: 40, weights: .webb, seed: 3, threads: 1)
        #expect(draws.exceeding(0.9) == there.exceeding(0.9))
    }

    @Test(arguments: [BootstrapWeights.rademacher, .mammen, .webb]) func threadsChangeNoBit(weights: BootstrapWeights)
        throws
    {
        var made = SeededRows(seed: 6)
        let design = made.panel(starts: [4, 4, 4] + [Int?](repeating: nil, count: 15), covariate: true).oneCellARow()
        let fit = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
        var options = WildOptions()
        (options.draws, options.weights) = (2_500, weights)
        let one = try WildBootstrap(fit).test(estimand: 0, options)
        for threads in [2, 3, 8] {
            options.threads = threads
            #expect(try WildBootstrap(fit).test(estimand: 0, options) == one)
        }
        options.seed = 2
        #expect(try WildBootstrap(fit).test(estimand: 0, options) != one)
        #expect(try #require(one).isEnumerated == false)
    }

    /// Adding to the outcome and changing its unit move the interval, never the p-value.
    @Test func scaleAndShiftChangeNothing() throws {
        var made = SeededRows(seed: 8)
        let rows = made.panel(starts: [4, 4, 4, nil, nil, nil, nil, nil, nil], missing: 0.05)
        func test(_ change: (Double) -> Double) throws -> WildTest {
            var changed = rows
            changed.y = rows.y.map(change)
            let design = changed.oneCellARow()
            let fit = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
            return try #require(try WildBootstrap(fit).test(estimand: 0))
        }
        let plain = try test { $0 }
        let moved = try test { 1000 * $0 - 5e5 }
        #expect(plain.isEnumerated && plain.draws == 512)
        #expect(moved.pValue == plain.pValue)
        #expect(isClose(moved.statistic, plain.statistic, 1e-7))
        #expect(isClose(moved.interval?.lower, 1000 * (try #require(plain.interval?.lower)), 1e-7))
        #expect(isClose(moved.interval?.upper, 1000 * (try #require(plain.interval?.upper)), 1e-7))
    }

    /// The interval holds exactly the nulls of a fine grid whose own bootstrap, made from the start, has p above 0.05.
    @Test(arguments: ["WCR11", "WCR31", "WCR33", "WCU11"]) func intervalIsWhatTheGridSays(name: String) throws {
        var made = SeededRows(seed: 9)
        let design = made.panel(starts: [3, 3, 4, 4, nil, nil, nil, nil, nil], covariate: true).oneCellARow()
        let fit = try EventStudy().fit(design, nested: design.clusters[0])
        let bootstrap = try WildBootstrap(fit)
        var options = WildOptions()
        options.variant = try Self.variant(name)
        let interval = try #require(try bootstrap.test(estimand: 0, options)?.interval)
        let (lower, upper) = (try #require(interval.lower), try #require(interval.upper))
        #expect(lower < fit.estimates[0] && fit.estimates[0] < upper)
        let step = (upper - lower) / 40
        for i in -10...50 {
            options.null = lower + (Double(i) + 0.5) * step
            let p = try #require(try bootstrap.test(estimand: 0, options)).pValue
            if options.null < lower || options.null > upper {
                #expect(p <= 0.05)
            } else {
                #expect(p > 0.05 || interval.hasGaps)
            }
        }
    }

    /// With 32 patterns at most no value can be rejected at a level below 1/16: no bound at all.
    @Test func fewPatternsBoundNothing() throws {
        var made = SeededRows(seed: 10)
        let design = made.panel(starts: [4, 4, nil, nil, nil]).oneCellARow()
        let fit = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
        let test = try #require(try WildBootstrap(fit).test(estimand: 0))
        #expect(test.smallestPossible == 2.0 / 32)
        #expect(test.pValue >= test.smallestPossible)
        #expect(test.interval?.lower == nil && test.interval?.upper == nil)
    }

    @Test func saysWhatCannotBe() throws {
        var made = SeededRows(seed: 12)
        var rows = made.panel(starts: [4, 4, nil, nil, nil, nil])
        rows.clusters = [("unit", rows.unit), ("year", rows.time.map(String.init))]
        let two = try TwoWayFixedEffects().fit(rows.oneCellARow(), nested: nil)
        #expect(throws: EstimationError.self) { try WildBootstrap(two) }
        rows.clusters = [("year", rows.time.map(String.init))]
        let crossed = try BorusyakImputation().fit(rows.oneCellARow(), nested: nil)
        #expect(throws: EstimationError.self) { try WildBootstrap(crossed) }
        // One treated school: without it there is no effect to jackknife.
        let one = made.panel(starts: [4, nil, nil, nil, nil, nil]).oneCellARow()
        let fit = try TwoWayFixedEffects().fit(one, nested: one.clusters[0])
        var options = WildOptions()
        options.variant = WildVariant(.fitted, .jackknife)
        #expect(throws: EstimationError.self) { try WildBootstrap(fit).test(estimand: 0, options) }
    }

    @Test func weightsFollowTheNumberOfClusters() {
        var options = WildOptions()
        #expect(options.weights(clusters: 8) == .rademacher)
        options.draws = 99
        #expect(options.weights(clusters: 8) == .webb)
        #expect(options.weights(clusters: 40) == .rademacher)
        options.weights = .mammen
        #expect(options.weights(clusters: 8) == .mammen)
    }
}
