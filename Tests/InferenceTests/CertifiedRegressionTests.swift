import Foundation
import Panels
import Testing

@testable import Estimation
@testable import Inference

/// The linear regression sets of NIST's Statistical Reference Datasets: slopes and standard errors, in correct digits.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct CertifiedRegressionTests {
    private func fit(_ name: String, degree: Int) throws -> [Effect] {
        let columns = try ReferenceData.columns("reference/data/nist_\(name).csv")
        func numbers(_ column: String) -> [Double] { (columns[column] ?? []).map { Double($0) ?? .nan } }
        let y = numbers("y")
        let regressors: [(String, [Double])] =
            degree == 0
            ? (1...6).map { ("x\($0)", numbers("x\($0)")) }
            : (1...degree).map { d in
                ("x^\(d)", numbers("x").map { x in (0..<d).reduce(1.0) { value, _ in value * x } })
            }
        let rows = RowDesign(
            unit: y.indices.map { "\($0)" }, time: y.map { _ in 1 }, y: y, start: y.map { _ in nil },
            covariates: regressors)
        // The constant is the eliminated effect, so that every column is centred.
        let design = rows.oneCellARow()
        let everyone = CellFactor(name: "everyone", levels: ["all"], codes: y.map { _ in 0 })
        let fit = try TreatmentRegression(
            estimator: .twfe, design: design, effects: [everyone], treatment: [], eventTime: design.eventTime,
            estimands: []
        ).fit(nested: nil)
        let covariance = try CovarianceOfEstimates.compute(fit, kind: .iid, smallSample: .fixest)
        return EffectTable(fit: fit, covariance: covariance, options: AnalysisOptions()).effects()
    }

    private func digits(_ value: Double?, _ exact: Double) -> Double {
        guard let value else { return 0 }
        return value == exact ? 16 : -log10(abs(value - exact) / abs(exact))
    }

    /// In Wampler 4 and 5 the errors are 1e5 and 1e7 times the coefficients; the digits lost there are the outcome's own.
    @Test(arguments: [
        ("norris", 1, 12.0), ("pontius", 2, 11.0), ("longley_nist", 0, 10.9), ("wampler1", 5, 9.4),
        ("wampler2", 5, 9.4),
        ("wampler3", 5, 9.4), ("wampler4", 5, 7.0), ("wampler5", 5, 5.5),
    ])
    func certified(entry: String, degree: Int, wanted: Double) throws {
        let name = entry == "longley_nist" ? "longley" : entry
        let effects = try fit(name, degree: degree)
        for value in try ReferenceData.expected("nist.\(entry)", in: "nist") where value.term != "const" {
            let effect = try #require(effects.first { $0.term == value.term })
            let exact = try #require(value.estimate)
            #expect(digits(effect.estimate, exact) >= wanted)
            if let error = value.se, error > 0 { #expect(digits(effect.standardError, error) >= min(wanted, 10)) }
        }
    }

    /// A polynomial of degree ten whose powers no double can tell apart: never quietly wrong.
    @Test func filipIsSaid() throws {
        let columns = try ReferenceData.columns("reference/data/nist_filip.csv")
        #expect((columns["y"] ?? []).count == 82)
        let effects = try fit("filip", degree: 10)
        #expect(effects.count < 10)
    }
}
