import Estimation
import Panels
import Testing

@testable import Inference

/// A cluster's contribution v'e is the derivative of the estimate in that cluster's weight.
///
/// Held exactly by least squares. By imputation it holds for untreated rows and, for treated ones, about the mean effect
/// instead of the group's average, so there the check runs on comparison clusters.
struct NumericalInfluenceTests {
    @Test(arguments: [EstimatorName.did2x2, .twfe, .eventStudy, .imputation])
    func contributionsAreDerivatives(estimator: EstimatorName) throws {
        var made = SeededRows(seed: 71)
        var rows = made.panel(starts: [4, 4, 4, nil, nil, nil, nil], pupils: 2...4, covariate: true)
        let fitter: any Estimator =
            switch estimator {
            case .did2x2: TwoByTwo()
            case .twfe: TwoWayFixedEffects()
            case .eventStudy: EventStudy()
            default: BorusyakImputation()
            }
        rows.weights = rows.y.map { _ in 1 }
        let fit = try fitter.fit(rows.gathered(), nested: nil)
        let contributions = LinearEstimates(fit).contributions(by: fit.design.clusters[0])
        let step = 1e-5
        for (g, unit) in fit.design.units.enumerated() {
            if estimator == .imputation && g < 3 { continue }
            func moved(_ by: Double) throws -> [Double] {
                var other = rows
                other.weights = rows.unit.map { $0 == unit ? 1 + by : 1 }
                return try fitter.fit(other.gathered(), nested: nil).estimates
            }
            let (up, down) = (try moved(step), try moved(-step))
            // An overall mean of event coefficients also moves by its weights, which the variance takes as given.
            for k in fit.estimands.indices where estimator != .eventStudy || fit.estimands[k].kind != .overall {
                if case .calendar = fit.estimands[k].kind, estimator == .eventStudy { continue }
                let slope = (up[k] - down[k]) / (2 * step)
                #expect(abs(slope - contributions[g, k]) < 1e-7, "\(fit.estimands[k]) \(unit)")
            }
        }
    }
}
