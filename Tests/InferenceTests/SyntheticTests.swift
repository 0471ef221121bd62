import Estimation
import LinearAlgebra
import Panels
import Probability
import Testing

@testable import Inference

/// Synthetic control and synthetic difference in differences on made-up schools.
struct SyntheticTests {
    static let estimators: [EstimatorName] = [.syntheticControl, .syntheticDiD]
    static let staggered: [Int?] = [5, 5, 6, 6, 6] + [Int?](repeating: nil, count: 12)

    static func rows(
        _ starts: [Int?] = staggered, seed: UInt64 = 71, periods: ClosedRange<Int> = 1...8, covariate: Bool = false
    ) -> RowDesign {
        var made = SeededRows(seed: seed)
        return made.panel(starts: starts, periods: periods, effect: { 1 + Double($0) }, covariate: covariate)
    }

    static func analyse(
        _ rows: RowDesign, _ estimator: EstimatorName, _ change: (inout AnalysisOptions) -> Void = { _ in }
    ) throws -> AnalysisResult {
        var options = AnalysisOptions()
        options.estimator = estimator
        options.permutations = 60
        options.threads = 2
        change(&options)
        return try DidAnalysis.run(rows.oneCellARow(), options)
    }

    /// Each treated unit beside its own counterfactual, adding up to the headline and to every mean.
    @Test(arguments: estimators, [false, true])
    func theLedgerAddsUp(estimator: EstimatorName, covariate: Bool) throws {
        let result = try Self.analyse(Self.rows(covariate: covariate), estimator)
        let rows = result.counterfactual.filter { $0.unit != nil }
        #expect(rows.count == 2 * 4 + 3 * 3)
        let gaps = rows.map { (($0.observed ?? 0) - ($0.counterfactual ?? 0), $0.weight) }
        let mean = gaps.reduce(0) { $0 + $1.0 * $1.1 } / gaps.reduce(0) { $0 + $1.1 }
        #expect(isClose(mean, try #require(result.effects[0].estimate), 1e-12))
        let cohorts = result.effects.filter { $0.kind == .cohort }
        #expect(cohorts.count == 2)
        let byCells = ((cohorts[0].estimate ?? 0) * 8 + (cohorts[1].estimate ?? 0) * 9) / 17
        #expect(isClose(byCells, mean, 1e-12))
        let events = result.effects.filter { $0.kind == .event && ($0.eventTime ?? -1) >= 0 }
        #expect(events.map(\.eventTime) == [0, 1, 2, 3])
    }

    /// A start is estimated as if the units of other starts were not there.
    @Test(arguments: estimators)
    func startsAreEstimatedApart(estimator: EstimatorName) throws {
        let rows = Self.rows()
        let both = try Self.analyse(rows, estimator)
        let alone = rows.keeping { rows.start[$0] != 6 }
        let one = try Self.analyse(alone, estimator)
        let cohort = both.effects.first { $0.kind == .cohort && $0.cohort == "5" }
        #expect(isClose(cohort?.estimate, try #require(one.effects[0].estimate), 1e-9))
    }

    /// The formula of the paper, written out: (−ω, 1/N₁)'Y(−λ, 1/T₁), with both weights meeting their conditions.
    @Test func differenceIsItsFormula() throws {
        let rows = Self.rows([5, 5, 5] + [Int?](repeating: nil, count: 9))
        let result = try Self.analyse(rows, .syntheticDiD)
        let found = try #require(result.synthetic)
        let y = { (u: String, t: Int) in rows.y[rows.y.indices.first { rows.unit[$0] == u && rows.time[$0] == t } ?? 0]
        }
        let omega = found.unitWeights.map { ($0.unit, $0.weight) }
        let lambda = found.timeWeights.map { (Int($0.period) ?? 0, $0.weight) }
        func change(_ u: String) -> Double {
            (5...8).reduce(0) { $0 + y(u, $1) } / 4 - lambda.reduce(0) { $0 + $1.1 * y(u, $1.0) }
        }
        let treated = ["u00", "u01", "u02"].reduce(0) { $0 + change($1) } / 3
        let expected = treated - omega.reduce(0) { $0 + $1.1 * change($1.0) }
        #expect(isClose(result.effects[0].estimate, expected, 1e-12))
        #expect(found.optimalityResidual < 1e-12)
        #expect(result.effects[0].cohort == nil && found.unitWeights.allSatisfy { $0.treated == nil })
    }

