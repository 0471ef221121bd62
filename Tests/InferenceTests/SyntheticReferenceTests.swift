import Estimation
import Panels
import Testing

@testable import Inference

/// California's Proposition 99 against the exact optima of the reference folder (`prop99.synthdid.exact*`), to 1e-6 as they
/// are stated there; the placebos against R's early-stopped Frank–Wolfe, to what it leaves open.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct SyntheticReferenceTests {
    static func design() throws -> Design {
        var rows = try RowDesign("prop99.csv", unit: "State", time: "Year", outcome: "PacksPerCapita")
        rows.start = rows.unit.map { $0 == "California" ? 1989 : nil }
        return rows.oneCellARow()
    }

    static func analyse(_ estimator: EstimatorName, _ change: (inout AnalysisOptions) -> Void = { _ in }) throws
        -> AnalysisResult
    {
        var options = AnalysisOptions()
        options.estimator = estimator
        options.threads = 2
        change(&options)
        return try DidAnalysis.run(design(), options)
    }

    @Test(arguments: [(EstimatorName.syntheticDiD, "sdid"), (.syntheticControl, "sc")])
    func exactOptima(estimator: EstimatorName, term: String) throws {
        let result = try Self.analyse(estimator)
        let expected = try ReferenceData.expected("prop99.synthdid.exact", in: "prop99")
        let value = try #require(expected.first { $0.term == term }?.estimate)
        #expect(
            isClose(result.effects[0].estimate, value, 1e-8),
            "\(String(describing: result.effects[0].estimate)) \(value)")
        let found = try #require(result.synthetic)
        #expect(found.optimalityResidual < 1e-12)
        let weights = try ReferenceData.expected("prop99.synthdid.exact_omega_\(term)", in: "prop99")
        #expect(weights.count == 38)
        for weight in weights {
            let own = found.unitWeights.first { $0.unit == weight.term }?.weight ?? 0
            #expect(abs(own - (weight.estimate ?? .nan)) < 1e-6, "\(weight.term)")
        }
        #expect(abs(found.unitWeights.reduce(0) { $0 + $1.weight } - 1) < 1e-14)
        guard term == "sdid" else { return #expect(found.timeWeights.isEmpty) }
        for weight in try ReferenceData.expected("prop99.synthdid.exact_lambda_sdid", in: "prop99") {
            let own = found.timeWeights.first { $0.period == weight.term }?.weight ?? 0
            #expect(abs(own - (weight.estimate ?? .nan)) < 1e-6, "\(weight.term)")
        }
    }

    /// All 38. R stops its search early: single placebos are up to 0.06 and (SC) 0.8 packs from the optimum, their spread less.
    @Test(arguments: [(EstimatorName.syntheticDiD, "sdid", 9.3688, 0.06), (.syntheticControl, "sc", 10.620, 0.8)])
    func allPlacebos(estimator: EstimatorName, term: String, spread: Double, tolerance: Double) throws {
        let result = try Self.analyse(estimator)
        let found = try #require(result.synthetic)
        let expected = try ReferenceData.expected("prop99.synthdid.placebo_all_\(term)", in: "prop99")
        #expect(found.placebos.count == 38)
        for value in expected {
            let own = try #require(found.placebos.first { $0.unit == value.term }?.estimate)
            #expect(abs(own - (value.estimate ?? .nan)) < tolerance, "\(value.term) \(own) \(value.estimate ?? .nan)")
        }
        #expect(isClose(result.effects[0].standardError, spread, 0.01))
        #expect(result.varianceUsed == .placebo && result.effects[0].degreesOfFreedom == 37)
        let test = try #require(found.inSpace)
        #expect(test.assignments == 38 && test.isEnumerated && test.smallestPossible == 1 / 39.0)
        let own = found.rmsAfter / found.rmsBefore
        let reaching = found.placebos.count { $0.rmsAfter / $0.rmsBefore >= own }
        #expect(abs(test.pValue - Double(1 + reaching) / 39) < 1e-15)
        #expect(result.effects[0].permutationPValue == test.pValue)
    }

    @Test func conformalIntervalOfCalifornia() throws {
        let result = try Self.analyse(.syntheticControl)
        let conformal = try #require(result.synthetic?.conformal)
        #expect(conformal.smallestPossible == 1 / 31.0)
        let (lower, upper) = (try #require(conformal.lower), try #require(conformal.upper))
        #expect(lower < -19.5 && -19.5 < upper)
        // By projected gradients on all 31 years: three of the 31 blocks reach California's.
        #expect(isClose(conformal.pValue, 3 / 31.0, 1e-12))
        #expect(lower < 0 && upper > 0)
    }
}
