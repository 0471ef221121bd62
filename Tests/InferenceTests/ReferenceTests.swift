import Estimation
import Foundation
import Panels
import Testing

@testable import Inference

/// Estimates and standard errors that trusted peers compute from published data sets.
///
/// Peers demean iteratively (fixest) and print to about 1e-9, so 1e-8 relative is what their values allow.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct ReferenceTests {
    static func mpdta() throws -> RowDesign {
        try RowDesign(
            "mpdta.csv", unit: "countyreal", time: "year", outcome: "lemp",
            start: { Int($0).flatMap { $0 == 0 ? nil : $0 } }, startColumn: "first_treat")
    }

    static func baseDid(covariates: [String]) throws -> RowDesign {
        try RowDesign(
            "base_did.csv", unit: "id", time: "period", outcome: "y", start: { $0 == "1" ? 6 : nil },
            startColumn: "treat", covariates: covariates)
    }

    static func baseStagg(covariates: [String]) throws -> RowDesign {
        try RowDesign(
            "base_stagg.csv", unit: "id", time: "year", outcome: "y",
            start: { Int($0).flatMap { $0 > 100 ? nil : $0 } }, startColumn: "year_treated", covariates: covariates)
    }

    static func analyse(
        _ design: Design, _ estimator: EstimatorName, _ vcov: VarianceKind = .cr1, keepSingletons: Bool = true,
        change: (inout AnalysisOptions) -> Void = { _ in }
    ) throws -> AnalysisResult {
        var options = AnalysisOptions()
        options.estimator = estimator
        options.vcov = vcov
        options.singletons = keepSingletons ? .keep : .drop
        options.permutations = 0
        options.diagnosesPreTrend = false
        change(&options)
        return try DidAnalysis.run(design, options)
    }

    static func check(
        _ effect: Effect?, _ value: ReferenceData.Value?, relative: Double = 1e-8,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let effect = try #require(effect, sourceLocation: sourceLocation)
        let value = try #require(value, sourceLocation: sourceLocation)
        let estimate = try #require(value.estimate)
        #expect(isClose(effect.estimate, estimate, relative), "\(effect) \(value)", sourceLocation: sourceLocation)
        if let se = value.se {
            #expect(isClose(effect.standardError, se, relative), "\(effect) \(value)", sourceLocation: sourceLocation)
        }
        if let df = value.df {
            #expect(
                isClose(effect.degreesOfFreedom, df, relative), "\(effect) \(value)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: [("cl", VarianceKind.cr1), ("iid", .iid), ("hc1", .hc1)])
    func countiesTwoWay(entry: String, kind: VarianceKind) throws {
        let result = try Self.analyse(Self.mpdta().oneCellARow(), .twfe, kind)
        try Self.check(result.effects.first, ReferenceData.expected("mpdta.twfe.\(entry)", in: "mpdta").first)
    }

    @Test func countiesEveryParameterCounted() throws {
        let result = try Self.analyse(Self.mpdta().oneCellARow(), .twfe) { $0.smallSample = .stata }
        try Self.check(result.effects.first, ReferenceData.expected("mpdta.twfe.cl_full", in: "mpdta").first)
    }

    @Test func countiesTwoLevels() throws {
        var rows = try Self.mpdta()
        rows.clusters = [("county", rows.unit), ("year", rows.time.map(String.init))]
        let result = try Self.analyse(rows.oneCellARow(), .twfe)
        try Self.check(result.effects.first, ReferenceData.expected("mpdta.twfe.twoway", in: "mpdta").first)
    }

    @Test func countiesWeighted() throws {
        var rows = try Self.mpdta()
        let columns = try ReferenceData.columns("reference/data/mpdta.csv")
        rows.weights = (columns["lpop"] ?? []).map { exp(Double($0) ?? .nan) }
        let result = try Self.analyse(rows.oneCellARow(), .twfe)
        try Self.check(result.effects.first, ReferenceData.expected("mpdta.twfe.w", in: "mpdta").first)
    }

    @Test func countiesEventStudy() throws {
        let result = try Self.analyse(Self.mpdta().oneCellARow(), .eventStudy)
        for value in try ReferenceData.expected("mpdta.twfe_es", in: "mpdta") where value.term.hasPrefix("rel::") {
            let e = Int(value.term.dropFirst(5))
            try Self.check(result.effects.first { $0.eventTime == e }, value)
        }
    }

    @Test func countiesImputation() throws {
        let result = try Self.analyse(Self.mpdta().oneCellARow(), .imputation, .cr0)
        // Eight or nine digits are printed, as the peer's first stage iterates.
        try Self.check(
            result.effects.first, ReferenceData.expected("mpdta.bjs.overall", in: "mpdta").first, relative: 1e-7)
        for value in try ReferenceData.expected("mpdta.bjs.horizon", in: "mpdta") {
            try Self.check(result.effects.first { $0.eventTime == Int(value.term) }, value, relative: 1e-6)
        }
        let exact = try ReferenceData.expected("mpdta.etwfe.att", in: "mpdta").first?.estimate
        #expect(isClose(result.effects.first?.estimate, try #require(exact), 1e-9))
    }

    @Test(arguments: ["overall", "overall_x1", "horizon"])
    func staggeredImputation(entry: String) throws {
        let rows = try Self.baseStagg(covariates: entry == "overall_x1" ? ["x1"] : [])
        let result = try Self.analyse(rows.oneCellARow(), .imputation, .cr0)
        for value in try ReferenceData.expected("base_stagg.bjs.\(entry)", in: "base_stagg") {
            let effect =
                entry == "horizon" ? result.effects.first { $0.eventTime == Int(value.term) } : result.effects.first
            try Self.check(effect, value, relative: 1e-6)
        }
    }

    @Test func staggeredTwoWay() throws {
        let result = try Self.analyse(Self.baseStagg(covariates: ["x1"]).oneCellARow(), .twfe)
        let values = try ReferenceData.expected("base_stagg.twfe.cl", in: "base_stagg")
        try Self.check(result.effects.first, values.first { $0.term == "post" })
    }

    @Test(arguments: [
        ("did2x2.cr2", EstimatorName.did2x2, VarianceKind.cr2), ("did2x2.iid", .did2x2, .iid),
        ("did2x2.hc1", .did2x2, .hc1), ("did2x2.cr0", .did2x2, .cr0), ("twfe.cl", .twfe, .cr1),
    ])
    func twoByTwo(entry: String, estimator: EstimatorName, kind: VarianceKind) throws {
        let rows = try Self.baseDid(covariates: estimator == .twfe ? ["x1"] : [])
        let result = try Self.analyse(rows.oneCellARow(), estimator, kind)
        let values = try ReferenceData.expected("base_did.\(entry)", in: "base_did")
        try Self.check(result.effects.first, values.first { $0.term == "tp" })
    }

    @Test(arguments: [("cr1s", SmallSample.stata), ("cr1", .clusters)])
    func twoByTwoFactors(entry: String, rule: SmallSample) throws {
        let result = try Self.analyse(Self.baseDid(covariates: []).oneCellARow(), .did2x2) { $0.smallSample = rule }
        let values = try ReferenceData.expected("base_did.did2x2.\(entry)", in: "base_did")
        try Self.check(result.effects.first, values.first { $0.term == "tp" })
    }

    @Test(arguments: [
        ("did2x2.twoway_cgm", EstimatorName.did2x2, SmallSample.stata), ("did2x2.twoway_hc0", .did2x2, .none),
        ("twfe.twoway", .twfe, .fixest),
    ])
    func twoLevels(entry: String, estimator: EstimatorName, rule: SmallSample) throws {
        var rows = try Self.baseDid(covariates: estimator == .twfe ? ["x1"] : [])
        rows.clusters = [("id", rows.unit), ("period", rows.time.map(String.init))]
        let result = try Self.analyse(rows.oneCellARow(), estimator) { $0.smallSample = rule }
        let values = try ReferenceData.expected("base_did.\(entry)", in: "base_did")
        try Self.check(result.effects.first, values.first { $0.term == "tp" })
    }

    @Test func eventStudyWithCovariate() throws {
        let result = try Self.analyse(Self.baseDid(covariates: ["x1"]).oneCellARow(), .eventStudy)
        for value in try ReferenceData.expected("base_did.es", in: "base_did") where value.term.hasPrefix("period::") {
            let period = Int(value.term.dropFirst(8).prefix { $0.isNumber }) ?? 0
            // The reference of this entry is period 5, the last before the start in 6.
            try Self.check(result.effects.first { $0.eventTime == period - 6 }, value)
        }
    }

    /// Treatment that is its own column there (a reform by school class) follows from starts here.
    @Test(arguments: [
        ("cr2", VarianceKind.cr2, SmallSample.fixest), ("cr0", .cr0, .fixest), ("cr1", .cr1, .clusters),
        ("cr1s", .cr1, .stata), ("iid", .iid, .fixest), ("hc1", .hc1, .fixest),
    ])
    func twelveStates(entry: String, kind: VarianceKind, rule: SmallSample) throws {
        let columns = try ReferenceData.columns("reference/data/math_reform.csv")
        let first12 = Set(Array(Set(columns["state"] ?? [])).sorted().prefix(12))
        let rows = try RowDesign(
            "math_reform.csv", unit: "state", time: "class", outcome: "incearn_ln", start: { Int($0) },
            startColumn: "reformyr_math", keep: { r, columns in first12.contains(columns["state"]?[r] ?? "") })
        let design = rows.oneCellARow()
        let given = try #require(columns["reform_math"]).indices.filter {
            first12.contains(columns["state"]?[$0] ?? "")
        }
        .map { columns["reform_math"]?[$0] == "1" }
        #expect(design.isTreated == given)
        let result = try Self.analyse(design, .twfe, kind) {
            $0.smallSample = rule
            $0.comparesWithNotYetTreated = true
        }
        let values = try ReferenceData.expected("math_reform12.ols.\(entry)", in: "math_reform")
        try Self.check(result.effects.first, values.first { $0.term == "reform_math" })
    }
}

/// Within a relative tolerance, or 1e-12 absolutely.
func isClose(_ a: Double?, _ b: Double, _ relative: Double) -> Bool {
    guard let a else { return false }
    return abs(a - b) <= max(relative * abs(b), 1e-12)
}