    @Test(arguments: estimators)
    func whatMustNotMatter(estimator: EstimatorName) throws {
        let rows = Self.rows()
        let plain = try Self.analyse(rows, estimator)
        func compare(_ other: AnalysisResult, scale: Double = 1, exactly: Bool = false, draws: Bool = true) {
            #expect(plain.effects.count == other.effects.count)
            for (a, b) in zip(plain.effects, other.effects) {
                if exactly {
                    #expect(a == b)
                } else {
                    #expect(abs((b.estimate ?? .nan) / scale - (a.estimate ?? 0)) < 1e-9, "\(a) \(b)")
                    if draws { #expect(isClose(b.standardError.map { $0 / scale }, a.standardError ?? 0, 1e-8)) }
                }
            }
        }
        compare(try Self.analyse(rows, estimator) { $0.threads = 1 }, exactly: true)
        var shifted = rows
        shifted.y = rows.y.map { $0 + 1000 }
        compare(try Self.analyse(shifted, estimator))
        var scaled = rows
        scaled.y = rows.y.map { $0 * 30 }
        compare(try Self.analyse(scaled, estimator), scale: 30)
        scaled.y = rows.y.map { $0 * 1e6 }
        compare(try Self.analyse(scaled, estimator), scale: 1e6)
        // Other names deal other placebos, and leave the estimates.
        var named = rows
        named.unit = rows.unit.map { "x\(97 - (Int($0.dropFirst()) ?? 0))" }
        compare(try Self.analyse(named, estimator), draws: false)
    }

    /// The estimate without a unit by the whole procedure, beside the jackknife's with weights held, by its own formula.
    @Test(arguments: estimators)
    func jackknifeIsItsFormula(estimator: EstimatorName) throws {
        let rows = Self.rows([5, 5, 5] + [Int?](repeating: nil, count: 9))
        let result = try Self.analyse(rows, estimator) { $0.vcov = .jackknife }
        let found = try #require(result.synthetic)
        let names = Array(Set(rows.unit)).sorted()
        let y = { (u: String, t: Int) in rows.y[rows.y.indices.first { rows.unit[$0] == u && rows.time[$0] == t } ?? 0]
        }
        let lambda = found.timeWeights.map { (Int($0.period) ?? 0, $0.weight) }
        func change(_ u: String) -> Double {
            (5...8).reduce(0) { $0 + y(u, $1) } / 4 - lambda.reduce(0) { $0 + $1.1 * y(u, $1.0) }
        }
        func effect(_ treated: String, without: String) -> Double {
            let weights = found.unitWeights.filter { ($0.treated ?? treated) == treated && $0.unit != without }
            let total = weights.reduce(0) { $0 + $1.weight }
            return change(treated) - weights.reduce(0) { $0 + $1.weight / total * change($1.unit) }
        }
        let treated = ["u00", "u01", "u02"]
        let without = names.map { gone in
            let left = treated.filter { $0 != gone }
            return left.reduce(0) { $0 + effect($1, without: gone) } / Double(left.count)
        }
        let mean = without.reduce(0, +) / 12
        let variance = without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * 11 / 12
        #expect(isClose(result.effects[0].standardError, variance.squareRoot(), 1e-10))
        #expect(result.effects[0].degreesOfFreedom == 11 && result.varianceUsed == .jackknife)
    }

    @Test(arguments: estimators)
    func bootstrapIsNearThePlacebos(estimator: EstimatorName) throws {
        let rows = Self.rows([Int?](repeating: 5, count: 6) + [Int?](repeating: nil, count: 20), seed: 5)
        let placebo = try Self.analyse(rows, estimator) { $0.permutations = 300 }
        let drawn = try Self.analyse(rows, estimator) { $0.bootstrap = 300 }
        #expect(drawn.varianceUsed == .bootstrap && drawn.effects[0].degreesOfFreedom == 25)
        let ratio = (drawn.effects[0].standardError ?? 0) / (placebo.effects[0].standardError ?? 1)
        #expect(ratio > 0.5 && ratio < 2, "\(ratio)")
        let other = try Self.analyse(rows, estimator) { ($0.bootstrap, $0.seed, $0.threads) = (300, 2, 1) }
        #expect(other.effects[0].standardError != drawn.effects[0].standardError)
    }

    /// One treated unit: an interval from placebos, none from its own spread.
    @Test(arguments: estimators)
    func oneTreatedUnit(estimator: EstimatorName) throws {
        let rows = Self.rows([5] + [Int?](repeating: nil, count: 9))
        let result = try Self.analyse(rows, estimator)
        let found = try #require(result.synthetic)
        #expect(found.placebos.count == 9 && found.inSpace?.smallestPossible == 0.1)
        #expect(result.effects[0].lower != nil && result.effects[0].degreesOfFreedom == 8)
        #expect(result.counterfactual.first { $0.group == "partners" }?.lower != nil)
        // Eight periods cannot reject at 5%.
        #expect(found.conformal?.lower == nil && found.conformal?.smallestPossible == 0.125)
        let wide = try Self.analyse(rows, estimator) { $0.level = 0.8 }
        let conformal = try #require(wide.synthetic?.conformal)
        if let lower = conformal.lower, let upper = conformal.upper { #expect(lower < upper) }
        #expect(throws: EstimationError.indispensable(variance: "jackknife", name: "u00")) {
            try Self.analyse(rows, estimator) { $0.vcov = .jackknife }
        }
        #expect(throws: EstimationError.self) { try Self.analyse(rows, estimator) { $0.vcov = .bootstrap } }
        let none = try Self.analyse(rows, estimator) { $0.permutations = 0 }
        #expect(none.effects[0].standardError == nil && none.warnings.contains { $0.code == "no-placebos" })
    }

    /// Where a comparison unit is the treated one's double, it gets all the weight.
    @Test func aDoubleIsFound() throws {
        var rows = Self.rows([5] + [Int?](repeating: nil, count: 9))
        for r in rows.y.indices where rows.unit[r] == "u04" {
            rows.y[r] = rows.y[rows.y.indices.first { rows.unit[$0] == "u00" && rows.time[$0] == rows.time[r] } ?? 0]
            if rows.time[r] >= 5 { rows.y[r] -= 3 }
        }
        let result = try Self.analyse(rows, .syntheticControl)
        #expect(isClose(result.effects[0].estimate, 3, 1e-4))
        #expect((result.synthetic?.unitWeights.first?.weight ?? 0) > 0.999)
        #expect(result.warnings.contains { $0.code == "past-reproduced-exactly" })
    }

    /// Shifting the treated unit out of the others' range: synthetic control says so, and the ridge brings it nearer.
    @Test func beyondTheDonors() throws {
        var rows = Self.rows([5] + [Int?](repeating: nil, count: 9))
        for r in rows.y.indices where rows.unit[r] == "u00" { rows.y[r] += 100 }
        let plain = try Self.analyse(rows, .syntheticControl)
        #expect(plain.warnings.contains { $0.code == "outside-donors" && $0.message.contains("u00 (1, 2, 3, 4)") })
        #expect(plain.warnings.contains { $0.code == "past-not-reproduced" })
        let ridge = try Self.analyse(rows, .syntheticControl) { $0.estimation.correction = .ridge }
        let (a, b) = (try #require(plain.synthetic), try #require(ridge.synthetic))
        #expect(b.rmsBefore < a.rmsBefore && (b.ridge ?? 0) > 0)
        #expect(b.unitWeights.contains { $0.weight < 0 })
        #expect(abs(b.unitWeights.reduce(0) { $0 + $1.weight } - 1) < 1e-10)
        // An intercept does not mind.
        let difference = try Self.analyse(rows, .syntheticDiD)
        #expect(!difference.warnings.contains { $0.code == "outside-donors" })
    }

    /// The ridge correction by its normal equations.
    @Test func ridgeIsItsFormula() throws {
        var rows = Self.rows([5] + [Int?](repeating: nil, count: 9))
        for r in rows.y.indices where rows.unit[r] == "u00" { rows.y[r] += 2 }
        let plain = try Self.analyse(rows, .syntheticControl)
        let result = try Self.analyse(rows, .syntheticControl) { $0.estimation.correction = .ridge }
        let found = try #require(result.synthetic)
        let ridge = try #require(found.ridge)
        let donors = Array(Set(rows.unit)).sorted().dropFirst()
        let y = { (u: String, t: Int) in rows.y[rows.y.indices.first { rows.unit[$0] == u && rows.time[$0] == t } ?? 0]
        }
        let base = donors.map { u in plain.synthetic?.unitWeights.first { $0.unit == u }?.weight ?? 0 }
        let x = Matrix(
            rows: donors.count,
            columns: (1...4).map { t in
                let column = donors.map { y($0, t) }
                let mean = column.reduce(0, +) / Double(column.count)
                return column.map { $0 - mean }
            })
        var gram = x.crossProduct()
        for i in 0..<4 { gram[i, i] += ridge }
        let left = (1...4).map { t in y("u00", t) - zip(donors, base).reduce(0) { $0 + $1.1 * y($1.0, t) } }
        let inner = try OrderedCholesky(gram).solve(left)
        for (k, unit) in donors.enumerated() {
            let expected = base[k] + (0..<4).reduce(0) { $0 + x[k, $1] * inner[$1] }
            let own = found.unitWeights.first { $0.unit == unit }?.weight ?? 0
            #expect(abs(own - expected) < 1e-7, "\(unit)")
        }
    }

    /// Covariates: the estimate is that of results less what comparison units' slopes explain.
    @Test(arguments: estimators)
    func covariatesAreTakenOut(estimator: EstimatorName) throws {
        let rows = Self.rows(covariate: true)
        var moved = rows
        // Any multiple of the covariate in the results is taken out again.
        moved.y = rows.y.indices.map { rows.y[$0] + 5 * rows.covariates[0].values[$0] }
        let (a, b) = (try Self.analyse(rows, estimator), try Self.analyse(moved, estimator))
        #expect(isClose(b.effects[0].estimate, try #require(a.effects[0].estimate), 1e-9))
        var constant = rows
        constant.covariates = [("size", rows.unit.map { Double($0.utf8.last ?? 0) })]
        let c = try Self.analyse(constant, estimator)
        #expect(c.warnings.contains { $0.code == "collinear" && $0.message.contains("size") })
    }

    @Test(arguments: estimators)
    func missingResults(estimator: EstimatorName) throws {
        let rows = Self.rows()
        let gaps = rows.keeping {
            !(rows.unit[$0] == "u03" && rows.time[$0] == 2) && !(rows.unit[$0] == "u09" && rows.time[$0] == 7)
        }
        let result = try Self.analyse(gaps, estimator)
        let said = result.warnings.filter { $0.code == "incomplete-units" }.map(\.message)
        #expect(said.count == 2 && said[0].contains("u03 (2)") && said[1].contains("u09 (7)"))
        #expect(result.treatedUnits == 4 && result.units == 15)
        let whole = try Self.analyse(rows.keeping { !["u03", "u09"].contains(rows.unit[$0]) }, estimator)
        #expect(isClose(result.effects[0].estimate, try #require(whole.effects[0].estimate), 1e-12))
        let none = rows.keeping { !(rows.start[$0] != nil && rows.time[$0] == (rows.start[$0] == 5 ? 1 : 2)) }
        #expect(throws: EstimationError.self) { try Self.analyse(none, estimator) }
        do {
            _ = try Self.analyse(none, estimator)
        } catch let error as EstimationError {
            #expect(error.code == "E470" && error.message.contains("u00 (1)") && error.message.contains("u02 (2)"))
        }
    }

    @Test(arguments: estimators)
    func refusals(estimator: EstimatorName) throws {
        let rows = Self.rows()
        #expect(
            throws: EstimationError.doesNotTake(
                estimator: estimator.rawValue, what: "--vcov cr2", instead: "use --vcov placebo, jackknife or bootstrap"
            )
        ) { try Self.analyse(rows, estimator) { $0.vcov = .cr2 } }
        #expect(throws: EstimationError.self) { try Self.analyse(rows, estimator) { $0.wild = 99 } }
        #expect(
            throws: EstimationError.doesNotTake(
                estimator: "twfe", what: "--vcov placebo", instead: "use --vcov cr1 or cr2")
        ) { try Self.analyse(rows, .twfe) { $0.vcov = .placebo } }
        let early = Self.rows([2, 2] + [Int?](repeating: nil, count: 5))
        #expect(throws: EstimationError.tooFewResultsBefore(needed: 2, starts: ["2"])) {
            try Self.analyse(early, estimator)
        }
        let some = try Self.analyse(Self.rows([2, 5] + [Int?](repeating: nil, count: 8)), estimator)
        #expect(some.treatedUnits == 1 && some.warnings.contains { $0.code == "too-few-before" })
        var shared = rows
        shared.clusters = [("trust", rows.unit.map { _ in "t" })]
        #expect(throws: EstimationError.self) { try Self.analyse(shared, estimator) }
    }

    @Test(arguments: estimators)
    func diagnostics(estimator: EstimatorName) throws {
        let rows = Self.rows([6, 6] + [Int?](repeating: nil, count: 9))
        let result = try Self.analyse(rows, estimator) {
            ($0.triesPlacebos, $0.leavesEachOut, $0.permutations) = (true, true, 20)
        }
        #expect(result.leaveOneOut?.rows.count == 11)
        #expect(result.leaveOneOut?.rows.allSatisfy { $0.estimate != nil } == true)
        let without = try Self.analyse(rows.keeping { rows.unit[$0] != "u05" }, estimator)
        let row = result.leaveOneOut?.rows.first { $0.unit == "u05" }
        #expect(isClose(row?.estimate, try #require(without.effects[0].estimate), 1e-9))
        #expect((result.placebo?.time?.rows.count ?? 0) >= 2)
        #expect(result.placebo?.time?.rows.first?.estimate.effect?.estimate != nil)
        #expect(result.preTrend?.pValue == nil && result.preTrend?.words.contains("no test") == true)
    }

    /// Without an effect, the share of placebo p-values at or below 0.1 is about 0.1 with one treated school of 20.
    @Test(arguments: estimators)
    func onePlaceboTestHoldsItsLevel(estimator: EstimatorName) throws {
        let trials = 250
        let rejected = (0..<trials).count { trial in
            var made = SeededRows(seed: UInt64(1000 + trial))
            let rows = made.panel(
                starts: [5] + [Int?](repeating: nil, count: 19), periods: 1...6, effect: { _ in 0 })
            guard let p = try? Self.analyse(rows, estimator, { $0.threads = 1 }).synthetic?.inSpace?.pValue else {
                return false
            }
            return p <= 0.1
        }
        // 0.1 ± 3.3 standard errors.
        #expect(abs(Double(rejected) / Double(trials) - 0.1) < 0.063, "\(rejected) of \(trials)")
    }
}

extension RowDesign {
    /// Only some rows.
    func keeping(_ isKept: (Int) -> Bool) -> RowDesign {
        let rows = y.indices.filter(isKept)
        var part = self
        part.unit = rows.map { unit[$0] }
        part.time = rows.map { time[$0] }
        part.y = rows.map { y[$0] }
        part.start = rows.map { start[$0] }
        part.covariates = covariates.map { column in (column.name, rows.map { column.values[$0] }) }
        part.clusters = clusters.map { column in (column.name, rows.map { column.values[$0] }) }
        return part
    }
}
